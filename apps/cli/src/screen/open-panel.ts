/** What is open above the input: laid out anew at every size, and read piece by piece where it is taller than the window. */
import { invitePanel } from './panels.ts'
import type { Panel, Size } from './screen.ts'

export type PanelLayout = (size: Size) => Panel

export class OpenPanel {
  #layout: PanelLayout | undefined
  /** Rows scrolled away. */
  #top = 0

  get isOpen(): boolean {
    return this.#layout !== undefined
  }

  show(layout: PanelLayout): void {
    this.#layout = layout
    this.#top = 0
  }

  close(): void {
    this.#layout = undefined
    this.#top = 0
  }

  scroll(rows: number): void {
    this.#top -= rows
  }

  /** The part of it that `height` rows can show. */
  window(size: Size, height: number): Panel | undefined {
    const panel = this.#layout?.(size)
    if (panel === undefined) return undefined
    const most = panel.rows.length - height + 1
    this.#top = Math.max(0, Math.min(this.#top, most))
    if (most <= 0) return panel
    const how = this.#top < most ? 'PgDn for more' : 'PgUp for the beginning'
    return { title: `${panel.title} · ${how}`, rows: panel.rows.slice(this.#top) }
  }
}

/** Header, rule, status and input take four rows. */
export function invitePanelFor(link: string): PanelLayout {
  return ({ columns, rows }) => invitePanel(link, columns, rows - 4)
}

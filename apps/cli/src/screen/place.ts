/** Where in the messages of the open room one reads: at the newest, or somewhere further up; and what is new to one. */
import type { Message, TimelineView } from '@kith/peer'
import { scrollBy, topOf, type ScrollPosition, type TimelineLook } from './timeline.ts'

/** The window as it is now: what it shows, and how. */
export interface Window {
  readonly timeline: TimelineView
  readonly height: number
  readonly look: TimelineLook
}

export class ReadingPlace {
  #scroll: ScrollPosition | undefined
  #newBelow = 0
  #firstUnread: string | undefined

  constructor(firstUnread: string | undefined) {
    this.#firstUnread = firstUnread
  }

  /** Undefined at the newest. */
  get scroll(): ScrollPosition | undefined {
    return this.#scroll
  }

  /** Messages that came while scrolled up. */
  get newBelow(): number {
    return this.#newBelow
  }

  get firstUnread(): string | undefined {
    return this.#firstUnread
  }

  /** Messages came; `looking`: somebody sees the window. */
  arrived(fresh: readonly Message[], looking: boolean): void {
    if (this.#scroll !== undefined)
      this.#newBelow += fresh.filter(({ mine, delivery }) => !mine && delivery === 'stored').length
    if (!looking) this.#firstUnread ??= fresh.find(({ mine }) => !mine)?.id
  }

  /** Who writes has read. */
  wrote(): void {
    this.#firstUnread = undefined
  }

  by(rows: number, { timeline, height, look }: Window): void {
    this.#scroll = scrollBy(timeline, this.#scroll, rows, height, look)
    if (this.#scroll === undefined) this.toNewest()
  }

  toNewest(): void {
    this.#scroll = undefined
    this.#newBelow = 0
  }

  toOldest({ timeline, height, look }: Window): void {
    this.#scroll = topOf(timeline, height, look)
  }

  /** False when nothing is new. */
  toUnread({ timeline, height, look }: Window): boolean {
    const index = this.#firstUnread === undefined ? -1 : timeline.indexOf(this.#firstUnread)
    if (index < 0) return false
    this.#scroll = topOf(timeline, height, look, index)
    if (this.#scroll === undefined) this.toNewest()
    return true
  }
}

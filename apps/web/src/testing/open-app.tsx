/** Opens the app over the fake chat in the test's own page. For browser tests only. */
import { page, userEvent } from 'vitest/browser'
import type { FakeChat, FakeChatOptions, FakeRoom } from '@kith/peer/testing/fake-chat'
import { fakeChat, type Situation } from '@kith/peer/testing/fake-fixtures'
import { mount } from '../app/mount.tsx'
import { keyOf } from '../app/route.ts'

export interface OpenApp {
  readonly chat: FakeChat
  readonly room: FakeRoom
  close(): void
}

export const relay = 'https://kith.example'

const phone = [390, 844] as const
const desktop = [1280, 800] as const

interface OpenOptions extends FakeChatOptions {
  readonly at?: 'start' | 'room'
  readonly size?: 'phone' | 'desktop'
}

export async function openApp(situation: Situation, options: OpenOptions = {}): Promise<OpenApp> {
  const { at = 'room', size = 'desktop', ...chatOptions } = options
  const [width, height] = size === 'phone' ? phone : desktop
  await page.viewport(width, height)
  const chat = fakeChat(situation, chatOptions)
  const hash = at === 'room' ? `#${keyOf(chat.first.state)}` : ''
  window.history.replaceState(null, '', `${window.location.pathname}${window.location.search}${hash}`)
  const element = document.createElement('div')
  element.id = 'kith'
  document.body.append(element)
  const root = await mount(element, chat, relay)
  const shown = (): boolean =>
    at === 'start'
      ? document.querySelector('.start') !== null
      : chat.first.state.entering !== undefined
        ? document.querySelector('.entering') !== null
        : document.querySelector('[role="log"]') !== null &&
          (chat.first.timeline.length === 0 || rows().some(isVisible))
  await until(shown, 'the page is shown')
  await settled()
  return {
    chat,
    get room() {
      return chat.first
    },
    close: () => {
      root.unmount()
      element.remove()
      delete document.documentElement.dataset['theme']
      window.history.replaceState(null, '', `${window.location.pathname}${window.location.search}`)
    },
  }
}

/** Opens the settings, of the program or of a room, at one of their pages. */
export async function openPage(button: 'Settings' | 'Room settings', section: string): Promise<void> {
  await userEvent.click(page.getByRole('button', { name: button, exact: true }).first())
  const pages = page.getByRole('navigation', { name: button, exact: true })
  await userEvent.click(pages.getByRole('button', { name: section }))
}

/** The scroller of the timeline. */
export function log(): HTMLElement {
  const element = document.querySelector<HTMLElement>('[role="log"]')
  if (element === null) throw new Error('no timeline is shown')
  return element
}

export function rows(): readonly HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>('article[data-id]')]
}

/** The virtual list hides a row until it knows its height. */
function isVisible(row: HTMLElement): boolean {
  return row.checkVisibility({ visibilityProperty: true })
}

export function rowOf(id: string): HTMLElement {
  const row = document.querySelector<HTMLElement>(`article[data-id="${id}"]`)
  if (row === null) throw new Error(`no row for ${id}`)
  return row
}

export function frame(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => resolve()))
}

/** The virtual list measures what it shows and scrolls on; after this it has come to rest. */
export async function settled(): Promise<void> {
  const place = (): string => {
    const scroller = document.querySelector('[role="log"]')
    return `${scroller?.scrollTop} ${scroller?.scrollHeight}`
  }
  let same = 0
  for (let frames = 0, before = place(); same < 6 && frames < 120; frames++) {
    await frame()
    const now = place()
    same = now === before ? same + 1 : 0
    before = now
  }
}

/** Brings the pointer to a row also when it already stands there: a pointer that does not move enters nothing. */
export async function approach(id: string): Promise<void> {
  await userEvent.hover(page.elementLocator(log().parentElement ?? log()), { position: { x: 2, y: 2 } })
  await userEvent.hover(page.elementLocator(rowOf(id)), { position: { x: 60, y: 10 } })
}

/** Waits until `holds`, frame by frame. */
export async function until(holds: () => boolean, what: string, timeoutMs = 10_000): Promise<void> {
  const end = performance.now() + timeoutMs
  while (!holds()) {
    if (performance.now() > end) throw new Error(`waited ${timeoutMs} ms in vain: ${what}`)
    await frame()
  }
}

/** The service worker's half of notifications: a press on one brings a page to the front and opens its room there. */
import type { ToldClick } from './told-wire.ts'

export interface Clicked {
  readonly notification: { readonly data: unknown; close(): void }
}

interface Page {
  readonly visibilityState: string
  focus(): Promise<unknown>
  postMessage(message: unknown): void
}

export interface Pages {
  matchAll(options: { type: 'window'; includeUncontrolled: boolean }): Promise<readonly Page[]>
  openWindow(url: string): Promise<unknown>
}

/** As `app/route.ts` has it: the part of an address that names a room by its id. */
const prefix = '#n-'

export async function openTold({ notification }: Clicked, pages: Pages, scope: string): Promise<void> {
  notification.close()
  const room = roomOf(notification.data)
  const open = await pages.matchAll({ type: 'window', includeUncontrolled: true })
  const page = open.find(({ visibilityState }) => visibilityState === 'visible') ?? open[0]
  if (page === undefined) {
    await pages.openWindow(room === undefined ? scope : scope + prefix + room)
    return
  }
  // Some browsers refuse the front to a page; it can still show the room.
  await page.focus().catch(() => undefined)
  if (room !== undefined) page.postMessage({ room } satisfies ToldClick)
}

function roomOf(data: unknown): string | undefined {
  const room = typeof data === 'object' && data !== null ? (data as Partial<ToldClick>).room : undefined
  return typeof room === 'string' && /^[\w-]{1,64}$/.test(room) ? room : undefined
}

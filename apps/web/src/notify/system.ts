/** The notifications of the system, by the service worker where there is one: only those outlive a press on them. */
import type { ToldClick } from './told-wire.ts'

export interface Shown {
  readonly tag: string
  readonly room: string
  readonly title: string
  readonly body: string
  readonly calls: boolean
}

export type Leave = 'granted' | 'denied' | 'default' | 'unable'

/** Those without a service worker, by tag. */
const own = new Map<string, Notification>()

export function leaveToNotify(): Leave {
  return 'Notification' in window ? Notification.permission : 'unable'
}

/** To be called where somebody has just asked for it, and nowhere else: browsers show their question then. */
export async function askLeave(): Promise<Leave> {
  if (leaveToNotify() !== 'default') return leaveToNotify()
  await Notification.requestPermission()
  return leaveToNotify()
}

async function worker(): Promise<ServiceWorkerRegistration | undefined> {
  const registration = await navigator.serviceWorker?.getRegistration()
  return registration?.active === null ? undefined : registration
}

export async function showNotification(shown: Shown, open: (room: string) => void): Promise<void> {
  if (leaveToNotify() !== 'granted') return
  const { tag, room, title, body, calls } = shown
  const looks = {
    tag,
    body,
    data: { room } satisfies ToldClick,
    icon: './icon-192.png',
    badge: './icon-192.png',
    lang: document.documentElement.lang,
    // The sound is Kith's own, or none.
    silent: true,
    renotify: calls,
  }
  const registration = await worker()
  if (registration !== undefined) return registration.showNotification(title, looks)
  const notification = new Notification(title, looks)
  own.set(tag, notification)
  notification.addEventListener('click', () => {
    window.focus()
    notification.close()
    open(room)
  })
}

/** Without a tag: all there are. */
export async function closeNotifications(tag?: string): Promise<void> {
  for (const [held, notification] of own) {
    if (tag !== undefined && held !== tag) continue
    notification.close()
    own.delete(held)
  }
  const registration = await worker()
  const standing = await registration?.getNotifications(tag === undefined ? {} : { tag })
  for (const notification of standing ?? []) notification.close()
}

/** A press on a notification, which the service worker hears. */
export function onNotificationClick(open: (room: string) => void): () => void {
  const hear = ({ data }: MessageEvent<Partial<ToldClick> | null>): void => {
    if (typeof data?.room === 'string') open(data.room)
  }
  navigator.serviceWorker?.addEventListener('message', hear)
  return () => navigator.serviceWorker?.removeEventListener('message', hear)
}

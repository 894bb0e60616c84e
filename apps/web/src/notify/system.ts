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

const listeners = new Set<(leave: Leave) => void>()
let watched: Promise<void> | undefined

function tellLeave(): void {
  const leave = leaveToNotify()
  for (const listener of listeners) listener(leave)
}

async function watchBrowser(): Promise<void> {
  // It may be changed in another tab, or in a browser that does not tell of it.
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && tellLeave())
  const status = await navigator.permissions?.query({ name: 'notifications' })
  status?.addEventListener('change', tellLeave)
}

/** Hears whenever the leave may have changed: to read it takes milliseconds, too many for each message. */
export function watchLeave(listener: (leave: Leave) => void): () => void {
  watched ??= watchBrowser().catch(() => undefined)
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** To be called where somebody has just asked for it, and nowhere else: browsers show their question then. */
export async function askLeave(): Promise<Leave> {
  if (leaveToNotify() !== 'default') return leaveToNotify()
  await Notification.requestPermission()
  tellLeave()
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

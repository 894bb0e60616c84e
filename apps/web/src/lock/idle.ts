/**
 * Locks what is stored when nobody has touched Kith for a while, in any of its tabs.
 *
 * To lock is to close the chat in every tab and load the page anew: that is the one way to be sure that no key and no
 * message stays in memory. Whoever locks waits for the other tabs first, or one of them would hand the key on.
 */
import type { Chat } from '@kith/peer'

const channelName = 'kith-idle'
/** Other tabs are told of what is done here this often at most. */
const tellEveryMs = 5_000
const lookEveryMs = 5_000
const othersCloseMs = 400

type Said = 'active' | 'lock'

/** When to lock, as a function of what was seen; no clock of its own. */
export class IdleWatch {
  #seenAt: number
  #toldAt = Number.NEGATIVE_INFINITY

  constructor(now: number) {
    this.#seenAt = now
  }

  /** Somebody did something, here or in another tab. True: the other tabs should hear of it. */
  seen(now: number): boolean {
    this.#seenAt = Math.max(this.#seenAt, now)
    if (now - this.#toldAt < tellEveryMs) return false
    this.#toldAt = now
    return true
  }

  /** `afterMinutes` 0 is never. Also right after a sleep: what counts is the clock, not how often this was asked. */
  isOver(now: number, afterMinutes: number): boolean {
    return afterMinutes > 0 && now - this.#seenAt >= afterMinutes * 60_000
  }
}

let lock: () => Promise<void> = async () => {}

/** Locks now, in every tab. */
export function lockNow(): Promise<void> {
  return lock()
}

/** Watches this page from now on. There is one chat in a page, and the page ends with it. */
export function lockWhenIdle(chat: Chat): void {
  const channel = new BroadcastChannel(channelName)
  const watch = new IdleWatch(Date.now())
  const say = (said: Said): void => channel.postMessage(said)
  let locking = false
  const close = async (isFirst: boolean): Promise<void> => {
    if (locking) return
    locking = true
    if (isFirst) say('lock')
    // What was said and not stored yet is finished first.
    await chat.close().catch(() => undefined)
    await new Promise((resolve) => window.setTimeout(resolve, othersCloseMs))
    window.location.reload()
  }
  lock = () => close(true)
  const isLockable = (): boolean => chat.state.atRest !== 'key'
  const look = (): void => {
    if (isLockable() && watch.isOver(Date.now(), chat.state.settings.lockAfter)) void close(true)
  }
  const seen = (): void => {
    // A page that comes back after the time is over must not count the very touch that wakes it.
    look()
    if (!locking && watch.seen(Date.now())) say('active')
  }
  channel.onmessage = ({ data }: MessageEvent<Said>): void => {
    if (data === 'active') watch.seen(Date.now())
    else if (isLockable()) void close(false)
  }
  for (const event of ['pointerdown', 'keydown', 'wheel'] as const)
    window.addEventListener(event, seen, { passive: true, capture: true })
  document.addEventListener('visibilitychange', look)
  window.setInterval(look, lookEveryMs)
}

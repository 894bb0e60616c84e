/** How a message stands in the page: whether a day, the unread mark or its author's name is set above it. */
import type { Message } from '@kith/peer'
import type { Millis } from '@kith/protocol'

export interface RowShape {
  readonly day: boolean
  readonly unread: boolean
  /** Author and time are set above; otherwise the message continues the paragraph before it. */
  readonly head: boolean
}

/** What somebody says within this time of their last message continues it. */
export const groupGapMs: Millis = 5 * 60_000

export function isSameDay(a: Millis, b: Millis): boolean {
  if (Math.abs(a - b) > 90_000_000) return false
  const first = new Date(a)
  const second = new Date(b)
  return first.getDate() === second.getDate() && first.getMonth() === second.getMonth()
}

export function shapeOf(message: Message, previous: Message | undefined, firstUnread: string | undefined): RowShape {
  const day = previous === undefined || !isSameDay(previous.time, message.time)
  const unread = message.id === firstUnread
  const head =
    day ||
    unread ||
    previous.author !== message.author ||
    previous.name !== message.name ||
    message.replyTo !== undefined ||
    message.time - previous.time > groupGapMs
  return { day, unread, head }
}

/** The timeline people see: a pure function of the set of opened entries. */
import type { Millis } from '../machine.ts'

export interface Reaction {
  readonly emoji: string
  /** Author keys, hex, in the order of their reactions. */
  readonly by: readonly string[]
}

/** One message as it stands now: its text after edits, its reactions, or the mark it left when deleted. */
export interface TimelineMessage {
  /** The entry's sorting key, 26 characters of Crockford base32. */
  readonly id: string
  /** The entry's full id, hex: what replies, edits and reactions name. */
  readonly entryId: string
  /** Key of the person who wrote it, hex. */
  readonly author: string
  readonly session: string
  readonly name: string
  readonly time: Millis
  readonly text: string
  readonly edited: boolean
  readonly deleted: boolean
  /** Sorting key of the message this one answers; undefined when none, or not (yet) here. */
  readonly replyTo: string | undefined
  readonly reactions: readonly Reaction[]
  /** True once a valid relay receipt is held. */
  readonly receipt: boolean
  /** Own messages: how many other people's peers are known to hold it. */
  readonly storedBy: number
  /** Own messages: it has left this device by at least one path. */
  readonly sent: boolean
}

export type TimelineChange =
  | { readonly type: 'put'; readonly message: TimelineMessage }
  /** Expired: gone without a mark. */
  | { readonly type: 'drop'; readonly id: string }

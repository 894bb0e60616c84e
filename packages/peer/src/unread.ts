/**
 * What of a room its person has not read: how much, where it begins, where they are called, and what of it is news.
 *
 * Counted along as messages come and go. Whoever was muted or hidden is not counted at all.
 */
import { Writer, formatBase32 } from '@kith/protocol'
import type { Millis } from '@kith/protocol'
import type { Message, News, RoomState, Telling, TimelineView } from './chat.ts'
import { isMentioned } from './mentions.ts'
import { newsOf } from './news.ts'

export type UnreadCounts = Pick<RoomState, 'unread' | 'firstUnread' | 'mentioned'>

export interface UnreadOptions {
  /** Id of the newest message that was read. */
  readonly readMark: string
  /** How this person is called here. */
  readonly name: string
  /** Is this author muted or hidden? */
  readonly isQuiet: (author: string) => boolean
}

export class Unread {
  readonly #isQuiet: (author: string) => boolean
  #readMark: string
  #name: string
  #unread = 0
  #firstUnread: string | undefined
  #mentioned: string | undefined

  constructor({ readMark, name, isQuiet }: UnreadOptions) {
    this.#readMark = readMark
    this.#name = name
    this.#isQuiet = isQuiet
  }

  get counts(): UnreadCounts {
    return { unread: this.#unread, firstUnread: this.#firstUnread, mentioned: this.#mentioned }
  }

  get readMark(): string {
    return this.#readMark
  }

  rename(name: string): void {
    this.#name = name
  }

  /** Everything up to the newest message was read. */
  read(newest: string | undefined): void {
    this.#readMark = newest ?? this.#readMark
    this.#unread = 0
    this.#mentioned = undefined
  }

  /** A message came, changed or went; call `settle` after the last. */
  note(before: Message | undefined, after: Message | undefined): void {
    const counted = (message: Message | undefined): message is Message =>
      message !== undefined && this.#isUnread(message)
    if (counted(after) && !counted(before)) {
      // The marker moves down only when everything above it had been read, and up when history fills in.
      if (this.#unread === 0 || this.#firstUnread === undefined || after.id < this.#firstUnread)
        this.#firstUnread = after.id
      this.#unread++
    } else if (counted(before) && !counted(after)) this.#unread--
    const isOlder = after !== undefined && (this.#mentioned === undefined || after.id <= this.#mentioned)
    if (counted(after) && this.#isCalled(after) && isOlder) this.#mentioned = after.id
  }

  /** The message that calls this person may call them no more: then the next one counts. */
  settle(timeline: TimelineView): void {
    if (this.#mentioned === undefined) return
    const at = timeline.indexOf(this.#mentioned)
    const calling = at < 0 ? undefined : timeline.at(at)
    if (calling !== undefined && this.#isUnread(calling) && this.#isCalled(calling)) return
    this.#mentioned = this.#count(timeline).mentioned
  }

  /** Whoever is quiet changed. The marker stays where it is when nothing is unread any more. */
  recount(timeline: TimelineView): void {
    const { unread, firstUnread, mentioned } = this.#count(timeline)
    this.#unread = unread
    this.#firstUnread = firstUnread ?? this.#firstUnread
    this.#mentioned = mentioned
  }

  /** `isOfTwo`: whatever is said here is said to this person. */
  news(timeline: TimelineView, telling: Telling, isOfTwo: boolean): News | undefined {
    return newsOf(timeline, this.#unread, {
      telling,
      name: this.#name,
      isOfTwo,
      isUnread: (message) => this.#isUnread(message),
    })
  }

  #isUnread(message: Message): boolean {
    return !message.mine && !message.deleted && message.id > this.#readMark && !this.#isQuiet(message.author)
  }

  #isCalled(message: Message): boolean {
    return isMentioned(message.text, this.#name)
  }

  #count(timeline: TimelineView): UnreadCounts {
    let unread = 0
    let firstUnread: string | undefined
    let mentioned: string | undefined
    for (let i = timeline.length - 1; i >= 0; i--) {
      const message = timeline.at(i)
      if (message.id <= this.#readMark) break
      if (!this.#isUnread(message)) continue
      unread++
      firstUnread = message.id
      if (this.#isCalled(message)) mentioned = message.id
    }
    return { unread, firstUnread, mentioned }
  }
}

/** The id in front of every message written at `time` or later: what came before one joined does not count as unread. */
export function firstIdAt(time: Millis): string {
  return formatBase32(new Writer(16).u48(time).raw(new Uint8Array(10)).finish())
}

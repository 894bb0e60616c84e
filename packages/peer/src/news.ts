/**
 * What of a room is told while nobody looks at it: of the unread messages those its person wants to hear of.
 *
 * Everything else that calls a person from elsewhere (notifications, badges, the bell of a terminal) follows from this, so
 * that a room is as quiet in one place as in another. Whoever was muted is told of nowhere: their messages are not unread.
 */
import type { Message, News, Notifying, RoomState, Telling, TimelineView } from './chat.ts'
import { isMentioned } from './mentions.ts'

/** Nobody is asked before they look for it, and nothing makes a sound unasked. */
export const defaultNotifying: Notifying = { on: undefined, show: 'message', sound: false }

export const tellings: readonly Telling[] = ['everything', 'called', 'nothing']

export function parseTelling(value: unknown): Telling {
  return tellings.find((telling) => telling === value) ?? 'everything'
}

/** Of the unread messages of a room that tells only some of them, so many are looked at; of one that tells all, none. */
export const maxHeard: number = 1000

export interface Hearing {
  readonly telling: Telling
  /** How this person is called here. */
  readonly name: string
  /** Of a room of two: whatever is said there is said to this person. */
  readonly isOfTwo: boolean
  readonly isUnread: (message: Message) => boolean
}

/** Somebody means this person: by name, or by answering them. */
export function callsMe(message: Message, name: string, timeline: TimelineView): boolean {
  if (isMentioned(message.text, name)) return true
  const answered = message.replyTo === undefined ? -1 : timeline.indexOf(message.replyTo)
  return answered >= 0 && timeline.at(answered).mine
}

/** `unread`: how many there are, so that a room where all of them are told need not be counted. */
export function newsOf(timeline: TimelineView, unread: number, hearing: Hearing): News | undefined {
  const { telling, name, isOfTwo, isUnread } = hearing
  if (telling === 'nothing' || unread === 0) return undefined
  const tellsAll = telling === 'everything' || isOfTwo
  let [left, count] = [Math.min(unread, maxHeard), 0]
  let newest: string | undefined
  for (let i = timeline.length - 1; i >= 0 && left > 0; i--) {
    const message = timeline.at(i)
    if (!isUnread(message)) continue
    left--
    if (!tellsAll && !callsMe(message, name, timeline)) continue
    newest ??= message.id
    if (tellsAll) return { count: unread, newest }
    count++
  }
  return newest === undefined ? undefined : { count, newest }
}

/** How many messages one is told of, of all rooms. */
export function newsCount(rooms: readonly Pick<RoomState, 'news'>[]): number {
  return rooms.reduce((sum, { news }) => sum + (news?.count ?? 0), 0)
}

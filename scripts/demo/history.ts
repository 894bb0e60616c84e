/**
 * Turns lines of a conversation into the history of a room: entries signed by their authors, and the records in which a
 * store keeps them. It looks as if everybody had been there: the conversation is moved in time so that it ends now.
 */
import type { Crypto, Millis, RoomKeys, StoreChange } from '@kith/protocol'
import { decodeEntry, type Entry } from '../../packages/protocol/src/log/entry.ts'
import { Room } from '../../packages/protocol/src/rooms/room.ts'
import type { Line } from './conversation.ts'
import type { Cast } from './cast.ts'

/** The newest message is this old when the room opens. */
const quietMs: Millis = 60_000
const linesPerBatch = 200
/** One line in so many gets reactions. */
const reactionEvery = 23
const emojis = ['👍', '❤️', '😂', '🎉', '🤔', '🙏']

export interface History {
  readonly stores: readonly StoreChange[]
  readonly messages: number
  readonly reactions: number
  readonly replies: number
}

/** `moveBy` brings the last of these lines to just before `now`. */
export function moveBy(lines: readonly Line[], now: Millis): Millis {
  return now - quietMs - (lines.at(-1)?.time ?? now)
}

/** Authors all lines, in order; `progress` hears how many are done. */
export async function authorHistory(
  lines: readonly Line[],
  world: { readonly crypto: Crypto; readonly keys: RoomKeys; readonly cast: Cast; readonly now: Millis },
  progress: (done: number) => void,
): Promise<History> {
  const { crypto, keys, cast, now } = world
  const shift = moveBy(lines, now)
  const collector = new Room({ crypto, keys })
  const stores: StoreChange[] = []
  const lastByNick = new Map<string, { readonly entry: Entry; readonly index: number }>()
  let batch: Entry[] = []
  let messages = 0
  let reactions = 0
  let replies = 0
  const settle = (): void => {
    const fresh = batch.flatMap((entry) => {
      const decoded = decodeEntry(crypto, entry.bytes.slice())
      return decoded.ok ? [decoded.value] : []
    })
    const plan = collector.plan({ entries: fresh, receipts: [] }, now)
    // We signed them ourselves a moment ago.
    stores.push(
      ...collector.import(
        plan,
        plan.checks.map(() => true),
        now,
      ).stores,
    )
    batch = []
  }
  for (const [index, { nick, text, time }] of lines.entries()) {
    const answered = lastByNick.get(addressee(text) ?? '')
    const answers = answered !== undefined && index - answered.index < 40 && index % 3 === 0
    const said = cast.say(nick, text, time + shift, answers ? answered.entry : undefined)
    if (said !== undefined) {
      batch.push(...said.entries)
      messages++
      if (answers) replies++
      if (index % reactionEvery === 0) {
        const others = [...lastByNick.keys()].filter((other) => other !== nick).slice(-1 - (index % 4))
        for (const [i, other] of others.entries()) {
          const emoji = emojis[(index + (i >> 1)) % emojis.length] as string
          const reaction = cast.react(other, emoji, time + shift + 1_000 * (i + 1), said.entry)
          if (reaction !== undefined) {
            batch.push(...reaction.entries)
            reactions++
          }
        }
      }
      lastByNick.delete(nick)
      lastByNick.set(nick, { entry: said.entry, index })
    }
    if (batch.length >= linesPerBatch) {
      settle()
      progress(index + 1)
      await new Promise((resolve) => void setImmediate(resolve))
    }
  }
  settle()
  return { stores: newest(stores), messages, reactions, replies }
}

/** `bob: have you tried …` is for bob. */
function addressee(text: string): string | undefined {
  return /^([^\s:,]{2,32})[:,]\s/.exec(text)?.[1]
}

/** A record that was written several times counts as it was written last. */
function newest(stores: readonly StoreChange[]): readonly StoreChange[] {
  return [...new Map(stores.map((change) => [change.key, change])).values()].filter(({ value }) => value !== undefined)
}

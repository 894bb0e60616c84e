/** For tests: a room with people in it, and a store that keeps what rooms want kept. */
import { formatHex } from '../codec/text.ts'
import type { Crypto } from '../crypto/crypto.ts'
import type { Entry } from '../log/entry.ts'
import type { Millis, StoredRecord } from '../machine.ts'
import { openRoomKeys } from './keys.ts'
import type { RoomKeys } from './keys.ts'
import { type Member, createMember } from './members-fixture.ts'
import type { RoomResult } from './room-result.ts'
import { Room, type RoomOptions } from './room.ts'
import type { TimelineMessage } from './timeline.ts'

/** One member's room, with what a host keeps beside it: the messages on screen and the records in the store. */
export class Desk {
  readonly room: Room
  readonly shown: Map<string, TimelineMessage> = new Map()
  readonly records: Map<string, Uint8Array> = new Map()
  /** Own session, hex; empty for a reader. */
  readonly session: string

  constructor(options: RoomOptions, records?: ReadonlyMap<string, Uint8Array>, now: Millis = 0) {
    this.room = new Room(options)
    this.session = options.me === undefined ? '' : formatHex(options.me.session.publicKey)
    if (records === undefined) return
    this.records = new Map(records)
    const sorted = [...records.keys()].sort()
    const load = (prefix: string, reverse: boolean): void => {
      const keys = sorted.filter((key) => key.startsWith(prefix))
      if (reverse) keys.reverse()
      // In pages, as a host reads.
      for (let at = 0; at < keys.length; at += 5) {
        const page = keys.slice(at, at + 5).flatMap((key): StoredRecord[] => {
          const value = this.records.get(key)
          return value === undefined ? [] : [{ key, value }]
        })
        this.apply(this.room.restore(page, now))
      }
    }
    load('f/', false)
    load('o/', false)
    load('e/', true)
    load('r/', false)
  }

  apply<T extends RoomResult>(result: T): T {
    for (const change of result.changes) {
      if (change.type === 'put') this.shown.set(change.message.id, change.message)
      else this.shown.delete(change.id)
    }
    for (const { key, value } of result.stores) {
      if (value === undefined) this.records.delete(key)
      else this.records.set(key, value)
    }
    return result
  }

  receive(entry: Entry, now: Millis): ReturnType<Room['receive']> {
    return this.apply(this.room.receive(entry.bytes, now))
  }

  take(entries: readonly Entry[], now: Millis, valid: readonly boolean[] = []): RoomResult {
    return this.apply(this.room.import(this.room.plan({ entries, receipts: [] }, now), valid, now))
  }

  /** What is on screen, without what only this desk knows. */
  get screen(): unknown[] {
    return [...this.shown.values()].sort((a, b) => (a.id < b.id ? -1 : 1)).map(withoutMarks)
  }
}

export function withoutMarks(message: TimelineMessage): unknown {
  const { sent: _sent, storedBy: _storedBy, keptBy: _keptBy, receipt: _receipt, ...rest } = message
  return rest
}

export interface Party {
  readonly crypto: Crypto
  readonly keys: RoomKeys
  readonly members: readonly Member[]
  /** A new session of a member. */
  desk(member: number, now: Millis, options?: Partial<RoomOptions>): Desk
  /** Somebody who only reads. */
  reader(): Desk
}

export function createParty(crypto: Crypto, names: readonly string[], now: Millis): Party {
  const keys = openRoomKeys(crypto, crypto.random(32))
  const members = names.map((name) => createMember(crypto, name, now))
  return {
    crypto,
    keys,
    members,
    desk: (member, at, options) => new Desk({ crypto, keys, me: members[member]?.session(at), ...options }),
    reader: () => new Desk({ crypto, keys }),
  }
}

/**
 * S1-07: how long things live, what it costs when 100,000 entries expire at once, and whether replicas stay equal.
 *
 * Three replicas of one room: one took the entries in the order they were made, one newest first, one shuffled. Their
 * clocks differ by two seconds. Most sessions write messages that live for a day, a few write for ever; a day later all of
 * the former are due at once.
 */
import { createNativeCrypto } from '@kith/peer/node'
import { type Crypto, formatHex, openRoomKeys, Room, type RoomKeys, type RoomResult } from '@kith/protocol'
import { decodeEntry, type Entry } from '../packages/protocol/src/log/entry.ts'
import { createMember } from '../packages/protocol/src/rooms/members-fixture.ts'
import { createRandom } from './mesh-load.ts'

const dayMs = 86_400_000
const perSession = 1_000
const sliceLength = 50
/** For each session whose messages expire, so many whose messages stay. */
const staying = 0.2
const skewsMs = [0, 2_000, -2_000] as const

export interface ExpiryFigures {
  readonly entries: number
  readonly expired: number
  readonly left: number
  /** One look at the clock when everything that was due went, and one when nothing was. */
  readonly expireMs: number
  readonly idleUs: number
  readonly expiredPerS: number
  readonly storeDeletes: number
  readonly digestsEqualBefore: boolean
  readonly digestsEqualAfter: boolean
}

/** A replica and the records its store holds. */
interface Replica {
  readonly room: Room
  readonly records: Set<string>
  readonly skewMs: number
}

export function measureExpiry(expiring = 100_000): ExpiryFigures {
  const crypto = createNativeCrypto()
  const keys = openRoomKeys(crypto, crypto.random(32))
  const began = Date.UTC(2026, 0, 1)
  const all = writeEntries(crypto, keys, expiring / perSession, began)
  const count = all.reduce((sum, session) => sum + session.length, 0)
  const end = began + 600_000
  const replicas = skewsMs.map((skewMs, order): Replica => {
    const replica: Replica = { room: new Room({ crypto, keys }), records: new Set(), skewMs }
    for (const slice of inOrder(all, order)) {
      const entries = slice.map((bytes) => decode(crypto, bytes))
      const plan = replica.room.plan({ entries, receipts: [] }, end)
      // Every signature was just made here; what is measured is what comes later.
      const valid = plan.checks.map(() => true)
      keep(replica, replica.room.import(plan, valid, end))
    }
    return replica
  })
  if (replicas.some(({ room }) => room.log.size !== count)) throw new Error('entries were lost')
  const digestsEqualBefore = areEqual(replicas)

  const before = replicas.map(({ room }) => room.log.size)
  const times: number[] = []
  let storeDeletes = 0
  // A few minutes into the next ten, so that clocks two seconds apart are in the same.
  const after = end + dayMs + 900_000
  for (const [i, replica] of replicas.entries()) {
    const start = performance.now()
    const result = replica.room.expire(after + replica.skewMs)
    times.push(performance.now() - start)
    const held = replica.records.size
    keep(replica, result)
    if (i === 0) storeDeletes = held - replica.records.size
  }
  const [replica] = replicas
  if (replica === undefined) throw new Error('no replica')
  const start = performance.now()
  for (let i = 0; i < 10_000; i++) replica.room.expire(after + i)
  const idleUs = ((performance.now() - start) * 1000) / 10_000
  const left = replica.room.log.size
  const expired = (before[0] ?? 0) - left
  const expireMs = times.toSorted((a, b) => a - b)[1] ?? Number.NaN
  return {
    entries: count,
    expired,
    left,
    expireMs: Math.round(expireMs),
    idleUs: Number(idleUs.toFixed(2)),
    expiredPerS: Math.round((expired / expireMs) * 1000),
    storeDeletes,
    digestsEqualBefore,
    digestsEqualAfter: areEqual(replicas),
  }
}

/** Encoded, by session. */
function writeEntries(crypto: Crypto, keys: RoomKeys, expiring: number, began: number): Uint8Array[][] {
  return Array.from({ length: Math.round(expiring * (1 + staying)) }, (_, i) => {
    const me = createMember(crypto, `Member ${i}`, began).session(began)
    const room = new Room({ crypto, keys, me, expiry: i < expiring ? 1 : 0 })
    const written: Uint8Array[] = []
    for (let n = 0; n < perSession; n++) {
      const posted = room.post({ type: 'text', text: `Message ${n} of member ${i}.` }, began + i + n * 500)
      if (!posted.ok) throw new Error(`cannot post: ${posted.code}`)
      for (const { bytes } of posted.value.entries) written.push(bytes)
    }
    return written
  })
}

/** Slices of all sessions: 0 as they were made, 1 newest first, 2 shuffled. */
function inOrder(sessions: readonly (readonly Uint8Array[])[], order: number): Uint8Array[][] {
  const slices: Uint8Array[][] = []
  for (const session of sessions) {
    for (let at = 0; at < session.length; at += sliceLength) slices.push(session.slice(at, at + sliceLength))
  }
  if (order === 1) return slices.toReversed()
  if (order === 0) return slices
  const random = createRandom(7)
  for (let i = slices.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    const slice = slices[i] as Uint8Array[]
    slices[i] = slices[j] as Uint8Array[]
    slices[j] = slice
  }
  return slices
}

function decode(crypto: Crypto, bytes: Uint8Array): Entry {
  const entry = decodeEntry(crypto, bytes)
  if (!entry.ok) throw new Error(`an entry is ${entry.code}`)
  return entry.value
}

function keep({ records }: Replica, { stores }: RoomResult): void {
  for (const { key, value } of stores) {
    if (value === undefined) records.delete(key)
    else records.add(key)
  }
}

function areEqual(replicas: readonly Replica[]): boolean {
  return new Set(replicas.map(({ room }) => formatHex(room.log.digest()))).size === 1
}

export function expiryTable(figures: ExpiryFigures): string {
  const { entries, expired, expireMs, expiredPerS, idleUs, left, storeDeletes } = figures
  const yes = (equal: boolean): string => (equal ? 'equal' : 'DIFFERENT')
  return [
    '| entries held | due at once | one look that drops them | entries a second | records removed | a look with nothing due | left |',
    '|---|---|---|---|---|---|---|',
    `| ${[entries, expired, `${expireMs} ms`, expiredPerS, storeDeletes, `${idleUs} µs`, left].map((cell) => cell.toLocaleString('en')).join(' | ')} |`,
    `\ndigests of three replicas (other orders of arrival, clocks 2 s apart): ${yes(figures.digestsEqualBefore)} before, ${yes(figures.digestsEqualAfter)} after`,
  ].join('\n')
}

/** SIGNATURES: being filled in. */
import type { Crypto, KeyPair } from '../crypto/crypto.ts'
import type { Entry } from '../log/entry.ts'
import type { ImportPlan, Log, Outcome } from '../log/log.ts'
import type { Page } from '../log/page.ts'
import type { Millis, Result, StoreChange, StoredRecord } from '../machine.ts'
import type { Content } from './content.ts'
import type { RoomKeys } from './keys.ts'
import type { Timeline, TimelineChange } from './timeline.ts'

/** The session that posts here. */
export interface Me {
  readonly session: KeyPair
  /** Bytes of the chain session ← device ← identity, as `encodeChain` makes them. */
  readonly chain: Uint8Array
  /** Author key, hex. */
  readonly author: string
  readonly name: string
}

export interface RoomOptions {
  readonly crypto: Crypto
  readonly keys: RoomKeys
  /** Undefined for somebody who only reads. */
  readonly me?: Me | undefined
  /** Expiry class of own entries: 0 never, 1 24 h, 2 7 d, 3 30 d. */
  readonly expiry?: 0 | 1 | 2 | 3 | undefined
}

/** What a change of the room leaves to be done: show `changes`, write `stores` (all or none), gossip `forks`. */
export interface RoomResult {
  readonly changes: readonly TimelineChange[]
  readonly stores: readonly StoreChange[]
  readonly forks: readonly Uint8Array[]
}

export interface Posted extends RoomResult {
  /** To be sent in this order: the opening first when it is the session's first post. */
  readonly entries: readonly Entry[]
  /** Sorting key of the post. */
  readonly id: string
}
export type PostRefusal = 'readOnly' | 'tooLong' | 'empty' | 'unknownTarget' | 'notYours' | 'sessionClosed' | 'unchanged'

export interface Received extends RoomResult {
  readonly outcome: Outcome
  /** The entry as decoded; undefined when the bytes were malformed. */
  readonly entry: Entry | undefined
  /** Session, hex. */
  readonly session: string | undefined
  /** Ranges of this session known to be missing now: for `Exchange.want`. */
  readonly gaps: readonly (readonly [number, number])[]
}

export interface RoomCounts {
  readonly entries: number
  /** Missing ranges over all sessions. */
  readonly gaps: number
  readonly missing: number
  readonly sessions: number
  readonly authors: number
}

export declare class Room {
  constructor(options: RoomOptions)
  readonly keys: RoomKeys
  readonly log: Log
  readonly timeline: Timeline
  readonly counts: RoomCounts

  post(content: Content, now: Millis): Result<Posted, PostRefusal>
  /** A live entry, from a link or the relay; `source` (session or link, hex) is whose budget a new session costs. */
  receive(bytes: Uint8Array, now: Millis, source?: string): Received
  /** A page of history: have `plan.checks` verified (`compute`, or `verifyAll`), then `import`. */
  plan(page: Page, now: Millis): ImportPlan
  import(plan: ImportPlan, valid: readonly boolean[], now: Millis, source?: string): RoomResult
  importFork(proof: Uint8Array, now: Millis): RoomResult

  /** Records read back from the store: `f/…`, `r/…` and `e/…` in any order; the stores it returns compact small ones. */
  restore(records: readonly StoredRecord[], now: Millis): RoomResult

  /** A chain shown by a linked peer for its own session: names its author before its opening is here. */
  introduce(session: Uint8Array, chain: Uint8Array, name: string, now: Millis): RoomResult
  /** Keeps a receipt verified elsewhere beside the entry with this sorting key. */
  addReceipt(key: string, receipt: Uint8Array): RoomResult
  /** Sorting key of a held entry by the SHA-256 of its encoded bytes: how receipts name entries; recent ones only. */
  keyOfDigest(digest: Uint8Array): string | undefined
  /** Receipts kept beside an entry: they travel with it. */
  receiptsOf(entry: Entry): readonly Uint8Array[]
  /** Own message has left by at least one path. */
  markSent(key: string): RoomResult
  /** A peer of `author` (hex) holds `session` (hex) up to and including `upTo`. */
  markHeld(author: string, session: string, upTo: number): RoomResult

  /** Drops what has expired, lets in what was parked. Call every `nextTick` or so; cheap when there is nothing to do. */
  expire(now: Millis): RoomResult
  /** Current name of a session, and its author (hex; the session itself while unknown). */
  personOf(session: string): { readonly author: string; readonly name: string }
}

/** Checks in line what a host did not check in bulk. */
export declare function verifyAll(crypto: Pick<Crypto, 'verify'>, plan: ImportPlan): boolean[]

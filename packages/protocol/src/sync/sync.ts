/** SIGNATURES: being filled in. See docs/spec/sync.md for the exchange.
 *
 * A → B  vector   what A holds (one or more parts, each covers a range of session keys)
 * B → A  delta    what B lacks, by index into A's part, and how many entries B is about to send
 * B → A  page…    newest first, ≤ 64 KiB, two unacknowledged at most
 * A → B  page…    the same for what B lacks
 * both   more     acknowledges a page
 * both   forks    fork proofs the other has not got
 * any    want     explicit ranges, answered by pages
 */
import type { Crypto } from '../crypto/crypto.ts'
import type { Entry } from '../log/entry.ts'
import type { Log } from '../log/log.ts'
import type { Page } from '../log/page.ts'
import type { Millis } from '../machine.ts'

/** What an exchange reads: `Room` is one. */
export interface History {
  readonly log: Log
  receiptsOf(entry: Entry): readonly Uint8Array[]
}

/**
 * One conversation about history with one linked peer: both directions, all requests. The engine makes one per link,
 * hands it every payload whose first byte is 0x20–0x3f and sends what comes out (priority sync).
 */
export type ExchangeOutput =
  | { readonly type: 'send'; readonly bytes: Uint8Array }
  /** A page to be planned and imported into the room; answer with `imported`, in the same order. */
  | { readonly type: 'page'; readonly page: Page }
  /** A fork proof to hand to `room.importFork`. */
  | { readonly type: 'fork'; readonly proof: Uint8Array }
  /** `have` of `total` entries this exchange is about have come. */
  | { readonly type: 'progress'; readonly have: number; readonly total: number }
  /** What the far side holds of sessions of ours: for `room.markHeld`. */
  | { readonly type: 'held'; readonly session: string; readonly upTo: number }
  /** The exchange that was started here is over; `complete` false when it was cut short. */
  | { readonly type: 'done'; readonly complete: boolean; readonly equal: boolean }
  /** The far side broke the protocol: hang up. */
  | { readonly type: 'refuse'; readonly code: 'malformed' | 'tooMany' | 'unasked' }

export declare class Exchange {
  constructor(options: { readonly crypto: Crypto; readonly history: History })
  /**
   * Asks the far side to reconcile. `slice` splits the pushing of history between several sources: source `index` of
   * `of` sends only its share. False when one is already under way.
   */
  start(now: Millis, slice?: { readonly index: number; readonly of: number }): ExchangeOutput[]
  receive(bytes: Uint8Array, now: Millis): ExchangeOutput[]
  /** The page given out by `page` was imported: lets the far side send the next one. */
  imported(page: Page, now: Millis): ExchangeOutput[]
  /** Pulls what a live entry showed to be missing of one session (hex): seq ranges, inclusive. */
  want(session: string, ranges: readonly (readonly [number, number])[], now: Millis): ExchangeOutput[]
  /** An exchange was started here and is not done. */
  readonly busy: boolean
}

/** SIGNATURES: being filled in. */
import type { Crypto } from '../crypto/crypto.ts'
import type { Millis, SignatureCheck } from '../machine.ts'
import type { Entry } from './entry.ts'

/**
 * `accepted` is new here; `filled` is the body of an entry whose husk was here; `duplicate` was here; `parked` waits for
 * its time to come (call `release`); `forked` proved that its session equivocates, see `LogResult.closed`.
 * Everything else is a refusal: nothing changed. Only `accepted` and `filled` may be passed on.
 */
export type Outcome = 'accepted' | 'filled' | 'duplicate' | 'parked' | 'forked' | Refusal
export type Refusal =
  | 'malformed'
  | 'forged'
  | 'foreign'
  | 'closed'
  | 'tooFar'
  | 'tooManyGaps'
  | 'overBudget'
  | 'parkFull'
  | 'expired'
  | 'unproved'

export interface LogResult {
  readonly outcome: Outcome
  /** Entries that are in the log now and were not before (or, `filled`, had no body). */
  readonly added: readonly Entry[]
  /** Entries that are hidden now because their session was closed. */
  readonly removed: readonly Entry[]
  /** Proofs to pass on (`encodeForkProof`) and to keep. */
  readonly forks: readonly Uint8Array[]
}

export interface ImportPlan {
  /** To be answered in the same order; none at all is possible. */
  readonly checks: readonly SignatureCheck[]
}

export interface ImportResult extends Omit<LogResult, 'outcome'> {
  readonly outcomes: ReadonlyMap<Outcome, number>
}

export declare class Log {
  constructor(options: { readonly crypto: Crypto; readonly acceptsEpoch?: (epochId: Uint8Array) => boolean })
  /** Entries held / entries known to be missing. */
  readonly size: number
  readonly missing: number
  /** 8 bytes that are equal exactly when two logs hold the same; cached. */
  digest(): Uint8Array
  receive(entry: Entry, now: Millis, source?: string): LogResult
  planImport(entries: readonly Entry[], now: Millis): ImportPlan
  import(plan: ImportPlan, valid: readonly boolean[], now: Millis, source?: string): ImportResult
}

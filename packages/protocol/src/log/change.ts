/** What one call changed in a log, as told to its caller. */
import type { Entry } from './entry.ts'

/**
 * `accepted` is new here; `filled` is the body of an entry whose husk was here; `duplicate` was here; `parked` waits for
 * its time to come; `forked` proved that its session contradicts itself, and is hidden with everything after the fork.
 * Everything else is a refusal that changed nothing. Only what is `accepted` or `filled` may be passed on alone.
 */
export type Outcome = 'accepted' | 'filled' | 'duplicate' | 'parked' | 'forked' | Refusal

export type Refusal =
  | 'malformed'
  /** The signature that has to cover it is not good. */
  | 'forged'
  /** Of an epoch this room never had: replayed from another room. */
  | 'foreign'
  /** At or after the fork that closed its session. */
  | 'closed'
  | 'tooFar'
  | 'tooManyGaps'
  | 'overBudget'
  | 'parkFull'
  | 'expired'
  /** Contradicts what is held, but not provably: the far side has to come up with good signatures. */
  | 'unproved'

export interface LogChange {
  /** Entries that are here now and were not, or had no body. */
  readonly added: readonly Entry[]
  /** Entries that are here no more: expired, or hidden because their session was closed. */
  readonly removed: readonly Entry[]
  /** Fork proofs to keep and to pass on. */
  readonly forks: readonly Uint8Array[]
  /** How many entries met each outcome. */
  readonly outcomes: ReadonlyMap<Outcome, number>
}

/** Collects a `LogChange`. */
export class Change {
  readonly #added = new Set<Entry>()
  readonly #removed = new Set<Entry>()
  readonly #forks: Uint8Array[] = []
  readonly #outcomes = new Map<Outcome, number>()
  last: Outcome = 'malformed'

  count(outcome: Outcome, entries = 1): void {
    this.last = outcome
    this.#outcomes.set(outcome, (this.#outcomes.get(outcome) ?? 0) + entries)
  }

  add(entry: Entry): void {
    this.#added.add(entry)
  }

  /** Added and removed within one call is neither. */
  remove(entry: Entry): void {
    if (!this.#added.delete(entry)) this.#removed.add(entry)
  }

  fork(proof: Uint8Array): void {
    this.#forks.push(proof)
  }

  finish(): LogChange {
    return {
      added: [...this.#added],
      removed: [...this.#removed],
      forks: this.#forks,
      outcomes: this.#outcomes,
    }
  }
}

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

/** The outcomes of a call about one entry: the same few objects, again and again. */
const single = new Map<Outcome, ReadonlyMap<Outcome, number>>()
const nothing: readonly never[] = []

/** Collects a `LogChange`. */
export class Change {
  #added: Entry[] | undefined
  /** The same, once something was removed. */
  #addedSet: Set<Entry> | undefined
  #removed: Set<Entry> | undefined
  #forks: Uint8Array[] | undefined
  #outcomes: Map<Outcome, number> | undefined
  #counted = 0
  last: Outcome = 'malformed'

  count(outcome: Outcome, entries = 1): void {
    const first = this.#counted === 0
    if (!first && this.#outcomes === undefined) this.#outcomes = new Map([[this.last, this.#counted]])
    this.last = outcome
    this.#counted += entries
    if (first) return
    this.#outcomes?.set(outcome, (this.#outcomes.get(outcome) ?? 0) + entries)
  }

  add(entry: Entry): void {
    if (this.#addedSet !== undefined) this.#addedSet.add(entry)
    else if (this.#added?.at(-1) !== entry) (this.#added ??= []).push(entry)
  }

  /** Added and removed within one call is neither. */
  remove(entry: Entry): void {
    this.#addedSet ??= new Set(this.#added)
    if (!this.#addedSet.delete(entry)) (this.#removed ??= new Set()).add(entry)
  }

  fork(proof: Uint8Array): void {
    ;(this.#forks ??= []).push(proof)
  }

  finish(): LogChange {
    return {
      added: this.#addedSet === undefined ? (this.#added ?? nothing) : [...this.#addedSet],
      removed: this.#removed === undefined ? nothing : [...this.#removed],
      forks: this.#forks ?? nothing,
      outcomes: this.#finishOutcomes(),
    }
  }

  #finishOutcomes(): ReadonlyMap<Outcome, number> {
    if (this.#outcomes !== undefined) return this.#outcomes
    if (this.#counted === 0) return noOutcomes
    if (this.#counted > 1) return new Map([[this.last, this.#counted]])
    let outcomes = single.get(this.last)
    if (outcomes === undefined) single.set(this.last, (outcomes = new Map([[this.last, 1]])))
    return outcomes
  }
}

const noOutcomes: ReadonlyMap<Outcome, number> = new Map()

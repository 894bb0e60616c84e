/**
 * All chains of a room: what was said, by whom it was signed, what is missing (docs/spec/log.md).
 *
 * An entry counts as seen only when its own signature was verified, or when hash links tie it to a later entry whose
 * signature was (LOG3, LOG4). Which signatures a page of history needs can be asked first
 * (`planImport`), so that a host may check them in bulk and asynchronously; what has not been checked by the time of
 * `import` is checked in line, so a stale plan costs time, never safety.
 *
 * Memory: one object, one id and two map slots per entry; the wire bytes are views on the page they came in.
 */
import { equalBytes } from '../codec/bytes.ts'
import type { Crypto } from '../crypto/crypto.ts'
import { BrokenPromise, type Millis, type SignatureCheck } from '../machine.ts'
import { Budget, Budgets } from './budget.ts'
import { type Chain, follows } from './chain.ts'
import { Change, type LogChange, type Outcome } from './change.ts'
import { type Entry, placeOf, signatureCheckOf, verifyEntry } from './entry.ts'
import { verifyForkProof } from './fork.ts'
import { adoptFloor, epochOf, isOver, trimExpired } from './expiry.ts'
import { HybridClock } from './hybrid-clock.ts'
import { Intake } from './intake.ts'
import { limits } from './limits.ts'
import { Parking } from './parking.ts'
import { Shelf } from './shelf.ts'

export interface LogOptions {
  readonly crypto: Pick<Crypto, 'sha256' | 'verify'>
  /** Which epochs this room has had; all when not given. */
  readonly acceptsEpoch?: ((entry: Entry) => boolean) | undefined
  /** A keeper's: older entries are let go, whatever their authors said. Default: never. */
  readonly windowMs?: Millis | undefined
}

/** The runs of a page, and the signatures it needs as things stand. */
export interface ImportPlan {
  /** To be answered in this order. */
  readonly checks: readonly SignatureCheck[]
  readonly checked: readonly Entry[]
  readonly runs: readonly (readonly Entry[])[]
}

export class Log {
  readonly clock: HybridClock = new HybridClock()
  readonly #crypto: Pick<Crypto, 'sha256' | 'verify'>
  readonly #acceptsEpoch: (entry: Entry) => boolean
  readonly #shelf: Shelf
  readonly #parking = new Parking()
  readonly #liveSessions = new Budgets(1024, () => new Budget(limits.newSessionsPerMinute, limits.newSessionsPerMinute))
  readonly #pagedSessions = new Budgets(
    1024,
    () => new Budget(limits.newSessionsPerMinuteInPages, limits.newSessionsPerMinuteInPages),
  )
  readonly #intake: Intake
  #expiredAt: Millis = 0

  constructor(options: LogOptions) {
    this.#crypto = options.crypto
    this.#acceptsEpoch = options.acceptsEpoch ?? (() => true)
    const { crypto, windowMs = Infinity } = options
    this.#shelf = new Shelf(crypto, windowMs !== Infinity)
    this.#intake = new Intake({
      crypto,
      acceptsEpoch: this.#acceptsEpoch,
      shelf: this.#shelf,
      parking: this.#parking,
      clock: this.clock,
      windowMs,
    })
  }

  /** Sessions that replicas compare. */
  get sessions(): number {
    return this.#shelf.total.sessions
  }

  /** Entries held, dormant sessions not counted. */
  get size(): number {
    return this.#shelf.total.size
  }

  /** Entries known to exist and not held. */
  get missing(): number {
    return this.#shelf.total.missing
  }

  /** Ranges those make. */
  get gaps(): number {
    return this.#shelf.total.gaps
  }

  /** The chains of those sessions. */
  *chains(): Generator<Chain> {
    for (const chain of this.#shelf.chains.values()) if (chain.counts) yield chain
  }

  /** All of them, dormant ones too. */
  allChains(): Iterable<Chain> {
    return this.#shelf.chains.values()
  }

  /** Sessions whose beginning has expired, dormant ones too. */
  *floors(): Generator<{ readonly session: Uint8Array; readonly floor: number }> {
    for (const chain of this.#shelf.chains.values()) if (chain.floor > 1) yield chain
  }

  /** The chain of a session (hex), dormant ones too. */
  chain(session: string): Chain | undefined {
    return this.#shelf.chains.get(session)
  }

  /** An entry by its sorting key. */
  get(key: string): Entry | undefined {
    return this.#shelf.byKey.get(key)
  }

  /** 8 bytes that are equal when two logs hold the same. */
  digest(): Uint8Array {
    return this.#shelf.digest()
  }

  /** Every session that counts: what the digest covers of it is hashed in `term`, another object after every change. */
  digested(): Iterable<Chain> {
    return this.#shelf.digested()
  }

  /** 8 bytes about everything before a border (`settled.ts`), or undefined when it cannot be told. */
  settled(epoch: number): Uint8Array | undefined {
    return this.#shelf.settled.read(epoch)
  }

  /** Bytes of all entries. */
  get bytes(): number {
    let bytes = 0
    for (const chain of this.#shelf.chains.values()) bytes += chain.bytes
    return bytes
  }

  /** A keeper that runs out of room holds less; counts from the next `expire` on. */
  setWindow(windowMs: Millis): void {
    this.#intake.windowMs = windowMs
    this.#expiredAt = 0
  }

  /** Adds the next entry of an own session. */
  append(entry: Entry): void {
    const chain = this.#shelf.chainOf(entry.session)
    const before = chain.entries.get(entry.seq - 1)
    if (chain.entries.has(entry.seq) || (before !== undefined && !follows(before, entry))) {
      throw new BrokenPromise('an own entry does not fit its chain')
    }
    this.#shelf.insert(chain, [entry], new Change())
    this.clock.see(entry.time)
  }

  /** A live entry (rule 1). `source` is whose budget a session that was never seen costs. */
  receive(entry: Entry, now: Millis, source = ''): LogChange & { readonly outcome: Outcome } {
    this.#shelf.settled.advance(now)
    const change = new Change()
    const refusal = this.#receive(entry, now, source, change)
    if (refusal !== undefined) change.count(refusal)
    const { added, removed, forks, outcomes } = change.finish()
    return { added, removed, forks, outcomes, outcome: change.last }
  }

  /** The entry held with exactly these bytes: nothing about them is news. */
  held(bytes: Uint8Array): Entry | undefined {
    const place = placeOf(bytes)
    const held = place && this.#shelf.chains.get(place.session)?.entries.get(place.seq)
    return held !== undefined && equalBytes(held.bytes, bytes) ? held : undefined
  }

  /** Groups a page into runs and names the signatures that accepting them takes (rules 2 to 4). Changes nothing. */
  planImport(entries: readonly Entry[], now: Millis): ImportPlan {
    const runs: Entry[][] = []
    let last: Entry | undefined
    for (const entry of entries) {
      if (last !== undefined && follows(last, entry) && entry.isOf(last.session)) runs.at(-1)?.push(entry)
      else runs.push([entry])
      last = entry
    }
    const checked = new Set<Entry>()
    for (const run of runs) {
      const chain = this.#shelf.chains.get((run[0] as Entry).hex)
      for (const entry of this.#intake.signaturesFor(chain, run, now))
        if (entry.mark === 'unchecked') checked.add(entry)
    }
    return { checks: [...checked].map(signatureCheckOf), checked: [...checked], runs }
  }

  /** Takes in a planned page. `valid` answers `plan.checks`; missing answers are found out in line. */
  import(plan: ImportPlan, valid: readonly boolean[], now: Millis, source = ''): LogChange {
    plan.checked.forEach((entry, i) => {
      const good = valid[i]
      if (good !== undefined && entry.mark === 'unchecked') entry.mark = good ? 'valid' : 'junk'
    })
    this.#shelf.settled.advance(now)
    const change = new Change()
    for (const run of plan.runs) {
      const first = run[0] as Entry
      const known = this.#shelf.chains.has(first.hex)
      if (!known && (this.#shelf.chains.size >= limits.sessions || !this.#pagedSessions.take(source, 1, now))) {
        change.count('overBudget', run.length)
        continue
      }
      const chain = this.#shelf.chainOf(first.session)
      this.#intake.takeRun(chain, run, now, change, false)
      this.#forgetIfEmpty(chain)
    }
    return change.finish()
  }

  /** Entries from our own store, whose marks are believed. */
  restore(entries: readonly Entry[], now: Millis): LogChange {
    this.#shelf.settled.advance(now)
    const change = new Change()
    const { runs } = this.planImport(entries, now)
    for (const run of runs) this.#intake.takeRun(this.#shelf.chainOf((run[0] as Entry).session), run, now, change, true)
    return change.finish()
  }

  /** Where a session begins, from our own store; before its entries are restored. */
  restoreFloor(session: Uint8Array, floor: number): void {
    const chain = this.#shelf.chainOf(session)
    chain.floor = Math.max(chain.floor, floor)
    this.#shelf.changed(chain)
  }

  /** A fork proof from the store or from another peer. */
  importFork(proof: Uint8Array): LogChange & { readonly outcome: 'forked' | 'duplicate' | 'malformed' | 'forged' } {
    const change = new Change()
    const fork = verifyForkProof(this.#crypto, proof)
    if (!fork.ok) return { ...change.finish(), outcome: fork.code }
    const chain = this.#shelf.chainOf(fork.value.session)
    const closed = this.#intake.close(chain, fork.value.closesAt, proof.slice(), fork.value.expiresAt, change)
    return { ...change.finish(), outcome: closed ? 'forked' : 'duplicate' }
  }

  /** Lets in what was parked and drops what has expired. Cheap when there is nothing to do. */
  expire(now: Millis): LogChange {
    this.#shelf.settled.advance(now)
    const change = new Change()
    for (const [chain, due] of this.#parking.due(now)) {
      for (const entry of due) this.#intake.takeRun(chain, [entry], now, change, false)
      this.#forgetIfEmpty(chain)
    }
    const epoch = epochOf(now)
    if (epoch > this.#expiredAt) {
      this.#expiredAt = epoch
      this.#shelf.settled.sweep(epoch, () => this.#sweep(now, epoch, change))
    }
    return change.finish()
  }

  #sweep(now: Millis, epoch: Millis, change: Change): void {
    for (const chain of [...this.#shelf.chains.values()]) {
      trimExpired(this.#shelf, chain, now, change, this.#intake.windowMs)
      if (!isOver(chain, epoch)) continue
      for (const entry of [...chain.entries.values()]) this.#shelf.remove(chain, entry, change)
      this.#parking.remove(chain, () => true)
      this.#shelf.forget(chain)
    }
  }

  /** Another peer says that everything before `floor` has expired: a gap at the very beginning is none then (LOG15). */
  adoptFloor(session: string, floor: number): LogChange & { readonly adopted: boolean } {
    const change = new Change()
    const chain = this.#shelf.chains.get(session)
    const adopted = chain !== undefined && adoptFloor(this.#shelf, chain, floor, change)
    return { ...change.finish(), adopted }
  }

  /** Erases the body of an entry that was deleted. */
  strip(entry: Entry): void {
    this.#shelf.strip(this.#crypto, entry)
  }

  /** The deletion of a stripped entry does not count any more: its body is missing. */
  unstrip(entry: Entry): void {
    this.#shelf.unstrip(entry)
  }

  #receive(entry: Entry, now: Millis, source: string, change: Change): Outcome | undefined {
    if (!this.#acceptsEpoch(entry)) return 'foreign'
    const known = this.#shelf.chains.get(entry.hex)
    if (known?.closedAt !== undefined && entry.seq >= known.closedAt) return 'closed'
    const held = known?.entries.get(entry.seq)
    if (known !== undefined && held !== undefined && equalBytes(held.id, entry.id)) {
      this.#intake.takeAgain(known, held, entry, change)
      return undefined
    }
    if (!verifyEntry(this.#crypto, entry)) return 'forged'
    if (entry.seq > (known?.top ?? -1) + limits.liveAhead) return 'tooFar'
    if (known === undefined) {
      if (this.#shelf.chains.size >= limits.sessions || !this.#liveSessions.take(source, 1, now)) return 'overBudget'
    }
    const chain = known ?? this.#shelf.chainOf(entry.session)
    if (!chain.takeLive(entry.bytes.length, now)) return 'overBudget'
    this.#intake.takeOne(chain, entry, now, change)
    this.#forgetIfEmpty(chain)
    return undefined
  }

  #forgetIfEmpty(chain: Chain): void {
    const isEmpty = chain.entries.size === 0 && chain.closedAt === undefined
    if (isEmpty && this.#parking.isEmpty(chain)) this.#shelf.forget(chain)
  }
}

/**
 * What of offered entries a log takes in, and why not the rest (docs/spec/log.md, "Rules").
 *
 * Entries come as runs: contiguous ones of one chain that their hash links tie together. A run is cut into segments of what is
 * new; each is accepted by what is held behind it, or by the signature of its last entry. What contradicts an entry that is
 * held closes the chain, if both sides can be proved.
 */
import { equalBytes } from '../codec/bytes.ts'
import type { Crypto } from '../crypto/crypto.ts'
import type { Millis } from '../machine.ts'
import { type Chain, follows } from './chain.ts'
import type { Change, Outcome } from './change.ts'
import { type Entry, entryKinds, verifyEntry } from './entry.ts'
import { epochOf, trimExpired } from './expiry.ts'
import { encodeForkProof, forkSide, judgeFork } from './fork.ts'
import type { HybridClock } from './hybrid-clock.ts'
import { limits } from './limits.ts'
import type { Parking } from './parking.ts'
import type { Shelf } from './shelf.ts'

/** How an entry stands to what is held of its chain. */
type Judgement = 'new' | 'held' | 'conflict' | 'ahead' | 'pinned' | 'closed' | 'foreign' | 'expired'

export interface IntakeOptions {
  readonly crypto: Pick<Crypto, 'sha256' | 'verify'>
  readonly acceptsEpoch: (entry: Entry) => boolean
  readonly shelf: Shelf
  readonly parking: Parking
  readonly clock: HybridClock
  /** Older entries are let go, whatever their authors said. */
  readonly windowMs: Millis
}

export class Intake {
  windowMs: Millis
  readonly #crypto: Pick<Crypto, 'sha256' | 'verify'>
  readonly #acceptsEpoch: (entry: Entry) => boolean
  readonly #shelf: Shelf
  readonly #parking: Parking
  readonly #clock: HybridClock

  constructor(options: IntakeOptions) {
    this.windowMs = options.windowMs
    this.#crypto = options.crypto
    this.#acceptsEpoch = options.acceptsEpoch
    this.#shelf = options.shelf
    this.#parking = options.parking
    this.#clock = options.clock
  }

  /** The entries of a run whose signatures decide about it. */
  *signaturesFor(chain: Chain | undefined, run: readonly Entry[], now: Millis): Generator<Entry> {
    let first: Entry | undefined
    let last: Entry | undefined
    for (const entry of [...run, undefined]) {
      const judgement = entry && this.#judge(chain, entry, now)
      if (judgement === 'new') {
        first ??= entry
        last = entry
        continue
      }
      if (first !== undefined && last !== undefined) {
        const next = chain?.entries.get(last.seq + 1)
        if (next === undefined || !follows(last, next)) yield last
        const before = chain?.entries.get(first.seq - 1)
        if (before !== undefined && !follows(before, first)) yield* [before, first]
        first = last = undefined
      }
      if (entry === undefined) return
      const held = chain?.entries.get(entry.seq)
      if (judgement === 'conflict' && held !== undefined) yield* [held, entry]
      if (judgement === 'ahead' || judgement === 'pinned') yield entry
    }
  }

  /** Takes in a live entry whose signature was verified. */
  takeOne(chain: Chain, entry: Entry, now: Millis, change: Change): void {
    const run = [entry]
    // The usual case, without the questions of a run.
    if (this.#judge(chain, entry, now) !== 'new') return this.takeRun(chain, run, now, change, false)
    this.#takeSegment(chain, run, change, false)
    trimExpired(this.#shelf, chain, now, change, this.windowMs)
  }

  /** Takes in linked, contiguous entries of one chain, as far as they are new and provable. `trusted`: from our own store. */
  takeRun(chain: Chain, run: readonly Entry[], now: Millis, change: Change, trusted: boolean): void {
    let segment: Entry[] = []
    for (const entry of run) {
      if (this.#judge(chain, entry, now) === 'new') {
        segment.push(entry)
        continue
      }
      this.#takeSegment(chain, segment, change, trusted)
      segment = []
      // Judged again: the segment may have closed the chain.
      const judgement = this.#judge(chain, entry, now)
      const held = chain.entries.get(entry.seq)
      if (judgement === 'ahead') change.count(this.#park(chain, entry))
      else if (judgement === 'pinned') change.count(this.#pin(chain, entry, change, trusted))
      else if (judgement === 'held' && held !== undefined) this.takeAgain(chain, held, entry, change)
      else if (judgement === 'conflict' && held !== undefined) {
        const at = (seq: number): Entry | undefined => run[seq - (run[0] as Entry).seq]
        change.count(this.#fork(chain, held, entry, at, change) ? 'forked' : 'unproved')
      } else if (judgement !== 'new') change.count(judgement as Outcome)
    }
    this.#takeSegment(chain, segment, change, trusted)
    trimExpired(this.#shelf, chain, now, change, this.windowMs)
  }

  /** The same entry once more: only its body, or a better copy of its signature, can be news. */
  takeAgain(chain: Chain, held: Entry, copy: Entry, change: Change): void {
    if (held.husk && !copy.husk && chain.hollow.has(held.seq)) {
      this.#shelf.fill(chain, held, copy)
      change.add(held)
      change.count('filled')
      return
    }
    if (held.mark === 'junk' && held.husk === copy.husk && verifyEntry(this.#crypto, copy)) held.fill(copy)
    change.count('duplicate')
  }

  /** New entries in an unbroken run: accepted by the next one held, or by the signature of the last (rule 2). */
  #takeSegment(chain: Chain, segment: readonly Entry[], change: Change, trusted: boolean): void {
    const first = segment[0]
    const last = segment.at(-1)
    if (first === undefined || last === undefined) return
    if (chain.closedAt !== undefined && last.seq >= chain.closedAt) return change.count('closed', segment.length)
    const next = chain.entries.get(last.seq + 1)
    const linked = next !== undefined && follows(last, next)
    if (!linked && !trusted && !verifyEntry(this.#crypto, last)) return change.count('forged', segment.length)
    const before = chain.entries.get(first.seq - 1)
    const at = (seq: number): Entry | undefined =>
      seq <= last.seq ? segment[seq - first.seq] : linked ? chain.entries.get(seq) : undefined
    if (before !== undefined && !follows(before, first)) {
      return change.count(this.#fork(chain, before, first, at, change) ? 'forked' : 'unproved', segment.length)
    }
    if (next !== undefined && !linked) {
      return change.count(this.#fork(chain, next, last, at, change) ? 'forked' : 'unproved', segment.length)
    }
    if (before === undefined && next === undefined && chain.held.ranges > limits.gapRanges) {
      return change.count('tooManyGaps', segment.length)
    }
    let bytes = 0
    for (const entry of segment) bytes += entry.bytes.length
    if (chain.bytes + bytes > limits.bytesPerSession) return change.count('overBudget', segment.length)
    this.#shelf.insert(chain, segment, change)
    this.#clock.see(last.time)
    change.count('accepted', segment.length)
  }

  #judge(chain: Chain | undefined, entry: Entry, now: Millis): Judgement {
    if (chain?.closedAt !== undefined && entry.seq >= chain.closedAt) return 'closed'
    const held = chain?.entries.get(entry.seq)
    if (held !== undefined) return equalBytes(held.id, entry.id) ? 'held' : 'conflict'
    if (!this.#acceptsEpoch(entry)) return 'foreign'
    if (chain !== undefined && entry.seq > 0 && entry.seq < chain.floor && this.#isOld(entry, now)) {
      const isLatest = entry.kind === entryKinds.profile && entry.seq > (chain.pinned?.seq ?? 0)
      return isLatest ? 'pinned' : 'expired'
    }
    return entry.time > now + limits.aheadMs ? 'ahead' : 'new'
  }

  #isOld(entry: Entry, now: Millis): boolean {
    return entry.expiresAt <= epochOf(now) || entry.time + this.windowMs <= now
  }

  /** A profile from below the floor, which nothing held leads to. */
  #pin(chain: Chain, entry: Entry, change: Change, trusted: boolean): Outcome {
    if (!trusted && !verifyEntry(this.#crypto, entry)) return 'forged'
    this.#shelf.pin(chain, entry, change)
    this.#shelf.changed(chain)
    return 'accepted'
  }

  #park(chain: Chain, entry: Entry): Outcome {
    if (this.#parking.has(chain, entry)) return 'duplicate'
    if (!verifyEntry(this.#crypto, entry)) return 'forged'
    return this.#parking.park(chain, entry) ? 'parked' : 'parkFull'
  }

  /** Closes the chain if both sides of a contradiction can be proved. `at` finds what follows `theirs`. */
  #fork(chain: Chain, ours: Entry, theirs: Entry, at: (seq: number) => Entry | undefined, change: Change): boolean {
    const closesAt = judgeFork(ours, theirs)
    const ourSide = forkSide(this.#crypto, ours, (seq) => chain.entries.get(seq))
    const theirSide = ourSide && forkSide(this.#crypto, theirs, at)
    if (closesAt === undefined || ourSide === undefined || theirSide === undefined) return false
    const proof = encodeForkProof(this.#crypto, ourSide, theirSide)
    this.close(chain, closesAt, proof, Math.max(ours.expiresAt, theirs.expiresAt), change)
    return true
  }

  /** Nothing from `at` on counts. False when that was known. */
  close(chain: Chain, at: number, proof: Uint8Array, expiresAt: Millis, change: Change): boolean {
    if (chain.closedAt !== undefined && chain.closedAt <= at) return false
    chain.closedAt = at
    chain.proof = proof
    chain.proofExpiresAt = expiresAt
    for (const entry of [...chain.entries.values()]) if (entry.seq >= at) this.#shelf.remove(chain, entry, change)
    this.#parking.remove(chain, (entry) => entry.seq >= at)
    // What covered the new end is gone: it has to stand on its own signature.
    for (let head = chain.head; head !== undefined && !verifyEntry(this.#crypto, head); head = chain.head) {
      this.#shelf.remove(chain, head, change)
    }
    change.fork(proof)
    this.#shelf.changed(chain)
    return true
  }
}

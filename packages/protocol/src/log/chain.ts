/**
 * The entries of one session: what is held, what is known to be missing, where it begins (floor) and ends (closed).
 *
 * Entry 0 (certificates) stands apart: it stays as long as any later entry does. `floor` is the first later seq that has
 * not expired; below it the latest profile stays as well. The end of every held range carries a valid signature of its own; everything below is covered by it.
 */
import { formatHex, keepName } from '../codec/text.ts'
import { Writer } from '../codec/writer.ts'
import type { Millis } from '../machine.ts'
import { Budget } from './budget.ts'
import type { Entry } from './entry.ts'
import { EntrySlots } from './entry-slots.ts'
import { limits } from './limits.ts'
import { type Range, RangeSet, countOf } from './ranges.ts'

/** What a chain adds to the totals. */
export interface Tally {
  readonly sessions: number
  readonly size: number
  readonly missing: number
  readonly gaps: number
}

export const noTally: Tally = { sessions: 0, size: 0, missing: 0, gaps: 0 }
/** A session with fewer entries has no budget of its own yet: thousands say one thing only. */
const uncounted = 32
const nothingLacks: readonly Range[] = []
/** Of nearly every chain; never added to. */
const noneHollow = new RangeSet()

export class Chain {
  readonly session: Uint8Array
  /** Session key, hex. */
  readonly hex: string
  readonly entries: EntrySlots = new EntrySlots()
  readonly held: RangeSet = new RangeSet()
  floor = 1
  /** The latest profile below the floor. */
  pinned: Entry | undefined
  /** Lowest forked seq: nothing from here on counts. */
  closedAt: number | undefined
  /** Why it is closed. */
  proof: Uint8Array | undefined
  proofExpiresAt: Millis = Infinity
  bytes = 0
  /** Counts even when everything in it has expired: a keeper tells where it begins, so that nobody offers what it let go. */
  keepsCounting = false
  /** What of this chain is in the sum of `settled.ts`. */
  summed = false
  summedFloor = 1
  summedClosedAt: number | undefined
  /** `term` has still to be worked out. */
  isUndigested = false
  /** Hash of the summary, whose eight words the digest adds; undefined while the chain does not count. */
  term: Uint8Array | undefined
  /** What it adds to the totals of its shelf. */
  tally: Tally = noTally
  #hollow: RangeSet | undefined
  #lacking: readonly Range[] | undefined
  #live: { readonly entries: Budget; readonly bytes: Budget } | undefined

  constructor(session: Uint8Array) {
    this.session = keepName(session)
    this.hex = formatHex(session)
  }

  /** Husks nobody has explained by a deletion yet: asked for again like gaps. Added to by `hollowed` alone. */
  get hollow(): RangeSet {
    return this.#hollow ?? noneHollow
  }

  hollowed(seq: number): void {
    this.#hollow ??= new RangeSet()
    this.#hollow.add(seq, seq)
  }

  /** Takes a live entry of this many bytes from what the session may still send. */
  takeLive(bytes: number, now: Millis): boolean {
    if (this.#live === undefined) {
      if (this.entries.size < uncounted && this.bytes + bytes < limits.liveBytesPerMinute) return true
      this.#live = {
        entries: new Budget(limits.entryBurst, limits.entriesPerSecond * 60),
        bytes: new Budget(limits.liveBytesPerMinute, limits.liveBytesPerMinute),
      }
      // What was not counted came just now, for all we know.
      this.#live.entries.take(Math.min(this.entries.size, limits.entryBurst), now)
      this.#live.bytes.take(Math.min(this.bytes, limits.liveBytesPerMinute), now)
    }
    return this.#live.entries.take(1, now) && this.#live.bytes.take(bytes, now)
  }

  /** Newest seq held, or −1. */
  get top(): number {
    return this.held.top
  }

  get head(): Entry | undefined {
    return this.entries.get(this.held.top)
  }

  /** Everything but entry 0 has expired: kept only in case the session goes on. */
  get dormant(): boolean {
    return this.floor > 1 && this.top < this.floor
  }

  /** Dormant and open chains without entries are no part of what replicas compare. */
  get counts(): boolean {
    return this.closedAt !== undefined || (this.top >= 0 && (this.keepsCounting || !this.dormant))
  }

  /** Seqs known to exist and not held (or held without a body that nobody deleted). */
  get lacking(): readonly Range[] {
    return (this.#lacking ??= this.#findLacking())
  }

  get missing(): number {
    return countOf(this.lacking)
  }

  /** To be called after any change of the public fields. */
  changed(): void {
    this.#lacking = undefined
  }

  /** What the digest covers. */
  summary(): Uint8Array {
    const writer = new Writer(96)
      .raw(this.session)
      .varint(this.top + 1)
      .varint(this.floor)
      .varint((this.closedAt ?? -1) + 1)
    if (this.head !== undefined) writer.raw(this.head.id)
    if (this.pinned !== undefined) writer.varint(this.pinned.seq).raw(this.pinned.id)
    for (const [from, to] of this.lacking) writer.varint(from).varint(to)
    return writer.finish()
  }

  #findLacking(): readonly Range[] {
    const { top, floor, held, hollow } = this
    if (top < 0 || this.dormant) return nothingLacks
    if (floor <= 1 && held.ranges === 1 && hollow.ranges === 0 && held.has(0)) return nothingLacks
    const missing = floor <= 1 ? held.missing(0, top) : [...held.missing(0, 0), ...held.missing(floor, top)]
    if (hollow.ranges === 0) return missing
    const lacking = new RangeSet()
    for (const [from, to] of missing) lacking.add(from, to)
    for (const [from, to] of hollow) lacking.add(from, to)
    return [...lacking]
  }
}

/** Whether `next` can stand right after `entry`. */
export function follows(entry: Entry, next: Entry): boolean {
  return next.seq === entry.seq + 1 && next.time > entry.time && next.hasPrev(entry.id)
}

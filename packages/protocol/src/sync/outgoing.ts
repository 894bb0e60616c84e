/**
 * Pages of history for one peer, newest first (docs/spec/sync.md).
 *
 * A heap of cursors, one per session, walks backwards through everything offered. What is taken of a session is always
 * the newest that is left, so it makes one run that ends where the last one began, and the receiver needs no further
 * signature for it (LOG4). Two exceptions to strict order, both for the receiver's sake: a session's
 * opening travels with its first page, because nobody can be named without it (with the latest profile, where that is older); and a session of which little is left
 * travels whole, because that saves the opening a signature check of its own.
 */
import type { Crypto } from '../crypto/crypto.ts'
import { type Entry, verifyEntry } from '../log/entry.ts'
import { type Page, type PageReceipt, pageBytes, pageCost, runCost } from '../log/page.ts'
import type { Log } from '../log/log.ts'
import { RangeSet, countOf } from '../log/ranges.ts'
import type { Millis } from '../machine.ts'
import { type Offer, heldWithBody } from './compare.ts'

/** A screen and a half of messages. */
export const firstPageBytes: number = 16 * 1024
/** What is pushed to somebody who has nothing: so many entries, about 20 kB. */
export const recentEntries = 50
const recentBytes: number = 32 * 1024
/** A session with no more than this many entries to send is sent whole. */
export const wholeSessionEntries = 16

interface Cursor {
  readonly offer: Offer
  readonly ranges: [number, number][]
  /** The next entry to send: the newest that is left. */
  entry: Entry
  started: boolean
}

export class Outgoing {
  readonly #crypto: Pick<Crypto, 'verify'>
  readonly #receiptsOf: (entry: Entry) => readonly Uint8Array[]
  readonly #heap: Cursor[] = []
  #left = 0
  #sent = 0

  constructor(
    crypto: Pick<Crypto, 'verify'>,
    receiptsOf: (entry: Entry) => readonly Uint8Array[],
    offers: readonly Offer[],
    now: Millis,
  ) {
    this.#crypto = crypto
    this.#receiptsOf = receiptsOf
    for (const offer of offers) {
      const ranges = this.#provable(offer, now)
      this.#left += countOf(ranges)
      const cursor = { offer, ranges, entry: undefined as unknown as Entry, started: false }
      if (advance(cursor)) this.#heap.push(cursor)
    }
    for (let i = (this.#heap.length >> 1) - 1; i >= 0; i--) sink(this.#heap, i)
  }

  /** Entries not sent yet; an upper bound, since some may expire before their turn. */
  get left(): number {
    return this.#left
  }

  get done(): boolean {
    return this.#heap.length === 0
  }

  /** From now on only sessions of which `share` is true. */
  narrow(share: (session: Uint8Array) => boolean): void {
    const goes = this.#heap.filter(({ offer }) => !share(offer.chain.session))
    for (const { ranges } of goes) this.#left -= countOf(ranges)
    const stays = this.#heap.filter(({ offer }) => share(offer.chain.session))
    this.#heap.splice(0, this.#heap.length, ...stays)
    for (let i = (this.#heap.length >> 1) - 1; i >= 0; i--) sink(this.#heap, i)
  }

  nextPage(): Page {
    // The first page is what somebody who has just arrived is waiting to see.
    return this.#page(this.#sent++ === 0 ? firstPageBytes : pageBytes, Infinity, true)
  }

  /** The newest entries alone, with the openings of those who wrote them. */
  recentPage(): Page {
    return this.#page(recentBytes, recentEntries, false)
  }

  #page(bytes: number, most: number, wholeSessions: boolean): Page {
    const bySession = new Map<Offer, Entry[]>()
    let room = bytes
    let count = 0
    for (let lots = 0; this.#heap.length > 0 && lots < most; lots++) {
      const cursor = this.#heap[0] as Cursor
      const { lot, whole } = this.#lotOf(cursor, wholeSessions)
      let cost = bySession.has(cursor.offer) ? 0 : runCost
      for (const entry of lot) cost += pageCost(entry) + receiptCost(this.#receiptsOf(entry))
      if (count > 0 && cost > room) break
      room -= cost
      count += lot.length
      const taken = bySession.get(cursor.offer)
      if (taken === undefined) bySession.set(cursor.offer, lot)
      else taken.push(...lot)
      this.#consume(cursor, lot, whole)
    }
    const entries = [...bySession.values()].flatMap((taken) => taken.sort((a, b) => a.seq - b.seq))
    const receipts: PageReceipt[] = []
    for (const entry of entries) for (const receipt of this.#receiptsOf(entry)) receipts.push({ entry, receipt })
    return { entries, receipts }
  }

  /** What goes together at the top of the heap: one entry; with its opening; or all that is left of a small session. */
  #lotOf(cursor: Cursor, wholeSessions: boolean): { readonly lot: Entry[]; readonly whole: boolean } {
    if (cursor.started) return { lot: [cursor.entry], whole: false }
    const { entries } = cursor.offer.chain
    if (wholeSessions && countOf(cursor.ranges) <= wholeSessionEntries) {
      const all: Entry[] = []
      let bytes = 0
      for (const [from, to] of cursor.ranges) {
        for (let seq = from; seq <= to; seq++) {
          const entry = entries.get(seq)
          if (entry === undefined) continue
          all.push(entry)
          bytes += pageCost(entry)
        }
      }
      if (bytes < pageBytes / 4) return { lot: all, whole: true }
    }
    const lot = [cursor.entry]
    for (const early of [cursor.offer.chain.pinned, entries.get(0)]) {
      // On its own it has to be proved by its own signature.
      if (early === undefined || early === cursor.entry || !includes(cursor.ranges, early.seq)) continue
      if (verifyEntry(this.#crypto, early)) lot.unshift(early)
    }
    return { lot, whole: false }
  }

  #consume(cursor: Cursor, lot: readonly Entry[], whole: boolean): void {
    cursor.started = true
    if (whole) cursor.ranges.length = 0
    for (const entry of lot) removeSeq(cursor.ranges, entry.seq)
    this.#left -= lot.length
    if (!advance(cursor)) {
      const last = this.#heap.pop() as Cursor
      if (last !== cursor) this.#heap[0] = last
    }
    if (this.#heap.length > 0) sink(this.#heap, 0)
  }

  /** Cuts what has expired, and ends that could not be proved to somebody who does not hold what follows them. */
  #provable(offer: Offer, now: Millis): [number, number][] {
    const { entries, pinned } = offer.chain
    const ranges: [number, number][] = []
    for (const [first, last] of offer.ranges) {
      let from = first
      let to = last
      while (from <= to && from > 0 && from !== pinned?.seq && isGone(entries.get(from), now)) from++
      while (to >= from && !offer.theirs.has(to + 1) && !this.#stands(entries.get(to))) to--
      if (from <= to) ranges.push([from, to])
    }
    return ranges
  }

  #stands(entry: Entry | undefined): boolean {
    return entry !== undefined && verifyEntry(this.#crypto, entry)
  }
}

/** What everybody has to see first, for somebody who has nothing; undefined when there is nothing to show. */
export function recentPage(
  crypto: Pick<Crypto, 'verify'>,
  log: Log,
  receiptsOf: (entry: Entry) => readonly Uint8Array[],
  now: Millis,
): Page | undefined {
  // The newest fifty entries are in the fifty chains with the newest heads.
  const chains = [...log.chains()].filter(({ head }) => head !== undefined)
  chains.sort((a, b) => (b.head as Entry).time - (a.head as Entry).time)
  const offers = chains.slice(0, recentEntries).map((chain): Offer => {
    return { chain, ranges: [...heldWithBody(chain)], theirs: new RangeSet() }
  })
  const page = new Outgoing(crypto, receiptsOf, offers, now).recentPage()
  return page.entries.length === 0 ? undefined : page
}

function isGone(entry: Entry | undefined, now: Millis): boolean {
  return entry === undefined || entry.expiresAt <= now
}

function receiptCost(receipts: readonly Uint8Array[]): number {
  let cost = 0
  for (const receipt of receipts) cost += receipt.length + 6
  return cost
}

/** Moves to the newest entry left; false when there is none. Entries may have gone since they were offered. */
function advance(cursor: Cursor): boolean {
  for (let range = cursor.ranges.at(-1); range !== undefined; range = cursor.ranges.at(-1)) {
    const entry = cursor.offer.chain.entries.get(range[1])
    if (entry !== undefined) {
      cursor.entry = entry
      return true
    }
    if (range[0] === range[1]) cursor.ranges.pop()
    else range[1]--
  }
  return false
}

function removeSeq(ranges: [number, number][], seq: number): void {
  const last = ranges.at(-1)
  if (last !== undefined && last[1] === seq) {
    if (last[0] === seq) ranges.pop()
    else last[1]--
    return
  }
  // Besides the newest only the opening and the latest profile are taken early, both at the beginning of a range.
  const at = ranges.findIndex(([from]) => from === seq)
  const range = ranges[at]
  if (range === undefined) return
  if (range[0] === range[1]) ranges.splice(at, 1)
  else range[0]++
}

function includes(ranges: readonly (readonly [number, number])[], seq: number): boolean {
  return ranges.some(([from, to]) => from <= seq && seq <= to)
}

/** Newest on top; the session decides ties. */
function above(a: Cursor, b: Cursor): boolean {
  if (a.entry.time !== b.entry.time) return a.entry.time > b.entry.time
  return a.offer.chain.hex > b.offer.chain.hex
}

function sink(heap: Cursor[], start: number): void {
  for (let i = start; ;) {
    let top = i
    for (const child of [2 * i + 1, 2 * i + 2]) {
      if (child < heap.length && above(heap[child] as Cursor, heap[top] as Cursor)) top = child
    }
    if (top === i) return
    const moved = heap[i] as Cursor
    heap[i] = heap[top] as Cursor
    heap[top] = moved
    i = top
  }
}

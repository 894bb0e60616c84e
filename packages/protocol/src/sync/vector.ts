/**
 * What a log holds, in few bytes: about 6 for a session, and one more for each of its scattered gaps.
 *
 * A vector is packed bit by bit (`bits.ts`); sessions are in the order of their names (`names.ts`) and named by the first
 * bits of them, as many as make it unlikely that the far side takes another session for the one that is meant.
 *
 *   vector  items varint · name bits u8 (24–48) · orders u8 × 3 (seqs, gaps, lengths) · bits
 *   item    name, less the one before, less 1: golomb · newest seq + 1: golomb · [check of the newest id 16, unless nothing is held] ·
 *           more 1 · [gaps 1 · floor 1 · closed 1 · profile 1 · [floor] · [closed] · [profile]: golomb · [ranges]]
 *   ranges  count: golomb 2 · (from, counted from two after the last end: golomb · length − 1: golomb)…
 */
import { Reader } from '../codec/reader.ts'
import { Writer } from '../codec/writer.ts'
import type { Chain } from '../log/chain.ts'
import { maxSeq } from '../log/entry.ts'
import { limits } from '../log/limits.ts'
import type { Log } from '../log/log.ts'
import { type Range, RangeSet } from '../log/ranges.ts'
import { type Result, accept, reject } from '../machine.ts'
import { BitReader, BitWriter, bestOrder, maxOrder, widthOf } from './bits.ts'
import { checkOf, nameBits, nameOf } from './names.ts'

/** Sessions of one vector, and ranges of one message. */
export const maxVectorItems = 8192
export const maxRanges = 65_536
const leastNameBits = 24
/** Names are so many bits longer than it takes to number the sessions: one in so many is taken for another. */
const sparseBits = 17
const checkBits = 16
const countOrder = 2

export interface VectorItem {
  /** First bits of the session's name. */
  readonly name: number
  /** Newest seq held, −1 when none. */
  readonly top: number
  /** 16 bits of its id. */
  readonly check: number
  readonly lacking: readonly Range[]
  readonly floor: number
  readonly closedAt: number | undefined
  /** Seq of the latest profile below the floor. */
  readonly pinned: number | undefined
}

export interface Vector {
  readonly nameBits: number
  readonly items: readonly VectorItem[]
}

/** A chain and its name in one exchange. */
export interface NamedChain {
  readonly name: number
  readonly chain: Chain
}

/**
 * The chains a vector is about, in its order. Of two with one name, which only a search for such a pair makes likely, the
 * second waits for another salt.
 */
export function chainsByName(log: Log, salt: number): NamedChain[] {
  const named = byName(log.chains(), salt)
  return named.filter(({ name }, i) => name !== named[i - 1]?.name)
}

export function byName(chains: Iterable<Chain>, salt: number): NamedChain[] {
  const named: NamedChain[] = []
  for (const chain of chains) named.push({ name: nameOf(chain.session, salt), chain })
  return named.sort((a, b) => a.name - b.name)
}

/** Enough to keep these apart, and `among` sessions of the far side from them. */
export function nameBitsFor(
  chains: readonly NamedChain[],
  among: number = chains.length,
  sparse: number = sparseBits,
): number {
  let bits = Math.max(leastNameBits, widthOf(Math.max(1, among)) + sparse)
  for (let i = 1; i < chains.length; i++) {
    const apart = (chains[i] as NamedChain).name - (chains[i - 1] as NamedChain).name
    // Two names that differ by d differ within their first 48 − log2 d bits, rounded up.
    bits = Math.max(bits, nameBits + 1 - widthOf(Math.max(1, apart)))
  }
  return Math.min(nameBits, bits)
}

/** `bits` as `nameBitsFor` these or more chains. */
export function encodeVector(chains: readonly NamedChain[], bits: number, salt: number): Uint8Array {
  const seqOrder = bestOrder(chains.map(({ chain }) => chain.top + 1))
  const orders = rangeOrders(chains.map(({ chain }) => chain.lacking))
  const header = new Writer(16).varint(chains.length).u8(bits).u8(seqOrder).u8(orders.gap).u8(orders.length)
  const writer = new BitWriter()
  const nameOrder = nameOrderFor(bits, chains.length)
  let last = -1
  for (const { name, chain } of chains) {
    const short = shorten(name, bits)
    writer.golomb(short - last - 1, nameOrder).golomb(chain.top + 1, seqOrder)
    last = short
    if (chain.head !== undefined) writer.bits(checkOf(chain.head.id, salt), checkBits)
    writeRest(writer, chain, seqOrder, orders)
  }
  return header.raw(writer.finish()).finish()
}

function writeRest(writer: BitWriter, chain: Chain, seqOrder: number, orders: RangeOrders): void {
  const { lacking, floor, closedAt, pinned } = chain
  const isPlain = lacking.length === 0 && floor <= 1 && closedAt === undefined && pinned === undefined
  writer.bit(!isPlain)
  if (isPlain) return
  writer
    .bit(lacking.length > 0)
    .bit(floor > 1)
    .bit(closedAt !== undefined)
    .bit(pinned !== undefined)
  if (floor > 1) writer.golomb(floor, seqOrder)
  if (closedAt !== undefined) writer.golomb(closedAt, seqOrder)
  if (pinned !== undefined) writer.golomb(pinned.seq, seqOrder)
  if (lacking.length > 0) writeRanges(writer, lacking, orders)
}

export function decodeVector(bytes: Uint8Array): Result<Vector, 'malformed' | 'tooMany'> {
  const header = new Reader(bytes)
  const count = header.varint()
  const bits = header.u8()
  const seqOrder = header.u8()
  const orders = { gap: header.u8(), length: header.u8() }
  if (header.failed || bits < leastNameBits || bits > nameBits) return reject('malformed')
  if (Math.max(seqOrder, orders.gap, orders.length) > maxOrder) return reject('malformed')
  if (count > maxVectorItems) return reject('tooMany')
  const reader = new BitReader(header.rest())
  const nameOrder = nameOrderFor(bits, count)
  const budget = { ranges: maxRanges }
  const items: VectorItem[] = []
  let last = -1
  for (let i = 0; i < count && !reader.failed; i++) {
    const name = last + 1 + reader.golomb(nameOrder)
    if (name >= 2 ** bits) reader.fail()
    items.push(readItem(reader, name, seqOrder, orders, budget))
    last = name
  }
  return reader.done() ? accept({ nameBits: bits, items }) : reject('malformed')
}

function readItem(
  reader: BitReader,
  name: number,
  seqOrder: number,
  orders: RangeOrders,
  budget: { ranges: number },
): VectorItem {
  const top = reader.golomb(seqOrder) - 1
  const check = top >= 0 ? reader.bits(checkBits) : 0
  if (top > maxSeq) reader.fail()
  if (!reader.bit()) return { name, top, check, lacking: [], floor: 1, closedAt: undefined, pinned: undefined }
  const [hasGaps, hasFloor, hasClosed, hasPinned] = [reader.bit(), reader.bit(), reader.bit(), reader.bit()]
  const floor = hasFloor ? reader.golomb(seqOrder) : 1
  const closedAt = hasClosed ? reader.golomb(seqOrder) : undefined
  const pinned = hasPinned ? reader.golomb(seqOrder) : undefined
  const lacking = hasGaps ? readRanges(reader, orders, budget) : []
  if (pinned !== undefined && (pinned < 1 || pinned >= floor)) reader.fail()
  if (floor < 1 || floor > maxSeq + 1 || (lacking.at(-1)?.[1] ?? -1) > top) reader.fail()
  return { name, top, check, lacking, floor, closedAt, pinned }
}

/** Keys of sessions (first 32 bits of their names), ascending. */
export function encodeKeys(keys: readonly number[]): Uint8Array {
  const apart = keys.map((key, i) => key - (keys[i - 1] ?? -1) - 1)
  const order = bestOrder(apart)
  const writer = new BitWriter()
  for (const step of apart) writer.golomb(step, order)
  return new Writer(8).varint(keys.length).u8(order).raw(writer.finish()).finish()
}

export function decodeKeys(bytes: Uint8Array): readonly number[] | undefined {
  const header = new Reader(bytes)
  const count = header.varint()
  const order = header.u8()
  if (header.failed || order > maxOrder || count > maxRanges) return undefined
  const reader = new BitReader(header.rest())
  const keys: number[] = []
  let last = -1
  for (let i = 0; i < count && !reader.failed; i++) {
    last += 1 + reader.golomb(order)
    if (last > 0xffff_ffff) reader.fail()
    keys.push(last)
  }
  return reader.done() ? keys : undefined
}

// Ranges, as they stand in vectors and deltas.

export interface RangeOrders {
  readonly gap: number
  readonly length: number
}

/** The parameters that suit many lists of ranges. */
export function rangeOrders(lists: readonly (readonly Range[])[]): RangeOrders {
  const gaps: number[] = []
  const lengths: number[] = []
  for (const ranges of lists) {
    let end = -2
    for (const [from, to] of ranges) {
      gaps.push(from - end - 2)
      lengths.push(to - from)
      end = to
    }
  }
  return { gap: bestOrder(gaps), length: bestOrder(lengths) }
}

/** Ascending ranges that do not touch. */
export function writeRanges(writer: BitWriter, ranges: readonly Range[], orders: RangeOrders): void {
  writer.golomb(ranges.length, countOrder)
  let end = -2
  for (const [from, to] of ranges) {
    writer.golomb(from - end - 2, orders.gap).golomb(to - from, orders.length)
    end = to
  }
}

/** `budget.ranges` is what the message may still contain. */
export function readRanges(reader: BitReader, orders: RangeOrders, budget: { ranges: number }): Range[] {
  const count = reader.golomb(countOrder)
  budget.ranges -= count
  if (count > 2 * limits.gapRanges + 2 || budget.ranges < 0) reader.fail()
  const ranges: Range[] = []
  let end = -2
  for (let i = 0; i < count && !reader.failed; i++) {
    const from = end + 2 + reader.golomb(orders.gap)
    end = from + reader.golomb(orders.length)
    if (end > maxSeq) reader.fail()
    ranges.push([from, end])
  }
  return ranges
}

/** What the far side holds of a session, as its item says. */
export function heldBy(item: Pick<VectorItem, 'top' | 'floor' | 'lacking' | 'pinned'>): RangeSet {
  const held = new RangeSet()
  if (item.top < 0) return held
  held.add(0, 0)
  if (item.pinned !== undefined) held.add(item.pinned, item.pinned)
  if (item.top >= item.floor) held.add(item.floor, item.top)
  for (const [from, to] of item.lacking) held.remove(from, to)
  return held
}

export function shorten(name: number, bits: number): number {
  return Math.floor(name / 2 ** (nameBits - bits))
}

/** Names are spread evenly: what lies between two of them is about so long. */
function nameOrderFor(bits: number, count: number): number {
  return Math.min(maxOrder, Math.max(0, bits - widthOf(Math.max(1, count))))
}

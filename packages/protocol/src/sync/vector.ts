/**
 * What a log holds, in few bytes, and what two logs can give each other.
 *
 * An item names a session by a prefix of its key, as long as keeps the sender's own sessions apart, and says: newest seq
 * held, first 8 bytes of that entry's id, missing ranges, floor, and where it is closed. About 15 bytes for a session
 * without gaps. A prefix or an id that happens to match costs a needless page, never an entry: pages are judged by the
 * log.
 *
 *   vector  prefix length u8 · items varint · item…, ascending by session key
 *   item    prefix · (newest seq + 1) × 16 + bits varint (1 gaps, 2 floor, 4 closed, 8 profile below the floor) · [id 8, unless nothing is held] ·
 *           [floor varint] · [closed varint] · [profile varint] · [ranges varint, then per range: from the last end varint, length − 1 varint]
 */
import { compareBytes, equalBytes } from '../codec/bytes.ts'
import { formatHex } from '../codec/text.ts'
import { Reader } from '../codec/reader.ts'
import { Writer } from '../codec/writer.ts'
import type { Chain } from '../log/chain.ts'
import { maxSeq } from '../log/entry.ts'
import { limits } from '../log/limits.ts'
import type { Log } from '../log/log.ts'
import { type Range, RangeSet } from '../log/ranges.ts'
import { type Result, accept, reject } from '../machine.ts'

const leastPrefixBytes = 4
const idPrefixBytes = 8
const bitGaps = 1
const bitFloor = 2
const bitClosed = 4
const bitPinned = 8

export interface VectorItem {
  /** First bytes of the session key. */
  readonly prefix: Uint8Array
  /** Newest seq held, −1 when none. */
  readonly top: number
  readonly headId: Uint8Array
  readonly lacking: readonly Range[]
  readonly floor: number
  readonly closedAt: number | undefined
  /** Seq of the latest profile below the floor. */
  readonly pinned: number | undefined
}

/** The chains a vector is about, in its order. */
export function chainsInOrder(log: Log): Chain[] {
  return [...log.chains()].sort((a, b) => compareBytes(a.session, b.session))
}

export function encodeVector(chains: readonly Chain[]): Uint8Array {
  const length = prefixLengthFor(chains)
  const writer = new Writer(16 + chains.length * 20).u8(length).varint(chains.length)
  for (const { session, top, head, lacking, floor, closedAt, pinned } of chains) {
    const bits =
      (lacking.length > 0 ? bitGaps : 0) |
      (floor > 1 ? bitFloor : 0) |
      (closedAt === undefined ? 0 : bitClosed) |
      (pinned === undefined ? 0 : bitPinned)
    writer.raw(session.subarray(0, length)).varint((top + 1) * 16 + bits)
    if (head !== undefined) writer.raw(head.id.subarray(0, idPrefixBytes))
    if (floor > 1) writer.varint(floor)
    if (closedAt !== undefined) writer.varint(closedAt)
    if (pinned !== undefined) writer.varint(pinned.seq)
    if (lacking.length === 0) continue
    writer.varint(lacking.length)
    let end = 0
    for (const [from, to] of lacking) {
      writer.varint(from - end).varint(to - from)
      end = to
    }
  }
  return writer.finish()
}

/** One byte more than keeps neighbours apart, so that the far side's other sessions rarely match. */
function prefixLengthFor(chains: readonly Chain[]): number {
  let length = leastPrefixBytes
  for (let i = 1; i < chains.length; i++) {
    const a = (chains[i - 1] as Chain).session
    const b = (chains[i] as Chain).session
    let same = 0
    while (same < 32 && a[same] === b[same]) same++
    length = Math.max(length, Math.min(32, same + 2))
  }
  return length
}

export function decodeVector(bytes: Uint8Array): Result<readonly VectorItem[], 'malformed' | 'tooMany'> {
  const reader = new Reader(bytes)
  const length = reader.u8()
  const count = reader.varint()
  if (length < leastPrefixBytes || length > 32) return reject('malformed')
  if (count > limits.sessions) return reject('tooMany')
  const items: VectorItem[] = []
  for (let i = 0; i < count && !reader.failed; i++) items.push(readItem(reader, length))
  return reader.done() ? accept(items) : reject('malformed')
}

function readItem(reader: Reader, length: number): VectorItem {
  const prefix = reader.raw(length)
  const packed = reader.varint()
  const bits = packed % 16
  const top = Math.floor(packed / 16) - 1
  const headId = top >= 0 ? reader.raw(idPrefixBytes) : reader.raw(0)
  const floor = (bits & bitFloor) !== 0 ? reader.varint() : 1
  const closedAt = (bits & bitClosed) !== 0 ? reader.varint() : undefined
  const pinned = (bits & bitPinned) !== 0 ? reader.varint() : undefined
  const lacking: Range[] = []
  const ranges = (bits & bitGaps) !== 0 ? reader.varint() : 0
  if (pinned !== undefined && (pinned < 1 || pinned >= floor)) reader.fail()
  if (top > maxSeq || floor < 1 || floor > maxSeq + 1 || ranges > 2 * limits.gapRanges + 2) reader.fail()
  let end = 0
  for (let i = 0; i < ranges && !reader.failed; i++) {
    const from = end + reader.varint()
    const to = from + reader.varint()
    if (to > top || (i > 0 && from <= end)) reader.fail()
    lacking.push([from, to])
    end = to
  }
  return { prefix, top, headId, lacking, floor, closedAt, pinned }
}

/** Seqs of one session to send, and those the far side has, next to which a run needs no signature of its own. */
export interface Offer {
  readonly chain: Chain
  readonly ranges: readonly Range[]
  readonly theirs: RangeSet
}

/** What we want of the session that is item `index` of the far side's vector. */
export interface Want {
  readonly index: number
  readonly ranges: readonly Range[]
}

export interface Comparison {
  readonly offers: readonly Offer[]
  readonly wants: readonly Want[]
  /** Fork proofs the far side has not got, and items whose proofs we have not got. */
  readonly proofs: readonly Uint8Array[]
  readonly wantProofs: readonly number[]
  /** Our floors where the far side looks for what has expired, by item. */
  readonly floors: readonly { readonly index: number; readonly floor: number }[]
  /** Their floors where we look for what has expired, by session, hex. */
  readonly theirFloors: ReadonlyMap<string, number>
  /** How far the far side has each session we know (hex) without a gap. */
  readonly held: ReadonlyMap<string, number>
}

/** Puts a far side's vector beside our log. `share` says which sessions we are asked to send history of. */
export function compareVector(
  log: Log,
  items: readonly VectorItem[],
  share: (session: Uint8Array) => boolean,
): Comparison {
  const offers: Offer[] = []
  const wants: Want[] = []
  const proofs: Uint8Array[] = []
  const wantProofs: number[] = []
  const floors: { index: number; floor: number }[] = []
  const theirFloors = new Map<string, number>()
  const held = new Map<string, number>()
  const finder = new Finder(log)
  const matched = new Set<Chain>()

  items.forEach((item, index) => {
    const theirs = heldBy(item)
    const chain = finder.find(item)
    if (chain === undefined) {
      const ranges = [...theirs]
      if (ranges.length > 0) wants.push({ index, ranges })
      if (item.closedAt !== undefined) wantProofs.push(index)
      return
    }
    matched.add(chain)
    const ours = heldWithBody(chain)
    const head = chain.entries.get(item.top)
    // Another entry at the place of their newest: everything goes both ways, so that the fork is found and proved.
    const forked = head !== undefined && !equalBytes(head.id.subarray(0, idPrefixBytes), item.headId)
    const closesAt = Math.min(item.closedAt ?? Infinity, chain.closedAt ?? Infinity)
    const theyLack = below(forked ? [...ours] : minus(ours, theirs), closesAt)
    const weLack = below(forked ? [...theirs] : minus(theirs, ours), closesAt)
    if (theyLack.length > 0 && share(chain.session)) {
      offers.push({ chain, ranges: theyLack, theirs: forked ? new RangeSet() : theirs })
    }
    if (weLack.length > 0) wants.push({ index, ranges: weLack })
    if (chain.proof !== undefined && (chain.closedAt ?? Infinity) < (item.closedAt ?? Infinity))
      proofs.push(chain.proof)
    if (item.closedAt !== undefined && item.closedAt < (chain.closedAt ?? Infinity)) wantProofs.push(index)
    if (chain.floor > item.floor) floors.push({ index, floor: chain.floor })
    if (item.floor > chain.floor) theirFloors.set(chain.hex, item.floor)
    const firstGap = item.lacking[0]
    if (!forked) held.set(chain.hex, firstGap === undefined ? item.top : firstGap[0] - 1)
  })

  for (const chain of log.chains()) {
    if (matched.has(chain)) continue
    if (chain.proof !== undefined) proofs.push(chain.proof)
    const ranges = [...heldWithBody(chain)]
    if (ranges.length > 0 && share(chain.session)) offers.push({ chain, ranges, theirs: new RangeSet() })
  }
  return { offers, wants, proofs, wantProofs, floors, theirFloors, held }
}

/** Our chains by key prefix; the parts of one vector may have prefixes of different lengths. */
class Finder {
  readonly #log: Log
  readonly #byLength = new Map<number, Map<string, Chain[]>>()

  constructor(log: Log) {
    this.#log = log
  }

  /** Of several sessions with the prefix, the one whose newest entry fits. */
  find(item: VectorItem): Chain | undefined {
    const chains = this.#withPrefixes(item.prefix.length).get(formatHex(item.prefix))
    if (chains === undefined || chains.length < 2) return chains?.[0]
    const fits = (chain: Chain): boolean => {
      const entry = chain.entries.get(item.top)
      return entry !== undefined && equalBytes(entry.id.subarray(0, idPrefixBytes), item.headId)
    }
    return chains.find(fits) ?? chains[0]
  }

  #withPrefixes(length: number): ReadonlyMap<string, readonly Chain[]> {
    let byPrefix = this.#byLength.get(length)
    if (byPrefix !== undefined) return byPrefix
    byPrefix = new Map()
    for (const chain of this.#log.allChains()) {
      const prefix = chain.hex.slice(0, length * 2)
      const others = byPrefix.get(prefix)
      if (others === undefined) byPrefix.set(prefix, [chain])
      else others.push(chain)
    }
    this.#byLength.set(length, byPrefix)
    return byPrefix
  }
}

/** What can be passed on: husks that nobody deleted are no use to anybody. */
export function heldWithBody(chain: Chain): RangeSet {
  if (chain.hollow.ranges === 0) return chain.held
  const held = new RangeSet()
  for (const [from, to] of chain.held) held.add(from, to)
  for (const [from, to] of chain.hollow) held.remove(from, to)
  return held
}

function heldBy(item: VectorItem): RangeSet {
  const held = new RangeSet()
  if (item.top < 0) return held
  held.add(0, 0)
  if (item.pinned !== undefined) held.add(item.pinned, item.pinned)
  if (item.top >= item.floor) held.add(item.floor, item.top)
  for (const [from, to] of item.lacking) held.remove(from, to)
  return held
}

function minus(a: RangeSet, b: RangeSet): Range[] {
  const rest: Range[] = []
  for (const [from, to] of a) rest.push(...b.missing(from, to))
  return rest
}

function below(ranges: readonly Range[], limit: number): Range[] {
  return ranges.filter(([from]) => from < limit).map(([from, to]) => [from, Math.min(to, limit - 1)])
}

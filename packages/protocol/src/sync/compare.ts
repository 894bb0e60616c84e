/** What two logs can give each other: the far side's vector beside our log. */
import type { Chain } from '../log/chain.ts'
import type { Log } from '../log/log.ts'
import { type Range, RangeSet } from '../log/ranges.ts'
import { checkOf, keyBits, nameBits } from './names.ts'
import { type NamedChain, type Vector, type VectorItem, byName, heldBy } from './vector.ts'

/** Seqs of one session to send, and those the far side has, next to which a run needs no signature of its own. */
export interface Offer {
  readonly chain: Chain
  readonly ranges: readonly Range[]
  readonly theirs: RangeSet
}

/** What we want of the session that is item `index` of the far side's vector. */
export interface Want {
  readonly index: number
  /** Undefined: everything the item says is held. */
  readonly ranges: readonly Range[] | undefined
}

export interface Comparison {
  readonly offers: readonly Offer[]
  readonly wants: readonly Want[]
  /** Entries those wants ask for. */
  readonly wanted: number
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

export interface Question {
  /** The parts of one vector. */
  readonly parts: readonly Vector[]
  readonly salt: number
  /**
   * First 32 bits of the names of sessions the far side has nothing of, ascending, when it knows by `iblt.ts` which
   * differ; undefined when its vector is complete.
   */
  readonly lacking: readonly number[] | undefined
  /** Sessions we are asked to send history of. */
  readonly share: (session: Uint8Array) => boolean
  /** What was sent already and may not have been taken in when the vector was made. */
  readonly pushed: ReadonlyMap<string, RangeSet>
  /** It is a keeper: what lies below its floors it has let go, and is not offered again. */
  readonly isKeeper: boolean
  /** Ranges a delta may ask for. */
  readonly mostRanges: number
}

export function compareVector(log: Log, question: Question): Comparison {
  const { parts, salt, share, pushed } = question
  const offers: Offer[] = []
  const wants: Want[] = []
  const proofs: Uint8Array[] = []
  const wantProofs: number[] = []
  const floors: { index: number; floor: number }[] = []
  const theirFloors = new Map<string, number>()
  const held = new Map<string, number>()
  const finder = new Finder(log, salt)
  const matched = new Set<Chain>()
  let wanted = 0
  let rangesLeft = question.mostRanges
  const want = (index: number, ranges: readonly Range[] | undefined, asked: readonly Range[]): void => {
    const cost = ranges?.length ?? 1
    // What does not fit is found by the next exchange.
    if (asked.length === 0 || rangesLeft < cost) return
    rangesLeft -= cost
    for (const [from, to] of asked) wanted += to - from + 1
    wants.push({ index, ranges })
  }

  const judge = (item: VectorItem, index: number, bits: number): void => {
    const theirs = heldBy(item)
    const chain = finder.find(item, bits)
    if (chain === undefined) {
      want(index, undefined, [...theirs])
      if (item.closedAt !== undefined) wantProofs.push(index)
      return
    }
    matched.add(chain)
    const ours = heldWithBody(chain)
    const head = chain.entries.get(item.top)
    // Another entry at the place of their newest: everything goes both ways, so that the fork is found and proved.
    const forked = head !== undefined && checkOf(head.id, salt) !== item.check
    const closesAt = Math.min(item.closedAt ?? Infinity, chain.closedAt ?? Infinity)
    const weLack = above(
      chain.keepsCounting ? chain.floor : 1,
      below(forked ? [...theirs] : minus(theirs, ours), closesAt),
    )
    for (const [from, to] of pushed.get(chain.hex) ?? []) theirs.add(from, to)
    const theyLack = above(
      question.isKeeper ? item.floor : 1,
      below(forked ? [...ours] : minus(ours, theirs), closesAt),
    )
    if (theyLack.length > 0 && share(chain.session)) {
      offers.push({ chain, ranges: theyLack, theirs: forked ? new RangeSet() : theirs })
    }
    want(index, weLack, weLack)
    if (chain.proof !== undefined && (chain.closedAt ?? Infinity) < (item.closedAt ?? Infinity))
      proofs.push(chain.proof)
    if (item.closedAt !== undefined && item.closedAt < (chain.closedAt ?? Infinity)) wantProofs.push(index)
    if (chain.floor > item.floor) floors.push({ index, floor: chain.floor })
    if (item.floor > chain.floor) theirFloors.set(chain.hex, item.floor)
    const firstGap = item.lacking[0]
    if (!forked) held.set(chain.hex, firstGap === undefined ? item.top : firstGap[0] - 1)
  }

  let index = 0
  for (const { items, nameBits: bits } of parts) for (const item of items) judge(item, index++, bits)

  for (const chain of question.lacking === undefined ? log.chains() : finder.withKeys(question.lacking)) {
    if (matched.has(chain)) continue
    if (chain.proof !== undefined) proofs.push(chain.proof)
    const theirs = pushed.get(chain.hex) ?? new RangeSet()
    const ranges = minus(heldWithBody(chain), theirs)
    if (ranges.length > 0 && share(chain.session)) offers.push({ chain, ranges, theirs })
  }
  return { offers, wants, wanted, proofs, wantProofs, floors, theirFloors, held }
}

/** Our chains by the first bits of their names. */
class Finder {
  readonly #salt: number
  readonly #named: readonly NamedChain[]

  constructor(log: Log, salt: number) {
    this.#salt = salt
    this.#named = byName(log.allChains(), salt)
  }

  /** Of several sessions with the name, the one whose newest entry fits. */
  find(item: VectorItem, bits: number): Chain | undefined {
    let first: Chain | undefined
    for (const chain of this.#starting(item.name, bits)) {
      first ??= chain
      const entry = chain.entries.get(item.top)
      if (entry !== undefined && checkOf(entry.id, this.#salt) === item.check) return chain
    }
    return first
  }

  *withKeys(keys: readonly number[]): Generator<Chain> {
    for (const key of keys) for (const chain of this.#starting(key, keyBits)) if (chain.counts) yield chain
  }

  *#starting(name: number, bits: number): Generator<Chain> {
    const width = 2 ** (nameBits - bits)
    const from = name * width
    let low = 0
    let high = this.#named.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#named[middle] as NamedChain).name < from) low = middle + 1
      else high = middle
    }
    for (let at = this.#named[low]; at !== undefined && at.name < from + width; at = this.#named[++low]) yield at.chain
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

function minus(a: RangeSet, b: RangeSet): Range[] {
  const rest: Range[] = []
  for (const [from, to] of a) rest.push(...b.missing(from, to))
  return rest
}

function below(ranges: readonly Range[], limit: number): Range[] {
  return ranges.filter(([from]) => from < limit).map(([from, to]) => [from, Math.min(to, limit - 1)])
}

/** Without what lies between the opening and a floor. */
function above(floor: number, ranges: readonly Range[]): Range[] {
  if (floor <= 1) return [...ranges]
  const rest: Range[] = []
  for (const [from, to] of ranges) {
    if (from === 0) rest.push([0, 0])
    if (to >= floor) rest.push([Math.max(from, floor), to])
  }
  return rest
}

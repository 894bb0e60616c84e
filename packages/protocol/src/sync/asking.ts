/** The exchange that was started here: what we say we hold, and what the far side makes of it. */
import type { Crypto } from '../crypto/crypto.ts'
import type { Chain } from '../log/chain.ts'
import { type Range, RangeSet, intersectRanges } from '../log/ranges.ts'
import type { Millis } from '../machine.ts'
import { type Offer, heldWithBody } from './compare.ts'
import { sharedSalt } from './iblt.ts'
import { IbltDecoder } from './iblt-decoder.ts'
import {
  type ExchangeContext,
  type ExchangeOutput,
  Incoming,
  Sending,
  pagesOf,
  send,
  tellForks,
  unasked,
} from './streams.ts'
import {
  type NamedChain,
  byName,
  chainsByName,
  encodeVector,
  heldBy,
  maxRanges,
  maxVectorItems,
  nameBitsFor,
} from './vector.ts'
import { type Slice, type SyncMessage, maxParts } from './wire.ts'

/** From so many sessions on it is first found out which differ. */
export const sumsFrom = 2_000
/** A session in a vector takes about so many times the bytes of a symbol: more symbols are not worth it. */
const vectorShare = 0.75
/** Names of few sessions need not be told from many. */
const sparseBitsOfFew = 12
/** Bytes a vector part aims to stay below. */
const messageBytes = 200_000

/** What our vector said of a session. */
interface Said {
  readonly chain: Chain
  readonly top: number
  readonly floor: number
  readonly lacking: readonly Range[]
  readonly pinned: number | undefined
}

/** Sessions that differ, when it is known which. */
interface Few {
  readonly chains: readonly Chain[]
  readonly lacking: readonly number[]
  readonly salt: number
}

type Message<Type extends SyncMessage['type']> = Extract<SyncMessage, { type: Type }>

export class Asking {
  readonly id: number
  incoming: Incoming | undefined
  readonly #context: ExchangeContext
  readonly #slice: Slice
  /** Own sessions, and how far we had them without a gap. */
  readonly #tops = new Map<string, number>()
  #pushCame: boolean
  #said: readonly Said[] = []
  #decoder: IbltDecoder | undefined
  #answered = false
  #equal = false
  #sending: Sending | undefined

  /** `pushCame`: what the far side pushed is not in the log yet. */
  constructor(context: ExchangeContext, id: number, slice: Slice, pushCame: boolean) {
    this.#context = context
    this.id = id
    this.#slice = slice
    this.#pushCame = pushCame
  }

  start(now: Millis): ExchangeOutput[] {
    const { history, sums: cache } = this.#context
    const { log } = history
    for (const chain of log.chains()) if (history.isOwn(chain.hex)) this.#tops.set(chain.hex, unbrokenTop(chain))
    if (log.sessions <= sumsFrom || this.#slice.of > 1) return this.#sendVector(undefined)
    const sums = cache.take(sharedSalt(now), now)
    this.#decoder = new IbltDecoder(sums, Math.ceil(sums.sessions * vectorShare))
    const { salt, sessions, estimate } = sums
    return [send({ type: 'sketch', id: this.id, salt, sessions, estimate })]
  }

  /** Nothing of this is wanted any more. */
  close(): void {
    this.#decoder?.release()
    this.#decoder = undefined
  }

  symbols({ symbols }: Message<'symbols'>): readonly ExchangeOutput[] {
    const decoder = this.#decoder
    // What was under way when the last one was found.
    if (decoder === undefined) return this.#answered ? unasked : []
    if (symbols.length > 0) decoder.take(symbols)
    const state = symbols.length > 0 ? decoder.state : 'failed'
    if (state === 'open') return [send({ type: 'more', id: this.id, own: true })]
    const few = state === 'decoded' ? { ...decoder.result(), salt: decoder.salt } : undefined
    this.close()
    return this.#sendVector(few)
  }

  delta({ total, wants, wantProofs, floors }: Message<'delta'>, now: Millis): readonly ExchangeOutput[] {
    if (this.#answered || this.#decoder !== undefined) return unasked
    this.#answered = true
    if (total > 0) this.incoming = new Incoming(total)
    const offers: Offer[] = []
    for (const { index, ranges } of wants) {
      const said = this.#said[index]
      if (said === undefined) return [{ type: 'refuse', code: 'malformed' }]
      const here = intersectRanges([...heldWithBody(said.chain)], ranges ?? [...heldBy(said)])
      if (here.length > 0) offers.push({ chain: said.chain, ranges: here, theirs: new RangeSet() })
    }
    const forks: Uint8Array[] = []
    for (const index of wantProofs) {
      const proof = this.#said[index]?.chain.proof
      if (proof !== undefined) forks.push(proof)
    }
    for (const { index, floor } of floors) {
      const said = this.#said[index]
      if (said !== undefined) this.#context.history.adoptFloor(said.chain.hex, floor)
    }
    this.#equal = total === 0 && wants.length === 0 && wantProofs.length === 0
    const outputs: ExchangeOutput[] = [...tellForks(forks), { type: 'progress' }]
    if (wants.length === 0) return [...outputs, ...this.#told()]
    this.#sending = new Sending(this.id, true, pagesOf(this.#context, offers, now))
    return [...outputs, ...this.#sending.pump()]
  }

  /** The far side took in a page. */
  more(): ExchangeOutput[] {
    const sending = this.#sending
    if (sending === undefined) return []
    if (!sending.taken()) return sending.pump()
    this.#sending = undefined
    return this.#told()
  }

  /** How it ended, once it has. */
  get ended(): { readonly equal: boolean } | undefined {
    const isOver = this.#answered && this.incoming === undefined && this.#sending === undefined
    return isOver ? { equal: this.#equal } : undefined
  }

  #told(): ExchangeOutput[] {
    return this.#tops.size === 0 ? [] : [{ type: 'held', upToBySession: this.#tops }]
  }

  #sendVector(few: Few | undefined): ExchangeOutput[] {
    const { crypto, history } = this.#context
    const salt = few?.salt ?? randomSalt(crypto)
    const among = history.log.sessions + (few?.lacking.length ?? 0)
    const chains = few === undefined ? chainsByName(history.log, salt) : byName(few.chains, salt)
    const bits = few === undefined ? nameBitsFor(chains) : nameBitsFor(chains, among, sparseBitsOfFew)
    const parts = inParts(chains)
    this.#said = parts.flat().map(({ chain }) => {
      return { chain, top: chain.top, floor: chain.floor, lacking: chain.lacking, pinned: chain.pinned?.seq }
    })
    const pushCame = this.#pushCame
    const common = { type: 'vector', id: this.id, slice: this.#slice, parts: parts.length, salt, pushCame } as const
    return parts.map((some, part) => {
      return send({ ...common, part, lacking: few?.lacking, vector: encodeVector(some, bits, salt) })
    })
  }
}

function randomSalt(crypto: Pick<Crypto, 'random'>): number {
  const [a = 0, b = 0, c = 0, d = 0] = crypto.random(4)
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0
}

/** As many as fit; the rest is for the next exchange. */
function inParts(chains: readonly NamedChain[]): (readonly NamedChain[])[] {
  let part: NamedChain[] = []
  const parts = [part]
  let bytes = 0
  let ranges = 0
  for (const named of chains) {
    const gaps = named.chain.lacking.length
    const cost = 16 + gaps * 4
    if (part.length === maxVectorItems || bytes + cost > messageBytes || ranges + gaps > maxRanges) {
      if (parts.length === maxParts) break
      parts.push((part = []))
      bytes = ranges = 0
    }
    part.push(named)
    bytes += cost
    ranges += gaps
  }
  return parts
}

/** Up to where a chain is held from its beginning. */
function unbrokenTop(chain: Chain): number {
  const gap = chain.lacking[0]
  return gap === undefined ? chain.top : gap[0] - 1
}

/**
 * Synchronisation with one linked peer (network.md §5, docs/spec/sync.md): both directions, in one round trip.
 *
 *   A → B  vector   what A holds
 *   B → A  delta    what B lacks of it, and how many entries B is about to send
 *   B → A  forks, page…   what A lacks, newest first
 *   A → B  forks, page…   what B lacks, newest first
 *   both   more     a page was taken in; two pages are under way at most
 *
 * Above `sumsFrom` sessions A does not know yet which of them to speak of:
 *
 *   A → B  sketch   about what A holds
 *   B → A  symbols… as many as it takes (iblt.ts), each answered by `more`; none when a whole vector is cheaper
 *   A → B  vector   of the sessions that differ; and on as above
 *
 * The engine makes an `Exchange` per link when it first needs one, hands it every payload whose first byte is 0x20–0x3f,
 * and does what comes out. There are no timers: `progressAt` lets the engine give up (`reset`) on a far side that has gone
 * quiet and ask another.
 */
import { formatHex } from '../codec/text.ts'
import type { Crypto } from '../crypto/crypto.ts'
import type { Chain } from '../log/chain.ts'
import type { Entry } from '../log/entry.ts'
import type { Log } from '../log/log.ts'
import { type Page, decodePage } from '../log/page.ts'
import { type Range, RangeSet, intersectRanges } from '../log/ranges.ts'
import type { Millis } from '../machine.ts'
import { type Offer, compareVector, heldWithBody } from './compare.ts'
import { type CodedSums, SumsCache, estimateDifference, sharedSalt } from './iblt.ts'
import { IbltDecoder } from './iblt-decoder.ts'
import { Outgoing, recentPage } from './outgoing.ts'
import { type NamedChain, type Vector, chainsByName, heldBy, maxRanges, maxVectorItems } from './vector.ts'
import { byName, encodeVector, nameBitsFor } from './vector.ts'
import { type Encodable, type Slice, type SyncMessage, decodeSync, encodeForks, encodeSync, maxParts } from './wire.ts'
import { maxSymbols } from './wire.ts'

/** What an exchange reads, and tells what it learns; `Room` is one. */
export interface History {
  readonly log: Log
  receiptsOf(entry: Entry): readonly Uint8Array[]
  adoptFloor(session: string, floor: number): void
  /** Whether we want to know how far others have a session (hex). */
  isOwn(session: string): boolean
}

export type ExchangeOutput =
  | { readonly type: 'send'; readonly bytes: Uint8Array }
  /** To be planned and imported into the room, one page after the other, then reported by `imported(token)`. */
  | { readonly type: 'page'; readonly page: Page; readonly token: PageToken }
  /** A fork proof for `room.importFork`. */
  | { readonly type: 'fork'; readonly proof: Uint8Array }
  /** `progress` has changed. */
  | { readonly type: 'progress' }
  /** How far the far side has own sessions (hex) without a gap: for `room.markHeld`. */
  | { readonly type: 'held'; readonly upToBySession: ReadonlyMap<string, number> }
  /** The exchange that `start` began is over. `equal`: there was nothing to exchange either way. */
  | { readonly type: 'done'; readonly equal: boolean }
  /** The far side broke the protocol: hang up. */
  | { readonly type: 'refuse'; readonly code: 'malformed' | 'tooMany' | 'oversize' | 'unasked' }

/** Which stream of pages one belongs to; `pushed` to none. */
export interface PageToken {
  readonly id: number
  readonly own: boolean
  readonly last: boolean
  readonly pushed: boolean
}

/** Pages sent and not yet taken in by the far side. */
export const pagesUnderWay = 2
/** Bytes a vector part aims to stay below. */
const messageBytes = 200_000
/** Fork proofs taken from one peer in one exchange. */
export const maxForksTaken = 1024
/** From so many sessions on it is first found out which differ. */
export const sumsFrom = 2_000
/** Symbols are sent as one share of what is expected to be needed, then in small ones: this part of those sent so far. */
const firstShare = 1.1
const furtherShare = 0.05
const leastSymbols = 16
/** Names of sessions that differ need not be told from many. */
const sparseBitsOfFew = 12
/** A session in a vector takes about so many times the bytes of a symbol. */
const vectorShare = 0.75

const wholeSlice: Slice = { index: 0, of: 1 }

/** Pages on their way to us. */
interface Incoming {
  /** Entries the far side has said, or was asked, to send. */
  readonly most: number
  have: number
  left: number
  lastCame: boolean
}

interface Sending {
  readonly pages: Outgoing
  readonly id: number
  /** The id is of our giving. */
  readonly own: boolean
  underWay: number
  lastSent: boolean
}

/** What our vector said of a session. */
interface Said {
  readonly chain: Chain
  readonly top: number
  readonly floor: number
  readonly lacking: readonly Range[]
  readonly pinned: number | undefined
}

/** The exchange we started. */
interface Asked {
  readonly id: number
  readonly slice: Slice
  /** Own sessions, and how far we had them without a gap. */
  readonly tops: ReadonlyMap<string, number>
  said: readonly Said[]
  decoder: IbltDecoder | undefined
  answered: boolean
  incoming: Incoming | undefined
  sending: Sending | undefined
  equal: boolean
}

/** The exchange the far side started last. */
interface Answered {
  readonly id: number
  /** Symbols under way. */
  sums: CodedSums | undefined
  symbolsSent: number
  symbolsUnderWay: number
  readonly parts: Vector[]
  nextPart: number
  lacking: readonly number[] | undefined
  incoming: Incoming | undefined
  sending: Sending | undefined
}

type Message<Type extends SyncMessage['type']> = Extract<SyncMessage, { type: Type }>

export class Exchange {
  readonly #crypto: Crypto
  readonly #history: History
  readonly #sums: SumsCache
  #asked: Asked | undefined
  #answered: Answered | undefined
  #nextId = 1
  #forksTaken = 0
  #progressAt: Millis = 0
  /** What we pushed, by session, hex. */
  #pushed: ReadonlyMap<string, RangeSet> | undefined
  #pushCame = false

  /** `sums` are shared by all exchanges of one log. */
  constructor(options: { readonly crypto: Crypto; readonly history: History; readonly sums?: SumsCache | undefined }) {
    this.#crypto = options.crypto
    this.#history = options.history
    this.#sums = options.sums ?? new SumsCache(options.history.log)
  }

  /** An exchange that was started here is not over. */
  get busy(): boolean {
    return this.#asked !== undefined
  }

  /** One that the far side started is not over. */
  get answering(): boolean {
    const answered = this.#answered
    return answered !== undefined && (answered.sending ?? answered.incoming ?? answered.sums) !== undefined
  }

  /** When the far side last brought an exchange on; what is busy and quiet for long should be `reset`. */
  get progressAt(): Millis {
    return this.#progressAt
  }

  /** Entries an exchange is bringing us, as far as the far side has said. */
  get progress(): { readonly have: number; readonly total: number } {
    const [a, b] = [this.#asked?.incoming, this.#answered?.incoming]
    const have = (a?.have ?? 0) + (b?.have ?? 0)
    return { have, total: have + (a?.left ?? 0) + (b?.left ?? 0) }
  }

  /** The far side has pushed its newest entries. */
  get pushCame(): boolean {
    return this.#pushCame
  }

  /**
   * Asks the far side to reconcile. Of several sources asked at once each sends only its slice of the sessions. Does
   * nothing while busy.
   */
  start(now: Millis, slice: Slice = wholeSlice): ExchangeOutput[] {
    if (this.#asked !== undefined) return []
    const { log } = this.#history
    const tops = new Map<string, number>()
    for (const chain of log.chains()) if (this.#history.isOwn(chain.hex)) tops.set(chain.hex, unbrokenTop(chain))
    const incoming = undefined
    const id = this.#nextId++
    this.#asked = {
      id,
      slice,
      tops,
      said: [],
      decoder: undefined,
      answered: false,
      incoming,
      sending: undefined,
      equal: false,
    }
    this.#progressAt = now
    if (log.sessions <= sumsFrom || slice.of > 1) return this.#sendVector(this.#asked)
    const sums = this.#sums.take(sharedSalt(now), now)
    this.#asked.decoder = new IbltDecoder(sums, Math.ceil(sums.sessions * vectorShare))
    const { salt, sessions, estimate } = sums
    return [send({ type: 'sketch', id: this.#asked.id, salt, sessions, estimate })]
  }

  /** Of what we have started, only this slice is still to come from here: another source sends the others. */
  narrow(slice: Slice): ExchangeOutput[] {
    const asked = this.#asked
    return asked?.incoming === undefined ? [] : [send({ type: 'narrow', id: asked.id, slice })]
  }

  /** Sends the newest entries unasked to a far side that has nothing; at most once. */
  pushRecent(now: Millis): ExchangeOutput[] {
    if (this.#pushed !== undefined) return []
    const { log } = this.#history
    const page = recentPage(this.#crypto, log, (entry) => this.#history.receiptsOf(entry), now)
    if (page === undefined) return []
    const pushed = new Map<string, RangeSet>()
    for (const { seq, session } of page.entries) {
      const hex = log.chain(formatHex(session))?.hex ?? ''
      const ranges = pushed.get(hex) ?? new RangeSet()
      ranges.add(seq, seq)
      pushed.set(hex, ranges)
    }
    this.#pushed = pushed
    return [send({ type: 'recent', page })]
  }

  /** Tells the far side of forks at once. */
  tellForks(proofs: readonly Uint8Array[]): ExchangeOutput[] {
    return encodeForks(proofs).map((bytes) => ({ type: 'send', bytes }))
  }

  /** Gives up what was started here, and tells the far side; what still comes of it is passed over. */
  reset(): ExchangeOutput[] {
    const asked = this.#asked
    if (asked === undefined) return []
    asked.decoder?.release()
    this.#asked = undefined
    return [send({ type: 'cancel', id: asked.id })]
  }

  /** The link is gone. */
  close(): void {
    this.#asked?.decoder?.release()
    this.#asked = undefined
    this.#endAnswered()
  }

  receive(bytes: Uint8Array, now: Millis): ExchangeOutput[] {
    const decoded = decodeSync(bytes)
    if (!decoded.ok) return [{ type: 'refuse', code: decoded.code }]
    const message = decoded.value
    switch (message.type) {
      case 'vector':
        return this.#onVector(message, now)
      case 'delta':
        return this.#onDelta(message, now)
      case 'page':
        return this.#onPage(message, now)
      case 'more':
        return this.#onMore(message, now)
      case 'forks':
        return this.#onForks(message.proofs)
      case 'recent':
        return this.#onRecent(message)
      case 'narrow':
        return this.#onNarrow(message)
      case 'cancel':
        if (this.#answered?.id === message.id) this.#endAnswered()
        return []
      case 'sketch':
        return this.#onSketch(message, now)
      case 'symbols':
        return this.#onSymbols(message, now)
    }
  }

  /** The page given out with this token has been imported (or could not be). */
  imported(token: PageToken, now: Millis): ExchangeOutput[] {
    const { id, own, last, pushed } = token
    if (pushed) return []
    const side = own ? this.#asked : this.#answered
    if (side === undefined || side.id !== id) return []
    this.#progressAt = now
    const outputs = [send({ type: 'more', id, own })]
    if (!last) return outputs
    side.incoming = undefined
    return own ? [...outputs, ...this.#finishIfOver()] : outputs
  }

  // What we asked.

  /** `few`: only these, and the sessions with the keys `lacking` are not here at all. */
  #sendVector(
    asked: Asked,
    few?: { readonly chains: readonly Chain[]; readonly lacking: readonly number[]; readonly salt: number },
  ): ExchangeOutput[] {
    const salt = few?.salt ?? randomSalt(this.#crypto)
    const { log } = this.#history
    const chains = few === undefined ? chainsByName(log, salt) : byName(few.chains, salt)
    const bits =
      few === undefined ? nameBitsFor(chains) : nameBitsFor(chains, log.sessions + few.lacking.length, sparseBitsOfFew)
    const parts = inParts(chains)
    asked.said = parts.flat().map(({ chain }) => {
      return { chain, top: chain.top, floor: chain.floor, lacking: chain.lacking, pinned: chain.pinned?.seq }
    })
    const common = { type: 'vector', id: asked.id, slice: asked.slice, parts: parts.length, salt } as const
    return parts.map((some, part) => {
      const vector = encodeVector(some, bits, salt)
      return send({ ...common, part, pushCame: this.#pushCame, lacking: few?.lacking, vector })
    })
  }

  #onSymbols(message: Message<'symbols'>, now: Millis): ExchangeOutput[] {
    const asked = this.#asked
    if (this.#isPast(message.id)) return []
    if (asked === undefined || asked.id !== message.id) return [{ type: 'refuse', code: 'unasked' }]
    const { decoder } = asked
    // What was under way when the last one was found.
    if (decoder === undefined) return asked.answered ? [{ type: 'refuse', code: 'unasked' }] : []
    this.#progressAt = now
    const hasAny = message.symbols.length > 0
    if (hasAny) decoder.take(message.symbols)
    const state = hasAny ? decoder.state : 'failed'
    if (state === 'open') return [send({ type: 'more', id: asked.id, own: true })]
    const few = state === 'decoded' ? { ...decoder.result(), salt: decoder.salt } : undefined
    decoder.release()
    asked.decoder = undefined
    return this.#sendVector(asked, few)
  }

  #onDelta(message: Message<'delta'>, now: Millis): ExchangeOutput[] {
    const asked = this.#asked
    if (this.#isPast(message.id)) return []
    if (asked === undefined || asked.id !== message.id || asked.answered || asked.decoder !== undefined)
      return [{ type: 'refuse', code: 'unasked' }]
    this.#progressAt = now
    asked.answered = true
    const { total, wants, wantProofs, floors } = message
    if (total > 0) asked.incoming = { most: total, have: 0, left: total, lastCame: false }
    const offers: Offer[] = []
    const forks: Uint8Array[] = []
    for (const { index, ranges } of wants) {
      const said = asked.said[index]
      if (said === undefined) return [{ type: 'refuse', code: 'malformed' }]
      const here = intersectRanges([...heldWithBody(said.chain)], ranges ?? [...heldBy(said)])
      if (here.length > 0) offers.push({ chain: said.chain, ranges: here, theirs: new RangeSet() })
    }
    for (const index of wantProofs) {
      const proof = asked.said[index]?.chain.proof
      if (proof !== undefined) forks.push(proof)
    }
    for (const { index, floor } of floors) {
      const said = asked.said[index]
      if (said !== undefined) this.#history.adoptFloor(said.chain.hex, floor)
    }
    asked.equal = total === 0 && wants.length === 0 && wantProofs.length === 0
    const outputs: ExchangeOutput[] = [...this.tellForks(forks), { type: 'progress' }]
    if (wants.length === 0) return [...outputs, ...this.#finishIfOver(), ...this.#toldUpTo(asked)]
    asked.sending = { pages: this.#pages(offers, now), id: asked.id, own: true, underWay: 0, lastSent: false }
    return [...outputs, ...this.#pump(asked.sending)]
  }

  #toldUpTo(asked: Asked): ExchangeOutput[] {
    return asked.tops.size === 0 ? [] : [{ type: 'held', upToBySession: asked.tops }]
  }

  #finishIfOver(): ExchangeOutput[] {
    const asked = this.#asked
    if (asked?.answered !== true || asked.incoming !== undefined || asked.sending !== undefined) return []
    this.#asked = undefined
    this.#forksTaken = 0
    return [{ type: 'done', equal: asked.equal }]
  }

  /** Of an exchange that was given up. */
  #isPast(id: number): boolean {
    return id < this.#nextId && this.#asked?.id !== id
  }

  // What we answer.

  #onSketch(message: Message<'sketch'>, now: Millis): ExchangeOutput[] {
    const { id, salt, sessions } = message
    const answered = this.#answer(id)
    const sums = this.#sums.take(salt, now)
    const difference = estimateDifference(sums.estimate, message.estimate, sums.sessions - sessions)
    const first = Math.max(leastSymbols, Math.ceil(difference * firstShare) + leastSymbols)
    // Two of what a session takes in a vector, against one symbol and a half, and what names it.
    if (first * 2 > sessions || first > maxSymbols * maxParts) {
      return [send({ type: 'symbols', id, sessions: sums.sessions, symbols: new Uint32Array(0) })]
    }
    answered.sums = sums
    sums.readers++
    return this.#sendSymbols(answered, first)
  }

  #sendSymbols(answered: Answered, count: number): ExchangeOutput[] {
    const { sums } = answered
    const outputs: ExchangeOutput[] = []
    if (sums === undefined) return outputs
    const end = answered.symbolsSent + count
    sums.extend(end)
    while (answered.symbolsSent < end) {
      const from = answered.symbolsSent
      const to = Math.min(end, from + maxSymbols)
      const symbols = new Uint32Array((to - from) * 2)
      for (let i = from; i < to; i++) {
        symbols[(i - from) * 2] = sums.first(i)
        symbols[(i - from) * 2 + 1] = sums.second(i)
      }
      answered.symbolsSent = to
      answered.symbolsUnderWay++
      outputs.push(send({ type: 'symbols', id: answered.id, sessions: sums.sessions, symbols }))
    }
    return outputs
  }

  #onVector(message: Message<'vector'>, now: Millis): ExchangeOutput[] {
    const { id, part, parts, vector } = message
    const before = this.#answered
    const isNext = before !== undefined && before.id === id && before.nextPart === part && before.sending === undefined
    if (part > 0 && !isNext) return [{ type: 'refuse', code: 'unasked' }]
    const answered = isNext ? before : this.#answer(id)
    releaseSums(answered)
    answered.parts.push(vector)
    answered.nextPart++
    if (part === 0) answered.lacking = message.lacking
    if (answered.nextPart < parts) return []
    return this.#compare(answered, message, now)
  }

  #compare(answered: Answered, { id, slice, salt, pushCame }: Message<'vector'>, now: Millis): ExchangeOutput[] {
    const found = compareVector(this.#history.log, {
      parts: answered.parts.splice(0),
      salt,
      lacking: answered.lacking,
      share: shareOf(slice),
      pushed: (pushCame ? this.#pushed : undefined) ?? new Map<string, RangeSet>(),
      mostRanges: maxRanges,
    })
    answered.nextPart = Infinity
    for (const [session, floor] of found.theirFloors) this.#history.adoptFloor(session, floor)
    const pages = this.#pages(found.offers, now)
    const { wants, wantProofs, floors, wanted } = found
    const held = new Map([...found.held].filter(([session]) => this.#history.isOwn(session)))
    const outputs: ExchangeOutput[] = held.size > 0 ? [{ type: 'held', upToBySession: held }] : []
    outputs.push(send({ type: 'delta', id, total: pages.left, wants, wantProofs, floors }))
    outputs.push(...this.tellForks(found.proofs))
    if (wants.length > 0) answered.incoming = { most: wanted, have: 0, left: wanted, lastCame: false }
    if (pages.left === 0) return outputs
    answered.sending = { pages, id, own: false, underWay: 0, lastSent: false }
    return [...outputs, ...this.#pump(answered.sending)]
  }

  /** A side that asks again has given up on what it asked before. */
  #answer(id: number): Answered {
    this.#endAnswered()
    const none = { sums: undefined, symbolsSent: 0, symbolsUnderWay: 0, lacking: undefined }
    return (this.#answered = { id, ...none, parts: [], nextPart: 0, incoming: undefined, sending: undefined })
  }

  #endAnswered(): void {
    if (this.#answered !== undefined) releaseSums(this.#answered)
    this.#answered = undefined
  }

  #onNarrow({ id, slice }: Message<'narrow'>): ExchangeOutput[] {
    const answered = this.#answered
    if (answered?.id === id) answered.sending?.pages.narrow(shareOf(slice))
    return []
  }

  // Pages, both ways.

  #onPage({ id, own, left, page: bytes }: Message<'page'>, now: Millis): ExchangeOutput[] {
    // Their own id on a page means that it answers what we want of their vector.
    const side = own ? this.#answered : this.#asked
    if (own ? side === undefined || side.id > id : this.#isPast(id)) return []
    const incoming = side?.id === id ? side.incoming : undefined
    if (incoming === undefined || incoming.lastCame) return [{ type: 'refuse', code: 'unasked' }]
    const page = decodePage(this.#crypto, bytes)
    if (!page.ok) return [{ type: 'refuse', code: page.code }]
    this.#progressAt = now
    incoming.have += page.value.entries.length
    incoming.left = Math.min(left, Math.max(0, incoming.most - incoming.have))
    incoming.lastCame = left === 0
    if (incoming.have > incoming.most) return [{ type: 'refuse', code: 'tooMany' }]
    const token = { id, own: !own, last: left === 0, pushed: false }
    return [{ type: 'progress' }, { type: 'page', page: page.value, token }]
  }

  #onRecent(message: Message<'recent'>): ExchangeOutput[] {
    if (this.#pushCame) return [{ type: 'refuse', code: 'unasked' }]
    this.#pushCame = true
    const page = decodePage(this.#crypto, message.page)
    if (!page.ok) return [{ type: 'refuse', code: page.code }]
    return [{ type: 'page', page: page.value, token: { id: 0, own: false, last: true, pushed: true } }]
  }

  #onMore({ id, own }: Message<'more'>, now: Millis): ExchangeOutput[] {
    const side = own ? this.#answered : this.#asked
    if (side === undefined || side.id !== id) return []
    this.#progressAt = now
    if (own && this.#answered?.sums !== undefined) return this.#onMoreSymbols(this.#answered)
    const { sending } = side
    if (sending === undefined) return []
    sending.underWay = Math.max(0, sending.underWay - 1)
    if (!sending.lastSent || sending.underWay > 0) return this.#pump(sending)
    side.sending = undefined
    const asked = own ? undefined : this.#asked
    return asked === undefined ? [] : [...this.#toldUpTo(asked), ...this.#finishIfOver()]
  }

  #onMoreSymbols(answered: Answered): ExchangeOutput[] {
    answered.symbolsUnderWay = Math.max(0, answered.symbolsUnderWay - 1)
    if (answered.symbolsUnderWay >= pagesUnderWay) return []
    const further = Math.max(leastSymbols, Math.ceil(answered.symbolsSent * furtherShare))
    const once = this.#sendSymbols(answered, further)
    return answered.symbolsUnderWay < pagesUnderWay ? [...once, ...this.#sendSymbols(answered, further)] : once
  }

  #onForks(proofs: readonly Uint8Array[]): ExchangeOutput[] {
    this.#forksTaken += proofs.length
    if (this.#forksTaken > maxForksTaken) return [{ type: 'refuse', code: 'tooMany' }]
    return proofs.map((proof) => ({ type: 'fork', proof }))
  }

  #pages(offers: readonly Offer[], now: Millis): Outgoing {
    return new Outgoing(this.#crypto, (entry) => this.#history.receiptsOf(entry), offers, now)
  }

  #pump(sending: Sending): ExchangeOutput[] {
    const outputs: ExchangeOutput[] = []
    while (!sending.lastSent && sending.underWay < pagesUnderWay) {
      const page = sending.pages.nextPage()
      sending.lastSent = sending.pages.done
      sending.underWay++
      const left = sending.lastSent ? 0 : Math.max(1, sending.pages.left)
      outputs.push(send({ type: 'page', id: sending.id, own: sending.own, left, page }))
    }
    return outputs
  }
}

function send(message: Encodable): ExchangeOutput {
  return { type: 'send', bytes: encodeSync(message) }
}

function shareOf(slice: Slice): (session: Uint8Array) => boolean {
  return (session) => (session[31] as number) % slice.of === slice.index
}

function releaseSums(answered: Answered): void {
  if (answered.sums !== undefined) answered.sums.readers--
  answered.sums = undefined
}

function randomSalt(crypto: Pick<Crypto, 'random'>): number {
  return new DataView(crypto.random(4).slice().buffer).getUint32(0)
}

/** As many as fit; the rest is for the next exchange. */
function inParts(chains: readonly NamedChain[]): (readonly NamedChain[])[] {
  const parts: NamedChain[][] = [[]]
  let bytes = 0
  let ranges = 0
  for (const named of chains) {
    const cost = 16 + named.chain.lacking.length * 4
    const part = parts.at(-1) as NamedChain[]
    const isFull =
      part.length === maxVectorItems || bytes + cost > messageBytes || ranges + named.chain.lacking.length > maxRanges
    if (isFull && parts.length === maxParts) break
    if (isFull) {
      parts.push([named])
      bytes = cost
      ranges = named.chain.lacking.length
      continue
    }
    part.push(named)
    bytes += cost
    ranges += named.chain.lacking.length
  }
  return parts
}

/** Up to where a chain is held from its beginning. */
function unbrokenTop(chain: Chain): number {
  const gap = chain.lacking[0]
  return gap === undefined ? chain.top : gap[0] - 1
}

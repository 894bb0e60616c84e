/**
 * Synchronisation with one linked peer (network.md §5, docs/spec/sync.md): both directions, in one round trip.
 *
 *   A → B  vector   what A holds
 *   B → A  delta    what B lacks of it, and how many entries B is about to send
 *   B → A  forks, page…   what A lacks, newest first
 *   A → B  forks, page…   what B lacks, newest first
 *   both   more     a page was taken in; two pages are under way at most
 *   any    want     single ranges, answered by pages
 *
 * The engine makes one `Exchange` per link, hands it every payload whose first byte is 0x20–0x3f, and does what comes
 * out. There are no timers: `progressAt` lets the engine give up (`reset`) on a far side that has gone quiet.
 */
import { formatHex } from '../codec/text.ts'
import type { Crypto } from '../crypto/crypto.ts'
import type { Chain } from '../log/chain.ts'
import type { Entry } from '../log/entry.ts'
import type { Log } from '../log/log.ts'
import type { Page } from '../log/page.ts'
import { type Range, RangeSet, countOf, intersectRanges } from '../log/ranges.ts'
import type { Millis } from '../machine.ts'
import { Outgoing } from './outgoing.ts'
import {
  type Comparison,
  type Offer,
  type VectorItem,
  chainsInOrder,
  compareVector,
  encodeVector,
  heldWithBody,
} from './vector.ts'
import { type Slice, type SyncMessage, decodeSync, encodeForks, encodeSync, maxParts, partSessions } from './wire.ts'

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
  /** `have` of the `total` entries this exchange is bringing us have come. */
  | { readonly type: 'progress'; readonly have: number; readonly total: number }
  /** How far the far side has own sessions (hex) without a gap: for `room.markHeld`. */
  | { readonly type: 'held'; readonly upToBySession: ReadonlyMap<string, number> }
  /** The exchange that `start` began is over. `equal`: there was nothing to exchange either way. */
  | { readonly type: 'done'; readonly equal: boolean }
  /** The far side broke the protocol: hang up. */
  | { readonly type: 'refuse'; readonly code: 'malformed' | 'tooMany' | 'oversize' | 'unasked' }

export interface PageToken {
  readonly stream: string
  readonly last: boolean
}

/** Pages sent and not yet taken in by the far side. */
export const pagesUnderWay = 2
/** `want` streams served, and asked for, at once. */
export const maxWants = 4
/** Bytes a vector part or a delta aims to stay below; what a delta leaves out is found by the next exchange. */
const messageBytes = 200_000
/** Fork proofs taken from one peer in one exchange. */
export const maxForksTaken = 1024

/** Pages on their way to us. */
interface Incoming {
  total: number
  have: number
  lastCame: boolean
}

interface Sending {
  readonly pages: Outgoing
  readonly id: number
  /** The id is of our giving. */
  readonly own: boolean
  /** Runs when the far side has taken in the last page. */
  readonly finished: () => ExchangeOutput[]
  underWay: number
  lastSent: boolean
}

/** The exchange we started. */
interface Asked {
  readonly id: number
  readonly chains: readonly Chain[]
  readonly tops: ReadonlyMap<string, number>
  answered: boolean
  receiving: boolean
  sending: boolean
  equal: boolean
}

interface Parts {
  readonly id: number
  readonly items: VectorItem[]
  next: number
}

export class Exchange {
  readonly #crypto: Crypto
  readonly #history: History
  readonly #incoming = new Map<string, Incoming>()
  readonly #outgoing = new Map<string, Sending>()
  #asked: Asked | undefined
  /** Stream of the exchange the far side started last. */
  #answered = ''
  #parts: Parts | undefined
  #nextId = 1
  #forksTaken = 0
  #progressAt: Millis = 0

  constructor(options: { readonly crypto: Crypto; readonly history: History }) {
    this.#crypto = options.crypto
    this.#history = options.history
  }

  /** An exchange that was started here is not over. */
  get busy(): boolean {
    return this.#asked !== undefined
  }

  /** When the far side was last heard of; what is busy and quiet for long should be `reset`. */
  get progressAt(): Millis {
    return this.#progressAt
  }

  /** Entries this exchange is bringing us, as far as the far side has said. */
  get progress(): { readonly have: number; readonly total: number } {
    let have = 0
    let total = 0
    for (const incoming of this.#incoming.values()) {
      have += incoming.have
      total += incoming.total
    }
    return { have, total }
  }

  /**
   * Asks the far side to reconcile. Of several sources asked at once each sends only its slice of the sessions. Does
   * nothing while busy.
   */
  start(now: Millis, slice: Slice = { index: 0, of: 1 }): ExchangeOutput[] {
    if (this.#asked !== undefined) return []
    const id = this.#nextId++
    const chains = chainsInOrder(this.#history.log)
    const own = chains.filter((chain) => this.#history.isOwn(chain.hex))
    const tops = new Map(own.map((chain) => [chain.hex, unbrokenTop(chain)]))
    this.#asked = { id, chains, tops, answered: false, receiving: true, sending: true, equal: false }
    this.#incoming.set(streamName(id, true), { total: 0, have: 0, lastCame: false })
    this.#progressAt = now
    const parts = inParts(chains)
    return parts.map((some, part) =>
      send({ type: 'vector', id, slice, part, parts: parts.length, vector: encodeVector(some) }),
    )
  }

  /** Pulls ranges of one session (hex); nothing while too many pulls are open. */
  want(session: Uint8Array, ranges: readonly Range[], now: Millis): ExchangeOutput[] {
    let open = 0
    for (const incoming of this.#incoming.values()) if (!incoming.lastCame) open++
    if (ranges.length === 0 || open > maxWants) return []
    const id = this.#nextId++
    this.#incoming.set(streamName(id, true), { total: countOf(ranges), have: 0, lastCame: false })
    this.#progressAt = now
    return [send({ type: 'want', id, session, ranges })]
  }

  /** Tells the far side of forks at once. */
  tellForks(proofs: readonly Uint8Array[]): ExchangeOutput[] {
    return encodeForks(proofs).map((bytes) => ({ type: 'send', bytes }))
  }

  /** Forgets everything under way. */
  reset(): void {
    this.#incoming.clear()
    this.#outgoing.clear()
    this.#asked = undefined
    this.#parts = undefined
  }

  receive(bytes: Uint8Array, now: Millis): ExchangeOutput[] {
    const message = decodeSync(this.#crypto, bytes)
    if (!message.ok) return [{ type: 'refuse', code: message.code }]
    this.#progressAt = now
    switch (message.value.type) {
      case 'vector':
        return this.#onVector(message.value, now)
      case 'delta':
        return this.#onDelta(message.value, now)
      case 'page':
        return this.#onPage(message.value)
      case 'more':
        return this.#onMore(message.value)
      case 'forks':
        return this.#onForks(message.value.proofs)
      case 'want':
        return this.#onWant(message.value, now)
    }
  }

  /** The page given out with this token has been imported (or could not be). */
  imported(token: PageToken, now: Millis): ExchangeOutput[] {
    const incoming = this.#incoming.get(token.stream)
    if (incoming === undefined) return []
    this.#progressAt = now
    const outputs = [send({ type: 'more', ...streamOf(token.stream) })]
    if (!token.last) return outputs
    this.#incoming.delete(token.stream)
    const asked = this.#asked
    if (asked !== undefined && token.stream === streamName(asked.id, true)) {
      asked.receiving = false
      outputs.push(...this.#finishIfOver())
    }
    return outputs
  }

  #onVector(message: Extract<SyncMessage, { type: 'vector' }>, now: Millis): ExchangeOutput[] {
    const parts = message.part === 0 ? { id: message.id, items: [], next: 0 } : this.#parts
    if (parts === undefined || parts.id !== message.id || parts.next !== message.part) {
      return [{ type: 'refuse', code: 'unasked' }]
    }
    parts.items.push(...message.items)
    parts.next++
    this.#parts = parts.next < message.parts ? parts : undefined
    if (this.#parts !== undefined) return []
    return this.#answer(message.id, message.slice, parts.items, now)
  }

  #answer(id: number, slice: Slice, items: readonly VectorItem[], now: Millis): ExchangeOutput[] {
    const share = (session: Uint8Array): boolean => (session[31] as number) % slice.of === slice.index
    const compared = compareVector(this.#history.log, items, share)
    const found = { ...compared, wants: upToBytes(compared.wants, (want) => 4 + want.ranges.length * 6) }
    for (const [session, floor] of found.theirFloors) this.#history.adoptFloor(session, floor)
    const pages = this.#pages(found.offers, now)
    const held = new Map([...found.held].filter(([session]) => this.#history.isOwn(session)))
    const outputs: ExchangeOutput[] = [{ type: 'held', upToBySession: held }]
    outputs.push(send({ type: 'delta', id, total: pages.left, ...wanted(found) }), ...this.tellForks(found.proofs))
    // A side that asks again has given up on what it asked before.
    this.#incoming.delete(this.#answered)
    this.#outgoing.delete(this.#answered)
    const stream = (this.#answered = streamName(id, false))
    const coming = found.wants.reduce((sum, want) => sum + countOf(want.ranges), 0)
    if (found.wants.length > 0) this.#incoming.set(stream, { total: coming, have: 0, lastCame: false })
    this.#outgoing.set(stream, { pages, id, own: false, finished: () => [], underWay: 0, lastSent: false })
    return [...outputs, ...this.#pump(stream)]
  }

  #onDelta(message: Extract<SyncMessage, { type: 'delta' }>, now: Millis): ExchangeOutput[] {
    const asked = this.#asked
    if (asked === undefined || asked.id !== message.id || asked.answered) return [{ type: 'refuse', code: 'unasked' }]
    asked.answered = true
    const stream = streamName(asked.id, true)
    const incoming = this.#incoming.get(stream)
    if (incoming !== undefined) incoming.total = message.total
    const offers: Offer[] = []
    const forks: Uint8Array[] = []
    for (const { index, ranges } of message.wants) {
      const chain = asked.chains[index]
      if (chain === undefined) return [{ type: 'refuse', code: 'malformed' }]
      const here = intersectRanges([...heldWithBody(chain)], ranges)
      if (here.length > 0) offers.push({ chain, ranges: here, theirs: new RangeSet() })
    }
    for (const index of message.wantProofs) {
      const proof = asked.chains[index]?.proof
      if (proof !== undefined) forks.push(proof)
    }
    for (const { index, floor } of message.floors) {
      const chain = asked.chains[index]
      if (chain !== undefined) this.#history.adoptFloor(chain.hex, floor)
    }
    const outputs: ExchangeOutput[] = [...this.tellForks(forks), { type: 'progress', ...this.progress }]
    asked.equal = message.total === 0 && message.wants.length === 0 && message.wantProofs.length === 0
    if (message.wants.length === 0) {
      asked.sending = false
      outputs.push({ type: 'held', upToBySession: asked.tops }, ...this.#finishIfOver())
      return outputs
    }
    const finished = (): ExchangeOutput[] => {
      asked.sending = false
      return [{ type: 'held', upToBySession: asked.tops }, ...this.#finishIfOver()]
    }
    const pages = this.#pages(offers, now)
    this.#outgoing.set(stream, { pages, id: asked.id, own: true, finished, underWay: 0, lastSent: false })
    return [...outputs, ...this.#pump(stream)]
  }

  #onPage(message: Extract<SyncMessage, { type: 'page' }>): ExchangeOutput[] {
    // Their own id on a page means that it answers what we want of their vector.
    const stream = streamName(message.id, !message.own)
    const incoming = this.#incoming.get(stream)
    if (incoming === undefined || incoming.lastCame) return [{ type: 'refuse', code: 'unasked' }]
    incoming.have += message.page.entries.length
    incoming.lastCame = message.last
    if (incoming.have > incoming.total) return [{ type: 'refuse', code: 'tooMany' }]
    return [
      { type: 'page', page: message.page, token: { stream, last: message.last } },
      { type: 'progress', ...this.progress },
    ]
  }

  #onMore(message: Extract<SyncMessage, { type: 'more' }>): ExchangeOutput[] {
    const stream = streamName(message.id, !message.own)
    const sending = this.#outgoing.get(stream)
    if (sending === undefined) return []
    sending.underWay = Math.max(0, sending.underWay - 1)
    if (!sending.lastSent || sending.underWay > 0) return this.#pump(stream)
    this.#outgoing.delete(stream)
    return sending.finished()
  }

  #onForks(proofs: readonly Uint8Array[]): ExchangeOutput[] {
    this.#forksTaken += proofs.length
    if (this.#forksTaken > maxForksTaken) return [{ type: 'refuse', code: 'tooMany' }]
    return proofs.map((proof) => ({ type: 'fork', proof }))
  }

  #onWant(message: Extract<SyncMessage, { type: 'want' }>, now: Millis): ExchangeOutput[] {
    if (this.#outgoing.size >= maxWants + 2) return [{ type: 'refuse', code: 'tooMany' }]
    const chain = this.#history.log.chain(formatHex(message.session))
    const ranges = chain === undefined ? [] : intersectRanges([...heldWithBody(chain)], message.ranges)
    const offers = chain === undefined || ranges.length === 0 ? [] : [{ chain, ranges, theirs: new RangeSet() }]
    const stream = streamName(message.id, false)
    const pages = this.#pages(offers, now)
    this.#outgoing.set(stream, { pages, id: message.id, own: false, finished: () => [], underWay: 0, lastSent: false })
    return this.#pump(stream)
  }

  #pages(offers: readonly Offer[], now: Millis): Outgoing {
    return new Outgoing(this.#crypto, (entry) => this.#history.receiptsOf(entry), offers, now)
  }

  #pump(stream: string): ExchangeOutput[] {
    const sending = this.#outgoing.get(stream)
    const outputs: ExchangeOutput[] = []
    while (sending !== undefined && !sending.lastSent && sending.underWay < pagesUnderWay) {
      const page = sending.pages.nextPage()
      sending.lastSent = sending.pages.done
      sending.underWay++
      outputs.push(send({ type: 'page', id: sending.id, own: sending.own, last: sending.lastSent, page }))
    }
    return outputs
  }

  #finishIfOver(): ExchangeOutput[] {
    const asked = this.#asked
    if (asked === undefined || !asked.answered || asked.receiving || asked.sending) return []
    this.#asked = undefined
    this.#forksTaken = 0
    return [{ type: 'done', equal: asked.equal }]
  }
}

function send(message: Parameters<typeof encodeSync>[0]): ExchangeOutput {
  return { type: 'send', bytes: encodeSync(message) }
}

/** `own`: the id is of our giving. */
function streamName(id: number, own: boolean): string {
  return `${own ? 'own' : 'their'}/${id}`
}

function streamOf(name: string): { readonly id: number; readonly own: boolean } {
  const [whose, id] = name.split('/')
  return { id: Number(id), own: whose === 'own' }
}

/** The first of a list, as long as they stay below the bytes of one message. */
function upToBytes<T>(list: readonly T[], cost: (item: T) => number): readonly T[] {
  let bytes = 0
  const end = list.findIndex((item) => (bytes += cost(item)) > messageBytes)
  return end < 0 ? list : list.slice(0, end)
}

function inParts(chains: readonly Chain[]): (readonly Chain[])[] {
  const parts: (readonly Chain[])[] = []
  let rest = chains
  do {
    const part = upToBytes(rest.slice(0, partSessions), (chain) => 24 + chain.lacking.length * 6)
    parts.push(part)
    rest = rest.slice(part.length)
  } while (rest.length > 0 && parts.length < maxParts)
  return parts
}

function wanted(found: Comparison): Pick<Comparison, 'wants' | 'wantProofs' | 'floors'> {
  return { wants: found.wants, wantProofs: found.wantProofs, floors: found.floors }
}

/** Up to where a chain is held from its beginning. */
function unbrokenTop(chain: Chain): number {
  const gap = chain.lacking[0]
  return gap === undefined ? chain.top : gap[0] - 1
}

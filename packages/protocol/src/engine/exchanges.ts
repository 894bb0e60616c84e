/**
 * The exchanges that bring our links back in step. When one is due is the business of `catchup.ts`.
 *
 * One at a time is started here; others may be answered meanwhile. Somebody who has much to get asks two sources, each for
 * half of the sessions. An exchange that stalls is given up and taken over by another source.
 */
import type { Crypto } from '../crypto/crypto.ts'
import type { Page } from '../log/page.ts'
import type { Millis } from '../machine.ts'
import type { Room, RoomResult } from '../rooms/room.ts'
import { SumsCache } from '../sync/iblt.ts'
import type { ExchangeOutput } from '../sync/streams.ts'
import { Exchange } from '../sync/sync.ts'
import type { Slice } from '../sync/wire.ts'
import type { SignatureCheck } from './effects.ts'
import { type Import, Imports } from './imports.ts'
import type { LiveLink } from './links.ts'
import { type Partner, forgetDifference, otherSource } from './partners.ts'

/** An exchange that brings nothing for this long is given up; the second time its link is, too. */
const stallMs = 8_000
const maxStalls = 2
/** With so much to come, a second source is asked. */
const muchToCome = 1_000
const halves: readonly [Slice, Slice] = [
  { index: 0, of: 2 },
  { index: 1, of: 2 },
]

export interface ExchangesEvents {
  send(link: LiveLink, bytes: Uint8Array, now: Millis): void
  /** Answered by `verified`. */
  verify(checks: readonly SignatureCheck[]): void
  apply(result: RoomResult, now: Millis): void
  receipts(page: Page, now: Millis): void
  held(link: LiveLink, session: string, upTo: number, now: Millis): void
  hangUp(link: LiveLink, code: string, now: Millis): void
  /** Keeps history for others and is the last choice as a source. */
  isKeeper(link: LiveLink): boolean
}

/** Of `catchup.ts`: what an exchange leads to there. */
export interface ExchangesTurns {
  /** Somebody has become due at once. */
  due(now: Millis): void
  /** The newest entries came unasked. */
  pushed(partner: Partner, now: Millis): void
  /** One that was started here is complete; with `isWhole`, it was about all sessions. */
  done(partner: Partner, isWhole: boolean, now: Millis): void
  /** One was started. */
  started(now: Millis): void
}

export class Exchanges {
  readonly #crypto: Crypto
  readonly #room: Room
  readonly #partners: ReadonlyMap<string, Partner>
  readonly #events: ExchangesEvents
  readonly #turns: ExchangesTurns
  readonly #imports: Imports
  #sums: SumsCache | undefined

  constructor(
    crypto: Crypto,
    room: Room,
    partners: ReadonlyMap<string, Partner>,
    events: ExchangesEvents,
    turns: ExchangesTurns,
  ) {
    this.#crypto = crypto
    this.#room = room
    this.#partners = partners
    this.#events = events
    this.#turns = turns
    this.#imports = new Imports(room, (checks) => events.verify(checks), this.#import.bind(this))
  }

  /** Pages have come that are not taken in yet. */
  get isImporting(): boolean {
    return !this.#imports.isEmpty
  }

  /** We are sending this one what it asked for, and it takes it. */
  isAnswering({ exchange }: Partner, now: Millis): boolean {
    return exchange?.answering === true && now - exchange.progressAt < stallMs
  }

  start(partner: Partner, now: Millis): void {
    this.#start(partner, undefined, now)
  }

  /** To somebody who has nothing: the newest entries, unasked. */
  push(partner: Partner, now: Millis): void {
    this.#run(partner, this.#exchangeOf(partner).pushRecent(now), now)
  }

  receive(partner: Partner, bytes: Uint8Array, now: Millis): void {
    this.#run(partner, this.#exchangeOf(partner).receive(bytes, now), now)
  }

  verified(valid: readonly boolean[], now: Millis): void {
    this.#imports.verified(valid, now)
  }

  /** One that was started and brings nothing is given up; much that is to come is shared with another source. */
  revise(partner: Partner, now: Millis): void {
    const { exchange } = partner
    if (exchange === undefined || now - exchange.progressAt < stallMs || this.isImporting) {
      return this.#share(partner, now)
    }
    if (++partner.stalls >= maxStalls) return this.#events.hangUp(partner.link, 'stalled', now)
    this.#run(partner, exchange.reset(), now)
    this.#ended(partner)
    this.#takeOver(partner, now)
    partner.differsSince = now
    partner.delayMs = stallMs
  }

  /** Its link is gone; with `now`, another source takes over. */
  drop(partner: Partner, now: Millis | undefined): void {
    partner.exchange?.close()
    const wasStarted = partner.started
    partner.started = false
    if (wasStarted && now !== undefined) this.#takeOver(partner, now)
  }

  #start(partner: Partner, slice: Slice | undefined, now: Millis): void {
    partner.started = true
    partner.sliced = slice !== undefined
    partner.probed = false
    this.#turns.started(now)
    this.#run(partner, this.#exchangeOf(partner).start(now, slice), now)
  }

  #exchangeOf(partner: Partner): Exchange {
    this.#sums ??= new SumsCache(this.#room.log)
    return (partner.exchange ??= new Exchange({
      crypto: this.#crypto,
      history: this.#room,
      sums: this.#sums,
      isKeeper: this.#events.isKeeper(partner.link),
    }))
  }

  /** Much is to come from one source: half of it may come from another. */
  #share(first: Partner, now: Millis): void {
    if (first.sliced || first.exchange === undefined) return
    const { have, total } = first.exchange.progress
    if (total - have < muchToCome) return
    const second = this.#otherSource(first)
    if (second === undefined) return
    first.sliced = true
    this.#run(first, first.exchange.narrow(halves[0]), now)
    this.#start(second, halves[1], now)
  }

  #otherSource(than: Partner): Partner | undefined {
    return otherSource(this.#partners.values(), than, (link) => this.#events.isKeeper(link))
  }

  /** What one source has not sent another is asked for. */
  #takeOver(from: Partner, now: Millis): void {
    const other = this.#otherSource(from)
    if (other === undefined) return
    other.differsSince ??= now
    other.delayMs = 0
    this.#turns.due(now)
  }

  #run(partner: Partner, outputs: readonly ExchangeOutput[], now: Millis): void {
    for (const output of outputs) {
      switch (output.type) {
        case 'send':
          this.#events.send(partner.link, output.bytes, now)
          break
        case 'page':
          this.#imports.add(partner.link.session, output.page, output.token, now)
          if (output.token.pushed) this.#turns.pushed(partner, now)
          break
        case 'fork':
          this.#events.apply(this.#room.importFork(output.proof), now)
          break
        case 'progress':
          if (partner.started) this.#share(partner, now)
          break
        case 'held':
          for (const [session, upTo] of output.upToBySession) this.#events.held(partner.link, session, upTo, now)
          break
        case 'done':
          this.#done(partner, now)
          break
        case 'refuse':
          this.#events.hangUp(partner.link, output.code, now)
          break
      }
    }
  }

  #done(partner: Partner, now: Millis): void {
    const { sliced } = partner
    // What others were found to differ in may be here by now; their next beats tell.
    for (const other of this.#partners.values()) if (!other.started) forgetDifference(other)
    this.#ended(partner)
    partner.stalls = 0
    partner.agreed = 'next'
    this.#turns.done(partner, !sliced, now)
  }

  #ended(partner: Partner): void {
    partner.started = false
    partner.sliced = false
    forgetDifference(partner)
  }

  #import({ session, page, token, plan }: Import, valid: readonly boolean[], now: Millis): void {
    this.#events.apply(this.#room.import(plan, valid, now, session), now)
    this.#events.receipts(page, now)
    const partner = this.#partners.get(session)
    if (partner?.exchange !== undefined) this.#run(partner, partner.exchange.imported(token, now), now)
  }
}

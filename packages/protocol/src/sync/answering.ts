/** The exchange that the far side started last: what it lacks, and what we lack of what it holds. */
import type { RangeSet } from '../log/ranges.ts'
import type { Millis } from '../machine.ts'
import { compareVector } from './compare.ts'
import { type CodedSums, estimateDifference } from './iblt.ts'
import {
  type ExchangeContext,
  type ExchangeOutput,
  Incoming,
  Sending,
  pagesOf,
  pagesUnderWay,
  send,
  shareOf,
  tellForks,
  unasked,
} from './streams.ts'
import { type Vector, maxRanges } from './vector.ts'
import { type Slice, type SyncMessage, maxSymbols } from './wire.ts'

/** Symbols are sent as one share of what is expected to be needed, then in small ones: this part of those sent so far. */
const firstShare = 1.1
const furtherShare = 0.05
const leastSymbols = 16
/** With more symbols than this share of the sessions, a vector is cheaper. */
const worthShare = 0.5

type Message<Type extends SyncMessage['type']> = Extract<SyncMessage, { type: Type }>

export class Answering {
  readonly id: number
  incoming: Incoming | undefined
  readonly #context: ExchangeContext
  /** Set while symbols are sent. */
  #sums: CodedSums | undefined
  #symbolsSent = 0
  #symbolsUnderWay = 0
  readonly #parts: Vector[] = []
  #lacking: readonly number[] | undefined
  #compared = false
  #sending: Sending | undefined

  constructor(context: ExchangeContext, id: number) {
    this.#context = context
    this.id = id
  }

  /** Something is under way. */
  get isBusy(): boolean {
    return this.#sums !== undefined || this.#sending !== undefined || this.incoming !== undefined
  }

  close(): void {
    if (this.#sums !== undefined) this.#sums.readers--
    this.#sums = undefined
  }

  sketch({ id, salt, sessions, estimate }: Message<'sketch'>, now: Millis): ExchangeOutput[] {
    const sums = this.#context.sums.take(salt, now)
    const difference = estimateDifference(sums.estimate, estimate, sums.sessions - sessions)
    const first = Math.ceil(difference * firstShare) + leastSymbols
    if (first > Math.min(sessions, sums.sessions) * worthShare) {
      return [send({ type: 'symbols', id, sessions: sums.sessions, symbols: new Uint32Array(0) })]
    }
    this.#sums = sums
    sums.readers++
    return this.#sendSymbols(sums, first)
  }

  /** Is `part` of a vector what comes next? */
  expects(part: number): boolean {
    return !this.#compared && part === this.#parts.length
  }

  vector(message: Message<'vector'>, pushed: ReadonlyMap<string, RangeSet>, now: Millis): ExchangeOutput[] {
    this.close()
    if (message.part === 0) this.#lacking = message.lacking
    this.#parts.push(message.vector)
    return this.#parts.length < message.parts ? [] : this.#compare(message, pushed, now)
  }

  /** The far side took in a page, or symbols. */
  more(): ExchangeOutput[] {
    if (this.#sums !== undefined) return this.#moreSymbols(this.#sums)
    const sending = this.#sending
    if (sending === undefined) return []
    if (!sending.taken()) return sending.pump()
    this.#sending = undefined
    return []
  }

  narrow(slice: Slice): void {
    this.#sending?.narrow(slice)
  }

  #compare(
    { id, slice, salt }: Message<'vector'>,
    pushed: ReadonlyMap<string, RangeSet>,
    now: Millis,
  ): ExchangeOutput[] {
    const { history, isKeeper } = this.#context
    const found = compareVector(history.log, {
      parts: this.#parts.splice(0),
      salt,
      lacking: this.#lacking,
      share: shareOf(slice),
      pushed,
      mostRanges: maxRanges,
      isKeeper,
    })
    this.#compared = true
    for (const [session, floor] of found.theirFloors) history.adoptFloor(session, floor)
    const pages = pagesOf(this.#context, found.offers, now)
    const { wants, wantProofs, floors, wanted } = found
    const held = new Map([...found.held].filter(([session]) => history.isOwn(session)))
    const outputs: ExchangeOutput[] = held.size > 0 ? [{ type: 'held', upToBySession: held }] : []
    outputs.push(send({ type: 'delta', id, total: pages.left, wants, wantProofs, floors }), ...tellForks(found.proofs))
    if (wants.length > 0) this.incoming = new Incoming(wanted)
    if (pages.left === 0) return outputs
    this.#sending = new Sending(id, false, pages)
    return [...outputs, ...this.#sending.pump()]
  }

  #sendSymbols(sums: CodedSums, count: number): ExchangeOutput[] {
    const outputs: ExchangeOutput[] = []
    const end = this.#symbolsSent + count
    sums.extend(end)
    while (this.#symbolsSent < end) {
      const from = this.#symbolsSent
      const to = Math.min(end, from + maxSymbols)
      const symbols = new Uint32Array((to - from) * 2)
      for (let i = from; i < to; i++) {
        symbols[(i - from) * 2] = sums.first(i)
        symbols[(i - from) * 2 + 1] = sums.second(i)
      }
      this.#symbolsSent = to
      this.#symbolsUnderWay++
      outputs.push(send({ type: 'symbols', id: this.id, sessions: sums.sessions, symbols }))
    }
    return outputs
  }

  #moreSymbols(sums: CodedSums): ExchangeOutput[] {
    this.#symbolsUnderWay = Math.max(0, this.#symbolsUnderWay - 1)
    const outputs: ExchangeOutput[] = []
    // Whoever asks for more than its own sessions would take as a vector is not decoding.
    if (this.#symbolsSent > 2 * sums.sessions + leastSymbols) return [...unasked]
    while (this.#symbolsUnderWay < pagesUnderWay) {
      const further = Math.max(leastSymbols, Math.ceil(this.#symbolsSent * furtherShare))
      outputs.push(...this.#sendSymbols(sums, further))
    }
    return outputs
  }
}

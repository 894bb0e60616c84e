/**
 * Synchronisation with one linked peer (docs/spec/sync.md): both directions, in one round trip.
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
import { decodePage } from '../log/page.ts'
import { RangeSet } from '../log/ranges.ts'
import type { Millis } from '../machine.ts'
import { Answering } from './answering.ts'
import { Asking } from './asking.ts'
import { SumsCache } from './iblt.ts'
import { recentPage } from './outgoing.ts'
import {
  type ExchangeContext,
  type ExchangeOutput,
  type History,
  type PageToken,
  send,
  tellForks,
  unasked,
} from './streams.ts'
import { type Slice, type SyncMessage, decodeSync } from './wire.ts'

/** Fork proofs taken from one peer in one exchange. */
export const maxForksTaken = 1024

const wholeSlice: Slice = { index: 0, of: 1 }
const nothingPushed: ReadonlyMap<string, RangeSet> = new Map()

type Message<Type extends SyncMessage['type']> = Extract<SyncMessage, { type: Type }>

export class Exchange {
  readonly #context: ExchangeContext
  #asking: Asking | undefined
  #answering: Answering | undefined
  #nextId = 1
  #forksTaken = 0
  #progressAt: Millis = 0
  /** What we pushed, by session, hex. */
  #pushed: ReadonlyMap<string, RangeSet> | undefined
  /** What the far side pushed has come; and no vector has been made since. */
  #pushCame = false
  #pushIsNew = false

  /** `sums` are shared by all exchanges of one log. */
  constructor(options: {
    readonly crypto: Crypto
    readonly history: History
    readonly sums?: SumsCache | undefined
    /** The far side is a keeper. */
    readonly isKeeper?: boolean | undefined
  }) {
    const { crypto, history, sums, isKeeper = false } = options
    this.#context = { crypto, history, sums: sums ?? new SumsCache(history.log), isKeeper }
  }

  /** An exchange that was started here is not over. */
  get busy(): boolean {
    return this.#asking !== undefined
  }

  /** One that the far side started is not over. */
  get answering(): boolean {
    return this.#answering?.isBusy === true
  }

  /** When the far side last brought an exchange on; what is busy and quiet for long should be `reset`. */
  get progressAt(): Millis {
    return this.#progressAt
  }

  /** Entries an exchange is bringing us, as far as the far side has said. */
  get progress(): { readonly have: number; readonly total: number } {
    const [a, b] = [this.#asking?.incoming, this.#answering?.incoming]
    const have = (a?.have ?? 0) + (b?.have ?? 0)
    return { have, total: have + (a?.left ?? 0) + (b?.left ?? 0) }
  }

  /**
   * Asks the far side to reconcile. Of several sources asked at once each sends only its slice of the sessions. Does
   * nothing while busy.
   */
  start(now: Millis, slice: Slice = wholeSlice): readonly ExchangeOutput[] {
    if (this.#asking !== undefined) return []
    this.#asking = new Asking(this.#context, this.#nextId++, slice, this.#pushIsNew)
    this.#pushIsNew = false
    this.#progressAt = now
    return this.#asking.start(now)
  }

  /** Of what we have started, only this slice is still to come from here: another source sends the others. */
  narrow(slice: Slice): readonly ExchangeOutput[] {
    const asking = this.#asking
    return asking?.incoming === undefined ? [] : [send({ type: 'narrow', id: asking.id, slice })]
  }

  /** Sends the newest entries unasked to a far side that has nothing; at most once. */
  pushRecent(now: Millis): readonly ExchangeOutput[] {
    if (this.#pushed !== undefined) return []
    const { crypto, history } = this.#context
    const page = recentPage(crypto, history.log, (entry) => history.receiptsOf(entry), now)
    if (page === undefined) return []
    const pushed = new Map<string, RangeSet>()
    for (const { seq, session } of page.entries) {
      const hex = formatHex(session)
      const ranges = pushed.get(hex) ?? new RangeSet()
      ranges.add(seq, seq)
      pushed.set(hex, ranges)
    }
    this.#pushed = pushed
    return [send({ type: 'recent', page })]
  }

  /** Tells the far side of forks at once. */
  tellForks(proofs: readonly Uint8Array[]): readonly ExchangeOutput[] {
    return tellForks(proofs)
  }

  /** Gives up what was started here, and tells the far side; what still comes of it is passed over. */
  reset(): readonly ExchangeOutput[] {
    const asking = this.#asking
    if (asking === undefined) return []
    asking.close()
    this.#asking = undefined
    return [send({ type: 'cancel', id: asking.id })]
  }

  /** The link is gone. */
  close(): void {
    this.#asking?.close()
    this.#asking = undefined
    this.#stopAnswering()
  }

  receive(bytes: Uint8Array, now: Millis): readonly ExchangeOutput[] {
    const decoded = decodeSync(bytes)
    if (!decoded.ok) return [{ type: 'refuse', code: decoded.code }]
    const message = decoded.value
    switch (message.type) {
      case 'vector':
        return this.#onVector(message, now)
      case 'delta':
      case 'symbols':
        return this.#onAnswer(message, now)
      case 'page':
        return this.#onPage(message, now)
      case 'more':
        return this.#onMore(message, now)
      case 'forks':
        return this.#onForks(message.proofs)
      case 'recent':
        return this.#onRecent(message)
      case 'narrow':
        if (this.#answering?.id === message.id) this.#answering.narrow(message.slice)
        return []
      case 'cancel':
        if (this.#answering?.id === message.id) this.#stopAnswering()
        return []
      case 'sketch':
        return this.#answer(message.id).sketch(message, now)
    }
  }

  /** The page given out with this token has been imported (or could not be). */
  imported({ id, own, last, pushed }: PageToken, now: Millis): readonly ExchangeOutput[] {
    const side = own ? this.#asking : this.#answering
    if (pushed || side?.id !== id) return []
    this.#progressAt = now
    if (last) side.incoming = undefined
    return [send({ type: 'more', id, own }), ...this.#finishIfOver()]
  }

  #onVector(message: Message<'vector'>, now: Millis): readonly ExchangeOutput[] {
    const { id, part, pushCame } = message
    const before = this.#answering
    const isNext = before?.id === id && before.expects(part)
    if (part > 0 && !isNext) return unasked
    const answering = isNext ? before : this.#answer(id)
    return answering.vector(message, (pushCame ? this.#pushed : undefined) ?? nothingPushed, now)
  }

  /** A side that asks again has given up on what it asked before. */
  #answer(id: number): Answering {
    this.#stopAnswering()
    return (this.#answering = new Answering(this.#context, id))
  }

  #stopAnswering(): void {
    this.#answering?.close()
    this.#answering = undefined
  }

  #onAnswer(message: Message<'delta'> | Message<'symbols'>, now: Millis): readonly ExchangeOutput[] {
    if (this.#isPast(message.id)) return []
    const asking = this.#asking
    if (asking?.id !== message.id) return unasked
    this.#progressAt = now
    if (message.type === 'symbols') return asking.symbols(message)
    return [...asking.delta(message, now), ...this.#finishIfOver()]
  }

  /** Of an exchange of ours that is over or was given up. */
  #isPast(id: number): boolean {
    return id < this.#nextId && this.#asking?.id !== id
  }

  #onPage({ id, own, left, page: bytes }: Message<'page'>, now: Millis): readonly ExchangeOutput[] {
    // Their own id on a page means that it answers what we want of their vector.
    const side = own ? this.#answering : this.#asking
    if (own ? side !== undefined && side.id > id : this.#isPast(id)) return []
    const incoming = side?.id === id ? side.incoming : undefined
    if (incoming === undefined || incoming.isOver) return unasked
    const page = decodePage(this.#context.crypto, bytes)
    if (!page.ok) return [{ type: 'refuse', code: page.code }]
    this.#progressAt = now
    if (!incoming.take(page.value.entries.length, left)) return [{ type: 'refuse', code: 'tooMany' }]
    const token = { id, own: !own, last: left === 0, pushed: false }
    return [{ type: 'progress' }, { type: 'page', page: page.value, token }]
  }

  #onRecent(message: Message<'recent'>): readonly ExchangeOutput[] {
    if (this.#pushCame) return unasked
    const page = decodePage(this.#context.crypto, message.page)
    if (!page.ok) return [{ type: 'refuse', code: page.code }]
    this.#pushCame = this.#pushIsNew = true
    return [{ type: 'page', page: page.value, token: { id: 0, own: false, last: true, pushed: true } }]
  }

  #onMore({ id, own }: Message<'more'>, now: Millis): readonly ExchangeOutput[] {
    const side = own ? this.#answering : this.#asking
    if (side?.id !== id) return []
    this.#progressAt = now
    return [...side.more(), ...this.#finishIfOver()]
  }

  #onForks(proofs: readonly Uint8Array[]): readonly ExchangeOutput[] {
    this.#forksTaken += proofs.length
    if (this.#forksTaken > maxForksTaken) return [{ type: 'refuse', code: 'tooMany' }]
    return proofs.map((proof) => ({ type: 'fork', proof }))
  }

  #finishIfOver(): readonly ExchangeOutput[] {
    const ended = this.#asking?.ended
    if (ended === undefined) return []
    this.#asking = undefined
    this.#forksTaken = 0
    return [{ type: 'done', equal: ended.equal }]
  }
}

/** Pages of an exchange on their way, to us and from us, and what the rooms of an exchange share. */
import type { Crypto } from '../crypto/crypto.ts'
import type { Entry } from '../log/entry.ts'
import type { Log } from '../log/log.ts'
import type { Page } from '../log/page.ts'
import type { Millis } from '../machine.ts'
import type { Offer } from './compare.ts'
import type { SumsCache } from './iblt.ts'
import { Outgoing } from './outgoing.ts'
import { type Encodable, type Slice, encodeForks, encodeSync } from './wire.ts'

/** What an exchange reads, and tells what it learns; `Room` is one. */
export interface History {
  readonly log: Log
  receiptsOf(entry: Entry): readonly Uint8Array[]
  adoptFloor(session: string, floor: number): void
  /** Whether we want to know how far others have a session (hex). */
  isOwn(session: string): boolean
}

export interface ExchangeContext {
  readonly crypto: Crypto
  readonly history: History
  readonly sums: SumsCache
  /** The far side keeps a window of history only. */
  readonly isKeeper: boolean
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

export const unasked: readonly ExchangeOutput[] = [{ type: 'refuse', code: 'unasked' }]

/** Pages on their way to us: so many entries the far side has said, or was asked, to send. */
export class Incoming {
  readonly #most: number
  #have = 0
  #left: number
  #lastCame = false

  constructor(most: number) {
    this.#most = most
    this.#left = most
  }

  get have(): number {
    return this.#have
  }

  /** Entries still to come, as far as the far side says. */
  get left(): number {
    return this.#left
  }

  get isOver(): boolean {
    return this.#lastCame
  }

  /** A page came, after which `left` more are to; false when that is more than was promised. */
  take(entries: number, left: number): boolean {
    this.#have += entries
    this.#left = Math.min(left, Math.max(0, this.#most - this.#have))
    this.#lastCame = left === 0
    return this.#have <= this.#most
  }
}

/** Pages on their way to the far side. `own`: the id is of our giving. */
export class Sending {
  readonly #id: number
  readonly #own: boolean
  readonly #pages: Outgoing
  #underWay = 0
  #lastSent = false

  constructor(id: number, own: boolean, pages: Outgoing) {
    this.#id = id
    this.#own = own
    this.#pages = pages
  }

  narrow(slice: Slice): void {
    this.#pages.narrow(shareOf(slice))
  }

  pump(): ExchangeOutput[] {
    const outputs: ExchangeOutput[] = []
    while (!this.#lastSent && this.#underWay < pagesUnderWay) {
      const page = this.#pages.nextPage()
      this.#lastSent = this.#pages.done
      this.#underWay++
      const left = this.#lastSent ? 0 : Math.max(1, this.#pages.left)
      outputs.push(send({ type: 'page', id: this.#id, own: this.#own, left, page }))
    }
    return outputs
  }

  /** The far side took a page in; true when that was the last. */
  taken(): boolean {
    this.#underWay = Math.max(0, this.#underWay - 1)
    return this.#lastSent && this.#underWay === 0
  }
}

export function pagesOf({ crypto, history }: ExchangeContext, offers: readonly Offer[], now: Millis): Outgoing {
  return new Outgoing(crypto, (entry) => history.receiptsOf(entry), offers, now)
}

export function send(message: Encodable): ExchangeOutput {
  return { type: 'send', bytes: encodeSync(message) }
}

export function tellForks(proofs: readonly Uint8Array[]): ExchangeOutput[] {
  return encodeForks(proofs).map((bytes) => ({ type: 'send', bytes }))
}

export function shareOf(slice: Slice): (session: Uint8Array) => boolean {
  return (session) => (session[31] as number) % slice.of === slice.index
}

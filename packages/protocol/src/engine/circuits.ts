/**
 * Links through a member, for pairs that cannot link directly and have no relay between them.
 *
 * One end asks a common neighbour for a circuit and runs an ordinary sealed link through it: Noise end to end, bound to
 * both sessions, the carrier and the circuit's number. The carrier may drop the link, never read or alter it. When it
 * fails, another neighbour is asked; when a direct link comes up, the circuit goes (`links.ts`).
 */
import { label } from '../codec/bytes.ts'
import { formatHex } from '../codec/text.ts'
import { Writer } from '../codec/writer.ts'
import type { Crypto } from '../crypto/crypto.ts'
import { Backoff } from '../gossip/backoff.ts'
import { encodeCircuit } from '../gossip/carry-wire.ts'
import type { CircuitFrame } from '../gossip/carry-wire.ts'
import type { LinkOptions } from '../link/link-io.ts'
import type { Millis } from '../machine.ts'
import { Bucket } from '../relay/limits.ts'
import type { Rate } from '../relay/limits.ts'
import { Carrying } from './carrying.ts'
import { priority } from './links.ts'
import type { Carrier, Links, LiveLink } from './links.ts'
import type { ReachAttempt } from './map.ts'

/** Circuits we are an end of. */
export const maxCircuits = 16
/** Of those, offered by one carrier: it cannot take the places of all others. */
export const maxOfferedByOne = 8
/** Sessions a way through members is looked for. */
export const maxWishes = 128
/** What an end sends: below what a carrier bears (`carriedRate`), so that an honest one never overruns it. */
export const circuitRate: Rate = { perS: 56 * 1024, burst: 96 * 1024 }
/** The end with the smaller key leaves the other one so much time to begin. */
export const lateBeginMs = 10_000
const retryBaseMs = 1_000
const retryMaxMs = 30_000
/** Nobody could carry: look again after this. */
const nobodyMs = 1_000
/** A wish that is not renewed is forgotten. */
const wishMs = 30_000
const numberBytes = 4

const circuitLabel = label('kith1/circuit')

/** Who is to be reached. */
export interface CircuitTarget {
  readonly session: string
  readonly sessionKey: Uint8Array
}

export interface CircuitsContext {
  readonly crypto: Crypto
  /** Own session, hex, and its key. */
  readonly own: string
  readonly ownKey: Uint8Array
  readonly links: Links
  /** Linked neighbours that could carry frames to this session, the best first. */
  readonly carriers: (session: string) => readonly LiveLink[]
  /** May this session link with us? */
  readonly admits: (session: string, now: Millis) => boolean
  readonly linkOptions: (
    isInitiator: boolean,
    local: Uint8Array,
    remote: Uint8Array,
  ) => Omit<LinkOptions, 'name' | 'expect'>
  /** Time of the input being handled. */
  readonly now: () => Millis
  readonly timer: (name: string, at: Millis) => void
}

interface Wish {
  readonly firstAt: Millis
  readonly backoff: Backoff
  /** Carriers that failed since all were tried. */
  readonly tried: Set<string>
  id: string | undefined
  notBefore: Millis
  wishedAt: Millis
  failures: number
  code: string | undefined
  since: Millis
}

/** Our end of one circuit. */
interface End {
  readonly id: string
  readonly number: number
  readonly carrier: string
  readonly session: string
  readonly bucket: Bucket
  wasUp: boolean
  /** The carrier told that it is over. */
  isOver: boolean
}

export class Circuits {
  readonly #context: CircuitsContext
  readonly #carrying: Carrying
  readonly #wishes = new Map<string, Wish>()
  readonly #ends = new Map<string, End>()

  constructor(context: CircuitsContext) {
    this.#context = context
    this.#carrying = new Carrying({
      reaches: (session) => isFirm(context.links.best(session)),
      send: (session, payload, now) => context.links.send(session, priority.signal, payload, now),
    })
  }

  /** Circuits we are an end of, and those we carry. */
  get counts(): { readonly ends: number; readonly carried: number } {
    return { ends: this.#ends.size, carried: this.#carrying.size }
  }

  /** Does any neighbour know this session? */
  hasCarrier(session: string): boolean {
    return this.#context.carriers(session).length > 0
  }

  /** There is no way to `to` but through a member. Call for as long as that is so; `patienceMs` counts from the first. */
  wish(to: CircuitTarget, patienceMs: Millis, now: Millis): void {
    let wish = this.#wishes.get(to.session)
    if (wish === undefined) {
      if (this.#wishes.size >= maxWishes) return
      const backoff = new Backoff(this.#context.crypto.random, retryBaseMs, retryMaxMs)
      const fresh = { id: undefined, notBefore: now + patienceMs, wishedAt: now, failures: 0, code: undefined }
      wish = { backoff, tried: new Set(), firstAt: now, since: now, ...fresh }
      this.#wishes.set(to.session, wish)
    }
    wish.wishedAt = now
    if (wish.failures === 0) wish.notBefore = Math.min(wish.notBefore, wish.firstAt + patienceMs)
    if (wish.id === undefined && now >= wish.notBefore) this.#ask(to, wish, now)
  }

  /** Leaves the far end the time to begin, unless its key is the smaller one. */
  patienceFor(session: string, patienceMs: Millis): Millis {
    return this.#context.own > session ? patienceMs : patienceMs + lateBeginMs
  }

  /** A circuit frame from a neighbour; `payload` is how it came. */
  receive(from: LiveLink, frame: CircuitFrame, payload: Uint8Array, now: Millis): void {
    const end = this.#endOf(from.session, frame.number)
    if (frame.kind === 'open') {
      const target = formatHex(frame.session)
      // Who reaches us through a member has to find its own way: nothing is carried twice.
      if (isFirm(from)) this.#carrying.open(from.session, frame.number, target, now)
    } else if (frame.kind === 'offer') {
      this.#offered(from, frame.number, frame.session, now)
    } else if (end === undefined) {
      this.#carrying.receive(from.session, frame, payload, now)
    } else if (frame.kind === 'data') {
      this.#context.links.frame(end.id, frame.bytes, now)
    } else {
      end.isOver = true
      this.#context.links.close(end.id, frame.code, now)
    }
  }

  /** A circuit's link is up. */
  succeeded(id: string): void {
    const end = this.#ends.get(id)
    if (end === undefined) return
    end.wasUp = true
    this.#wishes.get(end.session)?.backoff.reset()
  }

  /** A circuit's link ended, or never came up. */
  ended(id: string, code: string, now: Millis): void {
    const end = this.#ends.get(id)
    if (end === undefined) return
    this.#ends.delete(id)
    const wish = this.#wishes.get(end.session)
    if (wish?.id !== id) return
    wish.id = undefined
    wish.since = now
    wish.code = code
    if (code === 'replaced' || code === 'released') return
    wish.failures++
    // Somebody else may carry it better; with nobody else left, all are tried again.
    wish.tried.add(end.carrier)
    wish.notBefore = now
  }

  /** A neighbour is gone, or reached through a member itself now: what it carried for us, and we for it, ends. */
  neighbourGone(neighbour: string, now: Millis): void {
    this.#carrying.gone(neighbour, now)
    for (const end of this.#ends.values()) {
      if (end.carrier !== neighbour) continue
      end.isOver = true
      this.#context.links.close(end.id, 'carrierGone', now)
    }
  }

  /** A timer named `circuit/<id>` fired: the budget is level again. */
  timerFired(name: string, now: Millis): void {
    const id = name.slice('circuit/'.length)
    if (this.#ends.has(id)) this.#context.links.flow(id, 'drained', now)
  }

  /** Call at every tick. */
  tick(now: Millis): void {
    this.#carrying.tick(now)
    for (const [session, wish] of this.#wishes) {
      if (wish.id === undefined && now - wish.wishedAt >= wishMs) this.#wishes.delete(session)
    }
  }

  /** The network may have changed. */
  hurry(now: Millis): void {
    for (const wish of this.#wishes.values()) {
      wish.backoff.reset()
      wish.tried.clear()
      wish.notBefore = Math.min(wish.notBefore, now)
    }
  }

  /** How looking for a way through members went; undefined when none was needed. */
  storyOf(session: string): Omit<ReachAttempt, 'way'> | undefined {
    const wish = this.#wishes.get(session)
    if (wish === undefined) return undefined
    const { id, failures, code, since, notBefore } = wish
    const end = id === undefined ? undefined : this.#ends.get(id)
    if (end === undefined) {
      const state = failures > 0 ? 'failed' : 'waiting'
      return { state, step: 'none', code, failures, since, nextAt: notBefore, through: undefined }
    }
    const state = end.wasUp ? 'up' : 'trying'
    const step = end.wasUp ? 'none' : 'handshake'
    return { state, step, code, failures, since, nextAt: undefined, through: end.carrier }
  }

  #endOf(carrier: string, number: number): End | undefined {
    for (const end of this.#ends.values()) if (end.number === number && end.carrier === carrier) return end
    return undefined
  }

  #ask(to: CircuitTarget, wish: Wish, now: Millis): void {
    if (this.#ends.size >= maxCircuits) return
    const able = this.#context.carriers(to.session)
    const carrier = able.find(({ session }) => !wish.tried.has(session))
    if (carrier === undefined) {
      wish.notBefore = now + (able.length === 0 ? nobodyMs : wish.backoff.next())
      wish.tried.clear()
      return
    }
    const number = new DataView(this.#context.crypto.random(numberBytes).slice().buffer).getUint32(0)
    const id = endId(carrier.session, number)
    if (this.#ends.has(id) || this.#carrying.carries(carrier.session, number)) return
    const open = encodeCircuit({ type: 'circuit', number, kind: 'open', session: to.sessionKey })
    if (!this.#context.links.send(carrier.session, priority.signal, open, now)) {
      wish.tried.add(carrier.session)
      return
    }
    wish.id = id
    wish.since = now
    this.#begin(carrier, number, to, true, now)
  }

  #offered(from: LiveLink, number: number, sessionKey: Uint8Array, now: Millis): void {
    const { own, links, admits } = this.#context
    const session = formatHex(sessionKey)
    const id = endId(from.session, number)
    if (session === own || session === from.session || this.#ends.has(id))
      return this.#refuse(from, number, 'clash', now)
    if (this.#carrying.carries(from.session, number)) return this.#refuse(from, number, 'clash', now)
    let offered = 0
    for (const end of this.#ends.values()) if (end.carrier === from.session) offered++
    const isFull = this.#ends.size >= maxCircuits || offered >= maxOfferedByOne || !isFirm(from)
    const isNeedless = links.best(session)?.path === 'direct'
    if (isFull || isNeedless || !admits(session, now))
      return this.#refuse(from, number, isFull ? 'full' : 'closed', now)
    this.#begin(from, number, { session, sessionKey }, false, now)
  }

  #begin(via: LiveLink, number: number, to: CircuitTarget, isInitiator: boolean, now: Millis): void {
    const { links, ownKey, linkOptions } = this.#context
    const id = endId(via.session, number)
    const bucket = new Bucket(circuitRate, now)
    const end: End = { id, number, carrier: via.session, session: to.session, bucket, wasUp: false, isOver: false }
    this.#ends.set(id, end)
    const carrier: Carrier = {
      kind: 'circuit',
      through: via.session,
      transmit: (_, bytes) => this.#transmit(end, bytes),
      close: () => {
        if (end.isOver) return
        const close = encodeCircuit({ type: 'circuit', number, kind: 'close', code: 'closed' })
        links.send(end.carrier, priority.signal, close, this.#context.now())
      },
    }
    const binding = (session: Uint8Array): Uint8Array => this.#binding(number, via.sessionKey, session)
    const options = linkOptions(isInitiator, binding(ownKey), binding(to.sessionKey))
    if (!links.open(id, carrier, { ...options, expect: to.sessionKey }, now)) this.ended(id, 'busy', now)
  }

  #transmit(end: End, bytes: Uint8Array): void {
    const { links, now, timer } = this.#context
    if (end.isOver) return
    const payload = encodeCircuit({ type: 'circuit', number: end.number, kind: 'data', bytes })
    if (!links.send(end.carrier, priority.signal, payload, now())) {
      // A stream that lost a frame is over.
      links.close(end.id, 'carrierSlow', now())
      return
    }
    const waitMs = end.bucket.spend(payload.length, now())
    if (waitMs === 0) return
    links.flow(end.id, 'full', now())
    timer(`circuit/${end.id}`, now() + waitMs)
  }

  #refuse(to: LiveLink, number: number, code: 'clash' | 'full' | 'closed', now: Millis): void {
    const close = encodeCircuit({ type: 'circuit', number, kind: 'close', code })
    this.#context.links.send(to.session, priority.signal, close, now)
  }

  /** What an end of this circuit is in the handshake: 32 bytes. */
  #binding(number: number, carrier: Uint8Array, session: Uint8Array): Uint8Array {
    return this.#context.crypto.sha256(circuitLabel, new Writer(4).u32(number).finish(), carrier, session)
  }
}

/** Not itself carried by a member. */
function isFirm(link: LiveLink | undefined): boolean {
  return link !== undefined && link.path !== 'through'
}

function endId(carrier: string, number: number): string {
  return `circuit-${carrier}-${number}`
}

export function isCircuit(id: string): boolean {
  return id.startsWith('circuit-')
}

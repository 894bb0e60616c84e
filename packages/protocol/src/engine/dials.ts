/**
 * Attempts to reach peers directly: WebRTC by sealed signals, plain sockets by address.
 *
 * Who offers is fixed for a pair (the browser if exactly one side is one, else the larger session key), so there is no
 * glare: an offer from the wrong side is ignored. An attempt that is not a link within `dialTimeoutMs` is hung up and
 * tried again after a jittered back-off, for as long as the peer is in the room.
 */
import { formatHex } from '../codec/text.ts'
import { Backoff } from '../gossip/backoff.ts'
import type { Millis, Random } from '../machine.ts'
import type { Platform } from './claims.ts'
import type { Address } from './input.ts'
import type { ReachAttempt } from './map.ts'
import type { Output } from './output.ts'

export const dialTimeoutMs = 30_000
/** A call that is not answered for so long was perhaps not listened to. */
export const unheardMs = 2_000
export const maxDialsAtOnce = 4
export const maxIncomingDials = 32
/** Full mesh up to here; further peers are reached over the relay and through their neighbours. */
export const maxDirectLinks = 16
const redialBaseMs = 1_000
const redialMaxMs = 60_000
const redialAddressMaxMs = 15_000

/** What the far end of a pair must be told so that it can name the attempt: 8 random bytes, hex. */
const attemptBytes = 8

export interface Dialable {
  readonly session: string
  readonly platform: Platform
}

interface Attempt {
  readonly transport: string
  readonly name: string
  readonly offerer: boolean
  readonly since: Millis
  /** The transport is open and the handshake under way. */
  open: boolean
  /** Its first signal was sent. */
  signalled: boolean
  /** The far end sent one. */
  answered: boolean
  /** The handshake over it succeeded: it is no attempt any more. */
  linked: boolean
}

interface Wanted {
  readonly backoff: Backoff
  attempt: Attempt | undefined
  notBefore: Millis
  /** It left the room while its transport was open. */
  hasLeft: boolean
  failures: number
  failure: DialFailure | undefined
}

interface DialFailure {
  /** The step it came to. */
  readonly step: 'transport' | 'handshake'
  readonly code: string
  readonly at: Millis
}

/** What the reach report tells of dialling. */
export type DialStory = Pick<ReachAttempt, 'state' | 'step' | 'failures' | 'code' | 'since' | 'nextAt'>

interface Listener {
  readonly address: Address
  readonly backoff: Backoff
  transport: string | undefined
  /** Who answered there last. */
  session: string | undefined
  since: Millis
  notBefore: Millis
}

export class Dials {
  readonly #own: string
  readonly #platform: Platform
  readonly #random: Random
  readonly #emit: (output: Output) => void
  readonly #wanted = new Map<string, Wanted>()
  readonly #sessionByTransport = new Map<string, string>()
  readonly #listeners = new Map<string, Listener>()
  readonly #addressByTransport = new Map<string, Listener>()

  constructor(own: string, platform: Platform, random: Random, emit: (output: Output) => void) {
    this.#own = own
    this.#platform = platform
    this.#random = random
    this.#emit = emit
  }

  /** Is it ours to offer to this peer? */
  offers(peer: Dialable): boolean {
    if (peer.platform !== this.#platform) return this.#platform === 'browser'
    return this.#own > peer.session
  }

  /** Dials whoever is dialable, ours to offer to, and due. */
  dialDue(peers: Iterable<Dialable>, now: Millis): void {
    let underWay = 0
    for (const { attempt } of this.#wanted.values()) if (attempt?.offerer === true && !attempt.linked) underWay++
    for (const peer of peers) {
      if (underWay >= maxDialsAtOnce) return
      if (!this.offers(peer)) continue
      const wanted = this.#want(peer.session, now)
      if (wanted.attempt !== undefined || now < wanted.notBefore) continue
      this.#begin(peer.session, wanted, formatHex(this.#random(attemptBytes)), true, now)
      underWay++
    }
  }

  /** Dials one peer that waits for it now, whatever else is under way; nothing when it is the other's to offer, or just dialled. */
  dial(peer: Dialable, now: Millis): void {
    if (!this.offers(peer)) return
    const wanted = this.#want(peer.session, now)
    // Called before it waited for us, it did not listen: a room that becomes a mesh hears only whom it has admitted.
    const { attempt } = wanted
    if (attempt !== undefined && !attempt.open && now - attempt.since >= unheardMs) this.#hangUp(wanted)
    if (wanted.attempt === undefined)
      this.#begin(peer.session, wanted, formatHex(this.#random(attemptBytes)), true, now)
  }

  /** A sealed signal arrived. `opening`: it may be the first of its transport, which is made if the far end may offer. */
  signalled(peer: Dialable, name: string, opening: boolean, bytes: Uint8Array, now: Millis): void {
    const wanted = this.#want(peer.session, now)
    let { attempt } = wanted
    if (attempt?.name !== name) {
      if (!opening || this.offers(peer) || this.#sessionByTransport.size >= maxIncomingDials) return
      // A new offer means that the far end has given up the transport before.
      if (attempt !== undefined) this.#hangUp(wanted)
      attempt = this.#begin(peer.session, wanted, name, false, now)
    }
    attempt.answered = true
    this.#emit({ type: 'signal', transport: attempt.transport, bytes })
  }

  /** This very attempt is under way. */
  isUnderWay(session: string, name: string): boolean {
    return this.#wanted.get(session)?.attempt?.name === name
  }

  /** How dialling the address went where this session answered last. */
  listenerStoryOf(session: string): DialStory | undefined {
    for (const { session: answered, transport, since, notBefore } of this.#listeners.values()) {
      if (answered !== session) continue
      const state = transport === undefined ? 'waiting' : 'up'
      return {
        state,
        step: 'none',
        code: undefined,
        failures: 0,
        since,
        nextAt: state === 'up' ? undefined : notBefore,
      }
    }
    return undefined
  }

  /**
   * To whom a signal made by a transport goes, under which name, and whether it opens the attempt: one that nobody answered may
   * not have been listened to, so the retry of its transport calls again.
   */
  addressee(
    transport: string,
  ): { readonly session: string; readonly name: string; readonly opening: boolean } | undefined {
    const session = this.#sessionByTransport.get(transport)
    const attempt = session === undefined ? undefined : this.#wanted.get(session)?.attempt
    if (session === undefined || attempt === undefined) return undefined
    const opening = attempt.offerer && !attempt.answered
    attempt.signalled = true
    return { session, name: attempt.name, opening }
  }

  /** The session a WebRTC transport was dialled for; undefined for a socket. */
  opened(transport: string): string | undefined {
    const session = this.#sessionByTransport.get(transport)
    const attempt = session === undefined ? undefined : this.#wanted.get(session)?.attempt
    if (attempt !== undefined) attempt.open = true
    return session
  }

  /** Who is at the far end of a transport. */
  recognised(transport: string, session: string): void {
    const listener = this.#addressByTransport.get(transport)
    if (listener !== undefined) listener.session = session
  }

  /** The handshake over this transport succeeded. */
  succeeded(transport: string): void {
    const session = this.#sessionByTransport.get(transport)
    const wanted = session === undefined ? undefined : this.#wanted.get(session)
    wanted?.backoff.reset()
    if (wanted?.attempt?.transport === transport) wanted.attempt.linked = true
    this.#addressByTransport.get(transport)?.backoff.reset()
  }

  /** The transport is gone, whatever it was, for the reason `code`. Answers whom it was dialled for. */
  ended(transport: string, code: string, now: Millis): string | undefined {
    const session = this.#sessionByTransport.get(transport)
    this.#sessionByTransport.delete(transport)
    const wanted = session === undefined ? undefined : this.#wanted.get(session)
    if (session !== undefined && wanted?.attempt?.transport === transport) {
      if (!wanted.attempt.linked) {
        wanted.failures++
        wanted.failure = { step: wanted.attempt.open ? 'handshake' : 'transport', code, at: now }
      }
      wanted.attempt = undefined
      wanted.notBefore = now + wanted.backoff.next()
      if (wanted.hasLeft) this.#wanted.delete(session)
    }
    const listener = this.#addressByTransport.get(transport)
    this.#addressByTransport.delete(transport)
    if (listener?.transport === transport) {
      listener.transport = undefined
      listener.notBefore = now + listener.backoff.next()
    }
    return session
  }

  /** How dialling this session went so far; undefined when it never was to be dialled. */
  storyOf(session: string): DialStory | undefined {
    const wanted = this.#wanted.get(session)
    if (wanted === undefined) return undefined
    const { attempt, failures, failure, notBefore } = wanted
    const code = failure?.code
    if (attempt?.linked === true)
      return { state: 'up', step: 'none', failures, code, since: attempt.since, nextAt: undefined }
    if (attempt !== undefined) {
      const step = attempt.open ? 'handshake' : attempt.signalled ? 'transport' : 'signal'
      return { state: 'trying', step, failures, code, since: attempt.since, nextAt: undefined }
    }
    const state = failure === undefined ? 'waiting' : 'failed'
    return { state, step: failure?.step ?? 'none', failures, code, since: failure?.at, nextAt: notBefore }
  }

  /** The network may have changed: try everything again now. */
  hurry(now: Millis): void {
    for (const wanted of this.#wanted.values()) {
      wanted.backoff.reset()
      wanted.notBefore = now
    }
    for (const listener of this.#listeners.values()) {
      listener.backoff.reset()
      listener.notBefore = now
    }
  }

  /** Attempts that took too long are hung up; the host answers with `transportDown`, which leads to the next one. */
  expire(isUp: (transport: string) => boolean, now: Millis): void {
    for (const wanted of this.#wanted.values()) {
      const { attempt } = wanted
      if (attempt === undefined || now - attempt.since < dialTimeoutMs || isUp(attempt.transport)) continue
      this.#emit({ type: 'hangUp', transport: attempt.transport })
      this.ended(attempt.transport, 'timeout', now)
    }
    for (const listener of this.#listeners.values()) {
      const { transport } = listener
      if (transport === undefined || now - listener.since < dialTimeoutMs || isUp(transport)) continue
      this.#emit({ type: 'hangUp', transport })
      this.ended(transport, 'timeout', now)
    }
  }

  /**
   * The peer left the relay's topic. In a small room it left the room: nobody waits for its transport any more, unless that is
   * open and its link's business. In a mesh people leave the topic as soon as they have found others, and a call goes on.
   */
  left(session: string, isGone: boolean): void {
    const wanted = this.#wanted.get(session)
    if (wanted === undefined) return
    if (isGone && wanted.attempt !== undefined && !wanted.attempt.open) this.#hangUp(wanted)
    if (wanted.attempt === undefined) this.#wanted.delete(session)
    else wanted.hasLeft = true
  }

  setAddresses(addresses: readonly Address[], now: Millis): void {
    const keep = new Set<string>()
    for (const address of addresses) {
      const key = `${address.host} ${address.port}`
      keep.add(key)
      if (this.#listeners.has(key)) continue
      const backoff = new Backoff(this.#random, redialBaseMs, redialAddressMaxMs)
      this.#listeners.set(key, {
        address,
        backoff,
        transport: undefined,
        session: undefined,
        since: now,
        notBefore: now,
      })
    }
    for (const [key, listener] of this.#listeners) {
      if (keep.has(key)) continue
      this.#listeners.delete(key)
      if (listener.transport !== undefined) this.#emit({ type: 'hangUp', transport: listener.transport })
    }
  }

  /** `isLinked`: there is a direct link with this session, whoever dialled it. */
  dialAddresses(isLinked: (session: string) => boolean, now: Millis): void {
    for (const listener of this.#listeners.values()) {
      if (listener.transport !== undefined || now < listener.notBefore) continue
      if (listener.session !== undefined && isLinked(listener.session)) continue
      const transport = `socket-${formatHex(this.#random(attemptBytes))}`
      listener.transport = transport
      listener.since = now
      this.#addressByTransport.set(transport, listener)
      this.#emit({ type: 'dialAddress', transport, address: listener.address })
    }
  }

  #want(session: string, now: Millis): Wanted {
    let wanted = this.#wanted.get(session)
    if (wanted === undefined) {
      const backoff = new Backoff(this.#random, redialBaseMs, redialMaxMs)
      wanted = { backoff, attempt: undefined, notBefore: now, hasLeft: false, failures: 0, failure: undefined }
      this.#wanted.set(session, wanted)
    }
    wanted.hasLeft = false
    return wanted
  }

  #begin(session: string, wanted: Wanted, name: string, offerer: boolean, now: Millis): Attempt {
    const attempt = {
      transport: `${session.slice(0, 16)}-${name}`,
      name,
      offerer,
      since: now,
      open: false,
      signalled: false,
      answered: false,
      linked: false,
    }
    wanted.attempt = attempt
    this.#sessionByTransport.set(attempt.transport, session)
    this.#emit({ type: 'dial', transport: attempt.transport, offerer })
    return attempt
  }

  #hangUp(wanted: Wanted): void {
    const { attempt } = wanted
    if (attempt === undefined) return
    wanted.attempt = undefined
    this.#sessionByTransport.delete(attempt.transport)
    this.#emit({ type: 'hangUp', transport: attempt.transport })
  }
}

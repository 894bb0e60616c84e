/**
 * Every link of this engine: handshakes under way, links that are up, and which of them a session is reached by.
 *
 * A session may be reachable twice for a moment (two terminals dialled each other; WebRTC came up beside the relay). One
 * link per session survives: direct before relay; of two direct ones the one with the smaller handshake hash, which both
 * ends see alike. A relay link that was started after a direct one was already up means that the far end lost the direct
 * one, so that is doubted at once.
 */
import { compareBytes } from '../codec/bytes.ts'
import { formatHex } from '../codec/text.ts'
import { Heartbeat } from '../gossip/heartbeat.ts'
import { Link } from '../link/link.ts'
import type { LinkOptions, LinkOutput } from '../link/link-io.ts'
import type { Millis } from '../machine.ts'
import { decodeClaims } from './claims.ts'
import type { Claims } from './claims.ts'
import type { Channel, Output, Path } from './output.ts'

/** Handshakes under way at once; more are refused, so that strangers cannot make us work without bound. */
export const maxPendingLinks = 64

/** Smaller is more urgent; see the classes of `link/scheduler.ts`. */
export const priority = { control: 0, text: 1, signal: 2, sync: 3 } as const
export type Priority = (typeof priority)[keyof typeof priority]

/** A second direct link is kept this long: closed at once, it could be the only one the far end has up so far. */
export const retireMs = 2_000

/** What carries one link: a transport of the host, or direct frames through the relay. */
export interface Carrier {
  readonly kind: 'dtls' | 'socket' | 'relay'
  transmit(channel: Channel, bytes: Uint8Array): void
  /** Close for good; called once. */
  close(): void
}

export interface LiveLink {
  readonly id: string
  readonly session: string
  readonly sessionKey: Uint8Array
  readonly kemKey: Uint8Array
  readonly claims: Claims
  readonly path: Path
  readonly heartbeat: Heartbeat
  readonly handshakeHash: Uint8Array
  readonly upAt: Millis
}

export interface LinksEvents {
  /** The far end of a link proved who it is, whether or not the link is needed. */
  recognised(id: string, session: string): void
  /** A session became reachable, or by another path than before. */
  linked(link: LiveLink, now: Millis): void
  /** No link with the session is left. */
  unlinked(session: string, now: Millis): void
  payload(link: LiveLink, bytes: Uint8Array, now: Millis): void
  /** The far end of the link in use does not take what it is sent, or does again. */
  slow(session: string, isSlow: boolean, now: Millis): void
  /** A link ended, or never came up. */
  closed(id: string, code: string, now: Millis): void
}

interface Slot {
  readonly id: string
  readonly carrier: Carrier
  readonly link: Link
  readonly openedAt: Millis
  live: LiveLink | undefined
  /** Not needed any more: closed at this time. */
  retireAt: Millis | undefined
}

export class Links {
  readonly #ownSession: string
  readonly #emit: (output: Output) => void
  readonly #events: LinksEvents
  readonly #slots = new Map<string, Slot>()
  /** By session, hex: the link in use. */
  readonly #best = new Map<string, Slot>()

  constructor(ownSession: Uint8Array, emit: (output: Output) => void, events: LinksEvents) {
    this.#ownSession = formatHex(ownSession)
    this.#emit = emit
    this.#events = events
  }

  /** False when too many handshakes are under way. */
  open(id: string, carrier: Carrier, options: Omit<LinkOptions, 'name'>, now: Millis): boolean {
    let pending = 0
    for (const slot of this.#slots.values()) if (slot.live === undefined) pending++
    if (pending >= maxPendingLinks) return false
    const link = new Link({ ...options, name: `link/${id}` })
    const slot: Slot = { id, carrier, link, openedAt: now, live: undefined, retireAt: undefined }
    this.#slots.set(id, slot)
    this.#run(slot, slot.link.handle({ type: 'start' }, now), now)
    return true
  }

  has(id: string): boolean {
    return this.#slots.has(id)
  }

  isUp(id: string): boolean {
    return this.#slots.get(id)?.live !== undefined
  }

  frame(id: string, bytes: Uint8Array, now: Millis): void {
    const slot = this.#slots.get(id)
    if (slot === undefined) return
    slot.live?.heartbeat.heard(now)
    this.#run(slot, slot.link.handle({ type: 'frame', bytes }, now), now)
  }

  flow(id: string, type: 'full' | 'drained', now: Millis): void {
    const slot = this.#slots.get(id)
    if (slot !== undefined) this.#run(slot, slot.link.handle({ type }, now), now)
  }

  /** A timer named `link/<id>/<name>` fired. */
  timerFired(name: string, now: Millis): void {
    const id = name.slice('link/'.length, name.lastIndexOf('/'))
    const slot = this.#slots.get(id)
    if (slot !== undefined) this.#run(slot, slot.link.handle({ type: 'timerFired', name }, now), now)
  }

  /** False when the session has no link. */
  send(session: string, urgency: Priority, payload: Uint8Array, now: Millis): boolean {
    const slot = this.#best.get(session)
    if (slot === undefined) return false
    this.#run(slot, slot.link.handle({ type: 'send', priority: urgency, payload }, now), now)
    return true
  }

  best(session: string): LiveLink | undefined {
    return this.#best.get(session)?.live
  }

  /** The link in use of every reachable session. */
  *live(): Generator<LiveLink> {
    for (const slot of this.#best.values()) if (slot.live !== undefined) yield slot.live
  }

  *direct(): Generator<LiveLink> {
    for (const live of this.live()) if (live.path === 'direct') yield live
  }

  doubtAll(now: Millis): void {
    for (const slot of this.#slots.values()) slot.live?.heartbeat.doubt(now)
  }

  /** Ends links whose far end was silent for too long, and those that are not needed any more. */
  reap(now: Millis): void {
    for (const slot of [...this.#slots.values()]) {
      if (slot.live?.heartbeat.isDead(now) === true) this.close(slot.id, 'silent', now)
      else if (slot.retireAt !== undefined && now >= slot.retireAt) this.close(slot.id, 'replaced', now)
    }
  }

  /** Ends one link from our side, or takes note that its carrier is gone. */
  close(id: string, code: string, now: Millis): void {
    const slot = this.#slots.get(id)
    if (slot === undefined) return
    this.#slots.delete(id)
    // Timers of a closed link must not outlive it; what it still wants to say has no carrier any more.
    for (const output of slot.link.handle({ type: 'close' }, now)) if (output.type === 'cancelTimer') this.#emit(output)
    slot.carrier.close()
    const { live } = slot
    if (live !== undefined && this.#best.get(live.session) === slot) this.#replace(live.session, now)
    this.#events.closed(id, code, now)
  }

  #replace(session: string, now: Millis): void {
    this.#best.delete(session)
    for (const other of this.#slots.values()) {
      if (other.live?.session === session) {
        other.retireAt = undefined
        this.#best.set(session, other)
        this.#events.linked(other.live, now)
        return
      }
    }
    this.#events.unlinked(session, now)
  }

  #run(slot: Slot, outputs: readonly LinkOutput[], now: Millis): void {
    // Before anything else happens: what a payload leads to may be sent over this very link, and sealed frames are
    // counted in the order they were sealed.
    for (const output of outputs) if (output.type === 'transmit') slot.carrier.transmit(output.channel, output.bytes)
    for (const output of outputs) {
      if (!this.#slots.has(slot.id)) {
        if (output.type === 'cancelTimer') this.#emit(output)
        continue
      }
      switch (output.type) {
        case 'timer':
        case 'cancelTimer':
          this.#emit(output)
          break
        case 'transmit':
          break
        case 'up':
          this.#up(slot, output, now)
          break
        case 'payload':
          if (slot.live !== undefined) this.#events.payload(slot.live, output.bytes, now)
          break
        case 'refused':
          // The far side is too slow for what we say: it will find what it missed by the digests in the beats.
          break
        case 'slow':
          if (slot.live !== undefined && this.#best.get(slot.live.session) === slot) {
            this.#events.slow(slot.live.session, output.slow, now)
          }
          break
        case 'down':
          this.close(slot.id, output.code, now)
          break
      }
    }
  }

  #up(slot: Slot, up: Extract<LinkOutput, { type: 'up' }>, now: Millis): void {
    const session = formatHex(up.session)
    const claims = decodeClaims(up.claims)
    if (session === this.#ownSession || !claims.ok) {
      this.close(slot.id, claims.ok ? 'ourselves' : 'claimsMalformed', now)
      return
    }
    slot.live = {
      id: slot.id,
      session,
      sessionKey: up.session,
      kemKey: up.kemKey,
      claims: claims.value,
      path: slot.carrier.kind === 'relay' ? 'relay' : 'direct',
      heartbeat: new Heartbeat(now),
      handshakeHash: up.handshakeHash,
      upAt: now,
    }
    this.#events.recognised(slot.id, session)
    const rival = this.#best.get(session)
    if (rival?.live === undefined) {
      this.#best.set(session, slot)
      this.#events.linked(slot.live, now)
      return
    }
    const winner = this.#choose(rival, slot, now)
    if (winner === slot) {
      this.#best.set(session, slot)
      this.#events.linked(slot.live, now)
      this.#retire(rival, now)
    } else if (rival.live.path === slot.live.path || rival.live.upAt > slot.openedAt) {
      this.#retire(slot, now)
    } else {
      rival.live.heartbeat.doubt(now)
    }
  }

  #retire(slot: Slot, now: Millis): void {
    if (slot.carrier.kind === 'relay') this.close(slot.id, 'replaced', now)
    else slot.retireAt = now + retireMs
  }

  #choose(old: Slot, fresh: Slot, now: Millis): Slot {
    const [a, b] = [old.live, fresh.live]
    if (a === undefined || b === undefined) return fresh
    if (a.path !== b.path) return b.path === 'direct' ? fresh : old
    if (a.path === 'relay' || a.heartbeat.isDead(now)) return fresh
    return compareBytes(a.handshakeHash, b.handshakeHash) < 0 ? old : fresh
  }
}

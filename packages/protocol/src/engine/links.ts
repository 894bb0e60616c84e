/**
 * Every link of this engine: handshakes under way, links that are up, and which of them a session is reached by.
 *
 * A session may be reachable twice for a moment (two terminals dialled each other; WebRTC came up beside the relay). One
 * link per session survives: direct before relay before through a member; of two direct ones the one with the smaller
 * handshake hash, which both ends see alike, of two others the newer. A lesser link that was started after a better one
 * was already up means that the far end lost the better one, so that is doubted at once.
 */
import { compareBytes } from '../codec/bytes.ts'
import { formatHex } from '../codec/text.ts'
import { Heartbeat } from '../gossip/heartbeat.ts'
import type { LinkKind } from '../link/handshake.ts'
import { Link } from '../link/link.ts'
import type { LinkOptions, LinkOutput } from '../link/link-io.ts'
import type { Millis } from '../machine.ts'
import { decodeClaims } from './claims.ts'
import type { Claims } from './claims.ts'
import type { Channel, Output, Path } from './output.ts'

/** Handshakes under way at once; more are refused, so that strangers cannot make us work without bound. */
export const maxPendingLinks = 64

/** Smaller is more urgent; see the classes of `link/scheduler.ts`. */
export const priority = { control: 0, text: 1, signal: 2, sync: 3, wanted: 4, prefetch: 5, keeper: 6 } as const
export type Priority = (typeof priority)[keyof typeof priority]

/** A second direct link is kept this long: closed at once, it could be the only one the far end has up so far. */
export const retireMs = 2_000

/** What carries one link: a transport of the host, direct frames through the relay, or a member. */
export interface Carrier {
  readonly kind: LinkKind
  /** Session of the member that carries it, hex. */
  readonly through?: string | undefined
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
  /** Who carries it, session hex, where the path is `through`. */
  readonly through: string | undefined
  readonly heartbeat: Heartbeat
  readonly handshakeHash: Uint8Array
  readonly upAt: Millis
}

export interface LinksEvents {
  /** The far end of a link proved who it is, whether or not the link is needed. */
  recognised(id: string, session: string): void
  /** A session became reachable, or by another path than before. */
  linked(link: LiveLink, now: Millis): void
  /** No link with the session is left; `code`: how the last one ended. */
  unlinked(session: string, now: Millis, code: string): void
  payload(link: LiveLink, bytes: Uint8Array, now: Millis): void
  /** Something came, left or was credited: the link in use may take more bulk. */
  moved?(session: string, now: Millis): void
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
  isClosed: boolean
  /** The one its session is reached by: what `#best` has. */
  isInUse: boolean
}

export class Links {
  readonly #ownSession: string
  readonly #emit: (output: Output) => void
  readonly #events: LinksEvents
  readonly #slots = new Map<string, Slot>()
  /** By session, hex: the link in use. */
  readonly #best = new Map<string, Slot>()
  /** Handshakes under way. */
  #pending = 0
  #all: LiveLink[] | undefined
  #direct: readonly LiveLink[] | undefined
  #spreading: readonly LiveLink[] | undefined

  constructor(ownSession: Uint8Array, emit: (output: Output) => void, events: LinksEvents) {
    this.#ownSession = formatHex(ownSession)
    this.#emit = emit
    this.#events = events
  }

  /** False when too many handshakes are under way. */
  open(id: string, carrier: Carrier, options: Omit<LinkOptions, 'name'>, now: Millis): boolean {
    if (this.#pending >= maxPendingLinks) return false
    this.#pending++
    const link = new Link({ ...options, name: `link/${id}` })
    const slot: Slot = {
      id,
      carrier,
      link,
      openedAt: now,
      live: undefined,
      retireAt: undefined,
      isClosed: false,
      isInUse: false,
    }
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
    this.#moved(slot, now)
  }

  flow(id: string, type: 'full' | 'drained', now: Millis): void {
    const slot = this.#slots.get(id)
    if (slot === undefined) return
    this.#run(slot, slot.link.handle({ type }, now), now)
    this.#moved(slot, now)
  }

  /** A timer named `link/<id>/<name>` fired. */
  timerFired(name: string, now: Millis): void {
    const id = name.slice('link/'.length, name.lastIndexOf('/'))
    const slot = this.#slots.get(id)
    if (slot === undefined) return
    this.#run(slot, slot.link.handle({ type: 'timerFired', name }, now), now)
    this.#moved(slot, now)
  }

  /** Bytes of bulk that wait for their turn; without end where there is no link. */
  queuedBulk(session: string): number {
    return this.#best.get(session)?.link.queuedBytes ?? Infinity
  }

  /** False when the session has no link, or that link is too slow to take it. */
  send(session: string, urgency: Priority, payload: Uint8Array, now: Millis): boolean {
    const slot = this.#best.get(session)
    if (slot === undefined) return false
    const outputs = slot.link.handle({ type: 'send', priority: urgency, payload }, now)
    this.#run(slot, outputs, now)
    for (const output of outputs) if (output.type === 'refused') return false
    return true
  }

  best(session: string): LiveLink | undefined {
    return this.#best.get(session)?.live
  }

  /** The link in use of every reachable session. The same array until one changes. */
  all(): readonly LiveLink[] {
    if (this.#all === undefined) {
      this.#all = []
      for (const slot of this.#best.values()) if (slot.live !== undefined) this.#all.push(slot.live)
    }
    return this.#all
  }

  direct(): readonly LiveLink[] {
    return (this.#direct ??= this.all().filter(({ path }) => path === 'direct'))
  }

  /** Those the relay's fan-out does not cover. */
  spreading(): readonly LiveLink[] {
    return (this.#spreading ??= this.all().filter(({ path }) => path !== 'relay'))
  }

  /** Answers with the link when it is the one in use. */
  doubt(id: string, now: Millis): LiveLink | undefined {
    const live = this.#slots.get(id)?.live
    live?.heartbeat.doubt(now)
    return live !== undefined && this.best(live.session) === live ? live : undefined
  }

  doubtAll(now: Millis): void {
    for (const slot of this.#slots.values()) slot.live?.heartbeat.doubt(now)
  }

  /** Ends links whose far end was silent for too long, and those that are not needed any more. */
  reap(now: Millis): void {
    for (const slot of this.#slots.values()) {
      if (slot.live?.heartbeat.isDead(now) === true) this.close(slot.id, 'silent', now)
      else if (slot.retireAt !== undefined && now >= slot.retireAt) this.close(slot.id, 'replaced', now)
    }
  }

  /** Ends one link from our side, or takes note that its carrier is gone. */
  close(id: string, code: string, now: Millis): void {
    const slot = this.#slots.get(id)
    if (slot === undefined) return
    this.#slots.delete(id)
    slot.isClosed = true
    if (slot.live === undefined) this.#pending--
    // Timers of a closed link must not outlive it. The end of a transport is noticed at the far end, that of what the relay
    // carries has to be said.
    const isTold = slot.carrier.kind === 'relay' && code === 'released'
    for (const output of slot.link.handle({ type: 'close' }, now)) {
      if (output.type === 'cancelTimer') this.#emit(output)
      else if (output.type === 'transmit' && isTold) slot.carrier.transmit(output.channel, output.bytes)
    }
    slot.carrier.close()
    const { live } = slot
    if (live !== undefined && slot.isInUse) this.#replace(live.session, code, now)
    this.#events.closed(id, code, now)
  }

  /** The next best link of a session whose link in use is gone. */
  #replace(session: string, code: string, now: Millis): void {
    this.#use(session, undefined)
    let next: Slot | undefined
    for (const other of this.#slots.values()) {
      if (other.live?.session !== session) continue
      if (next === undefined || rankOf(other) > rankOf(next)) next = other
    }
    if (next?.live === undefined) {
      this.#events.unlinked(session, now, code)
      return
    }
    next.retireAt = undefined
    this.#use(session, next)
    this.#events.linked(next.live, now)
  }

  #moved(slot: Slot, now: Millis): void {
    if (slot.isInUse && slot.live !== undefined) this.#events.moved?.(slot.live.session, now)
  }

  #use(session: string, slot: Slot | undefined): void {
    const before = this.#best.get(session)
    if (before !== undefined) before.isInUse = false
    if (slot === undefined) this.#best.delete(session)
    else {
      slot.isInUse = true
      this.#best.set(session, slot)
    }
    this.#all = this.#direct = this.#spreading = undefined
  }

  #run(slot: Slot, outputs: readonly LinkOutput[], now: Millis): void {
    // Before anything else happens: what a payload leads to may be sent over this very link, and sealed frames are
    // counted in the order they were sealed.
    for (const output of outputs) if (output.type === 'transmit') slot.carrier.transmit(output.channel, output.bytes)
    for (const output of outputs) {
      if (slot.isClosed) {
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
          if (slot.live !== undefined && slot.isInUse) {
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
    this.#pending--
    slot.live = {
      id: slot.id,
      session,
      sessionKey: up.session,
      kemKey: up.kemKey,
      claims: claims.value,
      path: pathOf(slot.carrier.kind),
      through: slot.carrier.through,
      heartbeat: new Heartbeat(now),
      handshakeHash: up.handshakeHash,
      upAt: now,
    }
    this.#events.recognised(slot.id, session)
    const rival = this.#best.get(session)
    if (rival?.live === undefined) {
      this.#use(session, slot)
      this.#events.linked(slot.live, now)
      return
    }
    const winner = this.#choose(rival, slot, now)
    if (winner === slot) {
      this.#use(session, slot)
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
    if (a.path !== b.path) return rankOf(fresh) > rankOf(old) ? fresh : old
    if (a.path !== 'direct' || a.heartbeat.isDead(now)) return fresh
    return compareBytes(a.handshakeHash, b.handshakeHash) < 0 ? old : fresh
  }
}

const ranks: Readonly<Record<Path, number>> = { through: 0, relay: 1, direct: 2 }

function rankOf(slot: Slot): number {
  return ranks[pathOf(slot.carrier.kind)]
}

function pathOf(kind: LinkKind): Path {
  if (kind === 'relay') return 'relay'
  return kind === 'circuit' ? 'through' : 'direct'
}

/**
 * How the others in a room are reached: met at the relay, linked over it at once, and directly as soon as a dial
 * succeeds. Owns every link and every attempt at one; what is said over links is not its business.
 */
import { slotAt } from '../discovery/rendezvous.ts'
import { matchesHint } from '../link/handshake.ts'
import type { LinkOptions } from '../link/link-io.ts'
import { nodeShortWindowBytes } from '../link/flow.ts'
import type { Millis } from '../machine.ts'
import { formatHex } from '../codec/text.ts'
import type { SessionKeys } from '../identity/session.ts'
import type { RoomKeys } from '../rooms/keys.ts'
import { Dials, maxDirectLinks } from './dials.ts'
import type { Input, TransportKind } from './input.ts'
import { Links } from './links.ts'
import type { Carrier, LinksEvents, LiveLink, Priority } from './links.ts'
import { Meeting } from './meeting.ts'
import type { Met, MeetingEvents } from './meeting.ts'
import type { EngineOptions } from './options.ts'
import type { Output } from './output.ts'
import { relayFrame, RelayLinks } from './relay-links.ts'

export interface ReachContext {
  readonly options: EngineOptions
  readonly keys: RoomKeys
  readonly session: SessionKeys
  /** This machine's time turned into the room's. */
  readonly corrected: (now: Millis) => Millis
  /** What we say of ourselves in a handshake, as `encodeClaims` makes it. */
  readonly claims: () => Uint8Array
  /** Time of the input being handled. */
  readonly now: () => Millis
  readonly emit: (output: Output) => void
}

export type ReachEvents = Pick<LinksEvents, 'linked' | 'unlinked' | 'payload'> &
  Partial<Pick<LinksEvents, 'slow'>> &
  Omit<MeetingEvents, 'signal' | 'direct'> & {
    /** A link or an attempt at one ended. */
    failed(code: string, now: Millis): void
  }

export class Reach {
  readonly #context: ReachContext
  /** Own session key, hex. */
  readonly #own: string
  readonly #links: Links
  readonly #dials: Dials
  readonly #relayLinks: RelayLinks
  readonly #meeting: Meeting | undefined

  constructor(context: ReachContext, events: ReachEvents) {
    this.#context = context
    const { options, session, emit } = context
    const { crypto, platform, relayOrigin } = options
    this.#own = formatHex(session.sign.publicKey)
    this.#dials = new Dials(this.#own, platform, crypto.random, emit)
    this.#relayLinks = new RelayLinks(this.#own, crypto.random)
    this.#links = new Links(session.sign.publicKey, emit, {
      ...events,
      slow: (session, isSlow, now) => events.slow?.(session, isSlow, now),
      recognised: (id, session) => this.#dials.recognised(id, session),
      linked: (link, now) => {
        if (link.path === 'relay') this.#relayLinks.succeeded(link.id)
        else this.#dials.succeeded(link.id)
        events.linked(link, now)
      },
      unlinked: (gone, now) => {
        events.unlinked(gone, now)
        this.dialDue(now)
      },
      closed: (id, code, now) => {
        this.#relayLinks.ended(id, now)
        this.#dials.ended(id, now)
        events.failed(code, now)
      },
    })
    if (relayOrigin !== undefined) this.#meeting = this.#createMeeting(relayOrigin, events)
  }

  #createMeeting(origin: string, events: ReachEvents): Meeting {
    const { options, keys, session, corrected, emit } = this.#context
    const { crypto, platform } = options
    return new Meeting({ crypto, origin, keys, session, platform, corrected }, emit, {
      ...events,
      met: (peer, now) => {
        if (peer.session === this.#own) return
        events.met(peer, now)
        this.dialDue(now)
      },
      left: (gone, now) => {
        this.#relayLinks.forget(gone)
        this.#dials.forget(gone)
        events.left(gone, now)
      },
      away: (now) => {
        for (const link of [...this.#links.live()]) if (link.path === 'relay') this.close(link, 'relayAway', now)
        events.away(now)
      },
      signal: (from, transport, opening, bytes, now) => {
        if (!this.#mayDial || this.#links.best(from.session)?.path === 'direct') return
        this.#dials.signalled(from, transport, opening, bytes, now)
      },
      direct: (from, bytes, now) => this.#relayLinkFrame(from, bytes, now),
    })
  }

  // Who is reached.

  find(session: string): LiveLink | undefined {
    return this.#links.best(session)
  }

  /** The link in use of every session that has one. */
  links(): readonly LiveLink[] {
    return [...this.#links.live()]
  }

  directLinks(): readonly LiveLink[] {
    return [...this.#links.direct()]
  }

  /** Does the relay's fan-out reach this session? */
  isInTopic(session: string): boolean {
    return this.#meeting?.find(session) !== undefined
  }

  get hasRelay(): boolean {
    return this.#meeting !== undefined
  }

  // What is sent.

  send(session: string, urgency: Priority, payload: Uint8Array, now: Millis): boolean {
    return this.#links.send(session, urgency, payload, now)
  }

  /** To everybody in the room by way of the relay; false while it is away. */
  publish(entry: Uint8Array, now: Millis): boolean {
    return this.#meeting?.publish(entry, now) ?? false
  }

  close(link: LiveLink, code: string, now: Millis): void {
    this.#links.close(link.id, code, now)
  }

  // What happens.

  start(now: Millis): void {
    this.#dials.setAddresses(this.#context.options.addresses ?? [], now)
    this.#meeting?.start(now)
    this.dialDue(now)
  }

  stop(now: Millis): void {
    for (const link of this.links()) this.close(link, 'closed', now)
    this.#meeting?.stop()
  }

  tick(now: Millis): void {
    this.#meeting?.tick(now)
    this.#links.reap(now)
    this.#dials.expire((transport) => this.#links.isUp(transport), now)
    this.dialDue(now)
  }

  /** The machine slept or changed network: doubt every link, try every road again. */
  woke(now: Millis): void {
    this.#meeting?.woke(now)
    this.#dials.hurry(now)
    this.#relayLinks.hurry(now)
    this.#links.doubtAll(now)
  }

  timerFired(name: string, now: Millis): void {
    if (name.startsWith('relay/')) this.#meeting?.timerFired(name, now)
    else if (name.startsWith('link/')) this.#links.timerFired(name, now)
  }

  relay(input: Extract<Input, { type: 'relayUp' | 'relayDown' | 'relayFrame' }>, now: Millis): void {
    if (input.type === 'relayUp') this.#meeting?.up(now)
    else if (input.type === 'relayDown') this.#meeting?.down(now)
    else this.#meeting?.frame(input.bytes, now)
  }

  setAddresses(addresses: EngineOptions['addresses'], now: Millis): void {
    this.#dials.setAddresses(addresses ?? [], now)
  }

  signalMade(transport: string, bytes: Uint8Array, now: Millis): void {
    const to = this.#dials.addressee(transport)
    const met = to === undefined ? undefined : this.#meeting?.find(to.session)
    if (to !== undefined && met !== undefined) this.#meeting?.signal(met, to.name, to.opening, bytes, now)
  }

  transportUp(input: Extract<Input, { type: 'transportUp' }>, now: Millis): void {
    const { transport, kind, local, remote } = input
    const { emit } = this.#context
    const session = this.#dials.opened(transport)
    const met = session === undefined ? undefined : this.#meeting?.find(session)
    const expect = met?.sessionKey
    // Sockets are only between such programs.
    const ownSockets = this.#context.options.platform === 'node' && (kind === 'socket' || met?.platform === 'node')
    const shortWindow = ownSockets ? nodeShortWindowBytes : undefined
    const isInitiator = input.initiator ?? (session !== undefined && this.#own > session)
    const carrier: Carrier = {
      kind,
      transmit: (channel, bytes) => emit({ type: 'transmit', transport, channel, bytes }),
      close: () => emit({ type: 'hangUp', transport }),
    }
    const options = { ...this.#linkOptions(kind, isInitiator, local, remote), expect, shortWindow }
    if (!this.#links.open(transport, carrier, options, now)) emit({ type: 'hangUp', transport })
  }

  transportFrame(transport: string, bytes: Uint8Array, now: Millis): void {
    this.#links.frame(transport, bytes, now)
  }

  transportFlow(transport: string, flow: 'full' | 'drained', now: Millis): void {
    this.#links.flow(transport, flow, now)
  }

  transportDown(transport: string, now: Millis): void {
    this.#links.close(transport, 'transportDown', now)
    this.#dials.ended(transport, now)
  }

  /** Is the first frame of an inbound socket, bound to `local`, meant for this room? */
  accepts(firstFrame: Uint8Array, local: Uint8Array, now: Millis): boolean {
    const { options, keys, corrected } = this.#context
    return matchesHint(options.crypto, keys.lobbyKey, slotAt(corrected(now)), local, firstFrame)
  }

  get #mayDial(): boolean {
    const { relayOnly, webrtc } = this.#context.options
    return relayOnly !== true && webrtc !== false
  }

  /** Whoever is here gets a link over the relay at once, and a direct one when it is our turn to dial. */
  dialDue(now: Millis): void {
    if (this.#context.options.relayOnly !== true) {
      this.#dials.dialAddresses((session) => this.#links.best(session)?.path === 'direct', now)
    }
    const meeting = this.#meeting
    if (meeting === undefined || !meeting.isReady) return
    const notDirect: Met[] = []
    for (const met of meeting.everybody()) {
      if (met.session === this.#own) continue
      const link = this.#links.best(met.session)
      if (link === undefined) this.#openRelayLink(met, now)
      if (link?.path !== 'direct') notDirect.push(met)
    }
    if (this.#mayDial && this.directLinks().length < maxDirectLinks) this.#dials.dialDue(notDirect, now)
  }

  #openRelayLink(met: Met, now: Millis): void {
    const id = this.#relayLinks.due(met.session, now)
    if (id !== undefined) this.#startRelayLink(id, met, true, now)
  }

  #relayLinkFrame(from: Met, bytes: Uint8Array, now: Millis): void {
    const arrival = this.#relayLinks.arrival(from, bytes)
    if (arrival === undefined) return
    if (!this.#links.has(arrival.id)) {
      // Only whoever begins may open a link.
      if (this.#relayLinks.begins(from.session)) return
      this.#startRelayLink(arrival.id, from, false, now)
    }
    this.#links.frame(arrival.id, arrival.frame, now)
  }

  #startRelayLink(id: string, met: Met, isInitiator: boolean, now: Millis): void {
    const meeting = this.#meeting
    const local = meeting?.connection
    if (meeting === undefined || local === undefined) {
      this.#relayLinks.ended(id, now)
      return
    }
    const carrier: Carrier = {
      kind: 'relay',
      transmit: (_, bytes) => meeting.direct(met.sessionKey, relayFrame(id, bytes), this.#context.now()),
      close: () => undefined,
    }
    const options = { ...this.#linkOptions('relay', isInitiator, local, met.connection), expect: met.sessionKey }
    if (!this.#links.open(id, carrier, options, now)) this.#relayLinks.ended(id, now)
  }

  #linkOptions(
    kind: TransportKind | 'relay',
    isInitiator: boolean,
    local: Uint8Array,
    remote: Uint8Array,
  ): Omit<LinkOptions, 'name' | 'expect'> {
    const { options, keys, session, corrected, claims, now } = this.#context
    return {
      crypto: options.crypto,
      role: isInitiator ? 'initiator' : 'responder',
      kind,
      local,
      remote,
      session,
      psks: [keys.lobbyKey],
      slot: slotAt(corrected(now())),
      claims: claims(),
    }
  }
}

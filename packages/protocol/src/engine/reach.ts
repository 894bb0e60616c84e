/**
 * How the others in a room are reached. Owns every link and every attempt at one; what is said over links is not its
 * business.
 *
 * In a small room everybody who is met at the relay, or whose card a neighbour passed on, gets a link: over the relay at
 * once, and directly as soon as a dial succeeds. In a mesh only those are linked whom the overlay asks for
 * (`connect`), and those it admits. Whom neither reaches is reached through a member (`circuits.ts`).
 */
import { emptyBytes } from '../codec/bytes.ts'
import { parseHex } from '../codec/text.ts'
import { encodeCard, openCard } from '../discovery/card.ts'
import type { Card } from '../discovery/card.ts'
import type { SignalType } from '../discovery/signal.ts'
import { carryTags, decodeCarried, encodeCards, maxCardsPerPayload } from '../gossip/carry-wire.ts'
import type { Contact, NeighbourPriority } from '../gossip/overlay-wire.ts'
import { Circuits, isCircuit } from './circuits.ts'
import { Contacts, contactOf } from './contacts.ts'
import type { Known } from './contacts.ts'
import { Knocks } from './knocks.ts'
import type { ConnectFailure } from './knocks.ts'
import { Signals } from './signals.ts'
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
import { Links, priority } from './links.ts'
import type { Carrier, LinksEvents, LiveLink, Priority } from './links.ts'
import { Meeting } from './meeting.ts'
import type { Met, MeetingEvents } from './meeting.ts'
import type { EngineOptions } from './options.ts'
import type { ReachReport } from './map.ts'
import type { Output } from './output.ts'
import { reportReach } from './reach-report.ts'
import type { ReachSources } from './reach-report.ts'
import { relayFrame, RelayLinks } from './relay-links.ts'

/** Changes of whose cards are passed on are told together. */
const cardsMs = 300
/** A link nobody needs any more stays so long: the far side may have another opinion. */
export const releaseMs = 2_000
/** A pair that may link directly gets so long for it before a member carries its frames; in a mesh, after a welcome. */
export const circuitPatienceMs = 8_000
export const meshPatienceMs = 3_000
/** Whoever spares the relay looks for others without it first. */
export const sparingMs = 3_000

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
  Omit<MeetingEvents, 'signal' | 'direct' | 'absent'> & {
    /** A link or an attempt at one ended. */
    failed(code: string, now: Millis): void
    /** Of a mesh: may this peer link with us? */
    admits(session: string, urgency: NeighbourPriority, now: Millis): boolean
    /** Of a mesh: peers that are known to be here. */
    learned(contacts: readonly Contact[], now: Millis): void
    /** Of a mesh: what `connect` asked for came to nothing. */
    connectFailed(session: string, why: ConnectFailure, now: Millis): void
    /** Of a mesh: the card `connect` was given is not signed by whom it names. */
    wrongCard(session: string, now: Millis): void
    /** Of a mesh: others whom somebody may ask that finds no place here. */
    referral(): readonly Contact[]
    /** The linked session that knows another one. */
    via(session: string): string | undefined
    /** Linked sessions that say they are linked with this one themselves, not through others. */
    knowing(session: string): readonly LiveLink[]
  }

export class Reach {
  readonly #context: ReachContext
  /** Own session key, hex. */
  readonly #own: string
  readonly #links: Links
  readonly #dials: Dials
  readonly #relayLinks: RelayLinks
  readonly #meeting: Meeting | undefined
  readonly #contacts: Contacts
  readonly #signals: Signals
  readonly #knocks: Knocks
  readonly #circuits: Circuits
  readonly #card: Uint8Array
  readonly #events: ReachEvents
  /** By session: when its link is to be closed, unless it is wanted again. */
  readonly #releases = new Map<string, Millis>()
  #mode: 'small' | 'mesh' = 'small'
  #startedAt: Millis = 0
  #isAttending = true
  #isSeeking = false
  #cardsDueAt: Millis | undefined

  constructor(context: ReachContext, events: ReachEvents) {
    this.#context = context
    this.#events = events
    const { options, session, emit } = context
    const { crypto, platform, relayOrigin } = options
    this.#own = formatHex(session.sign.publicKey)
    this.#dials = new Dials(this.#own, platform, crypto.random, emit)
    this.#relayLinks = new RelayLinks(this.#own, crypto.random)
    const about = {
      kem: session.agree.publicKey,
      platform,
      rootCapable: platform === 'node',
      webrtc: this.#mayDial,
      created: context.corrected(context.now()),
    }
    this.#card = encodeCard(crypto, this.#roomId, session.sign, about)
    this.#contacts = new Contacts((card) => this.openCard(card))
    this.#signals = new Signals({
      crypto,
      session,
      keys: context.keys,
      corrected: context.corrected,
      send: (to, payload, now) => this.#links.send(to, priority.signal, payload, now),
      via: (to) => (this.#links.best(to) === undefined ? events.via(to) : to),
      relay: (to, sealed, now) => this.#meeting?.signal(to, sealed, now) ?? false,
      opened: (sender, type, name, bytes, now) => this.#signalled(sender, type, name, bytes, now),
    })
    this.#knocks = new Knocks({
      random: crypto.random,
      card: () => this.#card,
      signal: (to, type, name, bytes, now) => this.#signals.send(to, type, name, bytes, now),
      dial: (to, now) => {
        if (this.#mayDial && to.webrtc) this.#dials.dial(to, now)
      },
      admits: (other, urgency, now) => events.admits(other, urgency, now),
      referral: () => events.referral().map(({ card }) => card),
      failed: (other, why, now) => events.connectFailed(other, why, now),
      learned: (card, now) => {
        const known = this.#contacts.learn(card)
        if (known !== undefined && this.#mode === 'mesh') events.learned([contactOf(known)], now)
        return known
      },
    })
    this.#links = new Links(session.sign.publicKey, emit, {
      ...events,
      slow: (other, isSlow, now) => events.slow?.(other, isSlow, now),
      recognised: (id, other) => this.#dials.recognised(id, other),
      payload: (link, bytes, now) => {
        const tag = bytes[0] ?? 0
        if (tag >= carryTags.from && tag <= carryTags.to) this.#carried(link, bytes, now)
        else events.payload(link, bytes, now)
      },
      linked: (link, now) => {
        if (link.path === 'relay') this.#relayLinks.succeeded(link.id)
        else if (link.path === 'direct') this.#dials.succeeded(link.id)
        else {
          this.#circuits.succeeded(link.id)
          // What is carried itself carries nothing.
          this.#circuits.neighbourGone(link.session, now)
        }
        this.#knocks.linked(link.session)
        if (this.#mode === 'small') this.#cardsDueAt ??= now + cardsMs
        events.linked(link, now)
      },
      unlinked: (gone, now) => {
        this.#releases.delete(gone)
        this.#circuits.neighbourGone(gone, now)
        events.unlinked(gone, now)
        this.dialDue(now)
      },
      closed: (id, code, now) => {
        if (isCircuit(id)) this.#circuits.ended(id, code, now)
        this.#relayLinks.ended(id, now)
        this.#dialEnded(id, code, now)
        events.failed(code, now)
      },
    })
    this.#circuits = new Circuits({
      crypto,
      own: this.#own,
      ownKey: session.sign.publicKey,
      links: this.#links,
      carriers: (to) => events.knowing(to),
      admits: (other, now) =>
        this.#mode === 'small' || this.#knocks.expects(other, now) || events.admits(other, 'low', now),
      linkOptions: (isInitiator, local, remote) => this.#linkOptions('circuit', isInitiator, local, remote),
      now: context.now,
      timer: (name, at) => emit({ type: 'timer', name, at }),
    })
    if (relayOrigin !== undefined) this.#meeting = this.#createMeeting(relayOrigin, events)
  }

  #createMeeting(origin: string, events: ReachEvents): Meeting {
    const { options, keys, session, corrected, emit } = this.#context
    const { crypto } = options
    return new Meeting({ crypto, origin, keys, session, card: () => this.#card, corrected }, emit, {
      ...events,
      met: (peer, now) => {
        if (peer.session === this.#own) return
        events.met(peer, now)
        // Should the relay go, members may still know the way.
        if (this.#mode === 'small') this.#contacts.remember(peer)
        else events.learned([contactOf(peer)], now)
        this.dialDue(now)
      },
      absent: () => undefined,
      left: (gone, now) => {
        this.#relayLinks.forget(gone)
        this.#dials.forget(gone)
        events.left(gone, now)
      },
      away: (now) => {
        for (const link of this.#links.all()) if (link.path === 'relay') this.close(link, 'relayAway', now)
        events.away(now)
      },
      signal: (sealed, now) => this.#signals.arrived(sealed, now),
      direct: (from, bytes, now) => this.#relayLinkFrame(from, bytes, now),
    })
  }

  // Who is reached.

  find(session: string): LiveLink | undefined {
    return this.#links.best(session)
  }

  /** The link in use of every session that has one. */
  links(): readonly LiveLink[] {
    return this.#links.all()
  }

  /** Those that entries travel on: over the relay its fan-out brings them. */
  spreadLinks(): readonly LiveLink[] {
    return this.#links.spreading()
  }

  /** Does the relay's fan-out reach this session? */
  isInTopic(session: string): boolean {
    return this.#meeting?.find(session) !== undefined
  }

  // Whom a mesh wants.

  /** Own card, as it is passed on. */
  get ownContact(): Contact {
    return { session: this.#own, card: this.#card }
  }

  /** The card of a linked session; undefined when it showed none that is good. */
  contactOf(session: string): Contact | undefined {
    const link = this.#links.best(session)
    const known = link === undefined ? undefined : this.#contacts.learn(link.claims.card)
    return known?.session === session ? contactOf(known) : undefined
  }

  /** Everybody met at the relay. */
  contacts(): Contact[] {
    const met = this.#meeting === undefined ? [] : [...this.#meeting.everybody()]
    return met.filter(({ session }) => session !== this.#own).map(contactOf)
  }

  /** What a card says, if the session it names signed it for this room. */
  openCard(card: Uint8Array): Card | undefined {
    const opened = openCard(this.#context.options.crypto, this.#roomId, card)
    return opened.ok ? opened.value : undefined
  }

  /** Links with a peer: knocks, and dials when it is welcome. Answered by `linked` or `connectFailed`. */
  connect(contact: Contact, urgency: NeighbourPriority, now: Millis): void {
    this.#releases.delete(contact.session)
    const known = this.#contacts.learn(contact.card)
    const isPossible = this.#mayDial || this.#circuits.hasCarrier(contact.session)
    if (known === undefined) this.#events.wrongCard(contact.session, now)
    else if (!isPossible) this.#events.connectFailed(contact.session, 'failed', now)
    else this.#knocks.knock(known, urgency, now)
  }

  /** The link with this session is not needed (any more). */
  release(session: string, now: Millis): void {
    if (this.#links.best(session) !== undefined) this.#releases.set(session, now + releaseMs)
  }

  /** It is needed after all. */
  keep(session: string): void {
    this.#releases.delete(session)
  }

  setMode(mode: 'small' | 'mesh', now: Millis): void {
    this.#mode = mode
    this.#releases.clear()
    this.#knocks.clear()
    if (mode === 'small') this.setAttending(true, now)
    this.dialDue(now)
  }

  /** Links there are lead nowhere: dial the addresses we know, too. */
  seekOthers(isSeeking: boolean, now: Millis): void {
    if (this.#isSeeking === isSeeking) return
    this.#isSeeking = isSeeking
    this.dialDue(now)
  }

  /** Be in the relay's topic, or only on its socket; sparing the relay, not even on that. */
  setAttending(attending: boolean, now: Millis): void {
    this.#isAttending = attending
    this.#meeting?.setAttending(attending, now)
    this.#judgeWanted(now)
  }

  /** Which ways to a session there are and how far they got. */
  report(session: string, told: Pick<ReachSources, 'name' | 'ownClockAheadMs'>): ReachReport {
    return reportReach({
      ...told,
      session,
      link: this.#links.best(session),
      webrtc: this.#dials.storyOf(session),
      socket: this.#dials.listenerStoryOf(session),
      circuit: this.#circuits.storyOf(session),
      isWebrtcOff: !this.#mayDial || this.#known(session)?.webrtc === false,
      relay: this.#meeting?.state ?? 'none',
      isInTopic: this.isInTopic(session),
    })
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
    // Whoever spares the relay sends nothing through it that members carry.
    if (this.#mode === 'mesh' && this.#context.options.relayUse === 'sparing' && this.#links.all().length > 0)
      return false
    return this.#meeting?.publish(entry, now) ?? false
  }

  close(link: LiveLink, code: string, now: Millis): void {
    this.#links.close(link.id, code, now)
  }

  // What happens.

  start(now: Millis): void {
    this.#startedAt = now
    this.#judgeWanted(now)
    this.#dials.setAddresses(this.#context.options.addresses ?? [], now)
    this.#meeting?.start(now)
    this.dialDue(now)
  }

  stop(now: Millis): void {
    for (const link of this.links()) this.close(link, 'closed', now)
    this.#meeting?.stop()
  }

  tick(now: Millis): void {
    this.#judgeWanted(now)
    this.#meeting?.tick(now)
    this.#signals.tick(now)
    this.#knocks.tick(now)
    this.#circuits.tick(now)
    for (const [session, at] of this.#releases) if (now >= at) this.#releaseNow(session, now)
    this.#links.reap(now)
    this.#dials.expire((transport) => this.#links.isUp(transport), now)
    if (this.#cardsDueAt !== undefined && now >= this.#cardsDueAt) this.#tellCards(now)
    this.dialDue(now)
  }

  #judgeWanted(now: Millis): void {
    if (this.#context.options.relayUse !== 'sparing') return
    if (this.#mode === 'mesh' && this.#isAttending) this.#meeting?.setWanted(true, now)
    else this.#meeting?.setWanted(now - this.#startedAt >= sparingMs && this.#isLeastHere(), now)
  }

  /** Somebody of every group that found together without the relay stays there for the others: whose key is smallest. */
  #isLeastHere(): boolean {
    for (const { session } of this.#links.spreading()) if (this.#mode === 'mesh' || session < this.#own) return false
    return true
  }

  #releaseNow(session: string, now: Millis): void {
    this.#releases.delete(session)
    const link = this.#links.best(session)
    if (link !== undefined) this.close(link, 'released', now)
  }

  /** The machine slept or changed network: doubt every link, try every road again. */
  woke(now: Millis): void {
    this.#meeting?.woke(now)
    this.#dials.hurry(now)
    this.#relayLinks.hurry(now)
    this.#circuits.hurry(now)
    this.#links.doubtAll(now)
  }

  timerFired(name: string, now: Millis): void {
    if (name.startsWith('relay/')) this.#meeting?.timerFired(name, now)
    else if (name.startsWith('link/')) this.#links.timerFired(name, now)
    else if (name.startsWith('circuit/')) this.#circuits.timerFired(name, now)
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
    const known = to === undefined ? undefined : this.#known(to.session)
    if (to === undefined || known === undefined) return
    this.#signals.send(known, to.opening ? 'call' : 'description', to.name, bytes, now)
  }

  #signalled(sender: string, type: SignalType, name: string, bytes: Uint8Array, now: Millis): void {
    if (type === 'knock') return this.#knocks.knocked(sender, name, bytes, now)
    if (type === 'welcome' || type === 'busy') return this.#knocks.answered(sender, type, name, bytes, now)
    const from = this.#known(sender)
    if (from === undefined || !this.#mayDial || type === 'hangUp') return
    if (this.#links.best(sender)?.path === 'direct') return
    const isUnasked = this.#mode === 'mesh' && type === 'call' && !this.#knocks.expects(sender, now)
    if (isUnasked && !this.#events.admits(sender, 'low', now)) return
    this.#dials.signalled(from, name, type === 'call', bytes, now)
  }

  /** What is carried for others, or by others for us. */
  #carried(link: LiveLink, bytes: Uint8Array, now: Millis): void {
    const carried = decodeCarried(bytes)
    if (!carried.ok) return this.close(link, 'malformed', now)
    if (carried.value.type === 'circuit') this.#circuits.receive(link, carried.value, bytes, now)
    else if (carried.value.type === 'signal') this.#signals.carried(link.session, carried.value, now)
    else if (carried.value.type === 'cards' && this.#mode === 'small') {
      for (const card of carried.value.cards) this.#contacts.learn(card)
      this.dialDue(now)
    }
  }

  /** Whoever cannot meet at the relay meets through us: linked peers are told of each other. */
  #tellCards(now: Millis): void {
    this.#cardsDueAt = undefined
    if (this.#mode !== 'small') return
    const links = this.#links.all()
    for (const to of links) {
      const isHere = this.isInTopic(to.session)
      const others = links.filter((other) => other !== to && !(isHere && this.isInTopic(other.session)))
      const cards = others.flatMap(({ session }) => this.contactOf(session)?.card ?? [])
      if (cards.length > 0) this.send(to.session, priority.signal, encodeCards(cards.slice(0, maxCardsPerPayload)), now)
    }
  }

  #known(session: string): Known | undefined {
    return this.#meeting?.find(session) ?? this.#contacts.find(session)
  }

  get #roomId(): Uint8Array {
    return parseHex(this.#context.keys.id) ?? emptyBytes
  }

  /** A dial, or a link that came of one, ended. */
  #dialEnded(transport: string, code: string, now: Millis): void {
    const session = this.#dials.ended(transport, code, now)
    if (session === undefined || this.#links.best(session) !== undefined) return
    // A member may still carry what cannot be direct.
    if (!this.#circuits.hasCarrier(session)) this.#knocks.dialFailed(session, now)
  }

  transportUp(input: Extract<Input, { type: 'transportUp' }>, now: Millis): void {
    const { transport, kind, local, remote } = input
    const { emit } = this.#context
    const session = this.#dials.opened(transport)
    const met = session === undefined ? undefined : this.#known(session)
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
    this.#dialEnded(transport, 'transportDown', now)
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

  /** In a small room whoever is here gets a link over the relay at once, and a direct one when it is our turn to dial. */
  dialDue(now: Millis): void {
    const { relayOnly } = this.#context.options
    const isSmall = this.#mode === 'small'
    // Addresses are how a mesh is found; once it is, the overlay chooses.
    if (relayOnly !== true && (isSmall || this.#isSeeking || this.#links.all().length === 0)) {
      this.#dials.dialAddresses((session) => this.#links.best(session)?.path === 'direct', now)
    }
    if (!isSmall) return this.#wishWelcome(now)
    const notDirect: Known[] = []
    const meeting = this.#meeting
    if (meeting?.isReady === true) {
      for (const met of meeting.everybody()) {
        if (met.session === this.#own) continue
        const link = this.#links.best(met.session)
        if (link === undefined || link.path === 'through') this.#openRelayLink(met, now)
        if (link?.path !== 'direct') notDirect.push(met)
      }
    }
    for (const known of this.#contacts.all()) {
      const { session } = known
      if (session === this.#own || meeting?.find(session) !== undefined) continue
      if (this.#links.best(session)?.path === 'direct') continue
      // Somebody we are linked with says that it is here.
      if (this.#events.via(session) === undefined) continue
      if (known.webrtc) notDirect.push(known)
      if (this.#links.best(session) === undefined) this.#wishCircuit(known, now)
    }
    if (this.#mayDial && notDirect.length > 0 && this.spreadLinks().length < maxDirectLinks) {
      this.#dials.dialDue(notDirect, now)
    }
  }

  /** Nobody but a member can carry what we say to this peer, for now. */
  #wishCircuit(to: Known, now: Millis): void {
    const mayBeDirect = this.#mayDial && to.webrtc && (this.#dials.storyOf(to.session)?.failures ?? 0) === 0
    const patienceMs = this.#circuits.patienceFor(to.session, mayBeDirect ? circuitPatienceMs : 0)
    this.#circuits.wish(to, patienceMs, now)
  }

  /** Of a mesh: whoever let us in and cannot be dialled is linked through a neighbour of both. */
  #wishWelcome(now: Millis): void {
    for (const { to, welcomeAt } of this.#knocks.welcome()) {
      const mayBeDirect = this.#mayDial && to.webrtc && (this.#dials.storyOf(to.session)?.failures ?? 0) === 0
      if (mayBeDirect && now - welcomeAt < meshPatienceMs) continue
      if (this.#links.best(to.session) === undefined) this.#circuits.wish(to, 0, now)
    }
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
    kind: TransportKind | 'relay' | 'circuit',
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

/**
 * How the others in a room are reached. Owns every link and every attempt at one; what is said over links is not its
 * business.
 *
 * In a small room everybody who is met at the relay, or whose card a neighbour passed on, gets a link: over the relay at
 * once, and directly as soon as a dial succeeds. In a mesh only those are linked whom the overlay asks for
 * (`connect`), and those it admits. Whom neither reaches is reached through a member (`circuits.ts`).
 */
import { formatHex } from '../codec/text.ts'
import type { Card } from '../discovery/card.ts'
import type { SignalType } from '../discovery/signal.ts'
import { carryTags, decodeCarried } from '../gossip/carry-wire.ts'
import type { Contact, NeighbourPriority } from '../gossip/overlay-wire.ts'
import type { Millis } from '../machine.ts'
import { Absences } from './absences.ts'
import { Asides } from './asides.ts'
import type { Aside } from './asides.ts'
import { Attendance } from './attendance.ts'
import { Cards, mayDial } from './cards.ts'
import { Circuits, isCircuit } from './circuits.ts'
import { Contacts, contactOf } from './contacts.ts'
import type { Known } from './contacts.ts'
import { Dials } from './dials.ts'
import { DirectLinks } from './direct-links.ts'
import { Entrances } from './entrances.ts'
import type { Input } from './input.ts'
import { Introductions } from './introductions.ts'
import { Knocks } from './knocks.ts'
import { Links, priority } from './links.ts'
import type { LiveLink, Priority } from './links.ts'
import { Lobbies } from './lobbies.ts'
import { begins } from './lobby.ts'
import type { Lobby } from './lobby.ts'
import type { ReachReport } from './map.ts'
import { Meeting } from './meeting.ts'
import type { EngineOptions } from './options.ts'
import type { ReachContext, ReachEvents } from './reach-io.ts'
import { reportReach } from './reach-report.ts'
import type { ReachSources } from './reach-report.ts'
import { RelayLinks } from './relay-links.ts'
import { Releases } from './releases.ts'
import { Signals } from './signals.ts'
import { isAside } from './topic-members.ts'
import { Ways } from './ways.ts'

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
  readonly #direct: DirectLinks
  readonly #ways: Ways
  readonly #attendance: Attendance
  readonly #absences: Absences
  readonly #introductions: Introductions
  readonly #asides: Asides
  readonly #entrances: Entrances
  readonly #cards: Cards
  readonly #lobbies: Lobbies
  readonly #releases = new Releases()
  readonly #events: ReachEvents
  #mode: 'small' | 'mesh' = 'small'

  constructor(context: ReachContext, events: ReachEvents) {
    this.#context = context
    this.#events = events
    const { options, session, emit } = context
    const { crypto, platform, relayOrigin } = options
    this.#own = formatHex(session.sign.publicKey)
    this.#lobbies = new Lobbies(context)
    this.#dials = new Dials(this.#own, platform, crypto.random, emit)
    this.#relayLinks = new RelayLinks({
      prefix: 'relay',
      begins: (met) => begins(met.lobby, this.#own, met.session, met.listens),
      random: crypto.random,
      links: () => this.#links,
      meeting: () => this.#meeting,
      linkOptions: (isInitiator, local, remote) => this.#lobbies.linkOptions('relay', isInitiator, local, remote),
      now: context.now,
    })
    this.#asides = new Asides(
      {
        own: this.#own,
        ownKey: session.sign.publicKey,
        random: crypto.random,
        meeting: () => this.#meeting,
        linkOptions: (isInitiator, local, remote, lobby) =>
          this.#lobbies.linkOptions('relay', isInitiator, local, remote, lobby),
        transportEnded: (transport, code, now) => this.#direct.ended(transport, code, now),
        now: context.now,
        emit,
      },
      {
        asideUp: (aside, now) => events.asideUp?.(aside, now),
        asidePayload: (aside, bytes, now) => events.asidePayload?.(aside, bytes, now),
        asideDown: (aside, now) => events.asideDown?.(aside, now),
        asideUnanswered: (lobby, now) => events.asideUnanswered?.(lobby, now),
      },
    )
    this.#introductions = new Introductions({
      links: () => this.#links.all(),
      isInTopic: (other) => this.isInTopic(other),
      cardOf: (other) => this.contactOf(other)?.card,
      send: (to, payload, now) => this.send(to, priority.signal, payload, now),
    })
    this.#entrances = new Entrances({
      crypto,
      lobbies: () => this.#lobbies.all,
      asides: this.#asides,
      corrected: context.corrected,
      room: (up, now) => this.#direct.up(up, now),
      linkOptions: (kind, isInitiator, local, remote, lobby) =>
        this.#lobbies.linkOptions(kind, isInitiator, local, remote, lobby),
      emit,
    })
    this.#absences = new Absences({
      isListed: (other) => this.isInTopic(other),
      isLinked: (other) => this.#links.best(other) !== undefined,
      ask: (other, now) => this.#meeting?.probe(other, now) ?? false,
      changed: (other, isAbsent) => {
        const met = this.#meeting?.members.find(other)
        if (met === undefined) return
        if (isAbsent) events.left(other, context.now())
        else events.met(met, context.now())
      },
    })
    this.#attendance = new Attendance({
      isSparing: options.relayUse === 'sparing',
      own: this.#own,
      meeting: () => this.#meeting,
      links: () => this.#links.spreading(),
    })
    this.#cards = new Cards(context)
    this.#contacts = new Contacts((card) => this.#cards.open(card), options.readOnce)
    this.#signals = new Signals({
      crypto,
      session,
      psk: this.#lobbies.current?.psk,
      corrected: context.corrected,
      send: (to, payload, now) => this.#links.send(to, priority.signal, payload, now),
      via: (to) => (this.#links.best(to) === undefined ? events.via(to) : to),
      relay: (to, sealed, now) => this.#meeting?.signal(to, sealed, now) ?? false,
      opened: (sender, type, name, bytes, now) => this.#signalled(sender, type, name, bytes, now),
    })
    this.#knocks = new Knocks({
      random: crypto.random,
      card: () => this.#cards.own,
      signal: (to, type, name, bytes, now) => this.#signals.send(to, type, name, bytes, now),
      dial: (to, now) => {
        if (this.#mayDial && to.webrtc) this.#dials.dial(to, now)
      },
      admits: (other, urgency, now) => events.admits(other, urgency, now),
      referral: () => events.referral().map(({ card }) => card),
      welcomed: (other, now) => events.welcomed(other, now),
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
        if (this.#mode === 'small') this.#introductions.linked(now)
        events.linked(link, now)
        this.#absences.linked(link.session)
        // Somebody else's turn.
        if (link.path === 'relay') this.dialDue(now)
      },
      unlinked: (gone, now, code) => {
        this.#releases.forget(gone)
        this.#circuits.neighbourGone(gone, now)
        events.unlinked(gone, now, code)
        if (code === 'silent' || code === 'transportDown') this.#absences.fellSilent(gone, now)
        this.dialDue(now)
      },
      closed: (id, code, now) => {
        if (isCircuit(id)) this.#circuits.ended(id, code, now)
        this.#relayLinks.ended(id, now)
        this.#direct.ended(id, code, now)
        events.failed(code, now)
      },
    })
    this.#circuits = new Circuits({
      crypto,
      own: this.#own,
      ownKey: session.sign.publicKey,
      links: this.#links,
      // Whoever was removed may still have a link with somebody who cannot know, and meets nobody through it.
      carriers: (to) => (this.#lobbies.current === undefined ? [] : events.knowing(to)),
      admits: (other, now) =>
        this.#mode === 'small' || this.#knocks.expects(other, now) || events.admits(other, 'low', now),
      linkOptions: (isInitiator, local, remote) => this.#lobbies.linkOptions('circuit', isInitiator, local, remote),
      now: context.now,
      timer: (name, at) => emit({ type: 'timer', name, at }),
    })
    this.#direct = new DirectLinks({
      own: this.#own,
      platform,
      mayDial: this.#mayDial,
      links: this.#links,
      dials: this.#dials,
      knocks: this.#knocks,
      circuits: this.#circuits,
      signals: this.#signals,
      mode: () => this.#mode,
      known: (other) => this.#known(other),
      admits: (other, urgency, now) => events.admits(other, urgency, now),
      linkOptions: (kind, isInitiator, local, remote) => this.#lobbies.linkOptions(kind, isInitiator, local, remote),
      emit,
    })
    this.#ways = new Ways({
      own: this.#own,
      mayDial: this.#mayDial,
      mayDialAddresses: options.relayOnly !== true,
      links: this.#links,
      dials: this.#dials,
      contacts: this.#contacts,
      knocks: this.#knocks,
      circuits: this.#circuits,
      meeting: () => this.#meeting,
      via: (other) => events.via(other),
      openRelayLink: (met, now) => this.#relayLinks.open(met, now),
    })
    if (relayOrigin !== undefined) this.#meeting = this.#createMeeting(relayOrigin, events)
  }

  #createMeeting(origin: string, events: ReachEvents): Meeting {
    const { options, session, corrected, emit } = this.#context
    const { crypto } = options
    const lobbies = this.#lobbies.all
    const card = (lobby: Lobby): Uint8Array => this.#cards.in(lobby)
    return new Meeting({ crypto, origin, lobbies, session, card, corrected, readOnce: options.readOnce }, emit, {
      ...events,
      met: (peer, now) => {
        if (peer.session === this.#own) return
        if (!this.#absences.has(peer.session)) events.met(peer, now)
        if (this.#contacts.find(peer.session) === undefined) this.#ways.arrived(now)
        // Should the relay go, members may still know the way.
        this.#contacts.remember(peer)
        if (this.#mode === 'mesh') events.learned([contactOf(peer)], now)
      },
      gathered: (now) => {
        events.gathered(now)
        this.dialDue(now)
      },
      metAside: (_, now) => this.#asides.dialDue(now),
      leftAside: (met, now) => this.#asides.left(met, now),
      alive: (session, isAlive, now) => this.#absences.answered(session, isAlive, now),
      left: (gone, now) => {
        this.#absences.left(gone)
        this.#relayLinks.forget(gone)
        this.#dials.left(gone, this.#mode === 'small')
        events.left(gone, now)
        // The relay carries only between those it has in one topic: what it drops meanwhile would be missed later.
        const link = this.#links.best(gone)
        if (link?.path === 'relay') this.close(link, 'leftTopic', now)
      },
      away: (now) => {
        for (const link of this.#links.all()) if (link.path === 'relay') this.close(link, 'relayAway', now)
        this.#asides.closeAll(now)
        events.away(now)
      },
      signal: (sealed, now) => this.#signals.arrived(sealed, now),
      direct: (from, bytes, now) => {
        if (isAside(from)) this.#asides.frame(from, bytes, now)
        else this.#relayLinks.frame(from, bytes, now)
      },
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
    return this.#meeting?.members.find(session) !== undefined
  }

  // Whom a mesh wants.

  /** Own card, as it is passed on. */
  get ownContact(): Contact {
    return { session: this.#own, card: this.#cards.own }
  }

  /** The card of a linked session; undefined when it showed none that is good. */
  contactOf(session: string): Contact | undefined {
    const link = this.#links.best(session)
    const known = link === undefined ? undefined : this.#contacts.learn(link.claims.card)
    return known?.session === session ? contactOf(known) : undefined
  }

  /** Everybody met at the relay. */
  contacts(): Contact[] {
    const met = this.#meeting === undefined ? [] : [...this.#meeting.members.everybody()]
    return met.filter(({ session }) => session !== this.#own).map(contactOf)
  }

  /** What a card says, if the session it names signed it for this room. */
  openCard(card: Uint8Array): Card | undefined {
    return this.#cards.open(card)
  }

  /** Links with a peer: knocks, and dials when it is welcome. Answered by `linked` or `connectFailed`. */
  connect(contact: Contact, urgency: NeighbourPriority, now: Millis): void {
    this.#releases.forget(contact.session)
    const known = this.#contacts.learn(contact.card)
    const isPossible = this.#mayDial || this.#circuits.hasCarrier(contact.session)
    if (known === undefined) this.#events.wrongCard(contact.session, now)
    else if (!isPossible) this.#events.connectFailed(contact.session, 'failed', now)
    else this.#knocks.knock(known, urgency, now)
  }

  /** The link with this session is not needed (any more). */
  release(session: string, now: Millis): void {
    if (this.#links.best(session) !== undefined) this.#releases.release(session, now)
  }

  /** It is needed after all. */
  keep(session: string): void {
    this.#releases.forget(session)
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
    if (this.#ways.seek(isSeeking)) this.dialDue(now)
  }

  /** Be in the relay's topic, or only on its socket; sparing the relay, not even on that. */
  setAttending(attending: boolean, now: Millis): void {
    this.#attendance.set(attending, this.#mode, now)
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

  // Where others are met.

  /** The room moved, or there is somewhere else to listen. Links that are up stay: who may have one is judged elsewhere. */
  setLobbies(lobbies: readonly Lobby[], now: Millis): void {
    const before = this.#lobbies.current?.psk
    this.#lobbies.all = lobbies
    const psk = this.#lobbies.current?.psk
    if (psk !== before) this.#signals.setPsk(psk)
    this.#meeting?.setLobbies(lobbies, now)
    this.#asides.keepOnly(lobbies, now)
    this.dialDue(now)
  }

  asides(): readonly Aside[] {
    return this.#asides.all()
  }

  sendAside(session: string, payload: Uint8Array, now: Millis): boolean {
    return this.#asides.send(session, payload, now)
  }

  closeAside(aside: Aside, now: Millis): void {
    this.#asides.close(aside.link.id, 'closed', now)
  }

  // What is sent.

  queuedBulk(session: string): number {
    return this.#links.queuedBulk(session)
  }

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
    this.#attendance.start(this.#mode, now)
    this.#dials.setAddresses(this.#context.options.addresses ?? [], now)
    this.#meeting?.start(now)
    this.dialDue(now)
  }

  stop(now: Millis): void {
    for (const link of this.links()) this.close(link, 'closed', now)
    this.#asides.closeAll(now)
    this.#meeting?.stop()
  }

  tick(now: Millis): void {
    this.#attendance.judge(this.#mode, now)
    this.#meeting?.tick(now)
    this.#signals.tick(now)
    this.#knocks.tick(now)
    this.#circuits.tick(now)
    this.#absences.tick(now)
    for (const session of this.#releases.due(now)) {
      const link = this.#links.best(session)
      if (link !== undefined) this.close(link, 'released', now)
    }
    this.#links.reap(now)
    this.#dials.expire((transport) => this.#links.isUp(transport) || this.#asides.isUp(transport), now)
    this.#introductions.tick(this.#mode === 'small', now)
    this.#asides.tick(now)
    this.#entrances.tick(now)
    this.dialDue(now)
  }

  /** The machine slept or changed network: doubt every link, try every road again. */
  woke(now: Millis): void {
    this.#meeting?.woke(now)
    this.#dials.hurry(now)
    this.#relayLinks.hurry(now)
    this.#circuits.hurry(now)
    this.#asides.hurry(now)
    this.#links.doubtAll(now)
  }

  timerFired(name: string, now: Millis): void {
    if (name.startsWith('relay/')) this.#meeting?.timerFired(name, now)
    else if (name.startsWith('link/aside-')) this.#asides.timerFired(name, now)
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
    this.#direct.signalMade(transport, bytes, now)
  }

  #signalled(sender: string, type: SignalType, name: string, bytes: Uint8Array, now: Millis): void {
    if (type === 'knock') return this.#knocks.knocked(sender, name, bytes, now)
    if (type === 'welcome' || type === 'busy') return this.#knocks.answered(sender, type, name, bytes, now)
    this.#direct.signalled(sender, type, name, bytes, now)
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

  #known(session: string): Known | undefined {
    return this.#meeting?.members.find(session) ?? this.#contacts.find(session)
  }

  transportUp(input: Extract<Input, { type: 'transportUp' }>, now: Millis): void {
    if (!this.#entrances.up(input, now)) this.#direct.up(input, now)
  }

  transportFrame(transport: string, bytes: Uint8Array, now: Millis): void {
    if (!this.#lobbies.isRoomOnly) {
      this.#entrances.frame(transport, bytes, now)
      this.#asides.transportFrame(transport, bytes, now)
    }
    this.#links.frame(transport, bytes, now)
  }

  transportFlow(transport: string, flow: 'full' | 'drained', now: Millis): void {
    if (!this.#lobbies.isRoomOnly) this.#asides.transportFlow(transport, flow, now)
    this.#links.flow(transport, flow, now)
  }

  /** The link over this transport, when it is the one in use. */
  doubt(transport: string, now: Millis): LiveLink | undefined {
    return this.#links.doubt(transport, now)
  }

  transportDown(transport: string, now: Millis): void {
    this.#entrances.down(transport)
    this.#asides.transportDown(transport, now)
    this.#direct.down(transport, now)
  }

  /** Is the first frame of an inbound socket, bound to `local`, meant for this room? */
  accepts(firstFrame: Uint8Array, local: Uint8Array, now: Millis): boolean {
    return this.#entrances.lobbyOf(firstFrame, local, now) !== undefined
  }

  get #mayDial(): boolean {
    return mayDial(this.#context.options)
  }

  /** Tries the ways to others that are due. */
  dialDue(now: Millis): void {
    this.#ways.try(this.#mode, now)
  }
}

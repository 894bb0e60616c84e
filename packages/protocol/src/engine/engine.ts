/**
 * One peer in one room: composes the rooms below into `handle(input, now) → outputs`.
 *
 *     relay ── Meeting ──┐                       ┌── Room (log, timeline)
 *     WebRTC, sockets ── Dials, Links ── Engine ─┼── Catchup (histories)
 *     store ── Journal ──┘                       └── Publisher, Receipts
 *
 * A post goes to the room first, then at the same moment to the relay and along every direct link; an entry that arrives
 * goes to the room, and on to whoever may not have it. Losing the relay, or every link, loses nothing: what was missed is
 * found by the digests in the beats. The engine reads no clock and opens no socket; see `input.ts` and `output.ts`.
 */
import { formatHex } from '../codec/text.ts'
import type { Crypto } from '../crypto/crypto.ts'
import { slotAt } from '../discovery/rendezvous.ts'
import { acknowledgeMs } from '../gossip/heartbeat.ts'
import { Neighbourhood } from '../gossip/spread.ts'
import type { Arrival } from '../gossip/spread.ts'
import { decodePayload, encodePayload, maxNameBytes, maxNeighbours, prefixBytes } from '../gossip/wire.ts'
import type { Beat, Payload } from '../gossip/wire.ts'
import { encodeChain, verifyChain } from '../identity/chain.ts'
import { certifySession, createSession } from '../identity/session.ts'
import type { DeviceKeys, SessionKeys } from '../identity/session.ts'
import { matchesHint } from '../link/link.ts'
import type { LinkOptions } from '../link/link.ts'
import type { Entry } from '../log/entry.ts'
import { unreachable } from '../machine.ts'
import type { Millis } from '../machine.ts'
import { openRoomKeys } from '../rooms/keys.ts'
import type { RoomKeys } from '../rooms/keys.ts'
import { Room } from '../rooms/room.ts'
import type { Received, RoomResult } from '../rooms/room.ts'
import { syncTags } from '../sync/wire.ts'
import { Catchup } from './catchup.ts'
import { encodeClaims } from './claims.ts'
import type { Platform } from './claims.ts'
import { Dials, maxDirectLinks } from './dials.ts'
import type { SignatureCheck } from './effects.ts'
import type { Address, Input, TransportKind } from './input.ts'
import { Journal } from './journal.ts'
import { Links, priority } from './links.ts'
import type { Carrier, LiveLink } from './links.ts'
import { Meeting } from './meeting.ts'
import type { Met } from './meeting.ts'
import type { EngineEvent, Output } from './output.ts'
import { Publisher } from './publisher.ts'
import { Receipts } from './receipts.ts'
import { RelayLinks, relayFrame } from './relay-links.ts'
import { Roster } from './roster.ts'
import { Skew } from './skew.ts'
import { Typing } from './typing.ts'

/** Who a person is in this room: kept by the host from run to run. */
export interface Persona {
  /** Identity key, 32 bytes: the author of everything said here. */
  readonly author: Uint8Array
  readonly device: DeviceKeys
  /** The identity's statement about the device, and attestations in front of it when the person attached any. */
  readonly statements: readonly Uint8Array[]
}

export interface EngineOptions {
  readonly crypto: Crypto
  /** 32 bytes: the room's secret. */
  readonly secret: Uint8Array
  readonly persona: Persona
  readonly name: string
  readonly platform: Platform
  /** `https://chat.example`; undefined for a room without a relay. */
  readonly relayOrigin?: string | undefined
  /** Never link directly, so that nobody learns this machine's address. */
  readonly relayOnly?: boolean | undefined
  /** The host can make WebRTC transports. Default true. */
  readonly webrtc?: boolean | undefined
  readonly addresses?: readonly Address[] | undefined
  /** Own messages expire: 0 never, 1 after 24 h, 2 after 7 days, 3 after 30 days. */
  readonly expiry?: 0 | 1 | 2 | 3 | undefined
}

const tickMs = 500
const hiddenTickMs = 1_000
/** Changes of who we link with are told together. */
const neighboursMs = 250
/** Link failures that mean somebody in between is not who it should be. */
const suspiciousCodes: ReadonlySet<string> = new Set(['badHandshake', 'badSignature', 'badMembership', 'unexpectedPeer'])

export class Engine {
  readonly #options: EngineOptions
  readonly #crypto: Crypto
  readonly #keys: RoomKeys
  readonly #session: SessionKeys
  /** Own session key, hex. */
  readonly #own: string
  readonly #chain: Uint8Array
  readonly #room: Room
  readonly #links: Links
  readonly #dials: Dials
  readonly #relayLinks: RelayLinks
  readonly #meeting: Meeting | undefined
  readonly #catchup: Catchup
  readonly #publisher: Publisher
  readonly #receipts: Receipts
  readonly #journal: Journal
  readonly #roster: Roster
  readonly #typing: Typing
  readonly #skew = new Skew()
  readonly #neighbourhood = new Neighbourhood()
  /** By compute request: what its answer is for. */
  readonly #computing = new Map<number, 'import' | 'receipts'>()
  /** Sessions that are owed a beat because entries of theirs arrived. */
  readonly #owed = new Set<string>()
  #outputs: Output[] = []
  /** Time of the input being handled. */
  #now: Millis
  #nextRequest = 1
  #name: string
  #visible = true
  #listed = false
  #stopped = false
  #started = false
  #toldClock = false
  #neighboursDueAt: Millis | undefined

  constructor(options: EngineOptions, now: Millis) {
    const { crypto, persona, platform } = options
    this.#options = options
    this.#now = now
    this.#crypto = crypto
    this.#name = options.name
    this.#keys = openRoomKeys(crypto, options.secret)
    this.#session = createSession(crypto)
    this.#own = formatHex(this.#session.sign.publicKey)
    const certificate = certifySession(crypto, persona.device.sign, this.#session.sign.publicKey, now)
    this.#chain = encodeChain([...persona.statements, certificate])
    this.#room = new Room({
      crypto,
      keys: this.#keys,
      me: { session: this.#session.sign, chain: this.#chain, author: formatHex(persona.author), name: options.name },
      expiry: options.expiry,
    })
    const emit = (output: Output): void => void this.#outputs.push(output)
    const tell = (event: EngineEvent): void => emit({ type: 'event', event })
    this.#receipts = new Receipts(crypto)
    this.#journal = new Journal(this.#room, emit, tell, () => this.#nextRequest++)
    this.#roster = new Roster(tell)
    this.#typing = new Typing(tell)
    this.#links = new Links(this.#session.sign.publicKey, emit, {
      linked: (link, at) => this.#linked(link, at),
      unlinked: (session, at) => this.#unlinked(session, at),
      payload: (link, bytes, at) => this.#payload(link, bytes, at),
      closed: (id, code, at) => this.#closed(id, code, at),
    })
    this.#dials = new Dials(this.#own, platform, crypto.random, emit)
    this.#relayLinks = new RelayLinks(this.#own, crypto.random)
    this.#meeting = options.relayOrigin === undefined ? undefined : this.#createMeeting(options.relayOrigin, emit)
    this.#publisher = new Publisher(
      crypto,
      (bytes, at) => this.#meeting?.publish(bytes, at) ?? false,
      (key, at) => this.#apply(this.#room.markSent(key), at),
    )
    this.#catchup = new Catchup(
      this.#own,
      crypto,
      this.#room,
      {
        send: (link, bytes, at) => void this.#links.send(link.session, priority.sync, bytes, at),
        verify: (checks) => this.#compute('import', checks),
        apply: (result, at) => this.#apply(result, at),
        receipts: (page) => {
          for (const { entry, receipt } of page.receipts) this.#receipts.suggest(entry, receipt)
          this.#checkReceipts()
        },
        held: (link, session, upTo, at) => this.#held(link, session, upTo, at),
        hangUp: (link, code, at) => this.#links.close(link.id, code, at),
        tell,
      },
      now,
    )
  }

  /** Own session key, hex. */
  get session(): string {
    return this.#own
  }

  get roomId(): string {
    return this.#keys.id
  }

  /** Is the first frame of an inbound socket, bound to `local`, meant for this room? */
  accepts(firstFrame: Uint8Array, local: Uint8Array, now: Millis): boolean {
    const slot = slotAt(this.#skew.corrected(now))
    return matchesHint(this.#crypto, this.#keys.lobbyKey, slot, local, firstFrame)
  }

  handle(input: Input, now: Millis): readonly Output[] {
    if (this.#stopped) return []
    this.#outputs = []
    this.#now = now
    this.#dispatch(input, now)
    const outputs = this.#outputs
    this.#outputs = []
    return outputs
  }

  #dispatch(input: Input, now: Millis): void {
    switch (input.type) {
      case 'start':
        this.#start(now)
        break
      case 'stop':
        this.#stop(now)
        break
      case 'timerFired':
        this.#timerFired(input.name, now)
        break
      case 'stored':
        this.#journal.stored(input.request, input.ok)
        break
      case 'loaded':
        this.#loaded(input, now)
        break
      case 'computed':
        this.#computed(input.request, input.result.valid, now)
        break
      case 'relayUp':
        this.#meeting?.up(now)
        break
      case 'relayDown':
        this.#meeting?.down(now)
        break
      case 'relayFrame':
        this.#meeting?.frame(input.bytes, now)
        break
      case 'signalMade':
        this.#signalMade(input.transport, input.bytes, now)
        break
      case 'transportUp':
        this.#transportUp(input, now)
        break
      case 'transportFrame':
        this.#links.frame(input.transport, input.bytes, now)
        break
      case 'transportFull':
        this.#links.flow(input.transport, 'full', now)
        break
      case 'transportDrained':
        this.#links.flow(input.transport, 'drained', now)
        break
      case 'transportDown':
        this.#links.close(input.transport, 'transportDown', now)
        this.#dials.ended(input.transport, now)
        break
      case 'woke':
        this.#woke(now)
        break
      case 'setVisible':
        this.#visible = input.visible
        for (const link of this.#links.live()) this.#beat(link, false, now)
        break
      case 'setName':
        this.#setName(input.name, now)
        break
      case 'setTyping':
        this.#typing.set(input.typing, now)
        this.#presence(now)
        break
      case 'setAddresses':
        this.#dials.setAddresses(input.addresses, now)
        break
      case 'post':
        this.#post(input, now)
        break
      default:
        unreachable(input)
    }
  }

  // Life.

  #start(now: Millis): void {
    if (this.#started) return
    this.#started = true
    this.#journal.load()
    this.#dials.setAddresses(this.#options.addresses ?? [], now)
    this.#tell({ type: 'relay', state: this.#meeting === undefined ? 'none' : 'connecting' })
    this.#listed = this.#meeting === undefined
    this.#meeting?.start(now)
    this.#tick(now)
  }

  #stop(now: Millis): void {
    for (const link of [...this.#links.live()]) {
      this.#say(link.session, { type: 'goodbye' }, now)
      this.#links.close(link.id, 'closed', now)
    }
    this.#meeting?.stop()
    this.#stopped = true
  }

  #timerFired(name: string, now: Millis): void {
    if (name === 'tick') this.#tick(now)
    else if (name === 'acknowledge') this.#acknowledge(now)
    else if (name.startsWith('relay/')) this.#meeting?.timerFired(name, now)
    else if (name.startsWith('link/')) this.#links.timerFired(name, now)
  }

  #tick(now: Millis): void {
    const corrected = this.#skew.corrected(now)
    this.#meeting?.tick(now)
    this.#links.reap(now)
    this.#dials.expire((transport) => this.#links.isUp(transport), now)
    this.#dialDue(now)
    for (const link of [...this.#links.live()]) {
      this.#roster.measured(link.session, link.heartbeat.rttMs)
      if (link.heartbeat.isBeatDue(now, !this.#visible)) this.#beat(link, false, now)
    }
    if (this.#typing.tick(now)) this.#presence(now)
    if (this.#neighboursDueAt !== undefined && now >= this.#neighboursDueAt) this.#tellNeighbours(now)
    this.#publisher.pump(now)
    this.#apply(this.#room.expire(corrected), now)
    this.#catchup.tick({ met: this.#roster.size, listed: this.#listed }, now)
    this.#emit({ type: 'timer', name: 'tick', at: now + (this.#visible ? tickMs : hiddenTickMs) })
  }

  #woke(now: Millis): void {
    this.#meeting?.woke(now)
    this.#dials.hurry(now)
    this.#relayLinks.hurry(now)
    this.#links.doubtAll(now)
    for (const link of this.#links.live()) this.#beat(link, true, now)
    this.#tick(now)
  }

  // Own store.

  #loaded(input: Extract<Input, { type: 'loaded' }>, now: Millis): void {
    const step = this.#journal.loaded(input, this.#skew.corrected(now))
    if (step.relayKeys !== undefined) this.#receipts.restoreKeys(step.relayKeys)
    if (step.result !== undefined) this.#apply(step.result, now)
    if (!step.done) return
    this.#catchup.loaded()
    for (const link of this.#links.live()) this.#beat(link, true, now)
  }

  #apply(result: RoomResult, now: Millis, posted?: { readonly tag: number; readonly id: string }): void {
    if (result.changes.length > 0) this.#tell({ type: 'timeline', changes: result.changes })
    if (result.forks.length > 0) this.#tell({ type: 'notice', code: 'forkFound' })
    this.#journal.store(result.stores, posted)
    if (result.forks.length > 0) this.#catchup.moved(now)
  }

  #compute(purpose: 'import' | 'receipts', checks: readonly SignatureCheck[]): void {
    const request = this.#nextRequest++
    this.#computing.set(request, purpose)
    this.#emit({ type: 'compute', request, job: { type: 'verify', checks } })
  }

  #computed(request: number, valid: readonly boolean[], now: Millis): void {
    const purpose = this.#computing.get(request)
    this.#computing.delete(request)
    if (purpose === 'import') this.#catchup.verified(valid, now)
    if (purpose !== 'receipts') return
    for (const { key, receipt } of this.#receipts.checked(valid)) this.#apply(this.#room.addReceipt(key, receipt), now)
    this.#checkReceipts()
  }

  #checkReceipts(): void {
    const checks = this.#receipts.nextBatch()
    if (checks !== undefined) this.#compute('receipts', checks)
  }

  // The relay.

  #createMeeting(origin: string, emit: (output: Output) => void): Meeting {
    const options = {
      crypto: this.#crypto,
      origin,
      keys: this.#keys,
      session: this.#session,
      platform: this.#options.platform,
      corrected: (now: Millis) => this.#skew.corrected(now),
    }
    return new Meeting(options, emit, {
      ready: (relayKey, now) => this.#relayReady(relayKey, now),
      away: (now) => this.#relayAway(now),
      met: (peer, now) => {
        if (peer.session === this.#own) return
        this.#roster.met(peer.session, peer.platform)
        this.#dialDue(now)
      },
      left: (session) => {
        this.#roster.left(session)
        this.#relayLinks.forget(session)
        this.#dials.forget(session)
      },
      listed: () => {
        this.#listed = true
      },
      entry: (bytes, receipt, now) => this.#entryFromRelay(bytes, receipt, now),
      receipt: (receipt, digest, now) => this.#receiptFromRelay(receipt, digest, now),
      signal: (from, transport, opening, bytes, now) => {
        if (this.#mayLinkDirectly && !this.#isDirect(from.session)) {
          this.#dials.signalled(from, transport, opening, bytes, now)
        }
      },
      direct: (from, bytes, now) => this.#relayLinkFrame(from, bytes, now),
      clock: (offsetMs) => this.#clock('relay', offsetMs),
      refused: (code, about, subject, retryAfterMs, now) => {
        if (about === 'publish') this.#publisher.refused(subject, retryAfterMs, now)
        else if (about === 'hello' || about === 'proof' || about === 'enter') {
          this.#tell({ type: 'notice', code: 'relayRefused', about: code })
        }
      },
    })
  }

  #relayReady(relayKey: Uint8Array, now: Millis): void {
    const { isNew, isOther } = this.#receipts.know(relayKey)
    if (isNew) this.#journal.storeRelayKeys(this.#receipts.encodeKeys())
    if (isOther) this.#tell({ type: 'notice', code: 'relayKeyChanged' })
    this.#tell({ type: 'relay', state: 'up' })
    this.#publisher.restart(now)
  }

  #relayAway(now: Millis): void {
    this.#listed = false
    this.#skew.forget('relay')
    for (const link of [...this.#links.live()]) if (link.path === 'relay') this.#links.close(link.id, 'relayAway', now)
    this.#tell({ type: 'relay', state: 'away' })
  }

  #entryFromRelay(bytes: Uint8Array, receipt: Uint8Array, now: Millis): void {
    this.#receive(bytes, receipt, { from: undefined, byRelay: true }, now)
  }

  #receiptFromRelay(receipt: Uint8Array, digest: Uint8Array, now: Millis): void {
    this.#publisher.answered(digest, now)
    const held = this.#room.entryOfDigest(digest)
    if (held === undefined || !this.#receipts.isValid(receipt, held.bytes)) return
    this.#apply(this.#room.addReceipt(held.key, receipt), now)
    this.#passReceipt(held.id, receipt, now)
  }

  /** Linked peers that are not in the relay's topic have no other way to learn of a receipt. */
  #passReceipt(id: Uint8Array, receipt: Uint8Array, now: Millis): void {
    for (const link of this.#links.direct()) {
      if (this.#meeting?.find(link.session) !== undefined) continue
      this.#say(link.session, { type: 'receipts', receipts: [{ id, receipt }] }, now)
    }
  }

  // Transports and links.

  get #mayLinkDirectly(): boolean {
    return this.#options.relayOnly !== true && this.#options.webrtc !== false
  }

  #isDirect(session: string): boolean {
    return this.#links.best(session)?.path === 'direct'
  }

  #dialDue(now: Millis): void {
    if (this.#options.relayOnly !== true) this.#dials.dialAddresses(now)
    const meeting = this.#meeting
    if (meeting === undefined || !meeting.isReady) return
    const unlinked: Met[] = []
    let direct = 0
    for (const _ of this.#links.direct()) direct++
    for (const met of meeting.everybody()) {
      if (met.session === this.#own) continue
      const link = this.#links.best(met.session)
      if (link === undefined) this.#openRelayLink(met, now)
      if (link?.path !== 'direct') unlinked.push(met)
    }
    if (this.#mayLinkDirectly && direct < maxDirectLinks) this.#dials.dialDue(unlinked, now)
  }

  #signalMade(transport: string, bytes: Uint8Array, now: Millis): void {
    const to = this.#dials.addressee(transport)
    const met = to === undefined ? undefined : this.#meeting?.find(to.session)
    if (to !== undefined && met !== undefined) this.#meeting?.signal(met, to.name, to.opening, bytes, now)
  }

  #transportUp(input: Extract<Input, { type: 'transportUp' }>, now: Millis): void {
    const { transport, kind, local, remote } = input
    const session = this.#dials.opened(transport)
    const met = session === undefined ? undefined : this.#meeting?.find(session)
    const isInitiator = input.initiator ?? (session !== undefined && this.#own > session)
    const carrier: Carrier = {
      kind,
      transmit: (channel, bytes) => this.#emit({ type: 'transmit', transport, channel, bytes }),
      close: () => this.#emit({ type: 'hangUp', transport }),
    }
    const options = this.#linkOptions(kind, isInitiator, local, remote)
    const opened = this.#links.open(transport, carrier, { ...options, expect: met?.sessionKey }, now)
    if (!opened) this.#emit({ type: 'hangUp', transport })
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
    const local = this.#meeting?.connection
    if (local === undefined) {
      this.#relayLinks.ended(id, now)
      return
    }
    const carrier: Carrier = {
      kind: 'relay',
      transmit: (_, bytes) => this.#meeting?.direct(met.sessionKey, relayFrame(id, bytes), this.#now),
      close: () => undefined,
    }
    const options = this.#linkOptions('relay', isInitiator, local, met.connection)
    const opened = this.#links.open(id, carrier, { ...options, expect: met.sessionKey }, now)
    if (!opened) this.#relayLinks.ended(id, now)
  }

  #linkOptions(
    kind: TransportKind | 'relay',
    isInitiator: boolean,
    local: Uint8Array,
    remote: Uint8Array,
  ): Omit<LinkOptions, 'name' | 'expect'> {
    return {
      crypto: this.#crypto,
      role: isInitiator ? 'initiator' : 'responder',
      kind,
      local,
      remote,
      session: this.#session,
      psks: [this.#keys.lobbyKey],
      slot: slotAt(this.#skew.corrected(this.#now)),
      claims: encodeClaims({ platform: this.#options.platform, name: this.#name, chain: this.#chain }),
    }
  }

  #linked(link: LiveLink, now: Millis): void {
    if (link.path === 'relay') this.#relayLinks.succeeded(link.id)
    else this.#dials.succeeded(link.id)
    const { chain, name } = link.claims
    const verified = verifyChain(this.#crypto, chain, {
      session: link.sessionKey,
      time: this.#skew.corrected(now),
    })
    if (verified.ok) this.#apply(this.#room.introduce(link.sessionKey, chain, name, now), now)
    this.#roster.linked(link, verified.ok ? formatHex(verified.value.author) : link.session)
    this.#catchup.linked(link, now)
    this.#beat(link, true, now)
    if (this.#typing.isOn) this.#say(link.session, { type: 'presence', typing: true, name: this.#name }, now)
    this.#neighboursChanged(now)
  }

  #unlinked(session: string, now: Millis): void {
    this.#roster.unlinked(session)
    this.#catchup.unlinked(session)
    this.#typing.forget(session)
    this.#skew.forget(session)
    this.#neighbourhood.forget(session)
    this.#owed.delete(session)
    this.#neighboursChanged(now)
    this.#dialDue(now)
  }

  #closed(id: string, code: string, now: Millis): void {
    if (suspiciousCodes.has(code)) this.#tell({ type: 'notice', code: 'linkRefused', about: code })
    this.#relayLinks.ended(id, now)
    this.#dials.ended(id, now)
  }

  // What linked peers say.

  #payload(link: LiveLink, bytes: Uint8Array, now: Millis): void {
    const tag = bytes[0] ?? 0
    if (tag >= syncTags.from && tag <= syncTags.to) {
      this.#catchup.receive(link.session, bytes, now)
      return
    }
    const decoded = decodePayload(bytes)
    if (!decoded.ok) {
      // A tag of a later version is skipped; nonsense from an authenticated peer ends the link.
      if (decoded.code === 'malformed') this.#links.close(link.id, 'malformed', now)
      return
    }
    const payload = decoded.value
    switch (payload.type) {
      case 'beat':
        this.#beatReceived(link, payload, now)
        break
      case 'entry':
        this.#receive(payload.entry, payload.receipt, { from: link, byRelay: false }, now)
        break
      case 'neighbours':
        this.#neighbourhood.announce(link.session, payload.prefixes)
        break
      case 'presence':
        this.#roster.named(link.session, payload.name)
        this.#typing.heard(link.session, this.#roster.get(link.session)?.author ?? link.session, payload.typing, now)
        break
      case 'goodbye':
        this.#links.close(link.id, 'remoteClosed', now)
        break
      case 'receipts':
        for (const { id, receipt } of payload.receipts) {
          const entry = this.#room.entryOfId(id)
          if (entry !== undefined) this.#receipts.suggest(entry, receipt)
        }
        this.#checkReceipts()
        break
      case 'wantReceipts':
        this.#giveReceipts(link, payload.ids, now)
        break
      default:
        unreachable(payload)
    }
  }

  #giveReceipts(link: LiveLink, ids: readonly Uint8Array[], now: Millis): void {
    const receipts: { id: Uint8Array; receipt: Uint8Array }[] = []
    for (const id of ids) {
      const entry = this.#room.entryOfId(id)
      const receipt = entry === undefined ? undefined : this.#room.receiptsOf(entry)[0]
      if (receipt !== undefined) receipts.push({ id, receipt })
    }
    if (receipts.length > 0) this.#say(link.session, { type: 'receipts', receipts }, now)
  }

  #beat(link: LiveLink, urgent: boolean, now: Millis): void {
    this.#owed.delete(link.session)
    const beat: Payload = {
      type: 'beat',
      ...link.heartbeat.stamp(now),
      digest: this.#room.log.digest(),
      held: this.#room.log.heldOf(link.session),
      hidden: !this.#visible,
      urgent,
    }
    this.#say(link.session, beat, now)
  }

  #beatReceived(link: LiveLink, beat: Beat, now: Millis): void {
    link.heartbeat.received(beat, now)
    const { offsetMs } = link.heartbeat
    if (offsetMs !== undefined) this.#clock(link.session, offsetMs)
    if (beat.held > 0) this.#held(link, this.#own, beat.held - 1, now)
    this.#catchup.compare(link.session, beat.digest, now)
    if (beat.urgent) this.#beat(link, false, now)
  }

  #held(link: LiveLink, session: string, upTo: number, now: Millis): void {
    if (session !== this.#own) return
    const author = this.#roster.get(link.session)?.author ?? link.session
    this.#apply(this.#room.markHeld(author, session, upTo), now)
  }

  #clock(source: string, offsetMs: number): void {
    this.#skew.sample(source, offsetMs)
    if (this.#skew.isAlarming && !this.#toldClock) this.#tell({ type: 'notice', code: 'clockWrong' })
    this.#toldClock = this.#skew.isAlarming
  }

  // Entries.

  #post(input: Extract<Input, { type: 'post' }>, now: Millis): void {
    const posted = this.#room.post(input.content, this.#skew.corrected(now))
    if (!posted.ok) {
      this.#tell({ type: 'postRefused', tag: input.tag, code: posted.code })
      return
    }
    const { entries, id } = posted.value
    this.#apply(posted.value, now, { tag: input.tag, id })
    for (const entry of entries) this.#sendOwn(entry, now)
    this.#catchup.moved(now)
  }

  #sendOwn(entry: Entry, now: Millis): void {
    const arrival: Arrival = { author: this.#own, from: undefined, byRelay: false }
    if (this.#spread(entry, arrival, now)) this.#apply(this.#room.markSent(entry.key), now)
    if (this.#meeting !== undefined) this.#publisher.add(entry.key, entry.bytes, now)
  }

  #receive(
    bytes: Uint8Array,
    receipt: Uint8Array | undefined,
    by: { readonly from: LiveLink | undefined; readonly byRelay: boolean },
    now: Millis,
  ): void {
    const received = this.#room.receive(bytes, this.#skew.corrected(now), by.from?.session ?? 'relay')
    this.#apply(received, now)
    const { entry, session, outcome } = received
    if (entry === undefined || session === undefined) {
      // An authenticated peer that sends what is no entry at all is broken or hostile.
      if (by.from !== undefined) this.#links.close(by.from.id, 'malformed', now)
      return
    }
    this.#keepReceipt(received, entry, receipt, now)
    if (outcome === 'overBudget') this.#tell({ type: 'notice', code: 'floodLimited', about: session })
    if (outcome !== 'accepted' && outcome !== 'filled') return
    this.#catchup.moved(now)
    this.#spread(entry, { author: session, from: by.from?.session, byRelay: by.byRelay }, now)
    this.#owe(session, now)
  }

  #keepReceipt(received: Received, entry: Entry, receipt: Uint8Array | undefined, now: Millis): void {
    const isHeld = received.outcome === 'accepted' || received.outcome === 'filled' || received.outcome === 'duplicate'
    if (receipt === undefined || !isHeld || this.#room.receiptsOf(entry).length > 0) return
    if (!this.#receipts.isValid(receipt, entry.bytes)) return
    this.#apply(this.#room.addReceipt(entry.key, receipt), now)
    this.#passReceipt(entry.id, receipt, now)
  }

  /** True when it left over at least one link. */
  #spread(entry: Entry, arrival: Arrival, now: Millis): boolean {
    const direct = [...this.#links.direct()].map((link) => link.session)
    const targets = this.#neighbourhood.targets(arrival, direct, (session) => this.#meeting?.find(session) !== undefined)
    const payload = encodePayload({ type: 'entry', entry: entry.bytes, receipt: this.#room.receiptsOf(entry)[0] })
    for (const session of targets) this.#links.send(session, priority.text, payload, now)
    return targets.length > 0
  }

  /** Soon tell the author that its entry is held here. */
  #owe(session: string, now: Millis): void {
    if (this.#links.best(session) === undefined) return
    if (this.#owed.size === 0) this.#emit({ type: 'timer', name: 'acknowledge', at: now + acknowledgeMs })
    this.#owed.add(session)
  }

  #acknowledge(now: Millis): void {
    for (const session of [...this.#owed]) {
      const link = this.#links.best(session)
      if (link !== undefined) this.#beat(link, false, now)
    }
    this.#owed.clear()
  }

  // Presence.

  #setName(name: string, now: Millis): void {
    if (name === this.#name || name === '' || name.length > maxNameBytes / 4) return
    this.#name = name
    this.#apply(this.#room.rename(name), now)
    if (this.#room.hasPosted) this.#post({ type: 'post', tag: 0, content: { type: 'profile', name } }, now)
    this.#presence(now)
  }

  #presence(now: Millis): void {
    for (const link of [...this.#links.live()]) {
      this.#say(link.session, { type: 'presence', typing: this.#typing.isOn, name: this.#name }, now)
    }
  }

  #neighboursChanged(now: Millis): void {
    this.#neighboursDueAt ??= now + neighboursMs
  }

  #tellNeighbours(now: Millis): void {
    this.#neighboursDueAt = undefined
    const direct = [...this.#links.direct()].slice(0, maxNeighbours)
    const prefixes = direct.map((link) => link.sessionKey.subarray(0, prefixBytes))
    for (const link of [...this.#links.live()]) this.#say(link.session, { type: 'neighbours', prefixes }, now)
  }

  #say(session: string, payload: Payload, now: Millis): void {
    const urgency = payload.type === 'beat' || payload.type === 'goodbye' ? priority.control : priority.text
    this.#links.send(session, urgency, encodePayload(payload), now)
  }

  #emit(output: Output): void {
    this.#outputs.push(output)
  }

  #tell(event: EngineEvent): void {
    this.#emit({ type: 'event', event })
  }
}

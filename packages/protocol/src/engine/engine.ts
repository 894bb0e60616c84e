/**
 * One peer in one room: composes the rooms below into `handle(input, now) → outputs`.
 *
 *     relay, WebRTC, sockets ── Reach ──┐            ┌── Room: log, timeline
 *                                       ├── Engine ──┼── Flow: live entries and their receipts
 *     store ─────────────────── Journal ┘            └── Catchup: comparing histories
 *
 * What `Reach` tells finds whose business it is in `Encounters`, and what is said over links in `Hearing`.
 *
 * Losing the relay, or every link, loses nothing: what was missed is found by the digests in the beats. The engine reads
 * no clock and opens no socket; what it is told is in `input.ts`, what it asks for in `output.ts`.
 */
import { formatHex } from '../codec/text.ts'
import { encodePayload, maxNameBytes, maxWhisperBytes } from '../gossip/wire.ts'
import type { Payload } from '../gossip/wire.ts'
import { encodeChain } from '../identity/chain.ts'
import { certifySession, createSession } from '../identity/session.ts'
import { unreachable } from '../machine.ts'
import type { Millis, SignatureCheck, StoredRecord } from '../machine.ts'
import { type RoomName, openRoomKeys } from '../rooms/keys.ts'
import type { MovedBox } from '../rooms/content.ts'
import { Room } from '../rooms/room.ts'
import type { RoomCounts, RoomResult } from '../rooms/room.ts'
import { BlobTraffic } from './blob-traffic.ts'
import { Catchup } from './catchup.ts'
import { encodeClaims } from './claims.ts'
import { Encounters } from './encounters.ts'
import type { EncountersContext } from './encounters.ts'
import { Flow } from './flow.ts'
import { Governing } from './governing.ts'
import { keptRoomName, membersRoomName } from './room-names.ts'
import { Hearing } from './hearing.ts'
import type { Input } from './input.ts'
import { Journal } from './journal.ts'
import { isKeeper } from './keeper-card.ts'
import { KeeperHelp } from './keeper-help.ts'
import { type KeeperHoldings, Keeping } from './keeping.ts'
import type { KeeperTicket } from '../keepers/keeper-ticket.ts'
import { openLobby } from './lobby.ts'
import type { Lobby } from './lobby.ts'
import { drawMap } from './room-map.ts'
import type { ReachReport, RoomMap } from './map.ts'
import { Mode } from './mode.ts'
import { Moving } from './moving.ts'
import { priority } from './links.ts'
import type { EngineOptions, MembershipOptions } from './options.ts'
import type { EngineEvent, Output, PeerInfo } from './output.ts'
import { Presence } from './presence.ts'
import { Reach } from './reach.ts'
import { Roster } from './roster.ts'
import { Skew } from './skew.ts'
import { Typing } from './typing.ts'
import { Whispers } from './whispers.ts'

export const tickMs = 500
/** In the background, and in a mesh, whose machines have timers of their own. */
export const slowTickMs = 1_000

type Purpose = 'import' | 'receipts'

export class Engine {
  readonly #options: EngineOptions
  /** Own session key, hex. */
  readonly #own: string
  readonly #chain: Uint8Array
  readonly #room: Room
  readonly #reach: Reach
  readonly #flow: Flow
  readonly #catchup: Catchup
  readonly #journal: Journal
  /** Of a members room. */
  readonly #governing: Governing | undefined
  readonly #moving: Moving
  readonly #roster: Roster
  readonly #typing: Typing
  readonly #whispers: Whispers
  readonly #presence: Presence
  readonly #skew = new Skew()
  readonly #mode: Mode
  readonly #blobs: BlobTraffic | undefined
  /** A keeper's. */
  readonly #keeping: Keeping | undefined
  /** Of everybody with the room's key. */
  readonly #help: KeeperHelp | undefined
  readonly #hearing: Hearing
  readonly #encounters: Encounters
  /** What links and the relay are told to. */
  readonly #parts: EncountersContext
  /** By compute request: what its answer is for. */
  readonly #computing = new Map<number, Purpose>()
  #outputs: Output[] = []
  /** Time of the input being handled. */
  #now: Millis
  #nextRequest = 1
  #life: 'new' | 'running' | 'stopped' = 'new'

  constructor(options: EngineOptions, now: Millis) {
    const { crypto, persona, secret, expiry } = options
    this.#options = options
    this.#now = now
    const { keeper } = options
    const ticket = keeper?.ticket
    const session = createSession(crypto)
    this.#own = formatHex(session.sign.publicKey)
    const certificate = certifySession(crypto, persona.device.sign, session.sign.publicKey, now)
    this.#chain = encodeChain([...persona.statements, certificate])
    const me = { session: session.sign, chain: this.#chain, author: formatHex(persona.author), name: options.name }
    this.#keeping =
      keeper &&
      new Keeping(crypto, keeper, {
        store: (changes) => this.#journal.store(changes),
        again: (from, at) => this.#catchup.again(from, at),
        knowBlob: (root, size, at) => this.#blobs?.know(root, size, at),
        forgetBlob: (root, at) => this.#blobs?.forget(root, at),
        moved: (lobbies, at) => this.#reach.setLobbies(lobbies, at),
      })
    const { gate } = this.#keeping ?? {}
    const emit = (output: Output): void => void this.#outputs.push(output)
    const tell = (event: EngineEvent): void => emit({ type: 'event', event })
    const corrected = (at: Millis): Millis => this.#skew.corrected(at)
    const apply = this.#apply.bind(this)
    const { membership } = options
    const isOpen = membership === undefined && ticket === undefined
    const keys = isOpen ? (options.keys ?? openRoomKeys(crypto, secret)) : undefined
    if (membership !== undefined) {
      this.#governing = new Governing(
        {
          options: { ...options, membership },
          session: session.sign.publicKey,
          room: () => this.#room,
          apply,
          store: (changes) => {
            if (options.store !== false) this.#journal.store(changes)
          },
          tell,
          corrected,
          links: () => this.#reach.links(),
          isHere: (identity) => this.#roster.isHere(identity),
          send: (to, payload, at) => void this.#reach.send(to, priority.text, payload, at),
          sendAside: (to, payload, at) => void this.#reach.sendAside(to, payload, at),
          close: (link, code, at) => this.#reach.close(link, code, at),
          closeAside: (aside, at) => this.#reach.closeAside(aside, at),
          setLobbies: (lobbies, at) => this.#reach.setLobbies(lobbies, at),
          blobs: () => this.#blobs?.known() ?? [],
        },
        now,
      )
    }
    const governing = this.#governing
    const name: RoomName =
      keys ??
      (ticket === undefined
        ? membersRoomName(crypto, (membership as MembershipOptions).roomId)
        : keptRoomName(crypto, ticket))
    const { epochs, rules } = governing ?? {}
    this.#room = new Room({
      crypto,
      keys: name,
      epochs,
      rules,
      me: ticket === undefined ? me : undefined,
      expiry,
      keeps: options.store,
      blind: ticket && gate,
      windowMs: keeper?.windowMs,
      readOnce: options.readOnce,
    })
    this.#moving = new Moving(options, this.#room)
    const keeping = this.#keeping
    const restore = keeping && ((records: readonly StoredRecord[]): void => keeping.restore(records))
    this.#journal = new Journal(this.#room, emit, tell, () => this.#nextRequest++, restore)
    this.#roster = new Roster(tell)
    this.#typing = new Typing(tell)
    const claims = (lobby: Lobby, handshakeHash: Uint8Array): Uint8Array =>
      encodeClaims({
        platform: options.platform,
        name: this.#presence.name,
        card: this.#reach.ownContact.card,
        chain: this.#chain,
        proof: governing?.proof(lobby, handshakeHash) ?? keeping?.proof(handshakeHash, persona.author),
      })
    this.#encounters = new Encounters(options.relayOrigin !== undefined, () => this.#parts)
    this.#reach = new Reach(
      {
        options,
        roomId: name.roomId,
        lobbies: governing?.lobbies(now) ??
          keeping?.lobbies ?? [openLobby(keys ?? { id: name.id, ...(ticket as KeeperTicket) })],
        session,
        corrected,
        claims,
        welcomes: governing && ((peer, lobby, hash) => governing.welcomes(peer, lobby, hash, this.#now)),
        now: () => this.#now,
        emit,
      },
      this.#encounters.events(),
    )
    this.#blobs =
      options.blobs === true
        ? new BlobTraffic({
            crypto,
            self: persona.device.sign.publicKey,
            reach: this.#reach,
            nextRequest: () => this.#nextRequest++,
            emit,
            tell,
            isKeeper: (other) => isKeeper(this.#reach.find(other)),
            named: (blobs, at) => {
              this.#help?.named(blobs, at)
              governing?.keepers.named(blobs, at)
            },
            keeper: ticket && { used: (root, at) => this.#keeping?.blobs.used(root, at) },
          })
        : undefined
    this.#help =
      keys !== undefined
        ? new KeeperHelp({
            crypto,
            roomId: keys.roomId,
            keys,
            ownSession: session.sign.publicKey,
            log: this.#room.log,
            reach: this.#reach,
          })
        : undefined
    this.#presence = new Presence(
      this.#own,
      this.#room,
      () => this.#catchup,
      this.#reach,
      this.#typing,
      options.name,
      () => this.#mayPromise,
    )
    this.#mode = new Mode({
      options,
      own: this.#own,
      session,
      room: this.#room,
      reach: this.#reach,
      roster: this.#roster,
      presence: this.#presence,
      flow: () => this.#flow,
      catchup: () => this.#catchup,
      corrected,
      emit,
    })
    this.#flow = new Flow(
      {
        crypto,
        trace: options.trace ?? false,
        own: this.#own,
        room: this.#room,
        reach: this.#reach,
        corrected,
        emit,
        tell,
      },
      {
        spreader: () => this.#mode.mesh,
        apply,
        moved: (at) => this.#catchup.moved(at),
        verifyReceipts: (checks) => this.#compute('receipts', checks),
        acknowledge: (link, at) => this.#presence.beat(link, false, at),
        mayAcknowledge: () => this.#mayPromise,
        relayKeysChanged: (encoded) => {
          if (options.store !== false) this.#journal.storeRelayKeys(encoded)
        },
      },
    )
    this.#catchup = new Catchup(
      this.#own,
      crypto,
      this.#room,
      {
        apply,
        tell,
        send: (link, bytes, at) => void this.#reach.send(link.session, priority.sync, bytes, at),
        verify: (checks) => this.#compute('import', checks),
        receipts: (page, at) => {
          this.#flow.suggestFrom(page)
          this.#mode.imported(page.entries, at)
        },
        held: (link, of, upTo, at) => this.#hearing.held(link, of, upTo, at),
        hangUp: (link, code, at) => this.#reach.close(link, code, at),
        probe: (link, at) => this.#presence.beat(link, true, at),
        roomTime: corrected,
        isKeeper,
        keeps: (link) => this.#keeping !== undefined || isKeeper(link),
      },
      now,
    )
    this.#whispers = new Whispers({
      say: (to, number, whisper, at) => this.#say(to, { type: 'whisper', number, whisper }, at),
      confirm: (to, number, at) => this.#say(to, { type: 'whisperHeard', number }, at),
    })
    const parts = {
      own: this.#own,
      room: this.#room,
      reach: this.#reach,
      roster: this.#roster,
      typing: this.#typing,
      whispers: this.#whispers,
      presence: this.#presence,
      skew: this.#skew,
      mode: this.#mode,
      flow: this.#flow,
      catchup: this.#catchup,
      governing,
      blobs: this.#blobs,
      help: this.#help,
      apply,
      tell,
    }
    this.#hearing = new Hearing({ ...parts, keeping: ticket && keeping })
    this.#parts = { ...parts, keeping, hearing: this.#hearing }
  }

  /** Own session key, hex. */
  get session(): string {
    return this.#own
  }

  /** 16 bytes, hex. */
  get roomId(): string {
    return this.#room.keys.id
  }

  /** Digest of everything held: equal digests, equal histories. */
  get digest(): Uint8Array {
    return this.#room.log.digest()
  }

  get counts(): RoomCounts {
    return this.#room.counts
  }

  /** Of a keeper. */
  get holdings(): KeeperHoldings | undefined {
    return this.#keeping?.holdings(this.#room.log)
  }

  /** What is known of who links with whom. */
  map(): RoomMap {
    const { platform, persona } = this.#options
    const { name, isVisible } = this.#presence
    const { mesh, online } = this.#mode
    const author = formatHex(persona.author)
    return drawMap({
      self: { session: this.#own, author, name, platform, isSelf: true, root: undefined, hidden: !isVisible },
      mode: mesh === undefined ? 'small' : 'mesh',
      online,
      people: [...this.#roster.all()].map((info) => this.#named(info)),
      links: this.#reach.links(),
      neighbourhood: this.#flow.neighbourhood,
      trees: mesh?.trees ?? [],
    })
  }

  /** Whoever was never linked with is known by what they wrote. */
  #named(info: PeerInfo): PeerInfo {
    return info.name === '' ? { ...info, ...this.#room.personOf(info.session, this.#now) } : info
  }

  /** The last word of one's own device in each of its sessions, all hex: what counts of it once it is revoked. */
  headsOfDevice(device: string): readonly { readonly session: string; readonly seq: number }[] {
    return this.#room.headsOf(formatHex(this.#options.persona.author), device)
  }

  /** Which ways to a session were tried and how far they got; undefined for one that is not known to be here. */
  reachReport(session: string, now: Millis): ReachReport | undefined {
    const peer = this.#roster.get(session)
    if (peer === undefined) return undefined
    return this.#reach.report(session, { name: peer.name, ownClockAheadMs: now - this.#skew.corrected(now) })
  }

  /** Is the first frame of an inbound socket, bound to `local`, meant for this room? */
  accepts(firstFrame: Uint8Array, local: Uint8Array, now: Millis): boolean {
    return this.#reach.accepts(firstFrame, local, now)
  }

  /** Of a notice that this open room goes on: the invite for these people (author keys, hex), where their devices are known. */
  movedBoxes(people: readonly string[], invite: string): readonly MovedBox[] {
    return this.#moving.boxesFor(people, invite)
  }

  handle(input: Input, now: Millis): readonly Output[] {
    if (this.#life === 'stopped') return []
    this.#outputs = []
    this.#now = now
    this.#dispatch(input, now)
    this.#mode.flush()
    const outputs = this.#outputs
    this.#outputs = []
    return outputs
  }

  #dispatch(input: Input, now: Millis): void {
    switch (input.type) {
      case 'start':
        return this.#start(now)
      case 'stop':
        return this.#stop(now)
      case 'timerFired':
        return this.#timerFired(input.name, now)
      case 'stored':
        return this.#journal.stored(input.request, input.ok)
      case 'loaded':
        return this.#loaded(input, now)
      case 'computed':
        return this.#computed(input.request, input.result.valid, now)
      case 'relayUp':
      case 'relayDown':
      case 'relayFrame':
        return this.#reach.relay(input, now)
      case 'signalMade':
        return this.#reach.signalMade(input.transport, input.bytes, now)
      case 'transportUp':
        return this.#reach.transportUp(input, now)
      case 'transportFrame':
        return this.#reach.transportFrame(input.transport, input.bytes, now)
      case 'transportDoubted':
        return this.#doubted(input.transport, now)
      case 'transportFull':
        return this.#reach.transportFlow(input.transport, 'full', now)
      case 'transportDrained':
        return this.#reach.transportFlow(input.transport, 'drained', now)
      case 'transportDown':
        return this.#reach.transportDown(input.transport, now)
      case 'woke':
        return this.#woke(now)
      case 'setVisible':
        this.#mode.mesh?.setVisible(input.visible, now)
        return this.#presence.setVisible(input.visible, now)
      case 'setName':
        return this.#setName(input.name, now)
      case 'setTyping':
        this.#typing.set(input.typing, now)
        return this.#presence.tell(now)
      case 'setAddresses':
        return this.#reach.setAddresses(input.addresses, now)
      case 'blobDone':
      case 'blobSealed':
      case 'blobFreed':
      case 'blobFetch':
      case 'blobPause':
      case 'blobCancel':
      case 'blobRoom':
      case 'setSaving':
        return this.#blobs?.handle(input, now)
      case 'whisper':
        if (input.whisper.length <= maxWhisperBytes) this.#whispers.say(input.session, input.whisper, now)
        return
      case 'post':
        return this.#flow.post(input.content, input.tag, now)
      case 'membership':
        if (this.#governing !== undefined) return this.#governing.command(input.tag, input.command, now)
        return this.#tell({ type: 'membershipRefused', tag: input.tag, code: 'open' })
      default:
        return unreachable(input)
    }
  }

  // Life.

  #start(now: Millis): void {
    if (this.#life !== 'new') return
    this.#life = 'running'
    if (this.#options.store === false) this.#catchup.loaded()
    else this.#journal.load()
    this.#tell({ type: 'relay', state: this.#reach.hasRelay ? 'connecting' : 'none' })
    this.#reach.start(now)
    this.#governing?.start(now)
    this.#tick(now)
  }

  #stop(now: Millis): void {
    this.#presence.goodbye(now)
    this.#reach.stop(now)
    this.#life = 'stopped'
  }

  #timerFired(name: string, now: Millis): void {
    if (name === 'tick') this.#tick(now)
    else if (name === 'acknowledge') this.#flow.acknowledge(now)
    else if (name === 'blobs') this.#blobs?.timerFired(now)
    else if (name.startsWith('mesh/')) this.#mode.mesh?.timerFired(name, now)
    else this.#reach.timerFired(name, now)
  }

  #tick(now: Millis): void {
    this.#reach.tick(now)
    this.#governing?.tick(now)
    this.#whispers.tick(now)
    for (const { session, heartbeat } of this.#reach.links()) {
      const rttMs = heartbeat.takeRtt()
      if (rttMs === undefined) continue
      this.#roster.measured(session, rttMs)
      this.#mode.mesh?.measured(session, rttMs)
    }
    this.#mode.tick(now)
    this.#presence.tick(now, this.#mode.mesh === undefined)
    if (this.#skew.isToBeTold(now)) this.#tell({ type: 'notice', code: 'clockWrong' })
    this.#flow.tick(now)
    this.#apply(this.#room.expire(this.#skew.corrected(now)), now)
    this.#keeping?.tick(this.#room.log, this.#reach, now)
    this.#catchup.tick({ met: this.#roster.size, listed: this.#encounters.isListed }, now)
    const isSlow = this.#mode.mesh !== undefined || !this.#presence.isVisible
    this.#emit({ type: 'timer', name: 'tick', at: now + (isSlow ? slowTickMs : tickMs) })
  }

  #woke(now: Millis): void {
    this.#reach.woke(now)
    this.#mode.mesh?.woke(now)
    this.#presence.beatAll(true, now)
    this.#tick(now)
  }

  // The own store, and work done elsewhere.

  #loaded(input: Extract<Input, { type: 'loaded' }>, now: Millis): void {
    const step = this.#journal.loaded(input, this.#skew.corrected(now))
    if (step.relayKeys !== undefined) this.#flow.restoreRelayKeys(step.relayKeys)
    if (step.result !== undefined) this.#apply(step.result, now)
    if (!step.done) return
    this.#catchup.loaded()
    this.#keeping?.loaded(now)
    this.#presence.beatAll(true, now)
  }

  #apply(result: RoomResult, now: Millis, posted?: { readonly tag: number; readonly id: string }): void {
    if (result.changes.length > 0) this.#tell({ type: 'timeline', changes: result.changes })
    this.#blobs?.shown(result.changes, now)
    for (const { author, proof } of result.proofs) this.#tell({ type: 'proof', author, proof })
    // In a members room whoever may let in does that; nobody is called away by a notice.
    const move = this.#governing === undefined ? this.#moving.news() : undefined
    if (move !== undefined) this.#tell(move)
    this.#journal.store(result.stores, posted)
    if (result.forks.length === 0) return
    this.#tell({ type: 'notice', code: 'forkFound' })
    this.#catchup.moved(now)
  }

  #compute(purpose: Purpose, checks: readonly SignatureCheck[]): void {
    const request = this.#nextRequest++
    this.#computing.set(request, purpose)
    this.#emit({ type: 'compute', request, job: { type: 'verify', checks } })
  }

  #computed(request: number, valid: readonly boolean[], now: Millis): void {
    const purpose = this.#computing.get(request)
    this.#computing.delete(request)
    if (purpose === 'import') this.#catchup.verified(valid, now)
    if (purpose === 'receipts') this.#flow.receiptsVerified(valid, now)
  }

  // Links and what is said over them.

  /** Its far end is asked to be heard: whether it is gone shows within `wakeMs`. */
  #doubted(transport: string, now: Millis): void {
    const link = this.#reach.doubt(transport, now)
    if (link === undefined) return
    this.#presence.beat(link, true, now)
    this.#mode.mesh?.doubted(link.session, now)
  }

  /** What a keeper says it holds it holds after a crash, too. */
  get #mayPromise(): boolean {
    return this.#keeping === undefined || this.#options.store === false || this.#journal.isDurable
  }

  #say(session: string, payload: Payload, now: Millis): void {
    this.#reach.send(session, priority.text, encodePayload(payload), now)
  }

  #setName(name: string, now: Millis): void {
    if (name === this.#presence.name || name === '' || name.length > maxNameBytes / 4) return
    this.#flow.post({ type: 'profile', name }, 0, now)
    this.#presence.rename(name, now)
    this.#mode.mesh?.setName(name, now)
  }

  #emit(output: Output): void {
    this.#outputs.push(output)
  }

  #tell(event: EngineEvent): void {
    this.#emit({ type: 'event', event })
  }
}

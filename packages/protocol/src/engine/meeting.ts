/**
 * The relay side of an engine: being in the room's topic of the hour, knowing who else is, and sending through it.
 *
 * Reconnecting is decided here (jittered back-off, again at once after `woke`), so that the simulator can watch it. The
 * relay is trusted with nothing: whom it names is believed only with an announcement sealed under the room's rendezvous
 * secret and signed by the session it names.
 */
import type { ReadOnce } from '../codec/read-once.ts'
import { formatHex } from '../codec/text.ts'
import type { Crypto } from '../crypto/crypto.ts'
import { slotsAt } from '../discovery/rendezvous.ts'
import { signalLifeMs } from '../discovery/signal.ts'
import { Backoff } from '../gossip/backoff.ts'
import type { SessionKeys } from '../identity/session.ts'
import type { Millis } from '../machine.ts'
import { RelayClient } from '../relay/client.ts'
import type { RelayClientEvent, RelayClientInput } from '../relay/client.ts'
import { boundLobbies } from './lobby.ts'
import type { Lobby } from './lobby.ts'
import type { Output } from './output.ts'
import { TopicMembers } from './topic-members.ts'
import type { Met, TopicMembersEvents } from './topic-members.ts'
import { Topics, unlistedMs } from './topics.ts'
import type { Topic } from './topics.ts'

const reconnectBaseMs = 500
const reconnectMaxMs = 10_000
/** A socket that has not proved us within this is hung up. */
const connectTimeoutMs = 15_000
/** While ready, slots and lists are looked at this often. */
const quietMs = 2_500
const noSlots: readonly number[] = []

export interface MeetingEvents extends TopicMembersEvents {
  ready(relayKey: Uint8Array, now: Millis): void
  away(now: Millis): void
  /** Everybody the relay named just now has been told by `met`. */
  gathered(now: Millis): void
  /** The list of who is here was read once. */
  listed(now: Millis): void
  entry(bytes: Uint8Array, receipt: Uint8Array, now: Millis): void
  receipt(receipt: Uint8Array, digest: Uint8Array, now: Millis): void
  /** A sealed signal for us. */
  signal(sealed: Uint8Array, now: Millis): void
  /** The relay asked its socket: does it answer? */
  alive(session: string, isAlive: boolean, now: Millis): void
  direct(from: Met, bytes: Uint8Array, now: Millis): void
  clock(offsetMs: number): void
  refused(code: string, about: string, subject: Uint8Array, retryAfterMs: number, now: Millis): void
}

export interface MeetingOptions {
  readonly crypto: Crypto
  readonly origin: string
  readonly lobbies: readonly Lobby[]
  readonly session: SessionKeys
  /** Own card, for announcements in a lobby. */
  readonly card: (lobby: Lobby) => Uint8Array
  /** Turns this machine's time into the room's. */
  readonly corrected: (now: Millis) => Millis
  readonly readOnce?: ReadOnce | undefined
}

export class Meeting {
  /** Who is met in the topics. */
  readonly members: TopicMembers
  readonly #options: MeetingOptions
  readonly #emit: (output: Output) => void
  readonly #events: MeetingEvents
  readonly #client: RelayClient
  readonly #backoff: Backoff
  readonly #topics: Topics
  #lobbies: readonly Lobby[]
  #state: 'closed' | 'resting' | 'waiting' | 'dialling' | 'up' | 'ready' = 'closed'
  /** Are we to be connected, and in the room's topics? */
  #isWanted = true
  #isAttending = true
  /** Nothing is to be done at a tick before this. */
  #quietUntil: Millis = 0
  #isAway = false
  #since: Millis = 0
  #notBefore: Millis = 0
  #connection: Uint8Array | undefined
  /** What the relay's clock is ahead of ours. */
  #relayOffsetMs: number | undefined

  constructor(options: MeetingOptions, emit: (output: Output) => void, events: MeetingEvents) {
    this.#options = options
    this.#emit = emit
    this.#events = events
    this.#lobbies = boundLobbies(options.lobbies)
    const { crypto, origin, session, card, readOnce } = options
    this.members = new TopicMembers(crypto, readOnce, events)
    this.#topics = new Topics({
      crypto,
      session,
      card,
      members: this.members,
      enter: (topic, now) => this.#tell({ type: 'enter', keys: topic, announcement: topic.announcement }, now),
      leave: ({ topic }, now) => this.#tell({ type: 'leave', topic }, now),
    })
    this.#client = new RelayClient({ crypto, origin, session: session.sign })
    this.#backoff = new Backoff(crypto.random, reconnectBaseMs, reconnectMaxMs)
  }

  get isReady(): boolean {
    return this.#state === 'ready'
  }

  /** Our socket's id at the relay, while ready. */
  get connection(): Uint8Array | undefined {
    return this.isReady ? this.#connection : undefined
  }

  get state(): 'connecting' | 'up' | 'away' {
    if (this.isReady) return 'up'
    return this.#isAway ? 'away' : 'connecting'
  }

  start(now: Millis): void {
    this.#enterSlots(now)
    if (this.#isWanted) this.#dial(now)
    else this.#state = 'resting'
  }

  stop(): void {
    if (this.#state !== 'closed') this.#emit({ type: 'relayClose' })
    this.#state = 'closed'
  }

  /** Connected, or, while nobody here needs the relay, not. */
  setWanted(wanted: boolean, now: Millis): void {
    if (wanted === this.#isWanted) return
    this.#isWanted = wanted
    this.#quietUntil = 0
    if (wanted) {
      if (this.#state === 'resting') this.#dial(now)
    } else if (this.#state !== 'closed') {
      if (this.#state !== 'waiting') this.#emit({ type: 'relayClose' })
      this.#fall(now)
      this.#state = 'resting'
    }
  }

  /** In the room's topics, or only on the socket: signals by session arrive all the same. */
  setAttending(attending: boolean, now: Millis): void {
    if (attending === this.#isAttending) return
    this.#isAttending = attending
    this.#quietUntil = 0
    if (this.#state !== 'closed') this.#enterSlots(now)
  }

  /** Where others are met from now on. */
  setLobbies(lobbies: readonly Lobby[], now: Millis): void {
    this.#lobbies = boundLobbies(lobbies)
    this.#quietUntil = 0
    if (this.#state !== 'closed') this.#enterSlots(now)
  }

  up(now: Millis): void {
    if (this.#state !== 'dialling') return
    this.#state = 'up'
    this.#tell({ type: 'up' }, now)
  }

  down(now: Millis): void {
    if (this.#state === 'closed' || this.#state === 'resting') return
    this.#state = 'waiting'
    this.#notBefore = now + this.#backoff.next()
    this.#fall(now)
  }

  #fall(now: Millis): void {
    this.#quietUntil = 0
    this.#connection = undefined
    this.#tell({ type: 'down' }, now)
    this.members.clear(now)
    // Said once until it is back, also when it was never there: whoever opens the room on a train wants to know.
    if (!this.#isAway) this.#events.away(now)
    this.#isAway = true
  }

  frame(bytes: Uint8Array, now: Millis): void {
    if (this.#state === 'up' || this.#state === 'ready') this.#tell({ type: 'frame', bytes }, now)
  }

  timerFired(name: string, now: Millis): void {
    this.#tell({ type: 'timerFired', name }, now)
  }

  woke(now: Millis): void {
    this.#backoff.reset()
    this.#notBefore = now
    if (this.#state === 'up' || this.#state === 'ready') this.#tell({ type: 'woke' }, now)
    this.tick(now)
  }

  tick(now: Millis): void {
    if (this.#state === 'closed' || now < this.#quietUntil) return
    // Whether a list has to be read again is asked every few seconds, everything else twice a second until it is ready.
    this.#quietUntil = this.isReady || this.#state === 'resting' ? now + quietMs : 0
    this.#enterSlots(now)
    if (this.isReady) this.#topics.relist(now)
    if (this.#state === 'waiting' && now >= this.#notBefore) this.#dial(now)
    const isStuck = this.#state === 'dialling' || this.#state === 'up'
    if (isStuck && now - this.#since >= connectTimeoutMs) this.#hangUp(now)
  }

  /** False while the relay is away: nothing was sent. */
  publish(entry: Uint8Array, now: Millis): boolean {
    const topic = this.#currentTopic(slotsAt(this.#relayTime(now))[0] ?? -1)?.topic
    if (!this.isReady || topic === undefined) return false
    this.#tell({ type: 'publish', topic, entry }, now)
    return true
  }

  /** False while the relay is away. `expires` is a minute ahead. */
  signal(to: Uint8Array, sealed: Uint8Array, now: Millis): boolean {
    if (!this.isReady) return false
    this.#tell({ type: 'signal', to, bytes: sealed, expires: now + signalLifeMs }, now)
    return true
  }

  /** Has the relay ask somebody we met whether it is there. */
  probe(session: string, now: Millis): boolean {
    const met = this.members.find(session)
    if (!this.isReady || met === undefined) return false
    this.#tell({ type: 'probe', to: met.sessionKey }, now)
    return true
  }

  direct(to: Uint8Array, bytes: Uint8Array, now: Millis): void {
    if (this.isReady) this.#tell({ type: 'direct', to, bytes }, now)
  }

  #dial(now: Millis): void {
    this.#state = 'dialling'
    this.#since = now
    this.#emit({ type: 'relayConnect' })
  }

  #hangUp(now: Millis): void {
    this.#emit({ type: 'relayClose' })
    this.down(now)
  }

  #enterSlots(now: Millis): void {
    this.#topics.settle(this.#lobbies, this.#isAttending ? slotsAt(this.#relayTime(now)) : noSlots, now)
  }

  #currentTopic(slot: number): Topic | undefined {
    const lobby = this.#lobbies.find(({ purpose }) => purpose === 'current')
    return lobby && this.#topics.at(lobby, slot)
  }

  /** Slots are counted by the relay's clock: it judges them, and it is what all who meet there have in common. */
  #relayTime(now: Millis): Millis {
    return this.#relayOffsetMs === undefined ? this.#options.corrected(now) : Math.max(0, now + this.#relayOffsetMs)
  }

  #tell(input: RelayClientInput, now: Millis): void {
    for (const output of this.#client.handle(input, now)) {
      if (output.type === 'timer') this.#emit(output)
      else if (output.type === 'transmit') this.#emit({ type: 'relaySend', bytes: output.bytes })
      else this.#hear(output.event, now)
    }
  }

  #hear(event: RelayClientEvent, now: Millis): void {
    switch (event.type) {
      case 'ready':
        this.#state = 'ready'
        this.#quietUntil = 0
        this.#isAway = false
        this.#backoff.reset()
        this.#topics.askedAll(now)
        this.#connection = event.connection
        this.#relayOffsetMs = event.offsetMs
        this.#events.clock(event.offsetMs)
        // A clock that was wrong until now named the wrong hours.
        this.#enterSlots(now)
        this.#events.ready(event.relayKey, now)
        break
      case 'clock':
        this.#relayOffsetMs = event.offsetMs
        this.#events.clock(event.offsetMs)
        break
      case 'silent':
        this.#hangUp(now)
        break
      case 'refused':
        if (event.about === 'enter' && this.#topics.find(event.subject) === undefined) break
        if (event.code === 'notMember' && event.about === 'publish') {
          // Our entering got lost on the way: enter again, and what was published comes again too.
          this.#topics.enterUnlisted(now)
          this.#events.refused(event.code, event.about, event.subject, unlistedMs, now)
          break
        }
        this.#events.refused(event.code, event.about, event.subject, event.retryAfterMs, now)
        break
      case 'peers': {
        const topic = this.#topics.find(event.topic)
        if (topic !== undefined) {
          this.members.list(topic, event.peers, now)
          topic.listed = true
        }
        if (topic?.lobby.purpose !== 'invite') this.#events.listed(now)
        this.#events.gathered(now)
        break
      }
      case 'joined': {
        const topic = this.#topics.find(event.topic)
        if (topic !== undefined) this.members.meet(topic, event.peer, now)
        this.#events.gathered(now)
        break
      }
      case 'left':
        this.members.leave(event.topic, formatHex(event.session), now)
        break
      case 'entry':
        // What is said beside the room is not said in it.
        if ((this.#topics.find(event.topic)?.lobby.purpose ?? 'current') !== 'current') break
        this.#events.entry(event.bytes, event.receipt, now)
        break
      case 'receipt':
        this.#events.receipt(event.receipt, event.digest, now)
        break
      case 'signal':
        this.#events.signal(event.bytes, now)
        break
      case 'direct': {
        const session = formatHex(event.from)
        const from = this.members.find(session) ?? this.members.findAside(session)
        if (from !== undefined) this.#events.direct(from, event.bytes, now)
        break
      }
      case 'absent':
        // Whatever was sent there is sent again another way; who is here the lists tell.
        break
      case 'alive':
        this.#events.alive(formatHex(event.session), event.alive, now)
        break
    }
  }
}

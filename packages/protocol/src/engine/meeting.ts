/**
 * The relay side of an engine: being in the room's topic of the hour, knowing who else is, and sending through it.
 *
 * Reconnecting is decided here (jittered back-off, again at once after `woke`), so that the simulator can watch it. The
 * relay is trusted with nothing: whom it names is believed only with an announcement sealed under the room's rendezvous
 * secret and signed by the session it names.
 */
import { equalBytes, keepAlike } from '../codec/bytes.ts'
import type { ReadOnce } from '../codec/read-once.ts'
import { formatHex } from '../codec/text.ts'
import type { Crypto } from '../crypto/crypto.ts'
import { openAnnouncement, sealAnnouncement } from '../discovery/announcement.ts'
import { readCard } from '../discovery/card.ts'
import { slotsAt, topicKeys } from '../discovery/rendezvous.ts'
import type { TopicKeys } from '../discovery/rendezvous.ts'
import { signalLifeMs } from '../discovery/signal.ts'
import { Backoff } from '../gossip/backoff.ts'
import type { SessionKeys } from '../identity/session.ts'
import type { Millis } from '../machine.ts'
import { RelayClient } from '../relay/client.ts'
import type { RelayClientEvent, RelayClientInput, TopicPeer } from '../relay/client.ts'
import { knownOf } from './contacts.ts'
import type { Known } from './contacts.ts'
import { boundLobbies, mayLink } from './lobby.ts'
import type { Lobby } from './lobby.ts'
import type { Output } from './output.ts'

const reconnectBaseMs = 500
const reconnectMaxMs = 10_000
/** A socket that has not proved us within this is hung up. */
const connectTimeoutMs = 15_000
/** A topic that was entered and not answered is entered again after this; its list is read anew now and then. */
const unlistedMs = 5_000
const relistMs = 60_000
/** While ready, slots and lists are looked at this often. */
const quietMs = 2_500
/** Longer lists are too dear to be read again: joins and leaves have to do. */
const maxRelisted = 32
/** People of one topic that are kept; the relay keeps no more. */
export const maxMet = 128

/** Somebody the relay says is here now, with what its announcement proves. */
export interface Met extends Known {
  /** Id of its socket at the relay: half of what a relay link is bound to. */
  readonly connection: Uint8Array
  readonly lobby: Lobby
  /** It only answers there: what comes of it is an aside. */
  readonly listens: boolean
}

export interface MeetingEvents {
  ready(relayKey: Uint8Array, now: Millis): void
  away(now: Millis): void
  met(peer: Met, now: Millis): void
  /** Everybody the relay named just now has been told by `met`. */
  gathered(now: Millis): void
  /** The relay says it went, or we left the topic and look no more. */
  left(session: string, now: Millis): void
  /** Somebody who is not met in the room, but beside it, came or went. */
  metAside(peer: Met, now: Millis): void
  leftAside(peer: Met, now: Millis): void
  /** The list of who is here was read once. */
  listed(now: Millis): void
  entry(bytes: Uint8Array, receipt: Uint8Array, now: Millis): void
  receipt(receipt: Uint8Array, digest: Uint8Array, now: Millis): void
  /** A sealed signal for us. */
  signal(sealed: Uint8Array, now: Millis): void
  /** The relay asked its socket: does it answer? */
  alive(session: string, isAlive: boolean, now: Millis): void
  /** The relay does not know a session something was sent to. */
  absent(session: string, now: Millis): void
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

const noSlots: readonly number[] = []

interface Topic extends TopicKeys {
  readonly lobby: Lobby
  readonly announcement: Uint8Array
  /** When its list was asked for, and read. */
  askedAt: Millis
  listed: boolean
}

export class Meeting {
  readonly #options: MeetingOptions
  readonly #emit: (output: Output) => void
  readonly #events: MeetingEvents
  readonly #client: RelayClient
  readonly #backoff: Backoff
  /** By lobby and slot. */
  readonly #topics = new Map<string, Topic>()
  /** By topic, hex: who is in it, by session, hex. */
  readonly #members = new Map<string, Map<string, Met>>()
  /** Never in an open room, whose relay may list hundreds. */
  #hasMetAside = false
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
    const { crypto, origin, session } = options
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

  /** Somebody met in the room itself. */
  find(session: string): Met | undefined {
    for (const members of this.#members.values()) {
      const met = members.get(session)
      if (met !== undefined && !isAside(met)) return met
    }
    return undefined
  }

  /** Everybody met in the room itself. */
  *everybody(): Generator<Met> {
    const seen = new Set<string>()
    for (const members of this.#members.values()) {
      for (const met of members.values()) {
        if (isAside(met) || seen.has(met.session)) continue
        seen.add(met.session)
        yield met
      }
    }
  }

  /** Everybody met beside the room with whom a link is possible. */
  *aside(): Generator<Met> {
    if (!this.#hasMetAside) return
    for (const members of this.#members.values()) for (const met of members.values()) if (isAside(met)) yield met
  }

  findAside(session: string): Met | undefined {
    for (const met of this.aside()) if (met.session === session) return met
    return undefined
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
    this.#forgetEverybody(now)
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
    this.#relist(now)
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
    const met = this.find(session)
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
    const { crypto, session, card } = this.#options
    const slots = this.#isAttending ? slotsAt(this.#relayTime(now)) : noSlots
    const wanted = new Set<string>()
    for (const lobby of this.#lobbies) {
      for (const slot of slots) {
        const name = topicName(lobby, slot)
        wanted.add(name)
        const before = this.#topics.get(name)
        if (before?.lobby.role === lobby.role) continue
        // Entering again with another card tells everybody there what we are now.
        if (before !== undefined) this.#forget(before, now)
        const entrance = topicKeys(crypto, lobby.rendezvousSecret, slot)
        this.#members.set(formatHex(entrance.topic), new Map())
        const announcement = sealAnnouncement(crypto, entrance, session.sign, card(lobby))
        const topic = { ...entrance, lobby, announcement, askedAt: now, listed: false }
        this.#topics.set(name, topic)
        this.#enter(topic, now)
      }
    }
    for (const [name, topic] of this.#topics) {
      if (wanted.has(name)) continue
      this.#topics.delete(name)
      this.#tell({ type: 'leave', topic: topic.topic }, now)
      this.#forget(topic, now)
    }
  }

  #forget({ topic }: Topic, now: Millis): void {
    const members = this.#members.get(formatHex(topic))
    this.#members.delete(formatHex(topic))
    for (const met of members?.values() ?? []) this.#gone(met, now)
  }

  #currentTopic(slot: number): Topic | undefined {
    const lobby = this.#lobbies.find(({ purpose }) => purpose === 'current')
    return lobby && this.#topics.get(topicName(lobby, slot))
  }

  /** Slots are counted by the relay's clock: it judges them, and it is what all who meet there have in common. */
  #relayTime(now: Millis): Millis {
    return this.#relayOffsetMs === undefined ? this.#options.corrected(now) : Math.max(0, now + this.#relayOffsetMs)
  }

  #enter(topic: Topic, now: Millis): void {
    topic.askedAt = now
    this.#tell({ type: 'enter', keys: topic, announcement: topic.announcement }, now)
  }

  /** A relay that lost our question, its answer or somebody's arrival must not keep people apart. */
  #relist(now: Millis): void {
    if (!this.isReady) return
    for (const topic of this.#topics.values()) {
      const isSmall = (this.#members.get(formatHex(topic.topic))?.size ?? 0) <= maxRelisted
      const waitMs = topic.listed ? relistMs : unlistedMs
      if (now - topic.askedAt >= waitMs && (isSmall || !topic.listed)) this.#enter(topic, now)
    }
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
        for (const topic of this.#topics.values()) {
          topic.askedAt = now
          topic.listed = false
        }
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
        if (event.about === 'enter' && this.#topicOf(event.subject) === undefined) break
        if (event.code === 'notMember' && event.about === 'publish') {
          // Our entering got lost on the way: enter again, and what was published comes again too.
          for (const topic of this.#topics.values()) if (!topic.listed) this.#enter(topic, now)
          this.#events.refused(event.code, event.about, event.subject, unlistedMs, now)
          break
        }
        this.#events.refused(event.code, event.about, event.subject, event.retryAfterMs, now)
        break
      case 'peers': {
        const here = new Set(event.peers.map((peer) => formatHex(peer.session)))
        const members = this.#members.get(formatHex(event.topic))
        for (const session of [...(members?.keys() ?? [])]) {
          if (!here.has(session)) this.#leave(event.topic, session, now)
        }
        for (const peer of event.peers) this.#meet(event.topic, peer, now)
        const topic = this.#topicOf(event.topic)
        if (topic !== undefined) topic.listed = true
        if (topic?.lobby.purpose !== 'invite') this.#events.listed(now)
        this.#events.gathered(now)
        break
      }
      case 'joined':
        this.#meet(event.topic, event.peer, now)
        this.#events.gathered(now)
        break
      case 'left':
        this.#leave(event.topic, formatHex(event.session), now)
        break
      case 'entry':
        // What is said beside the room is not said in it.
        if ((this.#topicOf(event.topic)?.lobby.purpose ?? 'current') !== 'current') break
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
        const from = this.find(session) ?? this.findAside(session)
        if (from !== undefined) this.#events.direct(from, event.bytes, now)
        break
      }
      case 'absent':
        this.#events.absent(formatHex(event.to), now)
        break
      case 'alive':
        this.#events.alive(formatHex(event.session), event.alive, now)
        break
    }
  }

  #meet(topic: Uint8Array, peer: TopicPeer, now: Millis): void {
    const members = this.#members.get(formatHex(topic))
    const keys = this.#topicOf(topic)
    if (members === undefined || keys === undefined) return
    const session = formatHex(peer.session)
    if (members.size >= maxMet && !members.has(session)) return
    const announcement = openAnnouncement(this.#options.crypto, keys, peer.session, peer.announcement)
    if (announcement === undefined) return
    const { about, card } = announcement
    const { lobby } = keys
    const listens = about.listens === true
    if (!mayLink(lobby, listens)) return this.#leave(topic, session, now)
    const known = this.#once('met', card, knownFrom) ?? knownOf(about, card)
    const connection = this.#once('connection', peer.connection, keepAlike)
    // Field by field: a spread gives each of them a shape of its own, as large as itself.
    const { sessionKey, kem, platform, webrtc } = known
    const met: Met = { session, sessionKey, kem, platform, webrtc, card: known.card, connection, lobby, listens }
    const before = members.get(session)
    members.set(session, met)
    if (isAside(met)) this.#hasMetAside = true
    // Whoever moved on and only listens here now is met here no more, or the other way round.
    if (before !== undefined && isAside(before) !== isAside(met)) this.#gone(before, now)
    if (isAside(met)) this.#events.metAside(met, now)
    else this.#events.met(met, now)
  }

  #once<T>(what: string, bytes: Uint8Array, read: (bytes: Uint8Array) => T): T {
    const { readOnce } = this.#options
    if (readOnce === undefined) return read(bytes)
    const kept = keepAlike(bytes)
    return readOnce.bytes(what, kept, () => read(kept))
  }

  #topicOf(topic: Uint8Array): Topic | undefined {
    for (const candidate of this.#topics.values()) if (equalBytes(candidate.topic, topic)) return candidate
    return undefined
  }

  #leave(topic: Uint8Array, session: string, now: Millis): void {
    const members = this.#members.get(formatHex(topic))
    const met = members?.get(session)
    if (met === undefined) return
    members?.delete(session)
    this.#gone(met, now)
  }

  #gone(met: Met, now: Millis): void {
    if (isAside(met)) {
      if (this.findAside(met.session) === undefined) this.#events.leftAside(met, now)
    } else if (this.find(met.session) === undefined) this.#events.left(met.session, now)
  }

  #forgetEverybody(now: Millis): void {
    const sessions = [...this.everybody()].map((met) => met.session)
    const aside = [...this.aside()]
    for (const members of this.#members.values()) members.clear()
    for (const session of sessions) this.#events.left(session, now)
    for (const met of aside) this.#events.leftAside(met, now)
  }
}

function topicName(lobby: Lobby, slot: number): string {
  return `${lobby.id}/${slot}`
}

/** Is a link with it no part of the room? */
/** Of an announcement that was opened: nothing of the frame it came in is kept. */
function knownFrom(card: Uint8Array): Known | undefined {
  const kept = keepAlike(card)
  const about = readCard(kept)
  return about && knownOf(about, kept)
}

export function isAside({ lobby, listens }: Met): boolean {
  return lobby.purpose !== 'current' || lobby.role !== 'peer' || listens
}

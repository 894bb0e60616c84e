/**
 * Who is in each of the relay's topics, as the relay says and an announcement proves.
 *
 * Everybody who is met in the room itself is told of once, in however many topics they are; so is everybody met beside it
 * (`isAside`). The relay names whom it likes: who shows no announcement sealed under the topic's secret is not here.
 */
import { keepAlike } from '../codec/bytes.ts'
import type { ReadOnce } from '../codec/read-once.ts'
import { formatHex } from '../codec/text.ts'
import type { Crypto } from '../crypto/crypto.ts'
import { openAnnouncement } from '../discovery/announcement.ts'
import { readCard } from '../discovery/card.ts'
import type { TopicKeys } from '../discovery/rendezvous.ts'
import type { Millis } from '../machine.ts'
import type { TopicPeer } from '../relay/client.ts'
import { knownOf } from './contacts.ts'
import type { Known } from './contacts.ts'
import { mayLink } from './lobby.ts'
import type { Lobby } from './lobby.ts'

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

/** A topic, and the lobby it is a topic of. */
export interface LobbyTopic extends TopicKeys {
  readonly lobby: Lobby
}

export interface TopicMembersEvents {
  met(peer: Met, now: Millis): void
  /** The relay says it went, or we left the topic and look no more. */
  left(session: string, now: Millis): void
  /** Somebody who is not met in the room, but beside it, came or went. */
  metAside(peer: Met, now: Millis): void
  leftAside(peer: Met, now: Millis): void
}

export class TopicMembers {
  readonly #crypto: Crypto
  readonly #readOnce: ReadOnce | undefined
  readonly #events: TopicMembersEvents
  /** By topic, hex: who is in it, by session, hex. */
  readonly #members = new Map<string, Map<string, Met>>()
  /** Never in an open room, whose relay may list hundreds. */
  #hasMetAside = false

  constructor(crypto: Crypto, readOnce: ReadOnce | undefined, events: TopicMembersEvents) {
    this.#crypto = crypto
    this.#readOnce = readOnce
    this.#events = events
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

  /** How many are in this topic. */
  sizeOf(topic: Uint8Array): number {
    return this.#members.get(formatHex(topic))?.size ?? 0
  }

  /** We enter a topic: whoever is met there counts from now on. */
  open(topic: Uint8Array): void {
    this.#members.set(formatHex(topic), new Map())
  }

  /** We left a topic: whoever is met nowhere else is gone. */
  close(topic: Uint8Array, now: Millis): void {
    const members = this.#members.get(formatHex(topic))
    this.#members.delete(formatHex(topic))
    for (const met of members?.values() ?? []) this.#gone(met, now)
  }

  /** Exactly these are in a topic. */
  list(topic: LobbyTopic, peers: readonly TopicPeer[], now: Millis): void {
    const here = new Set(peers.map((peer) => formatHex(peer.session)))
    const members = this.#members.get(formatHex(topic.topic))
    for (const session of [...(members?.keys() ?? [])]) if (!here.has(session)) this.leave(topic.topic, session, now)
    for (const peer of peers) this.meet(topic, peer, now)
  }

  meet(topic: LobbyTopic, peer: TopicPeer, now: Millis): void {
    const members = this.#members.get(formatHex(topic.topic))
    if (members === undefined) return
    const session = formatHex(peer.session)
    if (members.size >= maxMet && !members.has(session)) return
    const announcement = openAnnouncement(this.#crypto, topic, peer.session, peer.announcement)
    if (announcement === undefined) return
    const { about, card } = announcement
    const { lobby } = topic
    const listens = about.listens === true
    if (!mayLink(lobby, listens)) return this.leave(topic.topic, session, now)
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

  leave(topic: Uint8Array, session: string, now: Millis): void {
    const members = this.#members.get(formatHex(topic))
    const met = members?.get(session)
    if (met === undefined) return
    members?.delete(session)
    this.#gone(met, now)
  }

  /** The relay went: nobody is met any more, in topics that stay open. */
  clear(now: Millis): void {
    const sessions = [...this.everybody()].map((met) => met.session)
    const aside = [...this.aside()]
    for (const members of this.#members.values()) members.clear()
    for (const session of sessions) this.#events.left(session, now)
    for (const met of aside) this.#events.leftAside(met, now)
  }

  #once<T>(what: string, bytes: Uint8Array, read: (bytes: Uint8Array) => T): T {
    if (this.#readOnce === undefined) return read(bytes)
    const kept = keepAlike(bytes)
    return this.#readOnce.bytes(what, kept, () => read(kept))
  }

  #gone(met: Met, now: Millis): void {
    if (isAside(met)) {
      if (this.findAside(met.session) === undefined) this.#events.leftAside(met, now)
    } else if (this.find(met.session) === undefined) this.#events.left(met.session, now)
  }
}

/** Is a link with it no part of the room? */
export function isAside({ lobby, listens }: Met): boolean {
  return lobby.purpose !== 'current' || lobby.role !== 'peer' || listens
}

/** Of an announcement that was opened: nothing of the frame it came in is kept. */
function knownFrom(card: Uint8Array): Known | undefined {
  const kept = keepAlike(card)
  const about = readCard(kept)
  return about && knownOf(about, kept)
}

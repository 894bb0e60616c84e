/**
 * The relay's topics we are in, or want to be in: those of our lobbies in the slots of the hour.
 *
 * A topic is entered with an announcement, and the relay answers with the list of who is there. A relay that lost our
 * question, its answer or somebody's arrival must not keep people apart: what was not answered is asked again, and a short
 * list is read anew now and then.
 */
import { equalBytes } from '../codec/bytes.ts'
import type { Crypto } from '../crypto/crypto.ts'
import { sealAnnouncement } from '../discovery/announcement.ts'
import { topicKeys } from '../discovery/rendezvous.ts'
import type { SessionKeys } from '../identity/session.ts'
import type { Millis } from '../machine.ts'
import type { Lobby } from './lobby.ts'
import type { LobbyTopic, TopicMembers } from './topic-members.ts'

/** A topic that was entered and not answered is entered again after this. */
export const unlistedMs = 5_000
/** Its list is read anew after this. */
const relistMs = 60_000
/** Longer lists are too dear to be read again: joins and leaves have to do. */
const maxRelisted = 32

export interface Topic extends LobbyTopic {
  readonly announcement: Uint8Array
  /** When its list was asked for, and read. */
  askedAt: Millis
  listed: boolean
}

export interface TopicsOptions {
  readonly crypto: Crypto
  readonly session: SessionKeys
  /** Own card, for announcements in a lobby. */
  readonly card: (lobby: Lobby) => Uint8Array
  readonly members: TopicMembers
  /** Say it to the relay, which is told again after every reconnection. */
  readonly enter: (topic: Topic, now: Millis) => void
  readonly leave: (topic: Topic, now: Millis) => void
}

export class Topics {
  readonly #options: TopicsOptions
  /** By lobby and slot. */
  readonly #topics = new Map<string, Topic>()

  constructor(options: TopicsOptions) {
    this.#options = options
  }

  /** The topic of a lobby in a slot, while we are in it. */
  at(lobby: Lobby, slot: number): Topic | undefined {
    return this.#topics.get(topicName(lobby, slot))
  }

  /** By the name the relay has for it. */
  find(topic: Uint8Array): Topic | undefined {
    for (const candidate of this.#topics.values()) if (equalBytes(candidate.topic, topic)) return candidate
    return undefined
  }

  /** Enters the topics of these lobbies in these slots, and leaves all others. */
  settle(lobbies: readonly Lobby[], slots: readonly number[], now: Millis): void {
    const { crypto, session, card, members } = this.#options
    const wanted = new Set<string>()
    for (const lobby of lobbies) {
      for (const slot of slots) {
        const name = topicName(lobby, slot)
        wanted.add(name)
        const before = this.#topics.get(name)
        if (before?.lobby.role === lobby.role) continue
        // Entering again with another card tells everybody there what we are now.
        if (before !== undefined) members.close(before.topic, now)
        const entrance = topicKeys(crypto, lobby.rendezvousSecret, slot)
        members.open(entrance.topic)
        const announcement = sealAnnouncement(crypto, entrance, session.sign, card(lobby))
        const topic = { ...entrance, lobby, announcement, askedAt: now, listed: false }
        this.#topics.set(name, topic)
        this.#enter(topic, now)
      }
    }
    for (const [name, topic] of this.#topics) {
      if (wanted.has(name)) continue
      this.#topics.delete(name)
      this.#options.leave(topic, now)
      members.close(topic.topic, now)
    }
  }

  /** The relay was told of all of them just now, and has listed none. */
  askedAll(now: Millis): void {
    for (const topic of this.#topics.values()) {
      topic.askedAt = now
      topic.listed = false
    }
  }

  /** Enters again what was not listed. */
  enterUnlisted(now: Millis): void {
    for (const topic of this.#topics.values()) if (!topic.listed) this.#enter(topic, now)
  }

  /** Asks again for lists that are overdue, or old. */
  relist(now: Millis): void {
    for (const topic of this.#topics.values()) {
      const isSmall = this.#options.members.sizeOf(topic.topic) <= maxRelisted
      const waitMs = topic.listed ? relistMs : unlistedMs
      if (now - topic.askedAt >= waitMs && (isSmall || !topic.listed)) this.#enter(topic, now)
    }
  }

  #enter(topic: Topic, now: Millis): void {
    topic.askedAt = now
    this.#options.enter(topic, now)
  }
}

function topicName(lobby: Lobby, slot: number): string {
  return `${lobby.id}/${slot}`
}

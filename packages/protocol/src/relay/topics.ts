/**
 * Room exchange and text relay: the topics of a relay, who enters and leaves them, and what is published in them.
 *
 * Asking who is in a topic is entering it: the list is only ever an answer to `enter`, so nobody reads without being
 * read (REL20).
 */
import { concatBytes, equalBytes } from '../codec/bytes.ts'
import { formatHex } from '../codec/text.ts'
import type { Crypto, KeyPair } from '../crypto/crypto.ts'
import { bodyOffset, entryVersion, minBodyBytes } from '../log/entry.ts'
import type { Millis } from '../machine.ts'
import { type Answer, encodeAnswer } from './answer.ts'
import type { Connection } from './connection.ts'
import type { RelayLimits } from './limits.ts'
import type { Outbox } from './outbox.ts'
import { makeReceipt, ReceiptIds } from './receipt.ts'
import type { Request } from './request.ts'
import { Topic } from './topic.ts'
import { isEntranceProof, type RelayCode } from './wire.ts'

/** Nothing shorter is an entry. */
const minEntryBytes = bodyOffset + minBodyBytes

export class Topics {
  readonly #crypto: Crypto
  readonly #relay: KeyPair
  readonly #limits: RelayLimits
  readonly #outbox: Outbox
  readonly #receiptIds: ReceiptIds
  readonly #topics = new Map<string, Topic>()

  constructor(crypto: Crypto, relay: KeyPair, limits: RelayLimits, outbox: Outbox) {
    this.#crypto = crypto
    this.#relay = relay
    this.#limits = limits
    this.#outbox = outbox
    this.#receiptIds = new ReceiptIds(crypto.random)
  }

  get size(): number {
    return this.#topics.size
  }

  enter(connection: Connection, request: Request & { type: 'enter' }, now: Millis): void {
    const { announcement, until } = request
    const topicKey = formatHex(request.topic)
    const known = this.#topics.get(topicKey)
    const before = known?.member(connection.sessionKey)
    const obstacle = this.#obstacle(connection, request, known, before !== undefined, now)
    if (obstacle !== undefined) return this.#outbox.refuse(connection.socket, obstacle, 'enter', request.topic)
    const wait = connection.enters.take(1, now)
    if (wait > 0) return this.#outbox.refuse(connection.socket, 'rateLimited', 'enter', request.topic, wait)
    const topic = known ?? new Topic(concatBytes(request.topic), this.#limits, now)
    this.#topics.set(topicKey, topic)
    connection.topics.set(topicKey, topic)
    const peer = { session: connection.session, connection: connection.id, announcement: concatBytes(announcement) }
    const { peers, strangers } = topic.put(connection.sessionKey, { ...peer, socket: connection.socket, until })
    this.#outbox.report('entered')
    this.#outbox.answer(connection.socket, { type: 'peers', topic: topic.name, peers })
    const isNews = before !== undefined && !equalBytes(before.announcement, announcement)
    const told = isNews ? topic.acquainted(connection.sessionKey) : strangers
    this.#tell(told, { type: 'joined', topic: topic.name, peer })
  }

  leave(connection: Connection, topicKey: string): void {
    const topic = connection.topics.get(topicKey)
    if (topic === undefined) return
    connection.topics.delete(topicKey)
    const told = topic.remove(connection.sessionKey)
    this.#outbox.report('left')
    if (topic.size === 0) this.#topics.delete(topicKey)
    this.#tell(told, { type: 'left', topic: topic.name, session: connection.session })
  }

  leaveAll(connection: Connection): void {
    for (const topicKey of connection.topics.keys()) this.leave(connection, topicKey)
  }

  publish(connection: Connection, request: Request & { type: 'publish' }, now: Millis): void {
    const { entry } = request
    const digest = this.#crypto.sha256(entry)
    const refuse = (code: RelayCode, retryAfterMs = 0): void =>
      this.#outbox.refuse(connection.socket, code, 'publish', digest, retryAfterMs)
    const topic = connection.topics.get(formatHex(request.topic))
    if (topic === undefined) return refuse('notMember')
    if (entry.length > this.#limits.entryBytes) return refuse('tooLarge')
    if (entry.length < minEntryBytes || entry[0] !== entryVersion) return refuse('badEntry')
    const wait =
      connection.publishes.take(1, now) || topic.publishes.take(1, now) || topic.publishedBytes.take(entry.length, now)
    if (wait > 0) return refuse('rateLimited', wait)
    const id = this.#receiptIds.next(now)
    const receipt = makeReceipt(this.#crypto, this.#relay, { id, sender: connection.session, digest, time: now })
    this.#outbox.report('published')
    this.#outbox.answer(connection.socket, { type: 'receipt', receipt })
    this.#tell(topic.socketsExcept(connection.sessionKey), { type: 'entry', topic: topic.name, receipt, entry })
  }

  /** Ends memberships whose time has come. Who goes at the same time is not told, so the end of a slot is silent. */
  expire(connectionOf: (sessionKey: string) => Connection | undefined, now: Millis): void {
    for (const [topicKey, topic] of this.#topics) {
      const gone = topic.expired(now)
      const going = new Set(gone.map((sessionKey) => topic.member(sessionKey)?.socket))
      for (const sessionKey of gone) {
        const told = topic.remove(sessionKey).filter((socket) => !going.has(socket))
        const connection = connectionOf(sessionKey)
        connection?.topics.delete(topicKey)
        this.#outbox.report('expired')
        if (connection !== undefined) this.#tell(told, { type: 'left', topic: topic.name, session: connection.session })
      }
      if (topic.size === 0) this.#topics.delete(topicKey)
    }
  }

  /** Why this connection may not enter; the dear check last. */
  #obstacle(
    connection: Connection,
    request: Request & { type: 'enter' },
    topic: Topic | undefined,
    isMember: boolean,
    now: Millis,
  ): RelayCode | undefined {
    const limits = this.#limits
    const { announcement, until } = request
    if (announcement.length === 0 || announcement.length > limits.announcementBytes) return 'tooLarge'
    if (until <= now || until > now + limits.topicLifeMs) return 'topicExpired'
    if (!isMember && connection.topics.size >= limits.topicsPerConnection) return 'tooManyTopics'
    if (!isMember && topic !== undefined && topic.size >= limits.membersPerTopic) return 'topicFull'
    const proved = isEntranceProof(this.#crypto, request.topic, connection.nonce, connection.host, request.proof)
    return proved ? undefined : 'badEntrance'
  }

  #tell(sockets: readonly number[], answer: Answer): void {
    if (sockets.length > 0) this.#outbox.tell(sockets, encodeAnswer(answer))
  }
}

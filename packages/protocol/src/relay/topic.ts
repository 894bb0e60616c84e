/**
 * One topic on a relay: who is in it, until when, and how fast they may publish.
 *
 * Members are kept in the order they entered or renewed, so the last of them are the newest. A membership ends when the
 * member leaves, its connection closes, or its time (the end of the slot) has come; an empty topic is forgotten.
 *
 * Who enters is acquainted with the newest, and both are told of each other, then and when one of them goes. The others of
 * a large topic are not told: else a crowd of n that comes at once would cost n² frames.
 */
import type { Millis } from '../machine.ts'
import type { TopicPeer } from './answer.ts'
import { Bucket, type RelayLimits } from './limits.ts'

export interface Member extends TopicPeer {
  /** The host's number of the socket. */
  readonly socket: number
  readonly until: Millis
}

interface Place {
  readonly member: Member
  /** By session: who was told of it, and it of them. */
  readonly known: Map<string, Place>
}

export class Topic {
  readonly name: Uint8Array
  readonly publishes: Bucket
  readonly publishedBytes: Bucket
  readonly #places = new Map<string, Place>()
  readonly #peersTold: number
  #earliest: Millis = Number.MAX_SAFE_INTEGER

  constructor(name: Uint8Array, limits: RelayLimits, now: Millis) {
    this.name = name
    this.#peersTold = limits.peersTold
    this.publishes = new Bucket(limits.publishesPerTopic, now)
    this.publishedBytes = new Bucket(limits.publishedBytesPerTopic, now)
  }

  get size(): number {
    return this.#places.size
  }

  member(sessionKey: string): Member | undefined {
    return this.#places.get(sessionKey)?.member
  }

  /** Answers whom it is told of, the newest others, oldest of them first; and sockets of those it was not acquainted with. */
  put(
    sessionKey: string,
    member: Member,
  ): { readonly peers: readonly Member[]; readonly strangers: readonly number[] } {
    const { known } = this.#places.get(sessionKey) ?? { known: new Map<string, Place>() }
    const place: Place = { member, known }
    for (const other of known.values()) other.known.set(sessionKey, place)
    this.#places.delete(sessionKey)
    const peers: Member[] = []
    const strangers: number[] = []
    // A map is read from its oldest on only.
    let skip = this.#places.size - this.#peersTold
    for (const [otherKey, other] of this.#places) {
      if (skip-- > 0) continue
      if (!known.has(otherKey)) strangers.push(other.member.socket)
      known.set(otherKey, other)
      other.known.set(sessionKey, place)
      peers.push(other.member)
    }
    this.#places.set(sessionKey, place)
    this.#earliest = Math.min(this.#earliest, member.until)
    return { peers, strangers }
  }

  /** Answers the sockets of those who were told of it. */
  remove(sessionKey: string): number[] {
    const told = this.acquainted(sessionKey)
    for (const other of this.#places.get(sessionKey)?.known.values() ?? []) other.known.delete(sessionKey)
    this.#places.delete(sessionKey)
    return told
  }

  /** Sockets of those who know of each other with this one. */
  acquainted(sessionKey: string): number[] {
    const sockets: number[] = []
    for (const { member } of this.#places.get(sessionKey)?.known.values() ?? []) sockets.push(member.socket)
    return sockets
  }

  /** Sockets of everyone but `except`. */
  socketsExcept(except: string): number[] {
    const sockets: number[] = []
    for (const [sessionKey, { member }] of this.#places) if (sessionKey !== except) sockets.push(member.socket)
    return sockets
  }

  /** Members whose time has come; they are to be removed. Cheap when there are none. */
  expired(now: Millis): string[] {
    if (now < this.#earliest) return []
    const expired: string[] = []
    this.#earliest = Number.MAX_SAFE_INTEGER
    for (const [sessionKey, { member }] of this.#places) {
      if (member.until <= now) expired.push(sessionKey)
      else this.#earliest = Math.min(this.#earliest, member.until)
    }
    return expired
  }
}

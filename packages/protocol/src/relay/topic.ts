/**
 * One topic on a relay: who is in it, until when, and how fast they may publish.
 *
 * Members are kept in the order they entered or renewed, so the last of them are the newest. A membership ends when the
 * member leaves, its connection closes, or its time (the end of the slot) has come; an empty topic is forgotten.
 */
import type { Millis } from '../machine.ts'
import type { TopicPeer } from './answer.ts'
import { Bucket, type RelayLimits } from './limits.ts'

export interface Member extends TopicPeer {
  /** The host's number of the socket. */
  readonly socket: number
  readonly until: Millis
}

export class Topic {
  readonly name: Uint8Array
  readonly publishes: Bucket
  readonly publishedBytes: Bucket
  readonly #members = new Map<string, Member>()
  #earliest: Millis = Number.MAX_SAFE_INTEGER

  constructor(name: Uint8Array, limits: RelayLimits, now: Millis) {
    this.name = name
    this.publishes = new Bucket(limits.publishesPerTopic, now)
    this.publishedBytes = new Bucket(limits.publishedBytesPerTopic, now)
  }

  get size(): number {
    return this.#members.size
  }

  member(sessionKey: string): Member | undefined {
    return this.#members.get(sessionKey)
  }

  put(sessionKey: string, member: Member): void {
    this.#members.delete(sessionKey)
    this.#members.set(sessionKey, member)
    this.#earliest = Math.min(this.#earliest, member.until)
  }

  remove(sessionKey: string): boolean {
    return this.#members.delete(sessionKey)
  }

  /** Sockets of everyone but `except`. */
  socketsExcept(except: string): number[] {
    const sockets: number[] = []
    for (const [sessionKey, member] of this.#members) if (sessionKey !== except) sockets.push(member.socket)
    return sockets
  }

  /** The newest `limit` others, oldest of them first. */
  newestExcept(except: string, limit: number): Member[] {
    const others: Member[] = []
    for (const [sessionKey, member] of this.#members) if (sessionKey !== except) others.push(member)
    return others.slice(-limit)
  }

  /** Members whose time has come; they are to be removed. Cheap when there are none. */
  expired(now: Millis): string[] {
    if (now < this.#earliest) return []
    const expired: string[] = []
    this.#earliest = Number.MAX_SAFE_INTEGER
    for (const [sessionKey, member] of this.#members) {
      if (member.until <= now) expired.push(sessionKey)
      else this.#earliest = Math.min(this.#earliest, member.until)
    }
    return expired
  }
}

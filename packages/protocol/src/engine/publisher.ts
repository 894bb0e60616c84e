/**
 * Own entries on their way to the relay: published in order, a window of them unanswered at a time, until each has its
 * receipt. What the relay drops, refuses for now, or was away for, is published again.
 */
import { formatHex } from '../codec/text.ts'
import type { Crypto } from '../crypto/crypto.ts'
import type { Millis } from '../machine.ts'

/** Entries without a receipt that are kept for the relay's return; the oldest go first. */
export const maxUnpublished = 4_096
/** Published and not yet answered. */
const windowSize = 64
/** A publication unanswered for this long is made again; that often at most per connection. */
const answerMs = 6_000
const maxTries = 4

interface Waiting {
  readonly digest: string
  readonly key: string
  readonly bytes: Uint8Array
  publishedAt: Millis | undefined
  tries: number
}

export class Publisher {
  readonly #crypto: Pick<Crypto, 'sha256'>
  readonly #publish: (bytes: Uint8Array, now: Millis) => boolean
  readonly #published: (key: string, now: Millis) => void
  readonly #waiting = new Map<string, Waiting>()
  #notBefore: Millis = 0

  constructor(
    crypto: Pick<Crypto, 'sha256'>,
    publish: (bytes: Uint8Array, now: Millis) => boolean,
    published: (key: string, now: Millis) => void,
  ) {
    this.#crypto = crypto
    this.#publish = publish
    this.#published = published
  }

  /** `key` is the entry's sorting key. */
  add(key: string, bytes: Uint8Array, now: Millis): void {
    const digest = formatHex(this.#crypto.sha256(bytes))
    if (this.#waiting.has(digest)) return
    this.#waiting.set(digest, { digest, key, bytes, publishedAt: undefined, tries: 0 })
    if (this.#waiting.size > maxUnpublished) {
      for (const oldest of this.#waiting.keys()) {
        this.#waiting.delete(oldest)
        break
      }
    }
    this.pump(now)
  }

  /** The relay is back: nothing of what was on its way there counts. */
  restart(now: Millis): void {
    this.#notBefore = now
    for (const waiting of this.#waiting.values()) {
      waiting.publishedAt = undefined
      waiting.tries = 0
    }
    this.pump(now)
  }

  answered(digest: Uint8Array, now: Millis): void {
    if (this.#waiting.delete(formatHex(digest))) this.pump(now)
  }

  /** Refused; to be tried again after `retryAfterMs`, or never when that is 0. */
  refused(digest: Uint8Array, retryAfterMs: number, now: Millis): void {
    const waiting = this.#waiting.get(formatHex(digest))
    if (waiting === undefined) return
    if (retryAfterMs === 0) {
      this.#waiting.delete(waiting.digest)
      return
    }
    waiting.publishedAt = undefined
    waiting.tries = 0
    this.#notBefore = Math.max(this.#notBefore, now + retryAfterMs)
  }

  /** Publishes what fits the window; call it at every tick too. */
  pump(now: Millis): void {
    if (now < this.#notBefore) return
    let unanswered = 0
    for (const { publishedAt } of this.#waiting.values()) {
      if (publishedAt !== undefined && now - publishedAt < answerMs) unanswered++
    }
    for (const waiting of this.#waiting.values()) {
      if (unanswered >= windowSize) return
      const { publishedAt, tries } = waiting
      if (tries >= maxTries || (publishedAt !== undefined && now - publishedAt < answerMs)) continue
      if (!this.#publish(waiting.bytes, now)) return
      waiting.publishedAt = now
      waiting.tries++
      unanswered++
      this.#published(waiting.key, now)
    }
  }
}

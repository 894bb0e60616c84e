/**
 * Links carried by direct frames through the relay, for pairs that have no direct link (yet).
 *
 * Each attempt has a random 4-byte number in front of every frame, so that the frames of an attempt given up cannot be
 * taken for those of the next: `number u32 · link frame`. The session with the larger key begins.
 */
import { concatBytes, emptyBytes } from '../codec/bytes.ts'
import { formatHex, parseHex } from '../codec/text.ts'
import { Backoff } from '../gossip/backoff.ts'
import type { Millis, Random } from '../machine.ts'
import type { Met } from './meeting.ts'

const numberBytes = 4
const retryBaseMs = 500
const retryMaxMs = 20_000
/** Attempts that ended, whose late frames are to be ignored. */
const maxRetired = 256

interface Attempt {
  readonly backoff: Backoff
  id: string | undefined
  notBefore: Millis
  /** The session left the room while its link was up. */
  hasLeft: boolean
}

export class RelayLinks {
  readonly #own: string
  readonly #random: Random
  readonly #attempts = new Map<string, Attempt>()
  readonly #sessionById = new Map<string, string>()
  readonly #retired = new Set<string>()

  constructor(own: string, random: Random) {
    this.#own = own
    this.#random = random
  }

  begins(session: string): boolean {
    return this.#own > session
  }

  /** The id of the link to open towards `session`, or undefined when it is not ours to begin, or not yet. */
  due(session: string, now: Millis): string | undefined {
    if (!this.begins(session)) return undefined
    let attempt = this.#attempts.get(session)
    if (attempt === undefined) {
      attempt = {
        backoff: new Backoff(this.#random, retryBaseMs, retryMaxMs),
        id: undefined,
        notBefore: now,
        hasLeft: false,
      }
      this.#attempts.set(session, attempt)
    }
    attempt.hasLeft = false
    if (attempt.id !== undefined || now < attempt.notBefore) return undefined
    attempt.id = linkId(session, this.#random(numberBytes))
    this.#sessionById.set(attempt.id, session)
    return attempt.id
  }

  /** The link a direct frame from `session` belongs to; undefined when it is malformed or of an attempt that ended. */
  arrival(from: Met, bytes: Uint8Array): { readonly id: string; readonly frame: Uint8Array } | undefined {
    if (bytes.length <= numberBytes) return undefined
    const id = linkId(from.session, bytes.subarray(0, numberBytes))
    return this.#retired.has(id) ? undefined : { id, frame: bytes.subarray(numberBytes) }
  }

  succeeded(id: string): void {
    const session = this.#sessionById.get(id)
    if (session !== undefined) this.#attempts.get(session)?.backoff.reset()
  }

  ended(id: string, now: Millis): void {
    this.#retired.add(id)
    if (this.#retired.size > maxRetired) {
      for (const oldest of this.#retired) {
        this.#retired.delete(oldest)
        break
      }
    }
    const session = this.#sessionById.get(id)
    this.#sessionById.delete(id)
    const attempt = session === undefined ? undefined : this.#attempts.get(session)
    if (session === undefined || attempt?.id !== id) return
    attempt.id = undefined
    attempt.notBefore = now + attempt.backoff.next()
    if (attempt.hasLeft) this.#attempts.delete(session)
  }

  hurry(now: Millis): void {
    for (const attempt of this.#attempts.values()) {
      attempt.backoff.reset()
      attempt.notBefore = now
    }
  }

  forget(session: string): void {
    const attempt = this.#attempts.get(session)
    if (attempt?.id === undefined) this.#attempts.delete(session)
    else attempt.hasLeft = true
  }
}

function linkId(session: string, number: Uint8Array): string {
  return `relay-${session}-${formatHex(number)}`
}

/** A frame of link `id` as it goes through the relay. */
export function relayFrame(id: string, frame: Uint8Array): Uint8Array {
  return concatBytes(parseHex(id.slice(id.lastIndexOf('-') + 1)) ?? emptyBytes, frame)
}

/**
 * Links carried by direct frames through the relay, for pairs that have no direct link (yet).
 *
 * Each attempt has a random 4-byte number in front of every frame, so that the frames of an attempt given up cannot be
 * taken for those of the next: `number u32 · link frame`. Which of the two begins is said by the lobby they met in.
 */
import { concatBytes, emptyBytes } from '../codec/bytes.ts'
import { formatHex, parseHex } from '../codec/text.ts'
import { Backoff } from '../gossip/backoff.ts'
import type { LinkOptions } from '../link/link-io.ts'
import type { Millis, Random } from '../machine.ts'
import type { Carrier, Links } from './links.ts'
import type { Meeting } from './meeting.ts'
import type { Met } from './topic-members.ts'

const numberBytes = 4
const retryBaseMs = 500
const retryMaxMs = 20_000
/** Handshakes we begin at once; one that takes longer than this holds up nobody else. */
export const maxHandshakes = 6
const freshMs = 1_000
/** Attempts that ended, whose late frames are to be ignored. */
const maxRetired = 256

interface Attempt {
  readonly backoff: Backoff
  id: string | undefined
  begunAt: Millis
  isUp: boolean
  notBefore: Millis
  /** The session left the room while its link was up. */
  hasLeft: boolean
}

export interface RelayLinksContext {
  /** Of the names of its links. */
  readonly prefix: 'relay' | 'aside'
  /** Is it ours to begin a link with somebody met there? */
  readonly begins: (met: Met) => boolean
  readonly random: Random
  readonly links: () => Links
  readonly meeting: () => Meeting | undefined
  readonly linkOptions: (
    isInitiator: boolean,
    local: Uint8Array,
    remote: Uint8Array,
    met: Met,
  ) => Omit<LinkOptions, 'name' | 'expect'>
  /** Time of the input being handled. */
  readonly now: () => Millis
}

export class RelayLinks {
  readonly #context: RelayLinksContext
  readonly #attempts = new Map<string, Attempt>()
  readonly #sessionById = new Map<string, string>()
  readonly #retired = new Set<string>()

  constructor(context: RelayLinksContext) {
    this.#context = context
  }

  /** Opens a link to somebody met at the relay, when it is ours to begin and its turn. */
  open(met: Met, now: Millis): void {
    const id = this.#due(met, now)
    if (id !== undefined) this.#start(id, met, true, now)
  }

  /** A direct frame came from somebody met there. */
  frame(from: Met, bytes: Uint8Array, now: Millis): void {
    const arrival = this.#arrival(from, bytes)
    if (arrival === undefined) return
    const links = this.#context.links()
    if (!links.has(arrival.id)) {
      // Only whoever begins may open a link.
      if (this.#context.begins(from)) return
      this.#start(arrival.id, from, false, now)
    }
    links.frame(arrival.id, arrival.frame, now)
  }

  #start(id: string, met: Met, isInitiator: boolean, now: Millis): void {
    const { links, meeting: meetingOf, linkOptions } = this.#context
    const meeting = meetingOf()
    const local = meeting?.connection
    if (meeting === undefined || local === undefined) return void this.ended(id, now)
    const carrier: Carrier = {
      kind: 'relay',
      transmit: (_, bytes) => meeting.direct(met.sessionKey, relayFrame(id, bytes), this.#context.now()),
      close: () => undefined,
    }
    const options = { ...linkOptions(isInitiator, local, met.connection, met), expect: met.sessionKey }
    if (!links().open(id, carrier, options, now)) this.ended(id, now)
  }

  /** The id of the link to open towards somebody, or undefined when it is not ours to begin, or not yet. */
  #due(met: Met, now: Millis): string | undefined {
    const { begins, random } = this.#context
    const { session } = met
    if (!begins(met)) return undefined
    let attempt = this.#attempts.get(session)
    if (attempt === undefined) {
      attempt = {
        backoff: new Backoff(random, retryBaseMs, retryMaxMs),
        id: undefined,
        begunAt: now,
        isUp: false,
        notBefore: now,
        hasLeft: false,
      }
      this.#attempts.set(session, attempt)
    }
    attempt.hasLeft = false
    if (attempt.id !== undefined || now < attempt.notBefore || this.#isBusy(now)) return undefined
    attempt.begunAt = now
    attempt.isUp = false
    attempt.id = this.#linkId(session, random(numberBytes))
    this.#sessionById.set(attempt.id, session)
    return attempt.id
  }

  #isBusy(now: Millis): boolean {
    let fresh = 0
    for (const { id, isUp, begunAt } of this.#attempts.values()) {
      if (id !== undefined && !isUp && now - begunAt < freshMs) fresh++
    }
    return fresh >= maxHandshakes
  }

  /** The link a direct frame from `session` belongs to; undefined when it is malformed or of an attempt that ended. */
  #arrival(from: Met, bytes: Uint8Array): { readonly id: string; readonly frame: Uint8Array } | undefined {
    if (bytes.length <= numberBytes) return undefined
    const id = this.#linkId(from.session, bytes.subarray(0, numberBytes))
    return this.#retired.has(id) ? undefined : { id, frame: bytes.subarray(numberBytes) }
  }

  #linkId(session: string, number: Uint8Array): string {
    return `${this.#context.prefix}-${session}-${formatHex(number)}`
  }

  succeeded(id: string): void {
    const session = this.#sessionById.get(id)
    const attempt = session === undefined ? undefined : this.#attempts.get(session)
    if (attempt?.id !== id) return
    attempt.isUp = true
    attempt.backoff.reset()
  }

  /** Answers whom we had begun it with. */
  ended(id: string, now: Millis): string | undefined {
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
    if (session === undefined || attempt?.id !== id) return undefined
    attempt.id = undefined
    attempt.notBefore = now + attempt.backoff.next()
    if (attempt.hasLeft) this.#attempts.delete(session)
    return session
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

/** A frame of link `id` as it goes through the relay. */
function relayFrame(id: string, frame: Uint8Array): Uint8Array {
  return concatBytes(parseHex(id.slice(id.lastIndexOf('-') + 1)) ?? emptyBytes, frame)
}

/**
 * Whom we could call: what the cards say that linked neighbours passed on.
 *
 * In a small room a linked peer tells the cards of its other neighbours, so that knowing one member's address is enough
 * to meet the rest. A card is opened once; the newest of a session counts. Bounded: whoever was told of longest ago goes.
 */
import { equalBytes } from '../codec/bytes.ts'
import type { ReadOnce } from '../codec/read-once.ts'
import { formatHex } from '../codec/text.ts'
import type { Card } from '../discovery/card.ts'
import type { Contact } from '../gossip/overlay-wire.ts'
import type { Millis } from '../machine.ts'
import type { Platform } from './claims.ts'

export const maxContacts = 128

/** Somebody who can be called: what its card proves. */
export interface Known {
  readonly session: string
  readonly sessionKey: Uint8Array
  readonly kem: Uint8Array
  readonly platform: Platform
  /** WebRTC can reach it. */
  readonly webrtc: boolean
  /** As it is passed on. */
  readonly card: Uint8Array
}

export function knownOf(about: Card, card: Uint8Array): Known {
  const { session, kem, platform, webrtc } = about
  return { session: formatHex(session), sessionKey: session, kem, platform, webrtc, card }
}

export function contactOf(known: Known): Contact {
  return { session: known.session, card: known.card }
}

interface Held {
  readonly known: Known
  readonly created: Millis
}

export class Contacts {
  readonly #open: (card: Uint8Array) => Card | undefined
  readonly #readOnce: ReadOnce | undefined
  readonly #known = new Map<string, Held>()

  /** `open` verifies a card. */
  constructor(open: (card: Uint8Array) => Card | undefined, readOnce?: ReadOnce) {
    this.#open = open
    this.#readOnce = readOnce
  }

  get size(): number {
    return this.#known.size
  }

  find(session: string): Known | undefined {
    return this.#known.get(session)?.known
  }

  *all(): Generator<Known> {
    for (const { known } of this.#known.values()) yield known
  }

  /** Undefined when the card is no good. */
  learn(card: Uint8Array): Known | undefined {
    const session = formatHex(card.subarray(0, 32))
    const before = this.#known.get(session)
    if (before !== undefined && equalBytes(before.known.card, card)) {
      this.#known.delete(session)
      this.#known.set(session, before)
      return before.known
    }
    const held =
      this.#readOnce === undefined ? this.#read(card) : this.#readOnce.bytes('known', card, () => this.#read(card))
    if (held === undefined) return undefined
    // An older card of the same session tells nothing new.
    if (before !== undefined && before.created > held.created) return before.known
    this.#put(held)
    return held.known
  }

  /** Somebody the relay's topic introduced: its announcement has proved what the card says. */
  remember(known: Known): void {
    this.#put({ known, created: 0 })
  }

  forget(session: string): void {
    this.#known.delete(session)
  }

  #read(card: Uint8Array): Held | undefined {
    const about = this.#open(card)
    return about && { known: knownOf(about, card), created: about.created }
  }

  #put(held: Held): void {
    const { session } = held.known
    this.#known.delete(session)
    if (this.#known.size >= maxContacts) this.#known.delete(this.#known.keys().next().value as string)
    this.#known.set(session, held)
  }
}

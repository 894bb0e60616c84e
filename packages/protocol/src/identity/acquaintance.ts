/**
 * Becoming contacts: request → accept or decline → confirm, between two people who are linked in some room.
 *
 *     A → B   request   id, name
 *     B → A   accept    id, share B, name, proof of B's long-term identity        or   decline
 *     A → B   confirm   id, share A, proof of A's long-term identity
 *     secret = HKDF(share A ‖ share B, salt = smaller ‖ larger long-term identity, "kith1/contact")
 *
 * Nobody's long-term identity is told before both want it: A asked, B accepted. The secret is that of the room in which
 * the two talk from then on; it went only over the link between them. People are named by author key, hex.
 */
import { compareBytes, concatBytes, equalBytes, label } from '../codec/bytes.ts'
import type { Crypto } from '../crypto/crypto.ts'
import type { Millis } from '../machine.ts'
import { type ContactWhisper, contactIdBytes } from './whisper.ts'
import { verifyProof } from './proof.ts'

/** So many requests are open at a time in each direction; the oldest makes room. */
export const maxOpenRequests = 32
/** A request that nobody answered is forgotten. */
export const requestLifeMs: Millis = 7 * 86_400_000
const shareBytes = 32

export interface Acquainted {
  /** Long-term identity, 32 bytes. */
  readonly identity: Uint8Array
  readonly name: string
  /** Of the room of the two, 32 bytes. */
  readonly secret: Uint8Array
  readonly proof: Uint8Array
}

export type AcquaintanceOutput =
  | { readonly type: 'whisper'; readonly to: string; readonly whisper: ContactWhisper }
  | { readonly type: 'asked'; readonly who: string; readonly name: string }
  | { readonly type: 'declined'; readonly who: string }
  | { readonly type: 'acquainted'; readonly who: string; readonly contact: Acquainted }

export interface AcquaintanceOptions {
  readonly crypto: Pick<Crypto, 'sha256' | 'random' | 'hkdf' | 'verify'>
  /** Own author key, and long-term identity. */
  readonly author: Uint8Array
  readonly identity: Uint8Array
  /** What this person calls themselves, and shows a contact: `encodeProof`. */
  readonly name: () => string
  readonly prove: (now: Millis) => Uint8Array
}

interface Asking {
  readonly id: Uint8Array
  readonly at: Millis
}

/** They accepted, or we did: what is known until the confirmation came. */
interface Accepting extends Asking {
  readonly name: string
  readonly share: Uint8Array | undefined
}

export class Acquaintance {
  readonly #options: AcquaintanceOptions
  /** By author key: whom we asked, and who asked us. */
  readonly #asked = new Map<string, Asking>()
  readonly #askedBy = new Map<string, Accepting>()

  constructor(options: AcquaintanceOptions) {
    this.#options = options
  }

  /** Whom we asked and have no answer from. */
  get waitingFor(): readonly string[] {
    return [...this.#asked.keys()]
  }

  /** Asks somebody who is linked; asking again repeats it. */
  request(who: string, now: Millis): readonly AcquaintanceOutput[] {
    const askedBy = this.#askedBy.get(who)
    if (askedBy !== undefined && askedBy.share === undefined) return this.answer(who, true, now)
    const id = this.#options.crypto.random(contactIdBytes)
    keep(this.#asked, who, { id, at: now }, now)
    return [{ type: 'whisper', to: who, whisper: { type: 'request', id, name: this.#options.name() } }]
  }

  /** The person answers a request; nothing when there is none. */
  answer(who: string, accepts: boolean, now: Millis): readonly AcquaintanceOutput[] {
    const asking = this.#askedBy.get(who)
    if (asking === undefined || asking.share !== undefined) return []
    const { id } = asking
    if (!accepts) {
      this.#askedBy.delete(who)
      return [{ type: 'whisper', to: who, whisper: { type: 'decline', id } }]
    }
    const share = this.#options.crypto.random(shareBytes)
    this.#askedBy.set(who, { ...asking, share })
    const whisper = { type: 'accept', id, share, name: this.#options.name(), proof: this.#options.prove(now) } as const
    return [{ type: 'whisper', to: who, whisper }]
  }

  receive(who: string, them: Uint8Array, whisper: ContactWhisper, now: Millis): readonly AcquaintanceOutput[] {
    switch (whisper.type) {
      case 'request': {
        keep(this.#askedBy, who, { id: whisper.id, at: now, name: whisper.name, share: undefined }, now)
        if (!this.#asked.has(who)) return [{ type: 'asked', who, name: whisper.name }]
        // Both asked: both want it. The smaller key accepts, the larger one's request stands.
        if (compareBytes(this.#options.author, them) > 0) {
          this.#askedBy.delete(who)
          return []
        }
        this.#asked.delete(who)
        return this.answer(who, true, now)
      }
      case 'accept': {
        const asking = this.#asked.get(who)
        if (asking === undefined || !equalBytes(asking.id, whisper.id)) return []
        const identity = this.#identityOf(them, whisper.proof, now)
        if (identity === undefined) return []
        this.#asked.delete(who)
        const share = this.#options.crypto.random(shareBytes)
        const contact = this.#contact(identity, whisper.name, share, whisper.share, whisper.proof)
        const confirm = { type: 'confirm', id: whisper.id, share, proof: this.#options.prove(now) } as const
        return [
          { type: 'whisper', to: who, whisper: confirm },
          { type: 'acquainted', who, contact },
        ]
      }
      case 'confirm': {
        const accepting = this.#askedBy.get(who)
        if (accepting?.share === undefined || !equalBytes(accepting.id, whisper.id)) return []
        const identity = this.#identityOf(them, whisper.proof, now)
        if (identity === undefined) return []
        this.#askedBy.delete(who)
        const contact = this.#contact(identity, accepting.name, whisper.share, accepting.share, whisper.proof)
        return [{ type: 'acquainted', who, contact }]
      }
      case 'decline': {
        const asking = this.#asked.get(who)
        if (asking === undefined || !equalBytes(asking.id, whisper.id)) return []
        this.#asked.delete(who)
        return [{ type: 'declined', who }]
      }
    }
  }

  /** Who they say they are, about the author the link has shown; undefined when it does not hold or is ourselves. */
  #identityOf(them: Uint8Array, proof: Uint8Array, now: Millis): Uint8Array | undefined {
    const verified = verifyProof(this.#options.crypto, proof, { author: them, time: now, pinnedServices: [] })
    if (!verified.ok || equalBytes(verified.value.identity, this.#options.identity)) return undefined
    return verified.value.identity
  }

  #contact(
    identity: Uint8Array,
    name: string,
    requesters: Uint8Array,
    accepters: Uint8Array,
    proof: Uint8Array,
  ): Acquainted {
    const mine = this.#options.identity
    const [smaller, larger] = compareBytes(mine, identity) < 0 ? [mine, identity] : [identity, mine]
    const shares = concatBytes(requesters, accepters)
    const secret = this.#options.crypto.hkdf(shares, concatBytes(smaller, larger), label('kith1/contact'), 32)
    return { identity, name, secret, proof }
  }
}

function keep<T extends { readonly at: Millis }>(map: Map<string, T>, who: string, value: T, now: Millis): void {
  map.delete(who)
  for (const [other, { at }] of map) if (at < now - requestLifeMs) map.delete(other)
  if (map.size >= maxOpenRequests) map.delete(map.keys().next().value as string)
  map.set(who, value)
}

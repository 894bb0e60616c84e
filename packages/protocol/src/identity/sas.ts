/**
 * Comparing a short number: six digits that two people read to each other, to be sure that nobody stands between them.
 *
 *     A → B   compare   SHA-256("kith1/sas/commit\0" ‖ nonce A ‖ author A ‖ author B)
 *     B → A   nonce B
 *     A → B   reveal    nonce A
 *     digits = SHA-256("kith1/sas\0" ‖ author A ‖ author B ‖ nonce A ‖ nonce B)[0..6] mod 1,000,000
 *
 * A is bound to its nonce before it sees B's, and B chose before it saw A's: whoever stands between has one guess in a
 * million each time people compare, and cannot try in silence. One comparison runs with a person at a time.
 */
import { compareBytes, concatBytes, equalBytes, label } from '../codec/bytes.ts'
import type { Crypto } from '../crypto/crypto.ts'
import type { Millis } from '../machine.ts'
import { type SasWhisper, sasNonceBytes } from './whisper.ts'

/** A comparison that nobody finished is over. */
export const sasLifeMs: Millis = 5 * 60_000

export type SasPhase =
  /** We asked; their program has not answered yet. */
  | 'asking'
  /** Their program asked, and ours answered: the number comes. */
  | 'asked'
  /** The number is there, to be read to each other. */
  | 'digits'
  /** One of the two said that the numbers differ, or a commitment was broken: somebody may stand between. */
  | 'different'

export interface SasState {
  readonly phase: SasPhase
  readonly digits: string | undefined
  /** They said that the numbers are the same. */
  readonly theySay: boolean
}

export interface SasOptions {
  readonly crypto: Pick<Crypto, 'sha256' | 'random'>
  /** Author keys, 32 bytes. */
  readonly me: Uint8Array
  readonly them: Uint8Array
}

export class Sas {
  readonly #crypto: SasOptions['crypto']
  readonly #me: Uint8Array
  readonly #them: Uint8Array
  #nonce: Uint8Array | undefined
  #commitment: Uint8Array | undefined
  #state: SasState | undefined
  #until: Millis = 0

  constructor({ crypto, me, them }: SasOptions) {
    this.#crypto = crypto
    this.#me = me
    this.#them = them
  }

  /** Undefined while nothing is being compared. */
  state(now: Millis): SasState | undefined {
    if (now > this.#until) this.#state = undefined
    return this.#state
  }

  start(now: Millis): SasWhisper {
    const nonce = this.#begin('asking', now)
    return { type: 'compare', commitment: this.#commit(nonce, this.#me, this.#them) }
  }

  /** The person looked. Undefined when there is no number to speak of. */
  finish(matches: boolean, now: Millis): SasWhisper | undefined {
    if (this.state(now)?.phase !== 'digits') return undefined
    if (matches) this.#state = undefined
    else this.#set('different', undefined)
    return { type: 'compared', matches }
  }

  /** Nothing more is to be compared with them. */
  close(): void {
    this.#state = undefined
  }

  /** Answers what is to be whispered back. */
  receive(whisper: SasWhisper, now: Millis): SasWhisper | undefined {
    const state = this.state(now)
    switch (whisper.type) {
      case 'compare': {
        // Both asked at once: the smaller key's asking counts.
        if (state?.phase === 'asking' && compareBytes(this.#me, this.#them) < 0) return undefined
        const nonce = this.#begin('asked', now)
        this.#commitment = whisper.commitment
        return { type: 'nonce', nonce }
      }
      case 'nonce': {
        if (state?.phase !== 'asking' || this.#nonce === undefined) return undefined
        const nonce = this.#nonce
        this.#set('digits', this.#digits(this.#me, this.#them, nonce, whisper.nonce))
        return { type: 'reveal', nonce }
      }
      case 'reveal': {
        if (state?.phase !== 'asked' || this.#nonce === undefined || this.#commitment === undefined) return undefined
        const kept = equalBytes(this.#commitment, this.#commit(whisper.nonce, this.#them, this.#me))
        if (kept) this.#set('digits', this.#digits(this.#them, this.#me, whisper.nonce, this.#nonce))
        else this.#set('different', undefined)
        return undefined
      }
      case 'compared':
        if (state?.phase !== 'digits') return undefined
        if (whisper.matches) this.#state = { ...state, theySay: true }
        else this.#set('different', undefined)
        return undefined
    }
  }

  #begin(phase: SasPhase, now: Millis): Uint8Array {
    this.#until = now + sasLifeMs
    this.#commitment = undefined
    this.#set(phase, undefined)
    return (this.#nonce = this.#crypto.random(sasNonceBytes))
  }

  #set(phase: SasPhase, digits: string | undefined): void {
    this.#state = { phase, digits, theySay: false }
  }

  #commit(nonce: Uint8Array, from: Uint8Array, to: Uint8Array): Uint8Array {
    return this.#crypto.sha256(concatBytes(label('kith1/sas/commit'), nonce, from, to))
  }

  #digits(first: Uint8Array, second: Uint8Array, nonce: Uint8Array, otherNonce: Uint8Array): string {
    const digest = this.#crypto.sha256(concatBytes(label('kith1/sas'), first, second, nonce, otherNonce))
    const view = new DataView(digest.buffer, digest.byteOffset, digest.byteLength)
    return String((view.getUint16(0) * 2 ** 32 + view.getUint32(2)) % 1_000_000).padStart(6, '0')
  }
}

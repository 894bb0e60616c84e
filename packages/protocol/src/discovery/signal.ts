/** Sealed signals (security.md §8). */
import type { Crypto, KeyPair } from '../crypto/crypto.ts'
import type { Millis, Result } from '../machine.ts'

export const signalLifeMs: Millis = 60_000

/** `call`: please dial me. `description`: bytes the transport made (an offer, an answer, candidates). `hangUp`: give up on this transport. */
export type SignalType = 'call' | 'description' | 'hangUp'

export interface Signal {
  /** Session key of the sender; its signature was verified. */
  readonly sender: Uint8Array
  readonly created: Millis
  readonly expires: Millis
  readonly type: SignalType
  /** Name of the transport both sides mean, at most 64 bytes of UTF-8. */
  readonly transport: string
  readonly bytes: Uint8Array
}

export type SignalRefusal = 'unsealed' | 'malformed' | 'forged' | 'expired' | 'replayed' | 'busy'

/** Throws `BrokenPromise` when `bytes` exceed `maxSignalPayloadBytes`. Created at `now`, expires `signalLifeMs` later. */
export declare function sealSignal(
  crypto: Crypto,
  signal: {
    readonly sender: KeyPair
    readonly target: { readonly session: Uint8Array; readonly kem: Uint8Array }
    /** The room's lobby PSK, 32 bytes. */
    readonly psk: Uint8Array
    readonly type: SignalType
    readonly transport: string
    readonly bytes: Uint8Array
  },
  now: Millis,
): Uint8Array

/** Opens what was sealed to one session; remembers what it has seen, so a signal counts once. */
export declare class SignalOpener {
  constructor(options: {
    readonly crypto: Crypto
    readonly session: Uint8Array
    readonly kem: KeyPair
    readonly psk: Uint8Array
  })
  open(sealed: Uint8Array, now: Millis): Result<Signal, SignalRefusal>
}

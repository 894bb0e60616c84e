/**
 * Sealing of entry bodies under an epoch: XChaCha20-Poly1305(HKDF(K, "kith1/room/msg\0"), nonce, aad = header).
 *
 * The nonce is 24 random bytes in the header, so a restored backup cannot repeat one; the header is authenticated, so a
 * body cannot be moved under another author, place, time or epoch.
 */
import { emptyBytes, label } from '../codec/bytes.ts'
import type { Crypto } from '../crypto/crypto.ts'
import type { Entry } from '../log/entry.ts'

export class BodySeal {
  readonly #crypto: Pick<Crypto, 'xchachaSeal' | 'xchachaOpen'>
  readonly #key: Uint8Array

  constructor(crypto: Pick<Crypto, 'hkdf' | 'xchachaSeal' | 'xchachaOpen'>, epochKey: Uint8Array) {
    this.#crypto = crypto
    this.#key = crypto.hkdf(epochKey, emptyBytes, label('kith1/room/msg'), 32)
  }

  seal(header: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array): Uint8Array {
    return this.#crypto.xchachaSeal(this.#key, nonce, header, plaintext)
  }

  /** Undefined for a husk, and for a body that was not sealed by somebody who knows the epoch key. */
  open(entry: Entry): Uint8Array | undefined {
    if (entry.husk) return undefined
    return this.#crypto.xchachaOpen(this.#key, entry.nonce, entry.header, entry.body)
  }
}

/**
 * Sixty digits that two people compare, by reading them to each other, to be sure that nobody stands between them.
 *
 * Each key gives 30 digits, the smaller key's come first, so both see the same. SHA-512 of Signal's scheme is not needed:
 * SHA-256 iterated slows down whoever searches for a key with digits like another's.
 */
import { compareBytes, concatBytes, label } from '../codec/bytes.ts'
import type { Crypto } from '../crypto/crypto.ts'

export const safetyNumberDigits = 60

/** Hashing this often costs a person a few milliseconds, and a search the same for each key tried. */
const rounds = 1024
const groups = 6
const groupBytes = 5

/** Twelve groups of five digits, without spaces; the same whichever key is named first. */
export function safetyNumber(crypto: Pick<Crypto, 'sha256'>, a: Uint8Array, b: Uint8Array): string {
  const [first, second] = compareBytes(a, b) <= 0 ? [a, b] : [b, a]
  return digitsOf(crypto, first) + digitsOf(crypto, second)
}

/** Thirty digits of one key. 40 bits for each group of five digits leave no digit likelier than another to notice. */
function digitsOf(crypto: Pick<Crypto, 'sha256'>, key: Uint8Array): string {
  let digest = crypto.sha256(label('kith1/safety'), key)
  for (let i = 1; i < rounds; i++) digest = crypto.sha256(concatBytes(digest, key))
  const view = new DataView(digest.buffer, digest.byteOffset, digest.byteLength)
  let digits = ''
  for (let i = 0; i < groups; i++) {
    const at = i * groupBytes
    const number = view.getUint8(at) * 2 ** 32 + view.getUint32(at + 1)
    digits += String(number % 100_000).padStart(5, '0')
  }
  return digits
}

/**
 * The one Ed25519 verification rule of this protocol (CRY1).
 *
 * Engines disagree on signatures with low-order or non-canonical points, so a crafted signature could split a room. A
 * signature (R, S) by A is valid exactly when
 *
 *   1. S < L,
 *   2. the y coordinates of A and of R are < p,
 *   3. neither A nor R is one of the 8 small-order points,
 *   4. [S]B = R + [k]A without cofactor, compared on the encoded R, with k = SHA-512(R ‖ A ‖ M) mod L.
 *
 * `precheckSignature` is 1 to 3. After it, OpenSSL and WebCrypto agree with 4, so a native verifier is the precheck plus
 * the platform's own `verify`. noble's own `verify` is cofactored and must not be used. See Chalkias, Garillot,
 * Nikolaenko, "Taming the many EdDSAs" (2020) and RFC 8032.
 */
import { ed25519 } from '@noble/curves/ed25519.js'
import { sha512 } from '@noble/hashes/sha2.js'
import { equalBytes } from '../codec/bytes.ts'
import { parseHex } from '../codec/text.ts'
import { BrokenPromise } from '../machine.ts'

const { Point } = ed25519
const order = Point.Fn.ORDER

/** L = 2^252 + 27742317777372353535851937790883648493, little-endian. */
const orderBytes = hex('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010')

/** The y coordinates, below p, of the small-order points other than 0, 1 and p − 1: those of order 8. */
const orderEightY: readonly Uint8Array[] = [
  hex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'),
  hex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'),
]

function hex(digits: string): Uint8Array {
  const bytes = parseHex(digits)
  if (bytes === undefined) throw new BrokenPromise(digits)
  return bytes
}

/** Rules 1 to 3, and the lengths: cheap, no curve arithmetic. */
export function precheckSignature(publicKey: Uint8Array, signature: Uint8Array): boolean {
  return (
    publicKey.length === 32 &&
    signature.length === 64 &&
    isBelowOrder(signature, 32) &&
    isPlainPoint(publicKey) &&
    isPlainPoint(signature)
  )
}

/** The whole rule, computed on noble's points: the reference that every faster verifier has to agree with. */
export function verifyStrict(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (!precheckSignature(publicKey, signature)) return false
  let a
  try {
    a = Point.fromBytes(publicKey)
  } catch {
    return false // no x for this y
  }
  const s = integer(signature.subarray(32))
  const r = signature.subarray(0, 32)
  const k = integer(sha512.create().update(r).update(publicKey).update(message).digest()) % order
  return equalBytes(Point.BASE.multiplyUnsafe(s).subtract(a.multiplyUnsafe(k)).toBytes(), r)
}

function isBelowOrder(bytes: Uint8Array, at: number): boolean {
  for (let i = 31; i >= 0; i--) {
    const difference = (bytes[at + i] as number) - (orderBytes[i] as number)
    if (difference !== 0) return difference < 0
  }
  return false
}

/** Whether the first 32 bytes encode a y below p that belongs to no small-order point. The sign of x is ignored. */
function isPlainPoint(bytes: Uint8Array): boolean {
  const high = (bytes[31] as number) & 0x7f
  if (high === 0x7f && (bytes[0] as number) >= 0xec && isFilled(bytes, 0xff)) return false // p − 1, or not below p
  if (high === 0 && (bytes[0] as number) <= 1 && isFilled(bytes, 0)) return false // 0 or 1
  for (const y of orderEightY) {
    if (high !== y[31] || bytes[0] !== y[0]) continue
    let i = 1
    while (i < 31 && bytes[i] === y[i]) i++
    if (i === 31) return false
  }
  return true
}

function isFilled(bytes: Uint8Array, value: number): boolean {
  for (let i = 1; i < 31; i++) if (bytes[i] !== value) return false
  return true
}

function integer(littleEndian: Uint8Array): bigint {
  const view = new DataView(littleEndian.buffer, littleEndian.byteOffset, littleEndian.byteLength)
  let value = 0n
  for (let at = littleEndian.length - 8; at >= 0; at -= 8) value = (value << 64n) | view.getBigUint64(at, true)
  return value
}

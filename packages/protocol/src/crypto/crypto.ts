/**
 * The synchronous cryptography every machine is given.
 *
 * One suite, `kith1`: Ed25519 · X25519 · SHA-256 · HMAC/HKDF-SHA-256 · XChaCha20-Poly1305 · ChaCha20-Poly1305. `noble.ts`
 * implements it everywhere; a host may pass a faster one that gives the same answers bit for bit (`@kith/peer/node`).
 * Keys and digests are 32 bytes, signatures 64, and an AEAD ciphertext is its plaintext plus a 16-byte tag.
 */
import type { Random } from '../machine.ts'

export interface KeyPair {
  readonly secretKey: Uint8Array
  readonly publicKey: Uint8Array
}

export interface Crypto {
  readonly random: Random

  /** SHA-256 over the concatenation of the parts. */
  sha256(...parts: readonly Uint8Array[]): Uint8Array
  hmacSha256(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array
  /** RFC 5869, extract then expand; `info` starts with its own label. */
  hkdf(secret: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Uint8Array

  /** From a 32-byte seed. */
  signKeyPair(seed: Uint8Array): KeyPair
  sign(secretKey: Uint8Array, message: Uint8Array): Uint8Array
  /** The one strict rule of `verify.ts`; any malformed input is simply false. */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean

  /** From a 32-byte seed. */
  agreeKeyPair(seed: Uint8Array): KeyPair
  /** X25519; undefined when the result is all zero (a low-order share). */
  agree(secretKey: Uint8Array, publicKey: Uint8Array): Uint8Array | undefined

  /** ChaCha20-Poly1305, RFC 8439, 12-byte nonce. `open` returns undefined when the tag does not match. */
  chachaSeal(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Uint8Array
  chachaOpen(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, ciphertext: Uint8Array): Uint8Array | undefined

  /** XChaCha20-Poly1305, 24-byte nonce: safe with random nonces. */
  xchachaSeal(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Uint8Array
  xchachaOpen(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, ciphertext: Uint8Array): Uint8Array | undefined
}

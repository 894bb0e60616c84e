/**
 * A stand-in for all of `Crypto`, for simulations of thousands: about a hundred times as fast as the real one.
 *
 * Hashes are 64 bits of multiply-and-mix stretched to their length; sealing is a keyed stream and a 16-byte tag; a signature is
 * a hash of public key and message; agreement is a hash of both public keys. It refuses what the real one refuses: another
 * key, another nonce, an altered byte anywhere, a signature that was not made by the key's owner (`sign` needs the secret
 * key, from which the public one is derived). It protects nothing from somebody who reads this file, and no simulated attacker does.
 */
import { keepSmall, passingBytes } from '../codec/bytes.ts'
import type { Crypto, KeyPair } from '../crypto/crypto.ts'
import type { Random } from '../machine.ts'
import { FrameCache } from './frame-cache.ts'

const tagBytes = 16
const domains = { hash: 1, mac: 2, derive: 3, public: 4, sign: 5, agree: 6, stream: 7, tag: 8 } as const

/** The two halves of the running state; one for all, because nothing here is ever interrupted. */
let low = 0
let high = 0

function begin(domain: number): void {
  low = 0x9e37_79b9 ^ domain
  high = 0x85eb_ca6b + domain
}

function absorbWord(word: number): void {
  low = Math.imul(low ^ word, 0x2c1b_3c6d)
  low ^= low >>> 15
  high = Math.imul((high + low) | 0, 0x297a_2d39) ^ word
  high ^= high >>> 13
}

/** The length goes in too, so that parts cannot be cut elsewhere. */
function absorb(bytes: Uint8Array, length: number = bytes.length): void {
  let l = low
  let h = high
  let i = 0
  for (; i + 4 <= length; i += 4) {
    const word =
      (bytes[i] as number) |
      ((bytes[i + 1] as number) << 8) |
      ((bytes[i + 2] as number) << 16) |
      ((bytes[i + 3] as number) << 24)
    l = Math.imul(l ^ word, 0x2c1b_3c6d)
    l ^= l >>> 15
    h = Math.imul((h + l) | 0, 0x297a_2d39) ^ word
    h ^= h >>> 13
  }
  let word = length << 24
  for (; i < length; i++) word = (word << 8) | (bytes[i] as number)
  low = l
  high = h
  absorbWord(word)
  absorbWord(length)
}

/** The next 32 bits of what was absorbed. */
function squeeze(n: number): number {
  let x = low + Math.imul(n + 1, 0x9e37_79b9)
  x = Math.imul(x ^ (x >>> 16) ^ high, 0x85eb_ca6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2b2_ae35)
  x ^= x >>> 16
  return (x + Math.imul(high, n + 3)) | 0
}

/** Hashes made lately: thousands of machines hash the same bytes, and what they keep of it is one array then. */
const places = 1 << 14
const lows = new Int32Array(places)
const highs = new Int32Array(places)
const hashes: (Uint8Array | undefined)[] = Array.from({ length: places })

function squeezeHash(): Uint8Array {
  const place = (low ^ (high >>> 7)) & (places - 1)
  const held = hashes[place]
  if (held !== undefined && lows[place] === low && highs[place] === high) return held
  lows[place] = low
  highs[place] = high
  return (hashes[place] = keepSmall(squeezeBytes(32)))
}

function squeezeBytes(length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let i = 0; i < length; i += 4) {
    const word = squeeze(i)
    bytes[i] = word
    bytes[i + 1] = word >>> 8
    bytes[i + 2] = word >>> 16
    bytes[i + 3] = word >>> 24
  }
  return bytes
}

function keyPair(seed: Uint8Array): KeyPair {
  begin(domains.public)
  absorb(seed)
  return { secretKey: seed.slice(), publicKey: squeezeBytes(32) }
}

function signature(publicKey: Uint8Array, message: Uint8Array): Uint8Array {
  begin(domains.sign)
  absorb(publicKey)
  absorb(message)
  return squeezeBytes(64)
}

function verify(publicKey: Uint8Array, message: Uint8Array, given: Uint8Array): boolean {
  if (publicKey.length !== 32 || given.length !== 64) return false
  begin(domains.sign)
  absorb(publicKey)
  absorb(message)
  return matches(given, 0, 64)
}

/** Whether `bytes` from `at` on are what would be squeezed. */
function matches(bytes: Uint8Array, at: number, length: number): boolean {
  for (let i = 0; i < length; i += 4) {
    const word =
      (bytes[at + i] as number) |
      ((bytes[at + i + 1] as number) << 8) |
      ((bytes[at + i + 2] as number) << 16) |
      ((bytes[at + i + 3] as number) << 24)
    if (word !== squeeze(i)) return false
  }
  return true
}

/** `length`: how much of `sealed` is ciphertext. */
function beginTag(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array, length: number): void {
  begin(domains.tag)
  absorb(key)
  absorb(nonce)
  absorb(aad)
  absorb(sealed, length)
}

/** Its own inverse. */
function stream(key: Uint8Array, nonce: Uint8Array, from: Uint8Array, to: Uint8Array, length: number): void {
  begin(domains.stream)
  absorb(key)
  absorb(nonce)
  let x = squeeze(0) | 1
  for (let i = 0; i < length; i++) {
    if ((i & 3) === 0) {
      x ^= x << 13
      x ^= x >>> 17
      x ^= x << 5
    }
    to[i] = (from[i] as number) ^ (x >>> ((i & 3) << 3))
  }
}

function seal(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Uint8Array {
  const sealed = passingBytes(plaintext.length + tagBytes)
  stream(key, nonce, plaintext, sealed, plaintext.length)
  beginTag(key, nonce, aad, sealed, plaintext.length)
  for (let i = 0; i < tagBytes; i += 4) {
    const word = squeeze(i)
    const at = plaintext.length + i
    sealed[at] = word
    sealed[at + 1] = word >>> 8
    sealed[at + 2] = word >>> 16
    sealed[at + 3] = word >>> 24
  }
  return sealed
}

function open(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
  const length = sealed.length - tagBytes
  if (length < 0) return undefined
  beginTag(key, nonce, aad, sealed, length)
  if (!matches(sealed, length, tagBytes)) return undefined
  // What is kept of it, an entry say, is kept once for all machines.
  if (length < sharedBytes) {
    const plaintext = passingBytes(length)
    stream(key, nonce, sealed, plaintext, length)
    return plaintext
  }
  const plaintext = scratchOf(length)
  stream(key, nonce, sealed, plaintext, length)
  return plaintexts.share(plaintext.subarray(0, length), true)
}

export function createToyCrypto(random: Random): Crypto {
  return {
    random,
    sha256(...parts) {
      begin(domains.hash)
      // One part or several, cut wherever: the same hash, as of the real one.
      absorb(parts.length === 1 ? (parts[0] as Uint8Array) : joined(parts))
      return squeezeHash()
    },
    hmacSha256(key, ...parts) {
      begin(domains.mac)
      absorb(key)
      absorb(parts.length === 1 ? (parts[0] as Uint8Array) : joined(parts))
      return squeezeBytes(32)
    },
    hkdf(secret, salt, info, length) {
      begin(domains.derive)
      absorb(secret)
      absorb(salt)
      absorb(info)
      return squeezeBytes(length)
    },
    signKeyPair: keyPair,
    sign: (secretKey, message) => signature(keyPair(secretKey).publicKey, message),
    verify,
    agreeKeyPair: keyPair,
    agree(secretKey, publicKey) {
      if (publicKey.length !== 32) return undefined
      const own = keyPair(secretKey).publicKey
      begin(domains.agree)
      // The same whoever of the two asks.
      const ours = wordsOf(own)
      const theirs = wordsOf(publicKey)
      for (let i = 0; i < 8; i++) absorbWord(((ours[i] as number) + (theirs[i] as number)) | 0)
      for (let i = 0; i < 8; i++) absorbWord((ours[i] as number) ^ (theirs[i] as number))
      return squeezeBytes(32)
    },
    chachaSeal: seal,
    chachaOpen: open,
    xchachaSeal: seal,
    xchachaOpen: open,
  }
}

function wordsOf(key: Uint8Array): Int32Array {
  const words = new Int32Array(8)
  for (let i = 0; i < 32; i++) words[i >> 2] = ((words[i >> 2] as number) << 8) | (key[i] as number)
  return words
}

const sharedBytes = 128
const plaintexts = new FrameCache()
let scratch = new Uint8Array(1024)

function scratchOf(length: number): Uint8Array {
  if (length > scratch.length) scratch = new Uint8Array(length * 2)
  return scratch
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const part of parts) length += part.length
  const all = scratchOf(length)
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all.subarray(0, at)
}

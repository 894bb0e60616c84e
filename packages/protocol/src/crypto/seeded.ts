/** The noble `Crypto` with repeatable "random" bytes: for tests and simulations, never for keys of anything real. */
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { formatUtf8 } from '../codec/utf8.ts'
import type { Crypto } from './crypto.ts'
import { createNobleCrypto } from './noble.ts'

/** The same seed gives the same bytes in the same order. */
export function createSeededCrypto(seed: string): Crypto {
  const key = formatUtf8(seed)
  let block = 0
  return createNobleCrypto((length) => {
    const bytes = new Uint8Array(length)
    for (let at = 0; at < length; at += 32) {
      bytes.set(hmac(sha256, key, formatUtf8(String(block++))).subarray(0, length - at), at)
    }
    return bytes
  })
}

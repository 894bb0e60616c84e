/** The half of XChaCha20 (draft-irtf-cfrg-xchacha-03) that platforms lack, so that a native cipher can do the rest. */
import { hchacha } from '@noble/ciphers/chacha.js'

/** "expand 32-byte k" as four little-endian words. */
const sigma = Uint32Array.of(0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574)

export interface ChachaKey {
  readonly key: Uint8Array
  readonly nonce: Uint8Array
}

/** For one at a time; secrets are erased from it. */
const keyWords = new Uint32Array(8)
const nonceWords = new Uint32Array(4)
const subkeyWords = new Uint32Array(8)

/** The ChaCha20-Poly1305 key and 12-byte nonce that XChaCha20-Poly1305 with a 24-byte nonce comes down to. */
export function xchachaToChacha(key: Uint8Array, nonce: Uint8Array): ChachaKey {
  readWords(key, keyWords)
  readWords(nonce, nonceWords)
  hchacha(sigma, keyWords, nonceWords, subkeyWords)
  const subkey = new Uint8Array(32)
  for (let i = 0; i < 32; i++) subkey[i] = (subkeyWords[i >> 2] as number) >>> ((i & 3) * 8)
  keyWords.fill(0)
  subkeyWords.fill(0)
  const short = new Uint8Array(12)
  for (let i = 4; i < 12; i++) short[i] = nonce[12 + i] as number
  return { key: subkey, nonce: short }
}

/** Little-endian, as many as there is room for. */
function readWords(bytes: Uint8Array, words: Uint32Array): void {
  for (let i = 0, at = 0; i < words.length; i++, at += 4) {
    words[i] =
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24)
  }
}

/** The half of XChaCha20 (draft-irtf-cfrg-xchacha-03) that platforms lack, so that a native cipher can do the rest. */
import { hchacha } from '@noble/ciphers/chacha.js'

/** "expand 32-byte k" as four little-endian words. */
const sigma = Uint32Array.of(0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574)

export interface ChachaKey {
  readonly key: Uint8Array
  readonly nonce: Uint8Array
}

/** The ChaCha20-Poly1305 key and 12-byte nonce that XChaCha20-Poly1305 with a 24-byte nonce comes down to. */
export function xchachaToChacha(key: Uint8Array, nonce: Uint8Array): ChachaKey {
  const subkeyWords = new Uint32Array(8)
  hchacha(sigma, words(key), words(nonce.subarray(0, 16)), subkeyWords)
  const subkey = new Uint8Array(32)
  const view = new DataView(subkey.buffer)
  for (let i = 0; i < 8; i++) view.setUint32(i * 4, subkeyWords[i] as number, true)
  const short = new Uint8Array(12)
  short.set(nonce.subarray(16), 4)
  return { key: subkey, nonce: short }
}

function words(bytes: Uint8Array): Uint32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Uint32Array.from({ length: bytes.length / 4 }, (_, i) => view.getUint32(i * 4, true))
}

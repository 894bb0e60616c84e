/**
 * HPKE, RFC 9180, one suite: DHKEM(X25519, HKDF-SHA256) (0x0020) / HKDF-SHA256 (0x0001) / ChaCha20Poly1305 (0x0003).
 *
 * Base and PSK mode, single-shot, synchronous because machines are. Sealed bytes are `enc` (32) ‖ ciphertext (+16).
 */
import { concatBytes, emptyBytes } from '../codec/bytes.ts'
import { formatUtf8 } from '../codec/utf8.ts'
import { BrokenPromise } from '../machine.ts'
import type { Crypto, KeyPair } from './crypto.ts'

export interface HpkePsk {
  /** At least 32 bytes of entropy. */
  readonly key: Uint8Array
  readonly id: Uint8Array
}

export interface HpkeSealing {
  /** The recipient's X25519 public key. */
  readonly recipient: Uint8Array
  readonly info: Uint8Array
  readonly aad: Uint8Array
  readonly plaintext: Uint8Array
  readonly psk?: HpkePsk | undefined
}

export interface HpkeOpening {
  readonly keyPair: KeyPair
  readonly info: Uint8Array
  readonly aad: Uint8Array
  readonly sealed: Uint8Array
  readonly psk?: HpkePsk | undefined
}

export const hpkeOverheadBytes = 48

const encBytes = 32
const version = formatUtf8('HPKE-v1')
const kemSuite = Uint8Array.of(0x4b, 0x45, 0x4d, 0x00, 0x20)
const hpkeSuite = Uint8Array.of(0x48, 0x50, 0x4b, 0x45, 0x00, 0x20, 0x00, 0x01, 0x00, 0x03)

/** Undefined when `recipient` is no usable key: it came from outside. */
export function hpkeSeal(crypto: Crypto, sealing: HpkeSealing): Uint8Array | undefined {
  return hpkeSealWith(crypto, crypto.agreeKeyPair(crypto.random(32)), sealing)
}

/** `hpkeSeal` with a given ephemeral key pair, for known-answer tests. */
export function hpkeSealWith(crypto: Crypto, ephemeral: KeyPair, sealing: HpkeSealing): Uint8Array | undefined {
  const shared = crypto.agree(ephemeral.secretKey, sealing.recipient)
  if (shared === undefined) return undefined
  const secret = kemSecret(crypto, shared, ephemeral.publicKey, sealing.recipient)
  const { key, nonce } = keySchedule(crypto, secret, sealing.info, sealing.psk)
  return concatBytes(ephemeral.publicKey, crypto.chachaSeal(key, nonce, sealing.aad, sealing.plaintext))
}

/** Undefined for anything that was not sealed to this key with this info, aad and psk. */
export function hpkeOpen(crypto: Crypto, opening: HpkeOpening): Uint8Array | undefined {
  if (opening.sealed.length < hpkeOverheadBytes) return undefined
  const enc = opening.sealed.subarray(0, encBytes)
  const shared = crypto.agree(opening.keyPair.secretKey, enc)
  if (shared === undefined) return undefined
  const secret = kemSecret(crypto, shared, enc, opening.keyPair.publicKey)
  const { key, nonce } = keySchedule(crypto, secret, opening.info, opening.psk)
  return crypto.chachaOpen(key, nonce, opening.aad, opening.sealed.subarray(encBytes))
}

function kemSecret(crypto: Crypto, shared: Uint8Array, enc: Uint8Array, recipient: Uint8Array): Uint8Array {
  const prk = labeledExtract(crypto, kemSuite, emptyBytes, 'eae_prk', shared)
  return labeledExpand(crypto, kemSuite, prk, 'shared_secret', concatBytes(enc, recipient), 32)
}

function keySchedule(
  crypto: Crypto,
  shared: Uint8Array,
  info: Uint8Array,
  psk: HpkePsk | undefined,
): { readonly key: Uint8Array; readonly nonce: Uint8Array } {
  if (psk !== undefined && (psk.key.length < 32 || psk.id.length === 0)) throw new BrokenPromise('weak HPKE psk')
  const pskIdHash = labeledExtract(crypto, hpkeSuite, emptyBytes, 'psk_id_hash', psk?.id ?? emptyBytes)
  const infoHash = labeledExtract(crypto, hpkeSuite, emptyBytes, 'info_hash', info)
  const context = concatBytes(Uint8Array.of(psk === undefined ? 0 : 1), pskIdHash, infoHash)
  const secret = labeledExtract(crypto, hpkeSuite, shared, 'secret', psk?.key ?? emptyBytes)
  return {
    key: labeledExpand(crypto, hpkeSuite, secret, 'key', context, 32),
    nonce: labeledExpand(crypto, hpkeSuite, secret, 'base_nonce', context, 12),
  }
}

function labeledExtract(
  crypto: Crypto,
  suite: Uint8Array,
  salt: Uint8Array,
  name: string,
  input: Uint8Array,
): Uint8Array {
  // An empty salt and a salt of zeros are the same HMAC key.
  return crypto.hmacSha256(salt, version, suite, formatUtf8(name), input)
}

/** One block of HKDF-Expand is enough for every length here (≤ 32). */
function labeledExpand(
  crypto: Crypto,
  suite: Uint8Array,
  prk: Uint8Array,
  name: string,
  info: Uint8Array,
  length: number,
): Uint8Array {
  const size = Uint8Array.of(length >> 8, length & 0xff)
  const one = Uint8Array.of(1)
  return crypto.hmacSha256(prk, size, version, suite, formatUtf8(name), info, one).subarray(0, length)
}

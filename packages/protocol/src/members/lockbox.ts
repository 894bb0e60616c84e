/**
 * Lockboxes: how the key of an epoch reaches devices, and what else an epoch's key opens.
 *
 *   epoch id = SHA-256("kith1/keyid\0" ‖ K)                 in clear, a commitment: a key that does not match is refused
 *   lockbox  = HPKE(device's X25519 key, info = "kith1/epoch/box\0" ‖ room id ‖ epoch id, K)                    80 bytes
 *   grant    = HPKE(…, K ‖ keys of earlier epochs …): for devices that came after the rekey
 *   sealed   = XChaCha20-Poly1305(HKDF(K, "kith1/epoch/wrap\0"), nonce, aad = epoch id, lobby secret 32 ‖ earlier keys …)
 *
 * Each lockbox has its own ephemeral key as RFC 9180 has it; with the 8 bytes that say whose it is, 88 bytes a device.
 */
import { concatBytes, emptyBytes, label } from '../codec/bytes.ts'
import { formatHex, parseHex } from '../codec/text.ts'
import type { Crypto, KeyPair } from '../crypto/crypto.ts'
import { hpkeOpen, hpkeSeal } from '../crypto/hpke.ts'
import type { Certified } from './certificates.ts'
import { type Lockbox, maxRecipients, maxSealedBytes, prefixBytes } from './operation-body.ts'

export const epochKeyBytes = 32
/** Earlier keys that fit beside a lobby secret, or into a grant. */
export const maxEarlierKeys: number = Math.floor((maxSealedBytes - 128) / epochKeyBytes)

/** What a rekey hands on, besides its key. */
export interface EpochContents {
  readonly lobbySecret: Uint8Array
  readonly earlier: readonly Uint8Array[]
}

const idLabel = label('kith1/keyid')
const boxLabel = label('kith1/epoch/box')
const wrapLabel = label('kith1/epoch/wrap')

/** Hex. */
export function epochIdOf(crypto: Pick<Crypto, 'sha256'>, key: Uint8Array): string {
  return formatHex(crypto.sha256(idLabel, key))
}

/** How a lockbox names the device it is for. */
export function prefixOf(device: string): string {
  return device.slice(0, prefixBytes * 2)
}

/** One lockbox for each device; one whose agree key is no usable key gets none. */
export function sealLockboxes(
  crypto: Crypto,
  room: Uint8Array,
  devices: readonly Certified[],
  keys: readonly Uint8Array[],
): readonly Lockbox[] {
  const info = infoOf(crypto, room, keys[0] as Uint8Array)
  const plaintext = concatBytes(...keys)
  const boxes: Lockbox[] = []
  for (const { device, agree } of devices.slice(0, maxRecipients)) {
    const sealed = hpkeSeal(crypto, { recipient: agree, info, aad: emptyBytes, plaintext })
    if (sealed !== undefined) boxes.push({ device: prefixOf(device), sealed })
  }
  return boxes
}

/** The epoch's key and those that came with it; undefined unless the first is what the epoch's id commits to. */
export function openLockbox(
  crypto: Crypto,
  room: Uint8Array,
  epoch: string,
  { sealed }: Lockbox,
  keyPair: KeyPair,
): readonly Uint8Array[] | undefined {
  const info = concatBytes(boxLabel, room, parseHex(epoch) as Uint8Array)
  const plaintext = hpkeOpen(crypto, { keyPair, info, aad: emptyBytes, sealed })
  const keys = plaintext && splitKeys(plaintext)
  return keys?.[0] !== undefined && epochIdOf(crypto, keys[0]) === epoch ? keys : undefined
}

export function sealContents(crypto: Crypto, key: Uint8Array, nonce: Uint8Array, contents: EpochContents): Uint8Array {
  const aad = crypto.sha256(idLabel, key)
  const plaintext = concatBytes(contents.lobbySecret, ...contents.earlier.slice(0, maxEarlierKeys))
  return crypto.xchachaSeal(wrapping(crypto, key), nonce, aad, plaintext)
}

export function openContents(
  crypto: Crypto,
  key: Uint8Array,
  nonce: Uint8Array,
  sealed: Uint8Array,
): EpochContents | undefined {
  const plaintext = crypto.xchachaOpen(wrapping(crypto, key), nonce, crypto.sha256(idLabel, key), sealed)
  const [lobbySecret, ...earlier] = (plaintext && splitKeys(plaintext)) ?? []
  return lobbySecret && { lobbySecret, earlier }
}

function infoOf(crypto: Crypto, room: Uint8Array, key: Uint8Array): Uint8Array {
  return concatBytes(boxLabel, room, crypto.sha256(idLabel, key))
}

function wrapping(crypto: Crypto, key: Uint8Array): Uint8Array {
  return crypto.hkdf(key, emptyBytes, wrapLabel, 32)
}

function splitKeys(plaintext: Uint8Array): readonly Uint8Array[] | undefined {
  if (plaintext.length === 0 || plaintext.length % epochKeyBytes !== 0) return undefined
  const keys: Uint8Array[] = []
  for (let at = 0; at < plaintext.length; at += epochKeyBytes) keys.push(plaintext.slice(at, at + epochKeyBytes))
  return keys
}

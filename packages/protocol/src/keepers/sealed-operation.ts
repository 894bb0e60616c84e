/**
 * Operations of a members room as its blind keepers hold them: sealed, so that who comes back after days learns from
 * keepers alone what has happened since, and with it the keys.
 *
 *   name      = first 16 bytes of HMAC-SHA-256(HKDF(K, "kith1/keep/name\0"), operation id)
 *   box       = nonce 24 ‖ XChaCha20-Poly1305(HKDF(K, "kith1/keep/op\0"), nonce, aad = epoch id ‖ name, operation)
 *   signature by the write key of the lobby: "kith1/keep/sealed\0" ‖ lobby id 32 ‖ name 16 ‖ epoch id 32 ‖ SHA-256(box)
 *
 * K is the key of the deepest epoch the operation's author knew: whoever was away since before has that key, and the rekey
 * that brings the next one is sealed under it. So is a removal, which its subject may learn of; of what comes after it
 * the subject can read nothing.
 */
import { concatBytes, emptyBytes, label } from '../codec/bytes.ts'
import type { Crypto, KeyPair } from '../crypto/crypto.ts'

export const sealedNameBytes = 16
const nonceBytes = 24

export interface SealedOperation {
  /** 16 bytes. */
  readonly name: Uint8Array
  readonly epochId: Uint8Array
  readonly box: Uint8Array
  /** Under whose write key it was shown. */
  readonly lobbyId: Uint8Array
  readonly signature: Uint8Array
}

const sealedLabel = label('kith1/keep/sealed')

/** `id`: of the operation, 32 bytes; `key`: of the epoch. */
export function sealedNameOf(crypto: Pick<Crypto, 'hkdf' | 'hmacSha256'>, key: Uint8Array, id: Uint8Array): Uint8Array {
  return crypto.hmacSha256(crypto.hkdf(key, emptyBytes, label('kith1/keep/name'), 32), id).slice(0, sealedNameBytes)
}

export function sealOperation(
  crypto: Pick<Crypto, 'hkdf' | 'random' | 'xchachaSeal'>,
  key: Uint8Array,
  about: Pick<SealedOperation, 'name' | 'epochId'>,
  operation: Uint8Array,
): Uint8Array {
  const nonce = crypto.random(nonceBytes)
  return concatBytes(nonce, crypto.xchachaSeal(sealingKey(crypto, key), nonce, aadOf(about), operation))
}

/** Undefined for what nobody has sealed who knew the key. */
export function openSealedOperation(
  crypto: Pick<Crypto, 'hkdf' | 'xchachaOpen'>,
  key: Uint8Array,
  sealed: Pick<SealedOperation, 'name' | 'epochId' | 'box'>,
): Uint8Array | undefined {
  const nonce = sealed.box.subarray(0, nonceBytes)
  if (nonce.length < nonceBytes) return undefined
  return crypto.xchachaOpen(sealingKey(crypto, key), nonce, aadOf(sealed), sealed.box.subarray(nonceBytes))
}

export function signSealed(
  crypto: Pick<Crypto, 'sign' | 'sha256'>,
  writer: KeyPair,
  about: Omit<SealedOperation, 'signature'>,
): SealedOperation {
  return { ...about, signature: crypto.sign(writer.secretKey, sealedText(crypto, about)) }
}

export function isSealedSigned(
  crypto: Pick<Crypto, 'verify' | 'sha256'>,
  writeKey: Uint8Array,
  sealed: SealedOperation,
): boolean {
  return crypto.verify(writeKey, sealedText(crypto, sealed), sealed.signature)
}

function sealedText(crypto: Pick<Crypto, 'sha256'>, about: Omit<SealedOperation, 'signature'>): Uint8Array {
  const { lobbyId, name, epochId, box } = about
  return concatBytes(sealedLabel, lobbyId, name, epochId, crypto.sha256(box))
}

function aadOf({ name, epochId }: Pick<SealedOperation, 'name' | 'epochId'>): Uint8Array {
  return concatBytes(epochId, name)
}

function sealingKey(crypto: Pick<Crypto, 'hkdf'>, key: Uint8Array): Uint8Array {
  return crypto.hkdf(key, emptyBytes, label('kith1/keep/op'), 32)
}

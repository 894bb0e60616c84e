/**
 * The lock of a sealed store: the data key, wrapped.
 *
 * lock   = version u8 (1) · method u8 · [method 2: salt 16 · memoryKiB u32 · iterations u32]
 *          · [method 3: salt 32 · credential id, 2-byte length in front] · wrapped
 * method = 1 platform key: `wrapped` is what the `KeyKeeper` made of the data key
 *          2 passphrase:   `wrapped` = nonce 12 · AES-256-GCM(Argon2id(NFKC(passphrase), salt), nonce, data key)
 *          3 passkey:      `wrapped` = nonce 12 · AES-256-GCM(HKDF-SHA-256(what the passkey made of the salt), nonce, data key)
 * Everything before `wrapped`, behind the label "kith1/lock\0", is additional data of either.
 *
 * Argon2id is RFC 9106 with one lane and a 32-byte result. A passkey is a WebAuthn credential with the `prf` extension:
 * the authenticator answers 32 secret bytes for a salt, and only after it has made sure of the person. The page asks it
 * (`apps/web/src/lock/passkey.ts`); here only its answer is used.
 */
import {
  BrokenPromise,
  Reader,
  Writer,
  concatBytes,
  formatBase64url,
  formatUtf8,
  label,
  parseBase64url,
} from '@kith/protocol'
import type { Random } from '@kith/protocol'
import type { Opener, PasskeyAnswer, PasskeyRef } from './opener.ts'
import { StorageBroken, StorageLocked } from './storage-errors.ts'

export const dataKeyBytes: number = 32
export const nonceBytes: number = 12
const saltBytes = 16

/** How much work one guess at a passphrase costs. */
export interface Stretch {
  readonly memoryKiB: number
  readonly iterations: number
}

export const defaultStretch: Stretch = { memoryKiB: 64 * 1024, iterations: 3 }

/** A lock that asks for more than this was not made by us and would only take the machine down. */
export const maxStretch: Stretch = { memoryKiB: 1024 * 1024, iterations: 64 }

/**
 * Keeps one wrapping key in the safest place a platform has without asking anybody: a non-extractable key in IndexedDB
 * (`browser/storage-key.ts`), a file only its owner can read (`node/storage-key.ts`).
 */
export interface KeyKeeper {
  /** Makes the key when there is none. */
  wrap(plaintext: Uint8Array, aad: Uint8Array): Promise<Uint8Array>
  /** Fetches the key anew. Undefined when there is none, or it does not open this. */
  unwrap(sealed: Uint8Array, aad: Uint8Array): Promise<Uint8Array | undefined>
  /** Destroys the key; without one it does nothing. */
  erase(): Promise<void>
}

export type Lock =
  | {
      readonly method: 'passkey'
      readonly head: Uint8Array
      readonly wrapped: Uint8Array
      readonly passkey: PasskeyRef
    }
  | { readonly method: 'key'; readonly head: Uint8Array; readonly wrapped: Uint8Array }
  | {
      readonly method: 'passphrase'
      readonly head: Uint8Array
      readonly wrapped: Uint8Array
      readonly salt: Uint8Array
      readonly stretch: Stretch
    }

const version = 1
const methodKey = 1
const methodPassphrase = 2
const methodPasskey = 3
const passkeySaltBytes = 32
/** Longest id of a credential, WebAuthn §4. */
export const maxCredentialBytes: number = 1023
const passkeyLabel = label('kith1/passkey')
const lockLabel = label('kith1/lock')

/** Undefined for anything but a lock this version made. */
export function decodeLock(bytes: Uint8Array): Lock | undefined {
  const reader = new Reader(bytes)
  if (reader.u8() !== version) return undefined
  const method = reader.u8()
  if (method === methodKey) {
    const head = bytes.slice(0, reader.offset)
    const wrapped = reader.rest()
    return reader.failed ? undefined : { method: 'key', head, wrapped }
  }
  if (method === methodPasskey) {
    const salt = reader.raw(passkeySaltBytes)
    const length = reader.u16()
    const credential = reader.raw(length)
    const head = bytes.slice(0, reader.offset)
    const wrapped = reader.rest()
    if (reader.failed || length === 0 || length > maxCredentialBytes) return undefined
    const passkey = { credential: formatBase64url(credential), salt: formatBase64url(salt) }
    return { method: 'passkey', head, wrapped, passkey }
  }
  if (method !== methodPassphrase) return undefined
  const salt = reader.raw(saltBytes)
  const stretch = { memoryKiB: reader.u32(), iterations: reader.u32() }
  const head = bytes.slice(0, reader.offset)
  const wrapped = reader.rest()
  const sane =
    stretch.memoryKiB >= 8 &&
    stretch.memoryKiB <= maxStretch.memoryKiB &&
    stretch.iterations >= 1 &&
    stretch.iterations <= maxStretch.iterations
  return reader.failed || !sane ? undefined : { method: 'passphrase', head, wrapped, salt, stretch }
}

/**
 * Wraps under the platform's key, and unwraps again before anything relies on it: some platforms accept a key, say so,
 * and return nothing the next time.
 */
export async function lockWithKey(dataKey: Uint8Array, keys: KeyKeeper): Promise<Uint8Array> {
  const head = new Writer().u8(version).u8(methodKey).finish()
  const aad = concatBytes(lockLabel, head)
  const wrapped = await keys.wrap(dataKey, aad)
  const back = await keys.unwrap(wrapped, aad)
  if (back === undefined || back.length !== dataKey.length || back.some((byte, i) => byte !== dataKey[i])) {
    throw new StorageBroken(
      'Keys do not last here: one was put away and did not come back. Nothing was stored. Set a passphrase to keep history on this device, or go on without keeping any.',
    )
  }
  back.fill(0)
  return concatBytes(head, wrapped)
}

export async function lockWithPassphrase(
  dataKey: Uint8Array,
  passphrase: string,
  options: { readonly random: Random; readonly subtle: SubtleCrypto; readonly stretch: Stretch },
): Promise<Uint8Array> {
  const { random, subtle, stretch } = options
  const salt = random(saltBytes)
  const head = new Writer()
    .u8(version)
    .u8(methodPassphrase)
    .raw(salt)
    .u32(stretch.memoryKiB)
    .u32(stretch.iterations)
    .finish()
  const key = await stretchedKey(passphrase, salt, stretch, subtle)
  const nonce = random(nonceBytes)
  const sealed = await subtle.encrypt(gcm(nonce, concatBytes(lockLabel, head)), key, plain(dataKey))
  return concatBytes(head, nonce, new Uint8Array(sealed))
}

export async function lockWithPasskey(
  dataKey: Uint8Array,
  passkey: PasskeyAnswer,
  options: { readonly random: Random; readonly subtle: SubtleCrypto },
): Promise<Uint8Array> {
  const salt = parseBase64url(passkey.salt)
  const credential = parseBase64url(passkey.credential)
  if (salt?.length !== passkeySaltBytes || passkey.secret.length !== 32) throw new BrokenPromise('a malformed passkey')
  if (credential === undefined || credential.length === 0 || credential.length > maxCredentialBytes)
    throw new BrokenPromise('a malformed credential id')
  const head = new Writer().u8(version).u8(methodPasskey).raw(salt).u16(credential.length).raw(credential).finish()
  const key = await passkeyKey(passkey.secret, options.subtle)
  const nonce = options.random(nonceBytes)
  const sealed = await options.subtle.encrypt(gcm(nonce, concatBytes(lockLabel, head)), key, plain(dataKey))
  return concatBytes(head, nonce, new Uint8Array(sealed))
}

/** The data key. Rejects with `StorageLocked` or, when the platform's key is gone, with `StorageBroken`. */
export async function unlock(
  lock: Lock,
  keys: KeyKeeper,
  opener: Opener | undefined,
  subtle: SubtleCrypto,
): Promise<Uint8Array> {
  const aad = concatBytes(lockLabel, lock.head)
  if (lock.method === 'key') {
    if (opener !== undefined) throw new StorageLocked('passphraseNotSet')
    const dataKey = await keys.unwrap(lock.wrapped, aad)
    if (dataKey?.length === dataKeyBytes) return dataKey
    throw new StorageBroken(
      'The key that opens what is stored here is gone, or is another one. Put the key back from a backup, or erase what is stored here and join your rooms again.',
    )
  }
  if (lock.method === 'passkey') {
    const { passkey } = lock
    if (opener === undefined || typeof opener === 'string') throw new StorageLocked('passkeyNeeded', { passkey })
    return openWith(await passkeyKey(opener.secret, subtle), lock, subtle, () => {
      return new StorageLocked('passkeyWrong', { passkey })
    })
  }
  if (opener === undefined) throw new StorageLocked('passphraseNeeded')
  if (opener === '' || typeof opener !== 'string') throw new StorageLocked('passphraseWrong')
  const key = await stretchedKey(opener, lock.salt, lock.stretch, subtle)
  return openWith(key, lock, subtle, (cause) => new StorageLocked('passphraseWrong', { cause }))
}

async function openWith(
  key: CryptoKey,
  lock: Lock,
  subtle: SubtleCrypto,
  refused: (cause?: unknown) => StorageLocked,
): Promise<Uint8Array> {
  const aad = concatBytes(lockLabel, lock.head)
  try {
    const nonce = lock.wrapped.subarray(0, nonceBytes)
    const opened = await subtle.decrypt(gcm(nonce, aad), key, plain(lock.wrapped.subarray(nonceBytes)))
    if (opened.byteLength === dataKeyBytes) return new Uint8Array(opened)
  } catch (error) {
    throw refused(error)
  }
  throw refused()
}

async function passkeyKey(secret: Uint8Array, subtle: SubtleCrypto): Promise<CryptoKey> {
  const material = await subtle.importKey('raw', plain(secret), 'HKDF', false, ['deriveKey'])
  const hkdf = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info: plain(passkeyLabel) }
  return subtle.deriveKey(hkdf, material, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
}

export function gcm(nonce: Uint8Array, aad: Uint8Array): AesGcmParams {
  return { name: 'AES-GCM', iv: plain(nonce), additionalData: plain(aad) }
}

/** WebCrypto takes no view on shared memory; ours never are. */
export function plain(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes as Uint8Array<ArrayBuffer>
}

async function stretchedKey(
  passphrase: string,
  salt: Uint8Array,
  stretch: Stretch,
  subtle: SubtleCrypto,
): Promise<CryptoKey> {
  // Fetched when it is needed: most people set no passphrase, and it is a tenth of the first load.
  const { argon2id } = await import('hash-wasm')
  const raw = await argon2id({
    // The same words typed on another keyboard may arrive as other code points.
    password: formatUtf8(passphrase.normalize('NFKC')),
    salt,
    parallelism: 1,
    memorySize: stretch.memoryKiB,
    iterations: stretch.iterations,
    hashLength: 32,
    outputType: 'binary',
  })
  const key = await subtle.importKey('raw', plain(raw), 'AES-GCM', false, ['encrypt', 'decrypt'])
  raw.fill(0)
  return key
}

/**
 * The lock of a sealed store: the data key, wrapped.
 *
 * lock   = version u8 (1) · method u8 · [method 2: salt 16 · memoryKiB u32 · iterations u32] · wrapped
 * method = 1 platform key: `wrapped` is what the `KeyKeeper` made of the data key
 *          2 passphrase:   `wrapped` = nonce 12 · AES-256-GCM(Argon2id(NFKC(passphrase), salt), nonce, data key)
 * Everything before `wrapped`, behind the label "kith1/lock\0", is additional data of either.
 *
 * Argon2id is RFC 9106 with one lane and a 32-byte result.
 */
import { Reader, Writer, concatBytes, formatUtf8, label } from '@kith/protocol'
import type { Random } from '@kith/protocol'
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

/** The data key. Rejects with `StorageLocked` or, when the platform's key is gone, with `StorageBroken`. */
export async function unlock(
  lock: Lock,
  keys: KeyKeeper,
  passphrase: string | undefined,
  subtle: SubtleCrypto,
): Promise<Uint8Array> {
  const aad = concatBytes(lockLabel, lock.head)
  if (lock.method === 'key') {
    if (passphrase !== undefined) throw new StorageLocked('passphraseNotSet')
    const dataKey = await keys.unwrap(lock.wrapped, aad)
    if (dataKey?.length === dataKeyBytes) return dataKey
    throw new StorageBroken(
      'The key that opens what is stored here is gone, or is another one. Put the key back from a backup, or erase what is stored here and join your rooms again.',
    )
  }
  if (passphrase === undefined) throw new StorageLocked('passphraseNeeded')
  if (passphrase === '') throw new StorageLocked('passphraseWrong')
  const key = await stretchedKey(passphrase, lock.salt, lock.stretch, subtle)
  try {
    const nonce = lock.wrapped.subarray(0, nonceBytes)
    const opened = await subtle.decrypt(gcm(nonce, aad), key, plain(lock.wrapped.subarray(nonceBytes)))
    if (opened.byteLength === dataKeyBytes) return new Uint8Array(opened)
  } catch (error) {
    throw new StorageLocked('passphraseWrong', { cause: error })
  }
  throw new StorageLocked('passphraseWrong')
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

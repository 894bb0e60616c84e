/**
 * Everything a store holds, encrypted: a `Storage` around another `Storage`.
 *
 * Inside:  `lock/<n>` the wrapped data key (`at-rest-lock.ts`), the highest n counts · `r/<key>` a sealed record
 * Record:  nonce 12 · AES-256-GCM(data key, nonce, aad = "kith1/rest\0" ‖ key, value) with its 16-byte tag
 *
 * The key of a record is bound to its value, so a value cannot be moved to another key unnoticed. Keys themselves are
 * in the clear and hold nothing that tells: an opaque room id, times, counters. Nonces are random; with one data key
 * that is safe for 2^32 writes. WebCrypto rather than the synchronous cipher, for the reasons measured in
 * docs/decisions/0004-at-rest.md. What this protects from, and from what not: docs/spec/storage.md.
 */
import { BrokenPromise, concatBytes, formatUtf8, label } from '@kith/protocol'
import type { Crypto, StoreChange, StoredRecord, StoreRange } from '@kith/protocol'
import {
  dataKeyBytes,
  decodeLock,
  defaultStretch,
  gcm,
  lockWithKey,
  lockWithPasskey,
  lockWithPassphrase,
  nonceBytes,
  plain,
  unlock,
} from './at-rest-lock.ts'
import type { KeyKeeper, Lock, Stretch } from './at-rest-lock.ts'
import type { Opener, PasskeyAnswer, PasskeyRef } from './opener.ts'
import { StorageBroken, StorageLocked } from './storage-errors.ts'
import { checkKey, checkPrefix, settleChanges } from './storage-keys.ts'
import type { Storage } from './storage.ts'
import type { StoreLock } from './store-lock.ts'

export interface SealOptions {
  readonly crypto: Pick<Crypto, 'random'>
  readonly keys: KeyKeeper
  /** Opens a store that is locked by a passphrase or a passkey; locks a new one with it from the start. */
  readonly passphrase?: Opener | undefined
  /** The data key of this very store, as another tab that has opened it hands it on; then no passphrase is needed. */
  readonly dataKey?: CryptoKey | undefined
  /**
   * A record was damaged, swapped or altered. Given: it is reported here, left out of what `read` returns, and stays in
   * the store. Not given: `read` rejects with it.
   */
  readonly onBroken?: ((broken: StorageBroken) => void) | undefined
  /** Cost of a guess at a passphrase that is set from now on. */
  readonly stretch?: Stretch | undefined
  readonly subtle?: SubtleCrypto | undefined
}

export interface SealedStorage extends Storage, StoreLock {
  /** Can be used and handed on to another tab, but not read out. The lock may change; this stays. */
  readonly dataKey: CryptoKey
}

const lockPrefix = 'lock/'
const recordPrefix = 'r/'
const recordLabel = label('kith1/rest')

/**
 * Opens the seal, or makes it when the store is empty. Rejects with `StorageLocked` (passphrase needed, wrong or not
 * set) or `StorageBroken` (key gone, lock damaged); the store inside stays open then, and is the caller's to close.
 */
export async function sealStorage(storage: Storage, options: SealOptions): Promise<SealedStorage> {
  const subtle = options.subtle ?? globalThis.crypto.subtle
  const locks = await storage.read({ prefix: lockPrefix, limit: 16, reverse: true })
  const [newest, ...older] = locks
  if (newest === undefined) return sealNew(storage, options, subtle)
  const lock = decodeLock(newest.value)
  if (lock === undefined) {
    throw new StorageBroken(
      'The lock of what is stored here is damaged, or made by a newer Kith. Update Kith; otherwise restore the store from a backup, or erase it and join your rooms again.',
      { key: newest.key },
    )
  }
  const handed = options.dataKey === undefined ? undefined : await fitting(options.dataKey, storage, subtle)
  const dataKey = handed ?? (await importKey(await unlock(lock, options.keys, options.passphrase, subtle), subtle))
  // A change of the lock was cut short: it counts from the moment its record was there.
  for (const { key } of older) await storage.clear(key)
  if (older.length > 0 && lock.method !== 'key') await options.keys.erase()
  return new Sealed(storage, options, subtle, { lock, at: newest.key, dataKey })
}

/** Undefined when the store was made anew since the key was handed on: writing under it would be the end of both. */
async function fitting(dataKey: CryptoKey, storage: Storage, subtle: SubtleCrypto): Promise<CryptoKey | undefined> {
  const [record] = await storage.read({ prefix: recordPrefix, limit: 1 })
  if (record === undefined) return undefined
  return (await openRecord(dataKey, record, subtle)) === undefined ? undefined : dataKey
}

async function sealNew(storage: Storage, options: SealOptions, subtle: SubtleCrypto): Promise<SealedStorage> {
  const [stray] = await storage.read({ prefix: '', limit: 1 })
  if (stray !== undefined) {
    throw new StorageBroken(
      'What is stored here has lost its lock and cannot be opened. Restore the store from a backup, or erase it and join your rooms again.',
      { key: stray.key },
    )
  }
  const raw = options.crypto.random(dataKeyBytes)
  const bytes = await makeLock(raw, options.passphrase, options, subtle)
  const at = lockKey(1)
  await storage.write([{ key: at, value: bytes }])
  const lock = decodeLock(bytes) as Lock
  return new Sealed(storage, options, subtle, { lock, at, dataKey: await importKey(raw, subtle) })
}

function makeLock(
  raw: Uint8Array,
  opener: Opener | undefined,
  options: SealOptions,
  subtle: SubtleCrypto,
): Promise<Uint8Array> {
  if (opener === undefined) return lockWithKey(raw, options.keys)
  if (opener === '') throw new BrokenPromise('an empty passphrase')
  const { random } = options.crypto
  if (typeof opener !== 'string') return lockWithPasskey(raw, opener, { random, subtle })
  return lockWithPassphrase(raw, opener, { random, subtle, stretch: options.stretch ?? defaultStretch })
}

/** The raw key is erased: from here on nothing in the program can read it out, only use it. */
async function importKey(raw: Uint8Array, subtle: SubtleCrypto): Promise<CryptoKey> {
  const key = await subtle.importKey('raw', plain(raw), 'AES-GCM', false, ['encrypt', 'decrypt'])
  raw.fill(0)
  return key
}

function lockKey(number: number): string {
  return lockPrefix + String(number).padStart(10, '0')
}

interface OpenSeal {
  readonly lock: Lock
  /** Where the lock is stored. */
  readonly at: string
  readonly dataKey: CryptoKey
}

class Sealed implements SealedStorage {
  readonly #inside: Storage
  readonly #options: SealOptions
  readonly #subtle: SubtleCrypto
  #seal: OpenSeal | undefined
  #closed: Promise<void> | undefined
  /** Resolves when the last change so far was handed to the store inside: sealing takes time, order must not. */
  #handedOver: Promise<void> = Promise.resolve()
  /** One change of the lock after the other. */
  #locking: Promise<unknown> = Promise.resolve()

  constructor(inside: Storage, options: SealOptions, subtle: SubtleCrypto, seal: OpenSeal) {
    this.#inside = inside
    this.#options = options
    this.#subtle = subtle
    this.#seal = seal
  }

  get atRest(): Lock['method'] {
    return this.#open().lock.method
  }

  get dataKey(): CryptoKey {
    return this.#open().dataKey
  }

  async write(changes: readonly StoreChange[]): Promise<void> {
    const { dataKey } = this.#open()
    const settled = [...settleChanges(changes)]
    const sealed = settled.map(async ([key, value]) => ({
      key: recordPrefix + key,
      value: value === undefined ? undefined : await this.#sealRecord(dataKey, key, value),
    }))
    await this.#handOver(Promise.all(sealed), (ready) => this.#inside.write(ready))
  }

  async read(range: StoreRange): Promise<readonly StoredRecord[]> {
    const { dataKey } = this.#open()
    checkPrefix(range.prefix)
    if (range.after !== undefined) checkKey(range.after)
    const found: StoredRecord[] = []
    let after = range.after === undefined ? undefined : recordPrefix + range.after
    for (;;) {
      const limit = range.limit - found.length
      const page = await this.#inside.read({ ...range, prefix: recordPrefix + range.prefix, after, limit })
      const opened = await Promise.all(page.map((record) => this.#openRecord(dataKey, record)))
      for (const record of opened) if (record !== undefined) found.push(record)
      // A page is short only at the end of the range: what was left out as broken is made up from behind it.
      if (page.length < limit || found.length >= range.limit) return found
      after = page.at(-1)?.key
    }
  }

  async clear(prefix: string): Promise<void> {
    this.#open()
    checkPrefix(prefix)
    await this.#handOver(Promise.resolve(), () => this.#inside.clear(recordPrefix + prefix))
  }

  close(): Promise<void> {
    this.#closed ??= this.#locking
      .catch(() => undefined)
      .then(() => this.#handedOver)
      .then(() => this.#inside.close())
    this.#seal = undefined
    return this.#closed
  }

  get passkey(): PasskeyRef | undefined {
    const { lock } = this.#open()
    return lock.method === 'passkey' ? lock.passkey : undefined
  }

  async setPassphrase(passphrase: string, current?: Opener): Promise<void> {
    if (passphrase === '') throw new BrokenPromise('an empty passphrase')
    await this.#relock(passphrase, current)
  }

  async setPasskey(passkey: PasskeyAnswer, current?: Opener): Promise<void> {
    await this.#relock(passkey, current)
  }

  async removePassphrase(current: Opener): Promise<void> {
    if (this.#open().lock.method === 'key') throw new StorageLocked('passphraseNotSet')
    await this.#relock(undefined, current)
  }

  #relock(next: Opener | undefined, current: Opener | undefined): Promise<void> {
    const change = async (): Promise<void> => {
      const { lock, at, dataKey } = this.#open()
      const { keys } = this.#options
      const raw = await unlock(lock, keys, current, this.#subtle)
      const bytes = await makeLock(raw, next, this.#options, this.#subtle)
      raw.fill(0)
      // First the new lock, then away with the old one: at no moment is there none, and the old one leaves no copy.
      const place = lockKey(Number(at.slice(lockPrefix.length)) + 1)
      await this.#inside.write([{ key: place, value: bytes }])
      this.#seal = { lock: decodeLock(bytes) as Lock, at: place, dataKey }
      await this.#inside.clear(at)
      if (next !== undefined) await keys.erase()
    }
    const turn = this.#locking.then(change)
    this.#locking = turn.catch(() => undefined)
    return turn
  }

  async #handOver<T>(preparing: Promise<T>, change: (prepared: T) => Promise<void>): Promise<void> {
    const before = this.#handedOver
    let done: Promise<void> | undefined
    const handed = (async () => {
      const prepared = await preparing
      await before
      done = change(prepared)
    })()
    this.#handedOver = handed.catch(() => undefined)
    await handed
    await done
  }

  async #sealRecord(dataKey: CryptoKey, key: string, value: Uint8Array): Promise<Uint8Array> {
    const nonce = this.#options.crypto.random(nonceBytes)
    const sealed = await this.#subtle.encrypt(gcm(nonce, recordAad(key)), dataKey, plain(value))
    return concatBytes(nonce, new Uint8Array(sealed))
  }

  async #openRecord(dataKey: CryptoKey, record: StoredRecord): Promise<StoredRecord | undefined> {
    const opened = await openRecord(dataKey, record, this.#subtle)
    if (opened !== undefined) return opened
    const key = record.key.slice(recordPrefix.length)
    const broken = new StorageBroken(
      `The record ${key} was damaged or altered since it was stored; it is left out. What other members have of it comes again by itself.`,
      { key },
    )
    if (this.#options.onBroken === undefined) throw broken
    this.#options.onBroken(broken)
    return undefined
  }

  #open(): OpenSeal {
    if (this.#seal === undefined) throw new BrokenPromise('the store is closed')
    return this.#seal
  }
}

/** Undefined when it was damaged or altered, or the key is another store's. */
async function openRecord(
  dataKey: CryptoKey,
  record: StoredRecord,
  subtle: SubtleCrypto,
): Promise<StoredRecord | undefined> {
  const key = record.key.slice(recordPrefix.length)
  const nonce = record.value.subarray(0, nonceBytes)
  try {
    const sealed = plain(record.value.subarray(nonceBytes))
    return { key, value: new Uint8Array(await subtle.decrypt(gcm(nonce, recordAad(key)), dataKey, sealed)) }
  } catch {
    return undefined
  }
}

function recordAad(key: string): Uint8Array {
  return concatBytes(recordLabel, formatUtf8(key))
}

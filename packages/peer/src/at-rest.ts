/**
 * Everything a store holds, encrypted: a `Storage` around another `Storage`.  (signatures first; body follows)
 */
import type { Crypto } from '@kith/protocol'
import type { StorageBroken } from './storage-errors.ts'
import type { Storage } from './storage.ts'

/**
 * Keeps one wrapping key in the safest place a platform has without asking anybody: a non-extractable key in IndexedDB
 * (`browser/storage-key.ts`), a file only its owner can read (`node/storage-key.ts`).
 */
export interface KeyKeeper {
  /** Makes the key when there is none. Rejects with `StorageBroken` where the platform is known to lose keys. */
  wrap(plaintext: Uint8Array, aad: Uint8Array): Promise<Uint8Array>
  /** Undefined when there is no key, or it does not open this. */
  unwrap(sealed: Uint8Array, aad: Uint8Array): Promise<Uint8Array | undefined>
  /** Destroys the key. */
  erase(): Promise<void>
}

export interface SealOptions {
  readonly crypto: Crypto
  readonly keys: KeyKeeper
  /** Opens a store that is locked by a passphrase; locks a new one with it from the start. */
  readonly passphrase?: string | undefined
  /**
   * A record was damaged, swapped or altered. Given: it is reported here and left out of what `read` returns. Not
   * given: `read` rejects with it.
   */
  readonly onBroken?: ((broken: StorageBroken) => void) | undefined
}

export interface SealedStorage extends Storage {
  readonly atRest: 'key' | 'passphrase'
  /** Sets or changes the passphrase. The key kept by the platform is destroyed. */
  setPassphrase(passphrase: string): Promise<void>
  /** From now on the platform's key opens the store. */
  removePassphrase(): Promise<void>
}

export declare function sealStorage(storage: Storage, options: SealOptions): Promise<SealedStorage>

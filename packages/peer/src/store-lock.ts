/** What opens a store, and how that is changed. A sealed store (`at-rest.ts`) is its own lock. */

export interface StoreLock {
  /** What opens the store: the platform's key or a passphrase. */
  readonly atRest: 'key' | 'passphrase'
  /**
   * Sets the passphrase, or changes it: then `current` must be the one so far. The platform's key is destroyed. Rejects
   * with `StorageLocked` for a missing or wrong `current`.
   */
  setPassphrase(next: string, current?: string): Promise<void>
  /** From now on the platform's key opens the store. Rejects with `StorageLocked` when `current` is wrong. */
  removePassphrase(current: string): Promise<void>
}

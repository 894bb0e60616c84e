/** What opens a store, and how that is changed. A sealed store (`at-rest.ts`) is its own lock. */

import type { Opener, PasskeyAnswer, PasskeyRef } from './opener.ts'

export interface StoreLock {
  /** What opens the store: the platform's key, a passphrase, or a passkey. */
  readonly atRest: 'key' | 'passphrase' | 'passkey'
  /** Which passkey, when it is one. */
  readonly passkey: PasskeyRef | undefined
  /**
   * Sets the passphrase, or changes it: then `current` must be the one so far. The platform's key is destroyed. Rejects
   * with `StorageLocked` for a missing or wrong `current`.
   */
  setPassphrase(next: string, current?: Opener): Promise<void>
  /** The same with a passkey. */
  setPasskey(next: PasskeyAnswer, current?: Opener): Promise<void>
  /** From now on the platform's key opens the store. Rejects with `StorageLocked` when `current` is wrong. */
  removePassphrase(current: Opener): Promise<void>
}

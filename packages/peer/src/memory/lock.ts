/** A lock for stores in memory, for tests: it answers as a real one does and protects nothing. */
import { BrokenPromise } from '@kith/protocol'
import { StorageLocked } from '../storage-errors.ts'
import type { StoreLock } from '../store-lock.ts'

export class MemoryLock implements StoreLock {
  #passphrase: string | undefined

  constructor(passphrase?: string | undefined) {
    this.#passphrase = passphrase
  }

  get atRest(): 'key' | 'passphrase' {
    return this.#passphrase === undefined ? 'key' : 'passphrase'
  }

  /** Throws what opening a sealed store would reject with. */
  unlock(passphrase: string | undefined): void {
    if (passphrase === this.#passphrase) return
    if (this.#passphrase === undefined) throw new StorageLocked('passphraseNotSet')
    throw new StorageLocked(passphrase === undefined ? 'passphraseNeeded' : 'passphraseWrong')
  }

  async setPassphrase(next: string, current?: string): Promise<void> {
    if (next === '') throw new BrokenPromise('an empty passphrase')
    this.unlock(current)
    this.#passphrase = next
  }

  async removePassphrase(current: string): Promise<void> {
    if (this.#passphrase === undefined) throw new StorageLocked('passphraseNotSet')
    this.unlock(current)
    this.#passphrase = undefined
  }
}

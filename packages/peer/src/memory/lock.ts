/** A lock for stores in memory, for tests: it answers as a real one does and protects nothing. */
import { BrokenPromise, formatHex } from '@kith/protocol'
import type { Opener, PasskeyAnswer, PasskeyRef } from '../opener.ts'
import { StorageLocked } from '../storage-errors.ts'
import type { StoreLock } from '../store-lock.ts'

export class MemoryLock implements StoreLock {
  #passphrase: Opener | undefined

  constructor(passphrase?: Opener | undefined) {
    this.#passphrase = passphrase
  }

  get atRest(): StoreLock['atRest'] {
    if (this.#passphrase === undefined) return 'key'
    return typeof this.#passphrase === 'string' ? 'passphrase' : 'passkey'
  }

  get passkey(): PasskeyRef | undefined {
    if (this.#passphrase === undefined || typeof this.#passphrase === 'string') return undefined
    const { credential, salt } = this.#passphrase
    return { credential, salt }
  }

  /** Throws what opening a sealed store would reject with. */
  unlock(passphrase: Opener | undefined): void {
    if (wordsOf(passphrase) === wordsOf(this.#passphrase)) return
    if (this.#passphrase === undefined) throw new StorageLocked('passphraseNotSet')
    if (typeof this.#passphrase !== 'string') {
      throw new StorageLocked(passphrase === undefined ? 'passkeyNeeded' : 'passkeyWrong', { passkey: this.passkey })
    }
    throw new StorageLocked(passphrase === undefined ? 'passphraseNeeded' : 'passphraseWrong')
  }

  async setPasskey(next: PasskeyAnswer, current?: Opener): Promise<void> {
    this.unlock(current)
    this.#passphrase = next
  }

  async setPassphrase(next: string, current?: Opener): Promise<void> {
    if (next === '') throw new BrokenPromise('an empty passphrase')
    this.unlock(current)
    this.#passphrase = next
  }

  async removePassphrase(current: Opener): Promise<void> {
    if (this.#passphrase === undefined) throw new StorageLocked('passphraseNotSet')
    this.unlock(current)
    this.#passphrase = undefined
  }
}

function wordsOf(opener: Opener | undefined): string | undefined {
  return opener === undefined || typeof opener === 'string' ? opener : `passkey ${formatHex(opener.secret)}`
}

/**
 * The wrapping key of a browser without passphrase: an AES-256-GCM key in IndexedDB that can be used but not read out.
 *
 * It protects a copy of the store that is taken without the browser's profile. It does not protect from who can use the
 * browser: nothing without a passphrase does.
 *
 * One rule for every platform that forgets: the key is never used from memory. `wrap` and `unwrap` open the database,
 * fetch the key and close it again, so a browser that stores keys and then returns null (as Safari is reported to do for
 * X25519) shows that at the first `unwrap`, which `lockWithKey` makes before anything relies on the key.
 */
import { concatBytes } from '@kith/protocol'
import { openDB } from 'idb'
import { gcm, nonceBytes, plain } from '../at-rest-lock.ts'
import type { KeyKeeper } from '../at-rest-lock.ts'

/** `name` is a database of its own, so that erasing the key touches nothing else. */
export function keepKeyInBrowser(name: string): KeyKeeper {
  return new BrowserKey(name)
}

const keyStore = 'keys'
const wrappingKey = 'wrapping'

class BrowserKey implements KeyKeeper {
  readonly #name: string

  constructor(name: string) {
    this.#name = name
  }

  async wrap(plaintext: Uint8Array, aad: Uint8Array): Promise<Uint8Array> {
    const key = (await this.#fetch()) ?? (await this.#make())
    const nonce = crypto.getRandomValues(new Uint8Array(nonceBytes))
    return concatBytes(nonce, new Uint8Array(await crypto.subtle.encrypt(gcm(nonce, aad), key, plain(plaintext))))
  }

  async unwrap(sealed: Uint8Array, aad: Uint8Array): Promise<Uint8Array | undefined> {
    const key = await this.#fetch()
    if (key === undefined) return undefined
    try {
      const nonce = sealed.subarray(0, nonceBytes)
      return new Uint8Array(await crypto.subtle.decrypt(gcm(nonce, aad), key, plain(sealed.subarray(nonceBytes))))
    } catch {
      return undefined
    }
  }

  async erase(): Promise<void> {
    await this.#withDatabase((database) => database.delete(keyStore, wrappingKey))
  }

  async #fetch(): Promise<CryptoKey | undefined> {
    const key: unknown = await this.#withDatabase((database) => database.get(keyStore, wrappingKey))
    return key instanceof CryptoKey ? key : undefined
  }

  async #make(): Promise<CryptoKey> {
    const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
    await this.#withDatabase(async (database) => {
      const transaction = database.transaction(keyStore, 'readwrite', { durability: 'strict' })
      await transaction.store.put(key, wrappingKey)
      await transaction.done
    })
    return key
  }

  async #withDatabase<T>(work: (database: Awaited<ReturnType<typeof openKeys>>) => Promise<T>): Promise<T> {
    const database = await openKeys(this.#name)
    try {
      return await work(database)
    } finally {
      database.close()
    }
  }
}

function openKeys(name: string): ReturnType<typeof openDB> {
  return openDB(name, 1, { upgrade: (fresh) => void fresh.createObjectStore(keyStore) })
}

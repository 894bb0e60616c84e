/**
 * The store of a browser: one IndexedDB database, one object store `records` of bytes under string keys.
 *
 * Whoever opens it holds a Web Lock of the same name until it closes or its page goes away; a second opening is
 * `StorageHeld`. A page that must take over from one that hangs may `steal` the lock: then every write of the old holder
 * finds, inside its own transaction, that the database has a new one, and is refused. So two pages never mix their
 * writes, whatever order they wake up in.
 *
 * `strict` waits until the bytes are on the disk, `relaxed` until the operating system has them: a crash of the browser
 * loses nothing either way, a power cut may take the last seconds of a relaxed store. The figures are in
 * docs/decisions/0004-at-rest.md.
 */
import { BrokenPromise } from '@kith/protocol'
import type { StoreChange, StoredRecord, StoreRange } from '@kith/protocol'
import { openDB } from 'idb'
import type { DBSchema, IDBPDatabase, IDBPObjectStore, IDBPTransaction } from 'idb'
import { sealStorage } from '../at-rest.ts'
import type { SealedStorage, SealOptions } from '../at-rest.ts'
import { StorageBroken, StorageFull, StorageHeld } from '../storage-errors.ts'
import { prefixBounds, rangeBounds, settleChanges } from '../storage-keys.ts'
import type { KeyBounds } from '../storage-keys.ts'
import type { Storage } from '../storage.ts'
import { keepKeyInBrowser } from './storage-key.ts'

export interface BrowserStorageOptions {
  readonly durability?: 'strict' | 'relaxed' | undefined
  /** Takes the store from a page that holds it but does not answer. */
  readonly steal?: boolean | undefined
  /** Milliseconds to wait for a page that holds it; without, `patienceMs`. */
  readonly patienceMs?: number | undefined
}

/**
 * A page that is just going away (this one, before a reload) may hold the store for another moment; on a busy device the
 * free lock itself takes long to be handed on.
 */
export const patienceMs: number = 5_000

interface Schema extends DBSchema {
  records: { key: string; value: Uint8Array }
  /** `generation` counts openings: the fence against a holder that does not know yet that it was robbed. */
  meta: { key: 'generation'; value: number }
}

type Database = IDBPDatabase<Schema>
type Transaction = IDBPTransaction<Schema, ('records' | 'meta')[], 'readwrite'>

/** Rejects with `StorageHeld`, `StorageFull` or `StorageBroken`. */
export async function openBrowserStorage(name: string, options: BrowserStorageOptions = {}): Promise<Storage> {
  const hold = await holdLock(name, options)
  try {
    const database = await openDB<Schema>(name, 1, {
      upgrade(fresh) {
        fresh.createObjectStore('records')
        fresh.createObjectStore('meta')
      },
      // Somebody erases the site's data; what is deleted cannot be kept, and refusing would only make them wait.
      blocking: (_from, _to, event) => (event.target as IDBDatabase).close(),
    })
    const generation = await nextGeneration(database)
    return new BrowserStorage(name, database, hold, generation, options.durability ?? 'strict')
  } catch (error) {
    hold.release()
    throw storageError(name, error)
  }
}

/** The store of this site and the key in this browser that opens it. Rejects as `sealStorage` does. */
export async function openSealedBrowserStorage(
  name: string,
  options: Omit<SealOptions, 'keys'> & BrowserStorageOptions,
): Promise<SealedStorage> {
  const storage = await openBrowserStorage(name, options)
  try {
    return await sealStorage(storage, { ...options, keys: keepKeyInBrowser(`${name}-key`) })
  } catch (error) {
    await storage.close()
    throw error
  }
}

interface Hold {
  release(): void
  lost: boolean
}

function holdLock(name: string, options: BrowserStorageOptions): Promise<Hold> {
  const { steal = false, patienceMs: patience = patienceMs } = options
  if (navigator.locks === undefined) {
    throw new StorageBroken(
      'This page cannot keep anything safely: the browser allows that only over https or on localhost. Open it there.',
    )
  }
  return new Promise((resolve, reject) => {
    const hold: Hold = { release: () => undefined, lost: false }
    navigator.locks
      .request(name, steal ? { steal } : { signal: AbortSignal.timeout(patience) }, () => {
        const released = new Promise<void>((release) => {
          hold.release = release
        })
        resolve(hold)
        return released
      })
      .catch((error: unknown) => {
        // Robbed, or not granted in time.
        hold.lost = true
        reject(new StorageHeld('The store of this page', { cause: error }))
      })
  })
}

async function nextGeneration(database: Database): Promise<number> {
  const transaction = database.transaction('meta', 'readwrite', { durability: 'strict' })
  const generation = ((await transaction.store.get('generation')) ?? 0) + 1
  await transaction.store.put(generation, 'generation')
  await transaction.done
  return generation
}

class BrowserStorage implements Storage {
  readonly #name: string
  readonly #database: Database
  readonly #hold: Hold
  readonly #generation: number
  readonly #durability: 'strict' | 'relaxed'
  readonly #underWay = new Set<Promise<void>>()
  #closed: Promise<void> | undefined

  constructor(name: string, database: Database, hold: Hold, generation: number, durability: 'strict' | 'relaxed') {
    this.#name = name
    this.#database = database
    this.#hold = hold
    this.#generation = generation
    this.#durability = durability
  }

  async write(changes: readonly StoreChange[]): Promise<void> {
    this.#checkOpen()
    const settled = settleChanges(changes)
    await this.#change((transaction) => {
      const records = transaction.objectStore('records')
      return [...settled].map(([key, value]) => (value === undefined ? records.delete(key) : records.put(value, key)))
    })
  }

  async read(range: StoreRange): Promise<readonly StoredRecord[]> {
    this.#checkOpen()
    const bounds = rangeBounds(range)
    if (bounds === undefined) return []
    try {
      const records = this.#database.transaction('records').store
      const query = keyRange(bounds)
      if (range.reverse === true) return await readBackwards(records, query, range.limit)
      const [keys, values] = await Promise.all([
        records.getAllKeys(query, range.limit),
        records.getAll(query, range.limit),
      ])
      return keys.map((key, i) => ({ key, value: values[i] as Uint8Array }))
    } catch (error) {
      throw storageError(this.#name, error)
    }
  }

  async clear(prefix: string): Promise<void> {
    this.#checkOpen()
    const query = keyRange(prefixBounds(prefix))
    await this.#change((transaction) => [transaction.objectStore('records').delete(query)])
  }

  close(): Promise<void> {
    this.#closed ??= Promise.allSettled(this.#underWay).then(() => {
      this.#database.close()
      this.#hold.release()
    })
    return this.#closed
  }

  /** Transactions on the same object store run in the order they were made, so writes resolve in that order too. */
  async #change(make: (transaction: Transaction) => readonly Promise<unknown>[]): Promise<void> {
    const change = this.#inTransaction(make)
    this.#underWay.add(change)
    try {
      await change
    } finally {
      this.#underWay.delete(change)
    }
  }

  async #inTransaction(make: (transaction: Transaction) => readonly Promise<unknown>[]): Promise<void> {
    let requests: readonly Promise<unknown>[] = []
    try {
      const transaction: Transaction = this.#database.transaction(['records', 'meta'], 'readwrite', {
        durability: this.#durability,
      })
      const generation = transaction.objectStore('meta').get('generation')
      requests = [generation, ...make(transaction)]
      if (this.#hold.lost || (await generation) !== this.#generation) {
        transaction.abort()
        await Promise.allSettled([...requests, transaction.done])
        throw new StorageHeld('The store of this page')
      }
      await Promise.all([...requests, transaction.done])
    } catch (error) {
      // Every request of an aborted transaction rejects; one of them was reported.
      await Promise.allSettled(requests)
      throw storageError(this.#name, error)
    }
  }

  #checkOpen(): void {
    if (this.#closed !== undefined) throw new BrokenPromise('the store is closed')
  }
}

function keyRange({ from, fromOpen, to }: KeyBounds): IDBKeyRange {
  return IDBKeyRange.bound(from, to, fromOpen, true)
}

interface RecordsReader {
  getAllRecords?(options: { query: IDBKeyRange; count: number; direction: 'prev' }): Promise<readonly IDBRecord[]>
}

interface IDBRecord {
  readonly key: IDBValidKey
  readonly value: Uint8Array
}

/** Browsers that cannot fetch a page from the end walk there record by record, which is ten times slower. */
async function readBackwards(
  records: IDBPObjectStore<Schema, ['records'], 'records'>,
  query: IDBKeyRange,
  count: number,
): Promise<readonly StoredRecord[]> {
  const reader = records as unknown as RecordsReader
  if (reader.getAllRecords !== undefined) {
    const page = await reader.getAllRecords({ query, count, direction: 'prev' })
    return page.map(({ key, value }) => ({ key: key as string, value }))
  }
  const found: StoredRecord[] = []
  let cursor = await records.openCursor(query, 'prev')
  while (cursor !== null) {
    found.push({ key: cursor.key, value: cursor.value })
    if (found.length >= count) break
    cursor = await cursor.continue()
  }
  return found
}

function storageError(name: string, error: unknown): Error {
  if (error instanceof StorageHeld || error instanceof StorageFull || error instanceof StorageBroken) return error
  const cause = error instanceof Error ? error : new Error(String(error))
  if (cause.name === 'QuotaExceededError') return new StorageFull('this page', { cause })
  return new StorageBroken(
    `The browser's store "${name}" cannot be used (${cause.name}). Reload the page; if that does not help, erase this site's data in the browser's settings and join your rooms again.`,
    { cause },
  )
}

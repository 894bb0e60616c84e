import { deleteDB, openDB } from 'idb'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { sealStorage } from './at-rest.ts'
import type { SealedStorage, SealOptions } from './at-rest.ts'
import { keepKeyInBrowser } from './browser/storage-key.ts'
import { openBrowserStorage, openSealedBrowserStorage } from './browser/storage.ts'
import { StorageBroken, StorageLocked } from './storage-errors.ts'
import { storageContract } from './testing/storage-contract.ts'

vi.setConfig({ testTimeout: 30_000 })

const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length))
const stretch = { memoryKiB: 64, iterations: 1 }
let counter = 0
let name = freshName()

function freshName(): string {
  counter += 1
  return `sealed-${counter}-${Date.now()}`
}

afterEach(async () => {
  await Promise.all([deleteDB(name), deleteDB(`${name}-key`)])
  name = freshName()
})

function open(options: Partial<SealOptions> = {}): Promise<SealedStorage> {
  return openSealedBrowserStorage(name, { crypto: { random }, stretch, ...options })
}

async function put(storage: SealedStorage, key: string, text: string): Promise<void> {
  await storage.write([{ key, value: new TextEncoder().encode(text) }])
}

async function textOf(storage: SealedStorage, key: string): Promise<string | undefined> {
  const [record] = await storage.read({ prefix: key, limit: 1 })
  return record === undefined ? undefined : new TextDecoder().decode(record.value)
}

storageContract('sealed, in the browser', async () => {
  const place = freshName()
  // Patient enough for a holder that closes.
  const sealed = (): Promise<SealedStorage> =>
    openSealedBrowserStorage(place, { crypto: { random }, patienceMs: 1_000 })
  return {
    storage: await sealed(),
    reopen: sealed,
    destroy: async () => {
      await Promise.all([deleteDB(place), deleteDB(`${place}-key`)])
    },
  }
})

/** Everything in every database of this origin that a script can get at, as one string of characters 0–255. */
async function everything(): Promise<{ readonly text: string; readonly keys: readonly CryptoKey[] }> {
  const parts: string[] = []
  const keys: CryptoKey[] = []
  const visit = (value: unknown): void => {
    if (value instanceof CryptoKey) keys.push(value)
    else if (value instanceof Uint8Array) parts.push(Array.from(value, (byte) => String.fromCharCode(byte)).join(''))
    else if (value instanceof ArrayBuffer) visit(new Uint8Array(value))
    else if (Array.isArray(value)) value.forEach(visit)
    else if (typeof value === 'object' && value !== null) Object.entries(value).flat().forEach(visit)
    else parts.push(String(value))
  }
  for (const { name } of await indexedDB.databases()) {
    const database = await openDB(name as string)
    for (const store of database.objectStoreNames) {
      visit(await database.getAllKeys(store))
      visit(await database.getAll(store))
    }
    database.close()
  }
  for (const area of [localStorage, sessionStorage]) parts.push(JSON.stringify(area))
  return { text: parts.join('\n'), keys }
}

describe('searching the whole store', () => {
  it('STO20 finds no plaintext and no key in any record of IndexedDB', async () => {
    const drawn: Uint8Array[] = []
    const recording = {
      random: (length: number): Uint8Array => {
        const bytes = random(length)
        drawn.push(bytes.slice())
        return bytes
      },
    }
    const storage = await open({ crypto: recording })
    await put(storage, 'room/x/e/1', 'meet me at the old bridge')
    await put(storage, 'room/x/m/identity', 'secret-identity-key')
    const { text, keys } = await everything()
    await storage.close()
    expect(text).toContain('r/room/x/e/1')
    expect(text).not.toContain('old bridge')
    expect(text).not.toContain('secret-identity-key')
    const characters = (bytes: Uint8Array): string => String.fromCharCode(...bytes)
    const dataKey = drawn.find(({ length }) => length === 32) as Uint8Array
    expect(text).not.toContain(characters(dataKey))
    // The search does find what is there: a nonce, in clear by design.
    expect(text).toContain(characters(drawn.find(({ length }) => length === 12) as Uint8Array))
    // The one key there is can be used, not read out.
    expect(keys).toHaveLength(1)
    expect(keys[0]?.extractable).toBe(false)
    for (const format of ['raw', 'jwk'] as const) {
      await expect(crypto.subtle.exportKey(format, keys[0] as CryptoKey)).rejects.toThrow(/extractable/)
    }
  })
})

describe('passphrase', () => {
  it('STO21 STO22 sets, changes and removes it; wrong ones are StorageLocked', async () => {
    const storage = await open()
    await put(storage, 'a', 'kept')
    await storage.setPassphrase('one')
    expect((await everything()).keys).toEqual([])
    await storage.setPassphrase('two', 'one')
    await storage.close()
    await expect(open()).rejects.toThrow(StorageLocked)
    await expect(open({ passphrase: 'one' })).rejects.toMatchObject({ reason: 'passphraseWrong' })
    const again = await open({ passphrase: 'two' })
    expect(await textOf(again, 'a')).toBe('kept')
    await again.removePassphrase('two')
    await again.close()
    const last = await open()
    expect(last.atRest).toBe('key')
    expect(await textOf(last, 'a')).toBe('kept')
    await last.close()
  })

  it('STO23 stretches with Argon2id at full cost in the browser too', async () => {
    const storage = await open({ passphrase: 'slow', stretch: undefined })
    await put(storage, 'a', 'b')
    await storage.close()
    const again = await open({ passphrase: 'slow' })
    expect(await textOf(again, 'a')).toBe('b')
    await again.close()
  })
})

describe('tampering', () => {
  it('STO24 detects records altered or swapped behind its back in IndexedDB', async () => {
    const storage = await open()
    await put(storage, 'e/1', 'one')
    await put(storage, 'e/2', 'two')
    await storage.close()
    const database = await openDB(name, 1)
    const one = (await database.get('records', 'r/e/1')) as Uint8Array
    const two = (await database.get('records', 'r/e/2')) as Uint8Array
    await database.put('records', two, 'r/e/1')
    one[20] = (one[20] as number) ^ 1
    await database.put('records', one, 'r/e/2')
    database.close()
    const broken = new Set<string | undefined>()
    const again = await open({ onBroken: ({ key }) => broken.add(key) })
    expect(await again.read({ prefix: 'e/', limit: 9 })).toEqual([])
    expect(broken).toEqual(new Set(['e/1', 'e/2']))
    await again.close()
    const strict = await open()
    await expect(strict.read({ prefix: 'e/', limit: 9 })).rejects.toThrow(StorageBroken)
    await strict.close()
  })
})

describe('a browser that loses keys', () => {
  const native = Object.getOwnPropertyDescriptor(IDBObjectStore.prototype, 'get') as PropertyDescriptor

  afterEach(() => {
    Object.defineProperty(IDBObjectStore.prototype, 'get', native)
  })

  /** As Safari is reported to do for some kinds of key: the put succeeds, the record reads back as null. */
  function forgetKeys(): void {
    IDBObjectStore.prototype.get = function get(this: IDBObjectStore, query: IDBValidKey): IDBRequest {
      const get = native.value as (this: IDBObjectStore, query: IDBValidKey) => IDBRequest
      return get.call(this, this.name === 'keys' ? 'nothing is stored under this' : query)
    }
  }

  it('STO27 is found out at first run by put → reopen → get → use, before anything is stored', async () => {
    forgetKeys()
    await expect(open()).rejects.toThrow(/Keys do not last here.*Set a passphrase/s)
    const inside = await openBrowserStorage(name)
    expect(await inside.read({ prefix: '', limit: 9 })).toEqual([])
    await inside.close()
    const storage = await open({ passphrase: 'p' })
    await put(storage, 'a', 'b')
    await storage.close()
    const again = await open({ passphrase: 'p' })
    expect(await textOf(again, 'a')).toBe('b')
    await again.close()
  })

  it('STO28 never makes a new key over a store whose key is gone', async () => {
    const storage = await open()
    await put(storage, 'a', 'b')
    await storage.close()
    await keepKeyInBrowser(`${name}-key`).erase()
    await expect(open()).rejects.toThrow(/key.*is gone/)
    expect((await everything()).keys).toEqual([])
    const inside = await openBrowserStorage(name)
    await expect(sealStorage(inside, { crypto: { random }, keys: keepKeyInBrowser('another-key') })).rejects.toThrow(
      StorageBroken,
    )
    expect(await inside.read({ prefix: 'r/', limit: 9 })).toHaveLength(1)
    await inside.close()
    await deleteDB('another-key')
  })
})

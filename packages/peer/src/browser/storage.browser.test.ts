import { deleteDB, openDB } from 'idb'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { StorageBroken, StorageHeld } from '../storage-errors.ts'
import { storageContract } from '../testing/storage-contract.ts'
import { openBrowserStorage } from './storage.ts'

vi.setConfig({ testTimeout: 30_000 })

let counter = 0

function freshName(): string {
  counter += 1
  return `test-${counter}-${Date.now()}`
}

for (const durability of ['strict', 'relaxed'] as const) {
  storageContract(`browser, ${durability}`, async () => {
    const name = freshName()
    return {
      storage: await openBrowserStorage(name, { durability }),
      // Patient enough for a holder that closes.
      reopen: () => openBrowserStorage(name, { durability, patienceMs: 1_000 }),
      destroy: () => deleteDB(name),
    }
  })
}

describe('a browser that cannot fetch a page of records from the end', () => {
  const prototype = IDBObjectStore.prototype as { getAllRecords?: unknown }
  const native = prototype.getAllRecords

  afterEach(() => {
    prototype.getAllRecords = native
  })

  it('STO5 reads backwards all the same', async () => {
    const name = freshName()
    const storage = await openBrowserStorage(name)
    await storage.write(['a', 'b', 'c', 'd'].map((key) => ({ key, value: new Uint8Array([key.charCodeAt(0)]) })))
    const read = (): Promise<unknown> => storage.read({ prefix: '', after: 'd', reverse: true, limit: 2 })
    expect(native).toBeTypeOf('function')
    const withNative = await read()
    delete prototype.getAllRecords
    expect(await read()).toEqual(withNative)
    expect(withNative).toEqual([
      { key: 'c', value: new Uint8Array([99]) },
      { key: 'b', value: new Uint8Array([98]) },
    ])
    await storage.close()
    await deleteDB(name)
  })
})

it('STO7 robs a page that hangs: its later writes are refused and change nothing', async () => {
  const name = freshName()
  const old = await openBrowserStorage(name)
  await old.write([{ key: 'a', value: new Uint8Array([1]) }])
  await expect(openBrowserStorage(name, { patienceMs: 100 })).rejects.toThrow(StorageHeld)
  const robber = await openBrowserStorage(name, { steal: true })
  await expect(old.write([{ key: 'a', value: new Uint8Array([2]) }])).rejects.toThrow(StorageHeld)
  await robber.write([{ key: 'b', value: new Uint8Array([3]) }])
  expect((await robber.read({ prefix: '', limit: 9 })).map(({ value }) => value[0])).toEqual([1, 3])
  await old.close()
  await expect(openBrowserStorage(name, { patienceMs: 100 })).rejects.toThrow(StorageHeld)
  await robber.close()
  await deleteDB(name)
})

it('STO7 fences a page that was robbed before it could notice', async () => {
  const name = freshName()
  const old = await openBrowserStorage(name)
  // What the new holder does, done behind the old one's back: its lock still stands, its generation does not.
  const database = await openDB(name, 1)
  await database.put('meta', 99, 'generation')
  database.close()
  await expect(old.write([{ key: 'a', value: new Uint8Array([1]) }])).rejects.toThrow(StorageHeld)
  await expect(old.clear('')).rejects.toThrow(StorageHeld)
  expect(await old.read({ prefix: '', limit: 9 })).toEqual([])
  await old.close()
  await deleteDB(name)
})

it('STO12 says what to do when the site was erased under it', async () => {
  const name = freshName()
  const storage = await openBrowserStorage(name)
  await deleteDB(name)
  const error = await storage.write([{ key: 'a', value: new Uint8Array(1) }]).catch((error: unknown) => error)
  expect(error).toBeInstanceOf(StorageBroken)
  expect(String(error)).toContain('Reload the page')
  await storage.close()
})

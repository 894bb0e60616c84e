import { expect, it } from 'vitest'
import { StorageFull } from '../storage-errors.ts'
import { storageContract } from '../testing/storage-contract.ts'
import { MemoryDisk, openMemoryStorage } from './storage.ts'

storageContract('memory', async () => {
  const disk = new MemoryDisk()
  return { storage: await openMemoryStorage(disk), reopen: () => openMemoryStorage(disk), destroy: async () => {} }
})

it('STO11 refuses a write beyond its capacity and keeps what was there', async () => {
  const disk = new MemoryDisk()
  disk.capacityBytes = 10
  const storage = await openMemoryStorage(disk)
  await storage.write([{ key: 'a', value: new Uint8Array(6) }])
  await expect(storage.write([{ key: 'b', value: new Uint8Array(6) }])).rejects.toThrow(StorageFull)
  await storage.write([{ key: 'a', value: new Uint8Array(10) }])
  expect(await storage.read({ prefix: '', limit: 9 })).toEqual([{ key: 'a', value: new Uint8Array(10) }])
})

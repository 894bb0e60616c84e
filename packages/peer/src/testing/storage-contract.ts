/** The contract suite of the storage port: every adapter and every wrapper runs it in one line. */
import { BrokenPromise } from '@kith/protocol'
import type { StoredRecord } from '@kith/protocol'
import { afterEach, describe, expect, it } from 'vitest'
import { StorageHeld } from '../storage-errors.ts'
import { maxKeyLength } from '../storage-keys.ts'
import type { Storage } from '../storage.ts'

/** A fresh, empty place to store in, opened once. */
export interface StoragePlace {
  readonly storage: Storage
  /** Opens the same place again. The suite closes the store before, except where it tests that it must. */
  reopen(): Promise<Storage>
  /** Removes everything; called once, after the last store on this place was closed. */
  destroy(): Promise<void>
}

const mebibyte = 1024 * 1024

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text)
}

function pairs(records: readonly StoredRecord[]): readonly string[] {
  return records.map(({ key, value }) => `${key}=${new TextDecoder().decode(value)}`)
}

function keys(records: readonly StoredRecord[]): readonly string[] {
  return records.map(({ key }) => key)
}

async function put(storage: Storage, ...records: readonly string[]): Promise<void> {
  await storage.write(records.map((key) => ({ key, value: bytes(key.toUpperCase()) })))
}

export function storageContract(name: string, open: () => Promise<StoragePlace>): void {
  // Durable writes wait for the disk, and tests share it with whatever else is running.
  describe(`storage contract: ${name}`, { timeout: 30_000 }, () => {
    const opened: { readonly place: StoragePlace; readonly stores: Storage[] }[] = []

    async function fresh(): Promise<{ storage: Storage; reopen: () => Promise<Storage> }> {
      const place = await open()
      const stores = [place.storage]
      opened.push({ place, stores })
      return {
        storage: place.storage,
        reopen: async () => {
          const again = await place.reopen()
          stores.push(again)
          return again
        },
      }
    }

    afterEach(async () => {
      for (const { place, stores } of opened.splice(0)) {
        for (const store of stores) await store.close()
        await place.destroy()
      }
    })

    it('STO1 reads back what was written, in key order whatever the order of writing', async () => {
      const { storage } = await fresh()
      await put(storage, 'b', 'a/2', 'c', 'a/1', 'a', 'B', '~', '!', 'a/10')
      expect(pairs(await storage.read({ prefix: '', limit: 100 }))).toEqual([
        '!=!',
        'B=B',
        'a=A',
        'a/1=A/1',
        'a/10=A/10',
        'a/2=A/2',
        'b=B',
        'c=C',
        '~=~',
      ])
    })

    it('STO1 gives one record per key: the last written, also within one write', async () => {
      const { storage } = await fresh()
      await put(storage, 'k')
      await storage.write([
        { key: 'k', value: bytes('one') },
        { key: 'k', value: bytes('two') },
        { key: 'gone', value: bytes('x') },
        { key: 'gone', value: undefined },
        { key: 'back', value: undefined },
        { key: 'back', value: bytes('here') },
      ])
      expect(pairs(await storage.read({ prefix: '', limit: 100 }))).toEqual(['back=here', 'k=two'])
    })

    it('STO2 applies all changes of a write or none', async () => {
      const { storage } = await fresh()
      await put(storage, 'kept')
      const write = storage.write([
        { key: 'kept', value: undefined },
        { key: 'new', value: bytes('new') },
        { key: 'not a key', value: bytes('x') },
      ])
      await expect(write).rejects.toThrow(BrokenPromise)
      expect(pairs(await storage.read({ prefix: '', limit: 100 }))).toEqual(['kept=KEPT'])
    })

    it('STO2 accepts an empty write, and the deletion of what is not there', async () => {
      const { storage } = await fresh()
      await storage.write([])
      await storage.write([{ key: 'nothing', value: undefined }])
      expect(await storage.read({ prefix: '', limit: 100 })).toEqual([])
    })

    it('STO3 resolves writes in the order they were made, and the last one wins', async () => {
      const { storage } = await fresh()
      const order: number[] = []
      await Promise.all(
        Array.from({ length: 20 }, async (_, i) => {
          const value = new Uint8Array(i % 3 === 0 ? 50_000 : 5).fill(i)
          await storage.write([{ key: 'same', value }])
          order.push(i)
        }),
      )
      expect(order).toEqual(Array.from({ length: 20 }, (_, i) => i))
      const [record] = await storage.read({ prefix: 'same', limit: 1 })
      expect(record?.value).toEqual(new Uint8Array(5).fill(19))
    })

    it('STO3 shows a clear and a write in the order they were made', async () => {
      const { storage } = await fresh()
      await put(storage, 'p/1', 'p/2')
      await Promise.all([storage.clear('p/'), put(storage, 'p/3')])
      expect(keys(await storage.read({ prefix: '', limit: 100 }))).toEqual(['p/3'])
    })

    it('STO4 keeps what was written after close and reopen, and again', async () => {
      const { storage, reopen } = await fresh()
      await put(storage, 'a', 'b')
      await storage.close()
      const second = await reopen()
      expect(pairs(await second.read({ prefix: '', limit: 100 }))).toEqual(['a=A', 'b=B'])
      await second.write([
        { key: 'a', value: undefined },
        { key: 'c', value: bytes('C') },
      ])
      await second.close()
      const third = await reopen()
      expect(pairs(await third.read({ prefix: '', limit: 100 }))).toEqual(['b=B', 'c=C'])
    })

    it('STO4 finishes the writes that are under way when it is closed', async () => {
      const { storage, reopen } = await fresh()
      const writes = Array.from({ length: 10 }, (_, i) => put(storage, `k${i}`))
      await Promise.all([...writes, storage.close()])
      expect(await (await reopen()).read({ prefix: 'k', limit: 100 })).toHaveLength(10)
    })

    it('STO5 reads only keys that start with the prefix', async () => {
      const { storage } = await fresh()
      await put(storage, 'room/1', 'room/1/e', 'room/1/f', 'room/10/e', 'room0', 'roo', 'room/1~')
      const range = { prefix: 'room/1/', limit: 100 }
      expect(keys(await storage.read(range))).toEqual(['room/1/e', 'room/1/f'])
      expect(keys(await storage.read({ ...range, reverse: true }))).toEqual(['room/1/f', 'room/1/e'])
      expect(keys(await storage.read({ prefix: 'room/1', limit: 100 }))).toEqual([
        'room/1',
        'room/1/e',
        'room/1/f',
        'room/10/e',
        'room/1~',
      ])
      expect(await storage.read({ prefix: 'room/2', limit: 100 })).toEqual([])
    })

    it('STO5 pages forwards and backwards with `after`, without a record twice or missing', async () => {
      const { storage } = await fresh()
      const all = Array.from({ length: 25 }, (_, i) => `e/${String(i).padStart(3, '0')}`)
      await put(storage, ...all, 'd/9', 'f/0')
      for (const reverse of [false, true]) {
        const seen: string[] = []
        let after: string | undefined
        for (;;) {
          const page = await storage.read({ prefix: 'e/', after, reverse, limit: 7 })
          seen.push(...keys(page))
          if (page.length < 7) break
          after = page.at(-1)?.key
        }
        expect(seen).toEqual(reverse ? all.toReversed() : all)
      }
    })

    it('STO5 goes on from a bound that is not (or no longer) a record, and stays within the prefix', async () => {
      const { storage } = await fresh()
      await put(storage, 'e/1', 'e/3', 'f/1')
      const read = async (after: string, reverse: boolean): Promise<readonly string[]> =>
        keys(await storage.read({ prefix: 'e/', after, reverse, limit: 10 }))
      expect(await read('e/2', false)).toEqual(['e/3'])
      expect(await read('e/2', true)).toEqual(['e/1'])
      expect(await read('e/3', false)).toEqual([])
      expect(await read('e/1', true)).toEqual([])
      expect(await read('a', false)).toEqual(['e/1', 'e/3'])
      expect(await read('a', true)).toEqual([])
      expect(await read('z', false)).toEqual([])
      expect(await read('z', true)).toEqual(['e/3', 'e/1'])
    })

    it('STO5 returns nothing for limit 0 and refuses a limit that is no count', async () => {
      const { storage } = await fresh()
      await put(storage, 'a')
      expect(await storage.read({ prefix: '', limit: 0 })).toEqual([])
      await expect(storage.read({ prefix: '', limit: -1 })).rejects.toThrow(BrokenPromise)
      await expect(storage.read({ prefix: '', limit: 0.5 })).rejects.toThrow(BrokenPromise)
    })

    it('STO6 clears a prefix and nothing else, also after reopening', async () => {
      const { storage, reopen } = await fresh()
      await put(storage, 'a/1', 'a/2', 'a', 'a0', 'b/1')
      await storage.clear('a/')
      await storage.clear('nothing/')
      expect(keys(await storage.read({ prefix: '', limit: 100 }))).toEqual(['a', 'a0', 'b/1'])
      await storage.close()
      const again = await reopen()
      expect(keys(await again.read({ prefix: '', limit: 100 }))).toEqual(['a', 'a0', 'b/1'])
      await again.clear('')
      expect(await again.read({ prefix: '', limit: 100 })).toEqual([])
      await put(again, 'fresh')
      await again.close()
      expect(keys(await (await reopen()).read({ prefix: '', limit: 100 }))).toEqual(['fresh'])
    })

    it('STO7 holds the store: a second opening is StorageHeld, and the first goes on', async () => {
      const { storage, reopen } = await fresh()
      await put(storage, 'a')
      await expect(reopen()).rejects.toThrow(StorageHeld)
      await put(storage, 'b')
      expect(keys(await storage.read({ prefix: '', limit: 100 }))).toEqual(['a', 'b'])
      await storage.close()
      expect(keys(await (await reopen()).read({ prefix: '', limit: 100 }))).toEqual(['a', 'b'])
    })

    it('STO8 keeps empty and big values byte for byte', async () => {
      const { storage, reopen } = await fresh()
      const big = new Uint8Array(mebibyte)
      for (let i = 0; i < big.length; i++) big[i] = (i * 2_654_435_761) >>> 24
      await storage.write([
        { key: 'big', value: big },
        { key: 'empty', value: new Uint8Array(0) },
      ])
      await storage.close()
      const records = await (await reopen()).read({ prefix: '', limit: 10 })
      expect(keys(records)).toEqual(['big', 'empty'])
      // Compared as strings because a diff of a mebibyte takes minutes to print.
      expect(String.fromCharCode(...(records[0]?.value.subarray(0, 999) ?? []))).toBe(
        String.fromCharCode(...big.subarray(0, 999)),
      )
      expect(records[0]?.value.every((byte, i) => byte === big[i])).toBe(true)
      expect(records[0]?.value.length).toBe(mebibyte)
      expect(records[1]?.value).toEqual(new Uint8Array(0))
    })

    it('STO8 stores a copy: neither a written nor a read buffer is shared with the caller', async () => {
      const { storage } = await fresh()
      const buffer = bytes('..value..')
      const write = storage.write([{ key: 'k', value: buffer.subarray(2, 7) }])
      buffer.fill(0)
      await write
      const [first] = await storage.read({ prefix: 'k', limit: 1 })
      expect(first?.value).toEqual(bytes('value'))
      first?.value.fill(0)
      expect(pairs(await storage.read({ prefix: 'k', limit: 1 }))).toEqual(['k=value'])
    })

    it('STO8 holds many keys: 5,000 in 50 writes, read in one page and from both ends', async () => {
      const { storage, reopen } = await fresh()
      for (let batch = 0; batch < 50; batch++) {
        await storage.write(
          Array.from({ length: 100 }, (_, i) => {
            const key = `m/${String(i * 50 + batch).padStart(6, '0')}`
            return { key, value: bytes(key) }
          }),
        )
      }
      await storage.close()
      const again = await reopen()
      const records = await again.read({ prefix: 'm/', limit: 10_000 })
      expect(records).toHaveLength(5_000)
      expect(keys(records)).toEqual(keys(records).toSorted())
      expect(pairs(await again.read({ prefix: 'm/', reverse: true, limit: 1 }))).toEqual(['m/004999=m/004999'])
    })

    it('STO9 refuses hostile keys in every operation and stays usable', async () => {
      const { storage } = await fresh()
      const tooLong = 'k'.repeat(maxKeyLength + 1)
      for (const key of ['', ' ', 'a b', 'é', '日本', '\u{1F600}', 'a\0b', 'a\nb', '\x7f', '\ud800', tooLong]) {
        await expect(storage.write([{ key, value: bytes('x') }])).rejects.toThrow(BrokenPromise)
        if (key === '') continue
        await expect(storage.clear(key)).rejects.toThrow(BrokenPromise)
        await expect(storage.read({ prefix: key, limit: 1 })).rejects.toThrow(BrokenPromise)
        await expect(storage.read({ prefix: '', after: key, limit: 1 })).rejects.toThrow(BrokenPromise)
      }
      const hostile = ['../../etc/passwd', '__proto__', 'constructor', '%00', `'"\\;--`, 'k'.repeat(maxKeyLength - 2)]
      await put(storage, ...hostile)
      expect(keys(await storage.read({ prefix: '', limit: 100 }))).toEqual(hostile.toSorted())
    })

    it('STO10 refuses everything after close, and closing twice does nothing', async () => {
      const { storage } = await fresh()
      await storage.close()
      await storage.close()
      await expect(storage.write([])).rejects.toThrow(BrokenPromise)
      await expect(storage.read({ prefix: '', limit: 1 })).rejects.toThrow(BrokenPromise)
      await expect(storage.clear('')).rejects.toThrow(BrokenPromise)
    })
  })
}

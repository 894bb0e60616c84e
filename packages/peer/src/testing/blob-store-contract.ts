/** The contract suite of the store of blobs: every adapter runs it in one line. */
import { Bits, blockLengthOf, blocksOf, pageLengthOf, pagesOf } from '@kith/protocol'
import { afterEach, describe, expect, it } from 'vitest'
import type { BlobStore } from '../blob-store.ts'
import { StorageBroken } from '../storage-errors.ts'

export interface BlobPlace {
  readonly store: BlobStore
  /** Opens the same place again, after the store was closed; undefined where nothing outlives the program. */
  readonly reopen?: (() => Promise<BlobStore>) | undefined
  destroy(): Promise<void>
}

const root = 'ab'.repeat(32)
const other = 'cd'.repeat(32)
/** Three blocks, the last one short. */
const size = 40_000

function block(index: number): Uint8Array {
  return new Uint8Array(blockLengthOf(size, index)).fill(index + 1)
}

function page(): Uint8Array {
  return new Uint8Array(pageLengthOf(size, 0)).fill(9)
}

function has(bitmap: Uint8Array, count: number): readonly boolean[] {
  const bits = Bits.from(bitmap, count)
  if (!bits.ok) throw new Error('no bitmap')
  return Array.from({ length: count }, (_, index) => bits.value.has(index))
}

export function blobStoreContract(name: string, open: () => Promise<BlobPlace>): void {
  describe(`blob store contract: ${name}`, { timeout: 30_000 }, () => {
    const places: BlobPlace[] = []
    const fresh = async (): Promise<BlobPlace> => {
      const place = await open()
      places.push(place)
      return place
    }

    afterEach(async () => {
      for (const place of places.splice(0)) await place.destroy()
    })

    it('STO32 gives back what was written, and nothing where nothing was', async () => {
      const { store } = await fresh()
      expect(await store.read(root, 'block', 0)).toBeUndefined()
      expect(has((await store.look(root, size)).blocks, blocksOf(size))).toEqual([false, false, false])
      for (const index of [2, 0]) await store.write(root, size, 'block', index, block(index))
      await store.write(root, size, 'page', 0, page())
      expect(await store.read(root, 'block', 2)).toEqual(block(2))
      expect(await store.read(root, 'block', 1)).toBeUndefined()
      expect(await store.read(root, 'page', 0)).toEqual(page())
      const { blocks, pages } = await store.look(root, size)
      expect(has(blocks, blocksOf(size))).toEqual([true, false, true])
      expect(has(pages, pagesOf(size))).toEqual([true])
      expect(await store.read(other, 'block', 0)).toBeUndefined()
    })

    it('STO32 a slot stays as it was written first', async () => {
      const { store } = await fresh()
      await store.write(root, size, 'block', 0, block(0))
      await store.write(root, size, 'block', 0, new Uint8Array(blockLengthOf(size, 0)).fill(77))
      expect(await store.read(root, 'block', 0)).toEqual(block(0))
    })

    it('STO32 slots that follow each other are written and read as one run, up to the first that is not here', async () => {
      const { store } = await fresh()
      await store.write(root, size, 'block', 1, block(1))
      const first = new Uint8Array(blockLengthOf(size, 0) + blockLengthOf(size, 1)).fill(77)
      await store.write(root, size, 'block', 0, first)
      expect(await store.read(root, 'block', 0)).toEqual(first.subarray(0, blockLengthOf(size, 0)))
      expect(await store.read(root, 'block', 1, 3)).toEqual(block(1))
      await store.write(root, size, 'block', 2, block(2))
      const both = new Uint8Array([...block(1), ...block(2)])
      expect(await store.read(root, 'block', 1, 3)).toEqual(both)
      await store.write(other, size, 'block', 1, both)
      expect(await store.read(other, 'block', 0, 3)).toBeUndefined()
      expect(await store.read(other, 'block', 2)).toEqual(block(2))
      expect(has((await store.look(other, size)).blocks, blocksOf(size))).toEqual([false, true, true])
    })

    it('STO33 refuses another size than a root is kept with, aloud, and keeps what is there', async () => {
      const { store } = await fresh()
      await store.write(root, size, 'block', 0, block(0))
      await expect(store.write(root, size + 1, 'block', 1, block(1))).rejects.toThrow(StorageBroken)
      expect(has((await store.look(root, size + 1)).blocks, blocksOf(size + 1))).toEqual([false, false, false])
      expect(await store.read(root, 'block', 0)).toEqual(block(0))
    })

    it('STO32 lists what there is, and forgets what is removed', async () => {
      const { store } = await fresh()
      await store.write(root, size, 'block', 0, block(0))
      await store.write(other, size, 'block', 1, block(1))
      const listed = (await store.list()).map((use) => [use.root, use.size])
      expect(listed).toHaveLength(2)
      expect(listed).toEqual(
        expect.arrayContaining([
          [root, size],
          [other, size],
        ]),
      )
      await store.remove(root)
      expect((await store.list()).map((use) => use.root)).toEqual([other])
      expect(await store.read(root, 'block', 0)).toBeUndefined()
      await store.write(root, size, 'block', 1, block(1))
      expect(await store.read(root, 'block', 1)).toEqual(block(1))
      expect(await store.read(root, 'block', 0)).toBeUndefined()
    })

    it('STO34 what is moved is whole under its new name, also after closing, and nothing is left under the old one', async () => {
      const { store, reopen } = await fresh()
      for (const index of [0, 1, 2]) await store.write(other, size, 'block', index, block(index))
      await store.write(other, size, 'page', 0, page())
      await store.move(other, root)
      expect(await store.read(other, 'block', 0)).toBeUndefined()
      expect((await store.list()).map((use) => use.root)).toEqual([root])
      for (const index of [0, 1, 2]) expect(await store.read(root, 'block', index)).toEqual(block(index))
      expect(await store.read(root, 'page', 0)).toEqual(page())
      if (reopen === undefined) return
      await store.close()
      const again = await reopen()
      expect(has((await again.look(root, size)).blocks, blocksOf(size))).toEqual([true, true, true])
      await again.close()
    })

    it('STO34 whoever lists meanwhile takes nothing of what is moved for left behind', async () => {
      const { store } = await fresh()
      let [from, to] = [other, root]
      for (const index of [0, 1, 2]) await store.write(from, size, 'block', index, block(index))
      for (let turn = 0; turn < 10; turn++) {
        let isMoved = false
        const moving = store.move(from, to).then(() => (isMoved = true))
        const listing = async (): Promise<void> => {
          while (!isMoved) await store.list()
        }
        await Promise.all([moving, listing(), listing(), listing()])
        for (const index of [0, 1, 2]) expect(await store.read(to, 'block', index)).toEqual(block(index))
        ;[from, to] = [to, from]
      }
    })

    it('STO33 looking, reading and writing at once agree', async () => {
      const { store } = await fresh()
      const [, before] = await Promise.all([
        store.look(root, size),
        store.read(root, 'block', 0),
        ...[0, 1, 2].map((index) => store.write(root, size, 'block', index, block(index))),
      ])
      if (before !== undefined) expect(before).toEqual(block(0))
      for (const index of [0, 1, 2]) expect(await store.read(root, 'block', index)).toEqual(block(index))
    })

    it('STO32 what was closed is there when it is opened again', async () => {
      const { store, reopen } = await fresh()
      if (reopen === undefined) return
      await store.write(root, size, 'block', 1, block(1))
      await store.close()
      const again = await reopen()
      expect(has((await again.look(root, size)).blocks, blocksOf(size))).toEqual([false, true, false])
      expect(await again.read(root, 'block', 1)).toEqual(block(1))
      await again.close()
    })
  })
}

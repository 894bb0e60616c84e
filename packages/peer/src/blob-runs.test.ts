import { blockBytes } from '@kith/protocol'
import { expect, it } from 'vitest'
import { RunReader, RunWriter } from './blob-runs.ts'
import { MemoryBlobStore } from './memory/blob-store.ts'
import { StorageFull } from './storage-errors.ts'

const root = 'ab'.repeat(32)
const size = 100 * (blockBytes - 16)

function block(index: number): Uint8Array {
  return new Uint8Array(blockBytes).fill(index + 1)
}

it('BLB19 blocks that come while others are written go as one run each, and every one is told of when it is kept', async () => {
  const inner = new MemoryBlobStore(() => 0)
  const writes: (readonly [first: number, blocks: number])[] = []
  const writer = new RunWriter({
    write: (...args) => {
      writes.push([args[3], args[4].length / blockBytes])
      return inner.write(...args)
    },
  })
  await Promise.all([0, 5, 3, 4, 9, 1, 2].map((index) => writer.write(root, size, index, block(index))))
  expect(writes).toEqual([
    [0, 1],
    [1, 5],
    [9, 1],
  ])
  for (const index of [0, 1, 2, 3, 4, 5, 9]) expect(await inner.read(root, 'block', index)).toEqual(block(index))
  await writer.write(root, size, 7, block(7))
  expect(writes.at(-1)).toEqual([7, 1])
})

it('BLB19 a run that does not fit is refused with all its blocks, and what comes next is written', async () => {
  const inner = new MemoryBlobStore(() => 0, 3 * blockBytes)
  const writer = new RunWriter(inner)
  const first = [0, 1, 2, 3].map((index) => writer.write(root, size, index, block(index)))
  const outcomes = await Promise.allSettled([...first, writer.write(root, size, 8, block(8))])
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'rejected', 'fulfilled'])
  await expect(first[2]).rejects.toThrow(StorageFull)
})

it('BLB19 blocks that lie side by side are read once, and what came or went since is seen', async () => {
  const store = new MemoryBlobStore(() => 0)
  for (const index of [0, 1, 2, 3, 4]) await store.write(root, size, 'block', index, block(index))
  let reads = 0
  const reader = new RunReader({ read: (...args) => (reads++, store.read(...args)) })
  for (const index of [2, 0, 3, 1]) expect(await reader.read(root, index)).toEqual(block(index))
  expect(reads).toBe(1)
  // The run behind is read by itself, and as what of it is here ends there, the block once more.
  expect(await reader.read(root, 5)).toBeUndefined()
  await store.write(root, size, 'block', 5, block(5))
  expect(await reader.read(root, 5)).toEqual(block(5))
  expect(await reader.read(root, 4)).toEqual(block(4))
  await store.remove(root)
  reader.forget(root)
  expect(await reader.read(root, 0)).toBeUndefined()
})

import { blockBytes } from '@kith/protocol'
import { expect, it } from 'vitest'
import { RunWriter } from './blob-runs.ts'
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

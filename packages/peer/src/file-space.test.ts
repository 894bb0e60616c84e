import { describe, expect, it } from 'vitest'
import type { BlobUse } from './blob-store.ts'
import { FileSpace, type FileRoom } from './file-space.ts'

function space(
  held: Readonly<Record<string, number>>,
  stuck: readonly string[] = [],
): { readonly space: FileSpace; readonly freed: string[] } {
  const freed: string[] = []
  const files: BlobUse[] = ['a', 'b', 'c', 'lost'].map((root, i) => ({
    root,
    size: 10,
    bytes: 10 + i,
    usedAt: 100 - i,
  }))
  const room: FileRoom = {
    holdersOf: (root) => held[root],
    freeFile: async (root) => {
      if (stuck.includes(root)) throw new Error('the store is busy')
      freed.push(root)
    },
  }
  return {
    space: new FileSpace({ list: async () => files.filter(({ root }) => !freed.includes(root)) }, () => [room]),
    freed,
  }
}

describe('the space files take', () => {
  it('FIL8 is freed of what three others hold, least used first, and of nothing else', async () => {
    const { space: files, freed } = space({ a: 3, b: 2, c: 5 })
    expect(await files.measure()).toEqual({ bytes: 46, freeable: 22 })
    expect(await files.free()).toBe(22)
    expect(freed).toEqual(['c', 'a'])
    expect(await files.measure()).toEqual({ bytes: 24, freeable: 0 })
  })

  it('FIL8 keeps what cannot be erased and goes on with the rest', async () => {
    const { space: files, freed } = space({ a: 3, c: 3 }, ['c'])
    expect(await files.free()).toBe(10)
    expect(freed).toEqual(['a'])
  })
})

import { Bits } from '@kith/protocol'
import { describe, expect, it } from 'vitest'
import { lookAgainMs, reserveBytes, slackBytes, type StoreSpace } from './blob-quota.ts'
import type { BlobStore, BlobUse } from './blob-store.ts'
import { FileSpace, type FileRoom } from './file-space.ts'
import { ManualClock } from './memory/clock.ts'
import { StorageFull } from './storage-errors.ts'

const mebibyte = 1024 * 1024

async function later(clock: ManualClock): Promise<void> {
  clock.advance(lookAgainMs)
  for (let i = 0; i < 20; i++) await Promise.resolve()
}

/** A store that only counts, with a disk that can be full. */
function disk(files: readonly (readonly [root: string, bytes: number])[]) {
  const held = new Map<string, { bytes: number; usedAt: number }>()
  files.forEach(([root, bytes], i) => held.set(root, { bytes, usedAt: i }))
  const own = { isFull: false, space: undefined as StoreSpace | undefined, writes: 0 }
  const store: BlobStore = {
    look: async () => ({ blocks: new Bits(1).toBytes(), pages: new Bits(1).toBytes() }),
    read: async () => undefined,
    write: async (root, _size, _part, _index, bytes) => {
      if (own.isFull) throw new StorageFull('a test')
      own.writes++
      const blob = held.get(root) ?? { bytes: 0, usedAt: 1_000 }
      held.set(root, { ...blob, bytes: blob.bytes + bytes.length })
    },
    move: async () => {},
    remove: async (root) => void held.delete(root),
    list: async () => [...held].map(([root, use]): BlobUse => ({ root, size: use.bytes, ...use })),
    close: async () => {},
  }
  return { ...own, own, held, store }
}

function open(
  files: readonly (readonly [root: string, bytes: number])[],
  holders: Readonly<Record<string, number>>,
  options: { readonly allowed?: number; readonly coming?: readonly string[]; readonly stuck?: readonly string[] } = {},
) {
  const clock = new ManualClock()
  const { own, held, store } = disk(files)
  const freed: string[] = []
  const told = { roomAgain: 0 }
  const room: FileRoom = {
    holdersOf: (root) => holders[root],
    carries: (root) => holders[root] !== undefined || root === 'draft',
    isComing: (root) => options.coming?.includes(root) === true,
    freeFile: async (root) => {
      if (options.stuck?.includes(root) === true) throw new Error('the store is busy')
      freed.push(root)
      await space.store.remove(root)
    },
    roomAgain: () => void told.roomAgain++,
  }
  const space: FileSpace = new FileSpace({ store, clock, space: async () => own.space }, options.allowed ?? 0, () => [
    room,
  ])
  const write = (root: string, bytes: number): Promise<void> =>
    space.store.write(root, bytes, 'block', 0, new Uint8Array(bytes))
  return { space, held, own, freed, told, clock, write }
}

describe('what no message carries', () => {
  it('FIL12 is erased when nobody touched it since the start; what a message or a draft carries stays', async () => {
    const { space, held } = open(
      [
        ['expired', 1],
        ['carried', 1],
        ['draft', 1],
        ['being sealed', 1],
      ],
      { carried: 0 },
    )
    // As `disk` has it, the fourth was used at 3.
    await space.sweep(3)
    expect([...held.keys()]).toEqual(['carried', 'draft', 'being sealed'])
  })
})

describe('the space files take', () => {
  const files = [
    ['c', 12],
    ['b', 11],
    ['a', 10],
    ['draft', 13],
  ] as const

  it('FIL8 is freed of what three others hold, least used first, and of nothing else', async () => {
    const { space, freed } = open(files, { a: 3, b: 2, c: 5 })
    expect(await space.measure()).toEqual({ bytes: 46, freeable: 22, limit: undefined })
    expect(await space.free()).toBe(22)
    expect(freed).toEqual(['c', 'a'])
    expect(await space.measure()).toEqual({ bytes: 24, freeable: 0, limit: undefined })
  })

  it('FIL8 keeps what cannot be erased, and what is on its way, and goes on with the rest', async () => {
    const { space, freed } = open(files, { a: 3, b: 3, c: 3 }, { stuck: ['c'], coming: ['b'] })
    expect(await space.free()).toBe(10)
    expect(freed).toEqual(['a'])
  })
})

describe('what files may take', () => {
  it('BLB7 FIL9 at the limit what three others hold makes room, least used first, and no more of it than is needed', async () => {
    const files = [
      ['old', 20 * mebibyte],
      ['mine', 20 * mebibyte],
      ['older', 20 * mebibyte],
      ['new', 20 * mebibyte],
    ] as const
    const { freed, held, write, told } = open(files, { old: 3, mine: 2, older: 4, new: 9 }, { allowed: 80 * mebibyte })
    await write('coming', mebibyte)
    expect(freed).toEqual(['old', 'older'])
    expect([...held.keys()]).toEqual(['mine', 'new', 'coming'])
    for (let i = 0; i < 30; i++) await write('coming', mebibyte)
    expect(freed).toEqual(['old', 'older'])
    expect(told.roomAgain).toBe(0)
  })

  it('FIL9 what then does not fit is refused, what is there stays, and it is told when there is room again', async () => {
    const { space, held, write, told, own } = open([['mine', 50 * mebibyte]], { mine: 0 }, { allowed: 50 * mebibyte })
    await expect(write('coming', mebibyte)).rejects.toThrow(StorageFull)
    expect([...held.keys()]).toEqual(['mine'])
    expect(own.writes).toBe(0)
    await space.store.allow(60 * mebibyte)
    // Too little to be worth it.
    expect(told.roomAgain).toBe(0)
    await space.store.allow(50 * mebibyte + 2 * slackBytes)
    expect(told.roomAgain).toBe(1)
    await write('coming', mebibyte)
    expect(held.get('coming')?.bytes).toBe(mebibyte)
  })

  it('FIL9 a smaller limit counts at once', async () => {
    const { space, freed } = open([['a', 10 * mebibyte]], { a: 3 })
    await space.store.allow(5 * mebibyte)
    expect(freed).toEqual(['a'])
  })

  it('FIL9 the last of a disk is left to others, and a full one is looked at again by itself', async () => {
    const { space, write, own, told, clock } = open([['mine', mebibyte]], {})
    own.space = { free: reserveBytes + 100 * mebibyte, total: 100 * reserveBytes }
    expect((await space.measure()).limit).toBe(101 * mebibyte)
    await write('coming', 64 * mebibyte)
    own.space = { free: reserveBytes, total: 100 * reserveBytes }
    await expect(write('coming', 64 * mebibyte)).rejects.toThrow(StorageFull)
    await later(clock)
    expect(told.roomAgain).toBe(0)
    own.space = { free: 2 * reserveBytes, total: 100 * reserveBytes }
    await later(clock)
    expect(told.roomAgain).toBe(1)
    await write('coming', 64 * mebibyte)
  })

  it('BLB12 FIL9 a disk that is full all the same is made room on once, then told of', async () => {
    const { write, own, freed, told, clock } = open([['a', 64 * mebibyte]], { a: 3 })
    own.isFull = true
    await expect(write('coming', mebibyte)).rejects.toThrow(StorageFull)
    expect(freed).toEqual(['a'])
    own.isFull = false
    await later(clock)
    expect(told.roomAgain).toBe(1)
    await write('coming', mebibyte)
  })
})

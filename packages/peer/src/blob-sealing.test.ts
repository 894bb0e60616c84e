import { formatHex, leafOf, plainBytes } from '@kith/protocol'
import { expect, it } from 'vitest'
import { sealBlob } from './blob-sealing.ts'
import type { BlobStore } from './blob-store.ts'
import { MemoryBlobStore } from './memory/blob-store.ts'
import { createNativeCrypto } from './node/crypto.ts'
import { StorageBroken } from './storage-errors.ts'

const crypto = createNativeCrypto()
const ports = { subtle: globalThis.crypto.subtle, crypto, hashBlock: (block: Uint8Array) => leafOf(crypto, block) }

it('BLB20 a file of any length is sealed in a few runs, of which a few are in work at once', async () => {
  for (const size of [1, plainBytes, 64 * plainBytes, 64 * plainBytes + 1, 520 * plainBytes + 7]) {
    const inner = new MemoryBlobStore(() => 0)
    let [writes, working, most] = [0, 0, 0]
    const slow: BlobStore = {
      ...bound(inner),
      write: async (...args) => {
        writes++
        most = Math.max(most, ++working)
        await new Promise((done) => setImmediate(done))
        await inner.write(...args)
        working--
      },
    }
    const steps: number[] = []
    const { root } = await sealBlob({ ...ports, store: slow }, new Blob([new Uint8Array(size)]), (n) => steps.push(n))
    expect(await inner.list()).toMatchObject([{ root: formatHex(root), size }])
    expect(writes).toBe(Math.ceil(size / (64 * plainBytes)) + 1)
    expect(most).toBeLessThanOrEqual(3)
    expect(steps.at(-1)).toBe(size)
  }
})

it('BLB20 a file that changes or cannot be kept while it is sealed leaves nothing behind', async () => {
  const store = new MemoryBlobStore(() => 0)
  const whole = new Blob([new Uint8Array(300 * plainBytes)])
  const shrinking = {
    size: whole.size,
    slice: (from: number, to: number) => whole.slice(from, from > 100 * plainBytes ? to - 1 : to),
  }
  await expect(sealBlob({ ...ports, store }, shrinking)).rejects.toThrow(StorageBroken)
  expect(await store.list()).toEqual([])
})

function bound(store: MemoryBlobStore): BlobStore {
  return {
    look: (...args) => store.look(...args),
    read: (...args) => store.read(...args),
    write: (...args) => store.write(...args),
    move: (...args) => store.move(...args),
    remove: (...args) => store.remove(...args),
    list: () => store.list(),
    close: () => store.close(),
  }
}

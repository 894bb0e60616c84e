import { formatHex, leafOf, plainBytes, type BlobInput, type Manifest } from '@kith/protocol'
import { expect, it } from 'vitest'
import { createNativeCrypto } from './node/crypto.ts'
import { MemoryBlobStore } from './memory/blob-store.ts'
import { RoomBlobs } from './room-blobs.ts'

const crypto = createNativeCrypto()
const blocks = 320

/** A file of so many blocks that is sealed elsewhere, and a place where nothing of it is yet. */
async function arriving() {
  const ports = {
    subtle: globalThis.crypto.subtle,
    crypto,
    hashBlock: (block: Uint8Array) => leafOf(crypto, block),
  }
  const far = new MemoryBlobStore(() => 0)
  const plain = new Uint8Array(blocks * plainBytes)
  for (let i = 0; i < blocks; i++) plain[i * plainBytes] = (i % 255) + 1
  const { root, key, size } = await new RoomBlobs({ ...ports, store: far }, () => {}).seal(new Blob([plain]))
  const name = formatHex(root)
  const store = new MemoryBlobStore(() => 0)
  const asked: number[] = []
  const own = new RoomBlobs({ ...ports, store }, (input: BlobInput) => {
    if (input.type === 'blobFetch') asked.push(input.from ?? -1)
  })
  const manifest: Manifest = { root, key, size, type: '', name: 'film', preview: new Uint8Array() }
  const come = async (index: number): Promise<void> => {
    await store.write(name, size, 'block', index, (await far.read(name, 'block', index)) as Uint8Array)
    own.told({ type: 'blobBlocks', root: name, indices: [index] })
    await new Promise((done) => setImmediate(done))
  }
  return { own, manifest, asked, come, name }
}

it('BLB2 what is read is asked for from its first missing block, once, and others wait for nothing else', async () => {
  const { own, manifest, asked, come } = await arriving()
  await come(0)
  const reading = own.read(manifest, 0, 20 * plainBytes)
  await expect.poll(() => asked).toEqual([1])
  for (let index = 1; index < 20; index++) await come(index)
  expect((await reading)[19 * plainBytes]).toBe(20)
  expect(asked).toEqual([1])
})

it('BLB2 who reads elsewhere comes first, and then who waits further in front', async () => {
  const { own, manifest, asked, come } = await arriving()
  const first = own.read(manifest, 0, 2 * plainBytes)
  await expect.poll(() => asked).toEqual([0])
  const second = own.read(manifest, 300 * plainBytes, plainBytes)
  await expect.poll(() => asked).toEqual([0, 300])
  await come(300)
  expect((await second)[0]).toBe((300 % 255) + 1)
  expect(asked).toEqual([0, 300, 0])
  await come(1)
  await come(0)
  expect((await first)[plainBytes]).toBe(2)
  expect(asked).toEqual([0, 300, 0])
})

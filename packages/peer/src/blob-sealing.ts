/**
 * Seals a file into a store: read, sealed, hashed and written 1 MiB at a time, some of it at once, so that it may be
 * larger than memory and neither the disk nor the processor waits for the other.
 */
import {
  blobKeyBytes,
  blockBytes,
  blocksOf,
  buildPages,
  concatBytes,
  formatHex,
  hashBytes,
  nonceOf,
  plainBytes,
  plainLengthOf,
  sealedBytesOf,
} from '@kith/protocol'
import type { BlobPorts } from './blob-ports.ts'
import type { SlicedBytes } from './files.ts'
import { StorageBroken } from './storage-errors.ts'

/** Blocks that are read and written as one. */
const batchBlocks = 64
/** Batches in work at once. */
const batchesAtOnce = 3

export interface Sealed {
  readonly root: Uint8Array
  readonly key: Uint8Array
  readonly size: number
}

/** Under a fresh key. Rejects as the store does, and as the source does; then nothing of it is left in the store. */
export async function sealBlob(
  { store, subtle, crypto, hashBlock }: BlobPorts,
  source: SlicedBytes,
  onProgress?: (sealedBytes: number) => void,
): Promise<Sealed> {
  const { size } = source
  const key = crypto.random(blobKeyBytes)
  const sealKey = await subtle.importKey('raw', key.slice(), 'AES-GCM', false, ['encrypt'])
  const blocks = blocksOf(size)
  const leaves = new Uint8Array(blocks * hashBytes)
  // There is a root only when all of it is sealed; until then it is kept under a name that nothing has.
  const unnamed = formatHex(crypto.random(hashBytes))
  let sealedBytes = 0

  const sealBatch = async (first: number): Promise<void> => {
    const count = Math.min(batchBlocks, blocks - first)
    const from = first * plainBytes
    const to = Math.min(size, from + count * plainBytes)
    const plain = new Uint8Array(await source.slice(from, to).arrayBuffer())
    if (plain.length !== to - from) throw sourceChanged()
    const run = new Uint8Array(sealedBytesOf(plain.length))
    const sealOne = async (i: number): Promise<void> => {
      const index = first + i
      const own = plain.subarray(i * plainBytes, i * plainBytes + plainLengthOf(size, index))
      const iv = nonceOf(size, index) as Uint8Array<ArrayBuffer>
      const sealed = new Uint8Array(await subtle.encrypt({ name: 'AES-GCM', iv }, sealKey, own))
      run.set(sealed, i * blockBytes)
      leaves.set(await hashBlock(sealed), index * hashBytes)
    }
    await Promise.all(Array.from({ length: count }, (_, i) => sealOne(i)))
    await store.write(unnamed, size, 'block', first, run)
    sealedBytes += plain.length
    onProgress?.(sealedBytes)
  }

  try {
    await sealAll(blocks, sealBatch)
    const { root, pages } = buildPages(crypto, size, leaves)
    for (let first = 0; first < pages.length; first += batchBlocks)
      await store.write(unnamed, size, 'page', first, concatBytes(...pages.slice(first, first + batchBlocks)))
    await store.move(unnamed, formatHex(root))
    return { root, key, size }
  } catch (error) {
    await store.remove(unnamed).catch(() => undefined)
    throw error
  }
}

/** Nothing is under way any more when it rejects: what came late would be kept under a name that nobody removes. */
async function sealAll(blocks: number, sealBatch: (first: number) => Promise<void>): Promise<void> {
  let next = 0
  const failures: unknown[] = []
  const lane = async (): Promise<void> => {
    while (next < blocks && failures.length === 0) {
      const first = next
      next += batchBlocks
      await sealBatch(first).catch((error: unknown) => failures.push(error))
    }
  }
  await Promise.all(Array.from({ length: batchesAtOnce }, lane))
  if (failures.length > 0) throw failures[0]
}

function sourceChanged(): Error {
  return new StorageBroken('This file changed while it was read. Send it again.')
}

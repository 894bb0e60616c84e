import { expect, it } from 'vitest'
import type { BlobStore } from '../blob-store.ts'
import { blobStoreContract } from '../testing/blob-store-contract.ts'
import { openBrowserBlobStore } from './blob-client.ts'

let places = 0

function startWorker(): Worker {
  return new Worker(new URL('blob-worker.ts', import.meta.url), { type: 'module' })
}

function open(name: string): Promise<BlobStore> {
  return openBrowserBlobStore(startWorker(), name)
}

async function erase(name: string): Promise<void> {
  const origin = await navigator.storage.getDirectory()
  await origin.removeEntry(name, { recursive: true }).catch(() => undefined)
}

blobStoreContract('browser', async () => {
  const name = `blobs-${++places}`
  await erase(name)
  const store = await open(name)
  // A worker that has stopped answers nobody.
  let isClosed = false
  const once: BlobStore = {
    look: (root, size) => store.look(root, size),
    write: (root, size, part, index, bytes) => store.write(root, size, part, index, bytes),
    read: (root, part, index, count) => store.read(root, part, index, count),
    move: (from, to) => store.move(from, to),
    remove: (root) => store.remove(root),
    list: () => store.list(),
    close: async () => {
      if (isClosed) return
      isClosed = true
      await store.close()
    },
  }
  return {
    store: once,
    reopen: () => open(name),
    destroy: async () => {
      await once.close()
      await erase(name)
    },
  }
})

it('STO33 a page that went within the first second leaves no file that swallows what comes', async () => {
  const name = 'blobs-young'
  await erase(name)
  const root = 'ef'.repeat(32)
  const origin = await navigator.storage.getDirectory()
  const folder = await origin.getDirectoryHandle(name, { create: true })
  for (const ending of ['blob', 'pages', 'held']) await folder.getFileHandle(`${root}.${ending}`, { create: true })
  const store = await open(name)
  await store.look(root, 40_000)
  expect(await store.list()).toEqual([])
  const left: string[] = []
  for await (const entry of (folder as unknown as { keys(): AsyncIterable<string> }).keys()) left.push(entry)
  expect(left).toEqual([])
  const block = new Uint8Array(16 * 1024).fill(5)
  await store.write(root, 40_000, 'block', 0, block)
  expect(await store.read(root, 'block', 0)).toEqual(block)
  await store.close()
  await erase(name)
})

import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createSystemClock } from '../system-clock.ts'
import { blobStoreContract } from '../testing/blob-store-contract.ts'
import { openNodeBlobStore } from './blob-store.ts'

blobStoreContract('node', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'kith-blobs-'))
  const open = (): ReturnType<typeof openNodeBlobStore> => openNodeBlobStore(directory, createSystemClock())
  const store = await open()
  return {
    store,
    reopen: open,
    destroy: async () => {
      await store.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
})

it('STO33 a terminal that was killed within the first second leaves nothing that takes its place for ever', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'kith-blobs-'))
  for (const ending of ['blob', 'pages', 'held.new'])
    await writeFile(join(directory, `${'ef'.repeat(32)}.${ending}`), 'x')
  const store = await openNodeBlobStore(directory, createSystemClock())
  await store.write('ab'.repeat(32), 40_000, 'block', 0, new Uint8Array(16 * 1024))
  expect((await store.list()).map(({ root }) => root)).toEqual(['ab'.repeat(32)])
  await store.close()
  expect((await readdir(directory)).filter((name) => name.startsWith('ef'))).toEqual([])
  await rm(directory, { recursive: true, force: true })
})

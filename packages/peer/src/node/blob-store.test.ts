import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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

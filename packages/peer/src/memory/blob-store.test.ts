import { blobStoreContract } from '../testing/blob-store-contract.ts'
import { MemoryBlobStore } from './blob-store.ts'

blobStoreContract('memory', async () => ({ store: new MemoryBlobStore(() => 0), destroy: async () => {} }))

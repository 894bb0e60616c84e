/** What a platform gives for files: a store, a cipher, hashes. */
import type { Crypto } from '@kith/protocol'
import type { BlobStore } from './blob-store.ts'

export interface BlobPorts {
  readonly store: BlobStore
  readonly subtle: SubtleCrypto
  readonly crypto: Pick<Crypto, 'sha256' | 'random'>
  /** The leaf of a block: SHA-256 of `leafLabel` and the block, off this thread where that is faster. */
  readonly hashBlock: (block: Uint8Array) => Promise<Uint8Array> | Uint8Array
}

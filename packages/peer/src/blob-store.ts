/** The port of the store of blobs. Contract suite: `testing/blob-store-contract.ts`. */
import type { BlobPart } from '@kith/protocol'

/** Bitmaps as `Bits` of the protocol writes them. */
export interface BlobSlots {
  readonly blocks: Uint8Array
  readonly pages: Uint8Array
}

export interface BlobUse {
  readonly root: string
  /** Of the plaintext. */
  readonly size: number
  /** What it takes here. */
  readonly bytes: number
  /** Last written or read, in milliseconds since the epoch. */
  readonly usedAt: number
}

/**
 * Sealed blocks and pages of leaf hashes by root (hex), for all rooms. Slots are written once and stay as they are; a
 * slot that `look` tells of can be read, also after the process was killed, while the newest ones may then be lost.
 * Slots that follow each other are written and read as one run, because every way to a disk costs.
 * `write` rejects with `StorageFull` or `StorageBroken`, and with the latter for another size than the root is kept with;
 * what was there stays. One process or tab holds a store.
 */
export interface BlobStore {
  look(root: string, size: number): Promise<BlobSlots>
  /** One slot, or as many as the bytes fill from `index` on. */
  write(root: string, size: number, part: BlobPart, index: number, bytes: Uint8Array): Promise<void>
  /** Undefined where nothing is; of up to `count` slots from `index` on, those before the first that is not here. */
  read(root: string, part: BlobPart, index: number, count?: number): Promise<Uint8Array | undefined>
  /** Keeps all of it under another root, which is not kept yet. What is being sealed has a name before it has a root. */
  move(from: string, to: string): Promise<void>
  remove(root: string): Promise<void>
  list(): Promise<readonly BlobUse[]>
  /** What was written is durable afterwards. */
  close(): Promise<void>
}

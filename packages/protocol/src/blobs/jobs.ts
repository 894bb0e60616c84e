/**
 * How an engine asks its host about blobs, what the host answers, and what people are told of them.
 *
 * Blocks and leaf pages never pass through the store of records: the host keeps them (`BlobStore` of the peer), hashes
 * them off the engine's thread, and answers. Roots are hex. What a job's bytes mean is in `layout.ts`.
 */
import type { BlobProgress } from './progress.ts'

/** A slot of a blob: one sealed block, or one page of leaf hashes. */
export type BlobPart = 'block' | 'page'

export type BlobJob =
  /** What is held of this blob? */
  | { readonly type: 'look'; readonly root: string; readonly size: number }
  /** Hash the block; keep it if it has this leaf hash. */
  | {
      readonly type: 'keepBlock'
      readonly root: string
      readonly size: number
      readonly index: number
      readonly leaf: Uint8Array
      readonly bytes: Uint8Array
    }
  /** Keep a page of leaf hashes that was checked against the root. */
  | {
      readonly type: 'keepPage'
      readonly root: string
      readonly size: number
      readonly index: number
      readonly bytes: Uint8Array
    }
  | { readonly type: 'read'; readonly root: string; readonly part: BlobPart; readonly index: number }
  /** Forget everything of it. */
  | { readonly type: 'remove'; readonly root: string }

export type BlobResult =
  /** Bitmaps, the first block in the highest bit of the first byte; empty when nothing is held. */
  | { readonly type: 'held'; readonly blocks: Uint8Array; readonly pages: Uint8Array }
  | { readonly type: 'kept'; readonly outcome: 'kept' | 'corrupt' | 'full' | 'broken' }
  /** Undefined: it is not here (any more). */
  | { readonly type: 'bytes'; readonly bytes: Uint8Array | undefined }
  | { readonly type: 'removed' }

export type BlobInput =
  | { readonly type: 'blobDone'; readonly request: number; readonly result: BlobResult }
  /** The host sealed this file into its store just now: it is ours to spread. */
  | { readonly type: 'blobSealed'; readonly root: string; readonly size: number }
  /** The host made room by removing this one. */
  | { readonly type: 'blobFreed'; readonly root: string }
  /** A person wants it now; `from`: in order from this block on, for media. Also what goes on after `blobPause`. */
  | { readonly type: 'blobFetch'; readonly root: string; readonly from?: number | undefined }
  /** Stop asking for it; what is here stays. Others are still served. Also before it is known: as it was left. */
  | { readonly type: 'blobPause'; readonly root: string }
  /** Stop, and forget what was received. */
  | { readonly type: 'blobCancel'; readonly root: string }
  /** There is room in the store again: what stopped for lack of it goes on. */
  | { readonly type: 'blobRoom' }
  /** Metered network, save-data or battery: fetch only what a person asks for. */
  | { readonly type: 'setSaving'; readonly saving: boolean }

export type BlobEvent =
  | BlobProgress
  /** These blocks are here now: whoever waits for them may read on. */
  | { readonly type: 'blobBlocks'; readonly root: string; readonly indices: readonly number[] }

/** `{ type: 'blob' }` of the engine's outputs: answered by `blobDone` with the same number. */
export interface BlobOutput {
  readonly type: 'blob'
  readonly request: number
  readonly job: BlobJob
}

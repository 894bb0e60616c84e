/**
 * What an engine asks of the world, and what the world answers.
 *
 * Storage and heavy computation are asked for like everything else: the request leaves as an output with a number, and
 * the answer comes back as an input with the same number. Records are opaque to the host; keys are ASCII and sort.
 */

import type { SignatureCheck, StoreChange, StoredRecord } from '../machine.ts'

export type { SignatureCheck, StoreChange, StoredRecord }

/** Records whose keys start with `prefix`, in key order, or from the end when `reverse`. */
export interface StoreRange {
  readonly prefix: string
  /** Exclusive bound to go on from: the last key of the page before. */
  readonly after?: string | undefined
  readonly reverse?: boolean | undefined
  readonly limit: number
}

/** Work that is slow or asynchronous on some hosts. */
export type ComputeJob = { readonly type: 'verify'; readonly checks: readonly SignatureCheck[] }

export type ComputeResult = { readonly type: 'verify'; readonly valid: readonly boolean[] }

/** SIGNATURES: being filled in. */
import type { Entry } from './entry.ts'

/** Some history on its way: entries in runs, and the receipts kept beside them. */
export interface Page {
  readonly entries: readonly Entry[]
  readonly receipts: readonly PageReceipt[]
}

export interface PageReceipt {
  readonly entry: Entry
  readonly receipt: Uint8Array
}

/** The storage port. Contract suite: `testing/storage-contract.ts`. */
import type { StoreChange, StoreRange, StoredRecord } from '@kith/protocol'

/**
 * An ordered map from ASCII keys to bytes.
 *
 * `write` applies all changes or none and resolves when they are durable; writes resolve in the order they were made. A
 * rejected write (`StorageFull`, `StorageBroken`) leaves the store as it was. `read` sees every write that has resolved
 * and returns at most `range.limit` records in key order, or from the end with `reverse`. One process or tab holds a
 * store at a time; opening one that is held rejects with `StorageHeld`.
 */
export interface Storage {
  write(changes: readonly StoreChange[]): Promise<void>
  read(range: StoreRange): Promise<readonly StoredRecord[]>
  /** Removes every record whose key starts with `prefix`. */
  clear(prefix: string): Promise<void>
  close(): Promise<void>
}

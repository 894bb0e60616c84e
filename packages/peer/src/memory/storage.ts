/**
 * A store in memory, for tests and for sessions that must leave no trace.
 *
 * The `MemoryDisk` stands for the medium: it outlives the store, so a test can close, reopen and look at what is there.
 */
import { BrokenPromise } from '@kith/protocol'
import type { StoreChange, StoredRecord, StoreRange } from '@kith/protocol'
import { StorageFull, StorageHeld } from '../storage-errors.ts'
import { prefixBounds, rangeBounds, settleChanges } from '../storage-keys.ts'
import type { Storage } from '../storage.ts'

export class MemoryDisk {
  /** Everything that is stored; tests may search, alter and restore it. */
  readonly records: Map<string, Uint8Array> = new Map()
  /** A write that would bring the sum of all values above this is refused. */
  capacityBytes: number = Number.POSITIVE_INFINITY
  held = false
}

/** Rejects with `StorageHeld` while another store is open on the same disk. */
export async function openMemoryStorage(disk: MemoryDisk = new MemoryDisk()): Promise<Storage> {
  if (disk.held) throw new StorageHeld('This store')
  disk.held = true
  return new MemoryStorage(disk)
}

class MemoryStorage implements Storage {
  readonly #disk: MemoryDisk
  /** Sorted keys; made anew at the first read after a key came or went. */
  #keys: readonly string[] | undefined
  #closed = false

  constructor(disk: MemoryDisk) {
    this.#disk = disk
  }

  async write(changes: readonly StoreChange[]): Promise<void> {
    this.#checkOpen()
    const settled = settleChanges(changes)
    const { records, capacityBytes } = this.#disk
    if (capacityBytes !== Number.POSITIVE_INFINITY) {
      let bytes = 0
      for (const [key, value] of records) if (!settled.has(key)) bytes += value.length
      for (const value of settled.values()) bytes += value?.length ?? 0
      if (bytes > capacityBytes) throw new StorageFull('this store')
    }
    for (const [key, value] of settled) {
      if (value === undefined) {
        if (records.delete(key)) this.#keys = undefined
      } else {
        if (!records.has(key)) this.#keys = undefined
        records.set(key, value)
      }
    }
  }

  async read(range: StoreRange): Promise<readonly StoredRecord[]> {
    this.#checkOpen()
    const bounds = rangeBounds(range)
    if (bounds === undefined) return []
    this.#keys ??= [...this.#disk.records.keys()].toSorted()
    const keys = this.#keys
    const found: StoredRecord[] = []
    const step = range.reverse === true ? -1 : 1
    let at = range.reverse === true ? lowerBound(keys, bounds.to) - 1 : lowerBound(keys, bounds.from)
    for (; at >= 0 && at < keys.length && found.length < range.limit; at += step) {
      const key = keys[at] as string
      if (key < bounds.from || key >= bounds.to) break
      if (bounds.fromOpen && key === bounds.from) continue
      found.push({ key, value: (this.#disk.records.get(key) as Uint8Array).slice() })
    }
    return found
  }

  async clear(prefix: string): Promise<void> {
    this.#checkOpen()
    const { from, to } = prefixBounds(prefix)
    for (const key of this.#disk.records.keys()) if (key >= from && key < to) this.#disk.records.delete(key)
    this.#keys = undefined
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#disk.held = false
  }

  #checkOpen(): void {
    if (this.#closed) throw new BrokenPromise('the store is closed')
  }
}

/** Index of the first key that is not below `key`. */
function lowerBound(keys: readonly string[], key: string): number {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((keys[middle] as string) < key) low = middle + 1
    else high = middle
  }
  return low
}

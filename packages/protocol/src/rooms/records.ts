/**
 * What a room keeps in the store, as opaque records.
 *
 *   o/<key>   openings (entry 0 of sessions), as batches like e/: small, and needed before anything can be shown
 *   e/<key>   a batch of other entries, named by the sorting key of its newest: reading backwards gives newest first
 *   r/<key>   receipts of one entry that came after its batch was written
 *   f/<session hex>   fork proof
 *   f/floors  where each session begins, when its beginning has expired: session 32 · floor varint, repeated
 *
 *   batch     version u8 = 1 · item…
 *   item      mark u8 (0 unchecked, 1 valid, 2 junk signature; +4 an opening whose chain was verified) · entry (varint
 *             length, bytes) · receipts u8 · receipt (varint length, bytes)…
 *   receipts  version u8 = 1 · receipt (varint length, bytes)…
 *
 * A record is written whole or not at all, and rewritten when a body in it is erased or an entry expires, so what is
 * gone is gone from the store too. Marks are believed when read back: the store is authenticated at rest.
 */
import { Reader } from '../codec/reader.ts'
import { Writer } from '../codec/writer.ts'
import type { Crypto } from '../crypto/crypto.ts'
import { type Entry, type SignatureMark, createIdScratch, decodeEntry, maxEntryBytes } from '../log/entry.ts'
import { limits } from '../log/limits.ts'
import { maxReceiptBytes } from '../log/page.ts'
import type { StoreChange, StoredRecord } from '../machine.ts'

const recordVersion = 1
const marks: readonly SignatureMark[] = ['unchecked', 'valid', 'junk']
const chainHolds = 4
/** Mark, length and a receipt: what an entry takes beside its bytes, about. */
const perItemBytes = 512
/** Batches below this many entries are merged when a room is restored, up to `batchBytes`. */
export const smallBatch = 16
export const batchBytes: number = 64 * 1024

export class Records {
  readonly #crypto: Pick<Crypto, 'sha256'>
  readonly #chainHolds: (opening: Entry) => boolean
  readonly #keeps: boolean
  readonly #entriesByKey = new Map<string, Entry[]>()
  readonly #receipts = new Map<string, Uint8Array[]>()
  /** Entries whose receipts are in an r/ record. */
  readonly #late = new Set<string>()
  readonly #dirty = new Set<string>()
  readonly #pending: StoreChange[] = []

  /** `holds` tells whether the chain in an opening was verified; without `keeps` only receipts are, and only here. */
  constructor(crypto: Pick<Crypto, 'sha256'>, holds: (opening: Entry) => boolean, keeps: boolean) {
    this.#crypto = crypto
    this.#chainHolds = holds
    this.#keeps = keeps
  }

  /** Receipts kept beside an entry. */
  receiptsOf(key: string): readonly Uint8Array[] {
    return this.#receipts.get(key) ?? noReceipts
  }

  /** False when this one is here already, or enough others are. */
  addReceipt(entry: Entry, receipt: Uint8Array, same: (a: Uint8Array, b: Uint8Array) => boolean): boolean {
    const receipts = this.#receipts.get(entry.key) ?? []
    if (receipts.length >= limits.receiptsPerEntry || receipts.some((held) => same(held, receipt))) return false
    this.#receipts.set(entry.key, [...receipts, receipt.slice()])
    if (entry.place !== undefined && !this.#dirty.has(entry.place)) {
      this.#late.add(entry.key)
      this.#dirty.add(`r/${entry.key}`)
    }
    return true
  }

  /** New entries: one batch, and one for openings. */
  add(entries: readonly Entry[]): void {
    if (!this.#keeps) return
    const openings = entries.filter((entry) => entry.seq === 0)
    const others = entries.filter((entry) => entry.seq > 0)
    if (openings.length > 0) this.#place('o/', openings)
    if (others.length > 0) this.#place('e/', others)
  }

  /** Something of this entry changed, or it is here no more (`gone`). */
  change(entry: Entry, gone: boolean): void {
    if (gone) {
      this.#receipts.delete(entry.key)
      if (this.#late.delete(entry.key)) this.#dirty.add(`r/${entry.key}`)
    }
    const { place } = entry
    if (place === undefined) return
    this.#dirty.add(place)
    if (!gone) return
    const batch = this.#entriesByKey.get(place)
    const at = batch?.indexOf(entry) ?? -1
    if (at >= 0) batch?.splice(at, 1)
    entry.place = undefined
  }

  put(key: string, value: Uint8Array | undefined): void {
    if (this.#keeps) this.#pending.push({ key, value })
  }

  /** What has to be written since the last time. */
  flush(): readonly StoreChange[] {
    if (this.#pending.length === 0 && this.#dirty.size === 0) return noChanges
    const changes = this.#pending.splice(0)
    for (const key of this.#dirty) {
      if (key.startsWith('r/')) continue
      const batch = this.#entriesByKey.get(key)
      if (batch === undefined || batch.length === 0) {
        this.#entriesByKey.delete(key)
        changes.push({ key, value: undefined })
        continue
      }
      changes.push({ key, value: this.#encodeBatch(batch) })
      // Receipts that had a record of their own are in the batch now.
      for (const entry of batch) if (this.#late.delete(entry.key)) this.#dirty.add(`r/${entry.key}`)
    }
    for (const key of this.#dirty) {
      if (!key.startsWith('r/')) continue
      const name = key.slice(2)
      changes.push({ key, value: this.#late.has(name) ? encodeReceipts(this.receiptsOf(name)) : undefined })
    }
    this.#dirty.clear()
    return changes
  }

  /** Reads an o/ or e/ record back; entries that do not decode are left out. `verified` gets openings with good chains. */
  readBatch(record: StoredRecord, verified: Set<Entry>): Entry[] {
    const reader = new Reader(record.value)
    const batch: Entry[] = []
    const scratch = createIdScratch()
    if (reader.u8() !== recordVersion) return batch
    while (reader.remaining > 0) {
      const bits = reader.u8()
      const mark = marks[bits & 3]
      const decoded = decodeEntry(this.#crypto, reader.bytes(maxEntryBytes), scratch)
      const receipts: Uint8Array[] = []
      for (let count = reader.u8(); count > 0 && !reader.failed; count--) receipts.push(reader.bytes(maxReceiptBytes))
      if (reader.failed) break
      if (!decoded.ok || mark === undefined) continue
      decoded.value.mark = mark
      if ((bits & chainHolds) !== 0) verified.add(decoded.value)
      if (receipts.length > 0) this.#receipts.set(decoded.value.key, receipts)
      batch.push(decoded.value)
    }
    return batch
  }

  /** Whether a record was read or written here already. */
  knows(key: string): boolean {
    return this.#entriesByKey.has(key)
  }

  /** Entries of a record that went into the log: it stands for them from now on. */
  adopt(key: string, entries: readonly Entry[], whole: boolean): void {
    this.#entriesByKey.set(key, [...entries])
    for (const entry of entries) entry.place = key
    if (!whole) this.#dirty.add(key)
  }

  readReceipts(record: StoredRecord): string | undefined {
    const reader = new Reader(record.value)
    if (reader.u8() !== recordVersion) return undefined
    const receipts: Uint8Array[] = []
    while (reader.remaining > 0) receipts.push(reader.bytes(maxReceiptBytes))
    if (reader.failed || receipts.length === 0) return undefined
    const key = record.key.slice(2)
    this.#receipts.set(key, receipts.slice(0, limits.receiptsPerEntry))
    this.#late.add(key)
    return key
  }

  /** Merges small records into fewer. */
  compact(keys: readonly string[]): void {
    for (const prefix of ['o/', 'e/']) {
      let merged: Entry[] = []
      let bytes = 0
      let sources = 0
      const finish = (): void => {
        if (sources > 1) this.#place(prefix, merged)
        merged = []
        bytes = 0
        sources = 0
      }
      for (const key of keys) {
        const batch = this.#entriesByKey.get(key)
        if (!key.startsWith(prefix) || batch === undefined || batch.length >= smallBatch) continue
        const size = batch.reduce((sum, entry) => sum + entry.bytes.length, 0)
        if (bytes + size > batchBytes) finish()
        merged.push(...batch)
        bytes += size
        sources++
      }
      finish()
    }
  }

  /** Puts entries in one batch, out of whatever they were in before. */
  #place(prefix: string, entries: readonly Entry[]): void {
    let newest = ''
    for (const entry of entries) {
      if (entry.key > newest) newest = entry.key
      const { place } = entry
      if (place === undefined) continue
      this.#dirty.add(place)
      const batch = this.#entriesByKey.get(place)
      this.#entriesByKey.set(place, batch?.filter((other) => other !== entry) ?? [])
    }
    const key = prefix + newest
    const batch = [...(this.#entriesByKey.get(key) ?? []), ...entries]
    this.#entriesByKey.set(key, batch)
    for (const entry of batch) entry.place = key
    this.#dirty.add(key)
  }

  #encodeBatch(batch: readonly Entry[]): Uint8Array {
    const bytes = batch.reduce((sum, entry) => sum + entry.bytes.length + perItemBytes, 1)
    const writer = new Writer(bytes).u8(recordVersion)
    for (const entry of batch) {
      const receipts = this.receiptsOf(entry.key)
      const holds = entry.seq === 0 && this.#chainHolds(entry) ? chainHolds : 0
      writer
        .u8(marks.indexOf(entry.mark) + holds)
        .bytes(entry.bytes)
        .u8(receipts.length)
      for (const receipt of receipts) writer.bytes(receipt)
    }
    return writer.finish()
  }
}

const noReceipts: readonly Uint8Array[] = []
const noChanges: readonly StoreChange[] = []

function encodeReceipts(receipts: readonly Uint8Array[]): Uint8Array {
  const writer = new Writer().u8(recordVersion)
  for (const receipt of receipts) writer.bytes(receipt)
  return writer.finish()
}

export function encodeFloors(floors: Iterable<{ readonly session: Uint8Array; readonly floor: number }>): Uint8Array {
  const writer = new Writer().u8(recordVersion)
  for (const { session, floor } of floors) writer.raw(session).varint(floor)
  return writer.finish()
}

export function decodeFloors(bytes: Uint8Array): { session: Uint8Array; floor: number }[] {
  const reader = new Reader(bytes)
  const floors: { session: Uint8Array; floor: number }[] = []
  if (reader.u8() !== recordVersion) return floors
  while (reader.remaining > 0) {
    const session = reader.raw(32)
    const floor = reader.varint()
    if (!reader.failed) floors.push({ session, floor })
  }
  return floors
}

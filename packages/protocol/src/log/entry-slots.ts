/**
 * The entries of a chain by seq. Almost every chain is a few entries in a row, and a room of thousands has thousands of
 * chains, so one entry costs a field, a row costs an array, and only a chain with far holes gets a map.
 */
import type { Entry } from './entry.ts'

/** Empty places an array may have for each entry in it. */
const maxSpread = 4

export class EntrySlots {
  /** The only entry, while there is one. */
  #one: Entry | undefined
  /** Entries from `#from` on. */
  #row: (Entry | undefined)[] | undefined
  #from = 0
  #map: Map<number, Entry> | undefined
  #size = 0

  get size(): number {
    return this.#size
  }

  get(seq: number): Entry | undefined {
    if (this.#map !== undefined) return this.#map.get(seq)
    if (this.#row !== undefined) return this.#row[seq - this.#from]
    return this.#one?.seq === seq ? this.#one : undefined
  }

  has(seq: number): boolean {
    return this.get(seq) !== undefined
  }

  set(seq: number, entry: Entry): void {
    if (!this.has(seq)) this.#size++
    if (this.#map !== undefined) this.#map.set(seq, entry)
    else if (this.#row !== undefined) this.#place(this.#row, seq, entry)
    else if (this.#one === undefined || this.#one.seq === seq) this.#one = entry
    else {
      const one = this.#one
      this.#one = undefined
      if (seq === one.seq + 1 || seq === one.seq - 1) {
        this.#from = Math.min(seq, one.seq)
        this.#row = seq > one.seq ? [one, entry] : [entry, one]
      } else {
        this.#map = new Map([
          [one.seq, one],
          [seq, entry],
        ])
      }
    }
  }

  delete(seq: number): void {
    if (!this.has(seq)) return
    this.#size--
    if (this.#map !== undefined) this.#map.delete(seq)
    else if (this.#row === undefined) this.#one = undefined
    else if (this.#size === 0) this.#row = undefined
    else this.#row[seq - this.#from] = undefined
  }

  *keys(): Generator<number> {
    for (const { seq } of this.values()) yield seq
  }

  *values(): Generator<Entry> {
    if (this.#map !== undefined) yield* this.#map.values()
    else if (this.#row !== undefined) {
      for (const entry of this.#row) if (entry !== undefined) yield entry
    } else if (this.#one !== undefined) yield this.#one
  }

  #place(row: (Entry | undefined)[], seq: number, entry: Entry): void {
    const at = seq - this.#from
    if (at >= 0 && at <= row.length) {
      row[at] = entry
      return
    }
    const span = Math.max(this.#from + row.length, seq + 1) - Math.min(this.#from, seq)
    if (span > this.#size * maxSpread) {
      const map = new Map<number, Entry>()
      for (const held of this.values()) map.set(held.seq, held)
      this.#row = undefined
      this.#map = map.set(seq, entry)
      return
    }
    if (at < 0) {
      row.unshift(...Array.from({ length: -at }, () => undefined))
      this.#from = seq
      row[0] = entry
      return
    }
    while (row.length < at) row.push(undefined)
    row.push(entry)
  }
}

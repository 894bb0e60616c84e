/**
 * What thousands of simulated machines read of the same bytes, held once (`ReadOnce`): each real machine would hold its own,
 * and its cost is a machine's, not the simulation's. Two generations for each kind, so that its own memory is bounded.
 */
import { equalBytes } from '../codec/bytes.ts'
import type { ReadOnce } from '../codec/read-once.ts'
import { nameOf } from './frame-cache.ts'

const perGeneration = 16_384

interface Reading {
  readonly bytes: Uint8Array
  readonly value: unknown
}

interface Shelf {
  young: Map<number, Reading>
  old: Map<number, Reading>
}

export class SharedReadings implements ReadOnce {
  readonly #shelves = new Map<string, Shelf>()
  readonly #about = new WeakMap<object, unknown>()

  bytes<T>(what: string, bytes: Uint8Array, read: () => T): T {
    let shelf = this.#shelves.get(what)
    if (shelf === undefined) this.#shelves.set(what, (shelf = { young: new Map(), old: new Map() }))
    const name = nameOf(bytes)
    let reading = shelf.young.get(name)
    if (reading === undefined) {
      reading = shelf.old.get(name)
      if (reading === undefined || !isSame(reading.bytes, bytes)) reading = { bytes, value: read() }
      if (shelf.young.size >= perGeneration) {
        shelf.old = shelf.young
        shelf.young = new Map()
      }
      shelf.young.set(name, reading)
    }
    // Other bytes with the same name are rare enough to be read each time.
    return isSame(reading.bytes, bytes) ? (reading.value as T) : read()
  }

  about<T>(subject: object, read: () => T): T {
    const before = this.#about.get(subject)
    if (before !== undefined) return before as T
    const value = read()
    this.#about.set(subject, value)
    return value
  }
}

/** Frames are shared, so nearly always both are views of the same place. */
function isSame(a: Uint8Array, b: Uint8Array): boolean {
  const isOnePlace = a.byteOffset === b.byteOffset && a.length === b.length && a.buffer === b.buffer
  return isOnePlace || equalBytes(a, b)
}

/**
 * Damaged records on their way from the seal, which finds them and may find them before there is a chat, to the room they
 * belong to. Each is told once: a range is read again and again, and the damage stays.
 */
import type { StorageBroken } from './storage-errors.ts'

export class BrokenRecords {
  readonly #keys = new Set<string>()
  #listener: ((key: string) => void) | undefined

  add(broken: StorageBroken): void {
    const { key } = broken
    if (key === undefined || this.#keys.has(key)) return
    this.#keys.add(key)
    this.#listener?.(key)
  }

  /** Called with the key of every damaged record, those found so far first. */
  listen(listener: (key: string) => void): void {
    this.#listener = listener
    for (const key of this.#keys) listener(key)
  }
}

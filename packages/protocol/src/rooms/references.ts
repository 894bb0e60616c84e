/**
 * References between chains (security.md §5, rule 6): what an author had seen of others when it wrote.
 *
 * `heads` are recent entries that nothing seen refers to or follows yet; a post names up to 8 of them, and so vouches
 * for everything behind them. A reference to an entry nobody gives us shows that somebody withholds it.
 */
import { formatBase32 } from '../codec/text.ts'
import { type Entry, keyBytes } from '../log/entry.ts'
import { limits } from '../log/limits.ts'

/** An entry this much older than the newest is no head worth naming: others have built on newer ones. */
const recentMs = 600_000
const maxHeads = 64
const maxNamed = 1024
const maxMissing = 4096

export class References {
  readonly #isHeld: (key: string) => boolean
  readonly #heads = new Map<string, Entry>()
  readonly #named = new Set<string>()
  readonly #missing = new Set<string>()
  #newest = 0

  /** `isHeld` tells whether the entry with a sorting key is here. */
  constructor(isHeld: (key: string) => boolean) {
    this.#isHeld = isHeld
  }

  /** Entries others refer to that are not here. */
  get missing(): number {
    return this.#missing.size
  }

  /** An entry is here now. `before` is the one it follows, if that is here; `refs` is empty while it cannot be read. */
  note(entry: Entry, before: Entry | undefined, refs: readonly string[]): void {
    if (this.#missing.size > 0) this.#missing.delete(entry.key)
    this.#newest = Math.max(this.#newest, entry.time)
    const isRecent = entry.time >= this.#newest - recentMs
    for (const key of refs) {
      if (isRecent) this.#name(key)
      if (!this.#isHeld(key) && this.#missing.size < maxMissing) this.#missing.add(key)
    }
    if (!isRecent) return
    if (before !== undefined) this.#name(before.key)
    if (this.#named.has(entry.key)) return
    this.#heads.set(entry.key, entry)
    if (this.#heads.size <= maxHeads) return
    const oldest = [...this.#heads.keys()].reduce((a, b) => (a < b ? a : b))
    this.#heads.delete(oldest)
  }

  /** Expired or hidden: nobody withholds it. */
  forget(entry: Entry): void {
    this.#heads.delete(entry.key)
  }

  /** Missing entries from before `time` may have expired. */
  forgetBefore(time: number): void {
    const least = formatBase32(keyBytes(Math.max(0, time), new Uint8Array(10)))
    for (const key of this.#missing) if (key < least) this.#missing.delete(key)
  }

  /** What the next post refers to: the newest heads of other sessions. */
  heads(isOwn: (entry: Entry) => boolean): Uint8Array[] {
    const heads = [...this.#heads.values()].filter((entry) => !isOwn(entry))
    heads.sort((a, b) => b.time - a.time)
    return heads.slice(0, limits.refs).map((entry) => keyBytes(entry.time, entry.id))
  }

  #name(key: string): void {
    if (this.#named.has(key)) return
    this.#heads.delete(key)
    if (this.#named.size >= maxNamed) this.#named.delete(this.#named.values().next().value as string)
    this.#named.add(key)
  }
}

/**
 * References between chains (docs/spec/rooms.md, "Body" and ROM10): what an author had seen of others when it wrote.
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
const maxAwaited = 1024
const maxMissing = 4096

export class References {
  readonly #isHeld: (key: string) => boolean
  readonly #heads = new Map<string, Entry>()
  /** Named before they were noted, so that they are no heads when they are. */
  readonly #awaited = new Set<string>()
  /** Held, and to be noted in a moment. */
  readonly #coming = new Set<string>()
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

  /** Entries that came together: each is noted after this. */
  expect(entries: readonly Entry[]): void {
    for (const { key } of entries) this.#coming.add(key)
  }

  /**
   * An entry is here now. `before` is the one it follows, if that is here; `refs` is empty while it cannot be read. One that is
   * noted again, because its body came later, may be a head again: that costs its next author a reference, and nobody else.
   */
  note(entry: Entry, before: Entry | undefined, refs: readonly string[]): void {
    const { key, time } = entry
    if (this.#missing.size > 0) this.#missing.delete(key)
    if (time > this.#newest) this.#newest = time
    if (this.#coming.size > 0) this.#coming.delete(key)
    const isRecent = time >= this.#newest - recentMs
    for (const named of refs) {
      const isHeld = this.#isHeld(named)
      if (isRecent) this.#name(named, isHeld)
      if (!isHeld && this.#missing.size < maxMissing) this.#missing.add(named)
    }
    if (!isRecent) return
    if (before !== undefined) this.#name(before.key, true)
    if (this.#awaited.size > 0 && this.#awaited.delete(key)) return
    this.#heads.set(key, entry)
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

  #name(key: string, isHeld: boolean): void {
    if (isHeld && !(this.#coming.size > 0 && this.#coming.has(key))) {
      this.#heads.delete(key)
      return
    }
    if (this.#awaited.size >= maxAwaited) this.#awaited.delete(this.#awaited.values().next().value as string)
    this.#awaited.add(key)
  }
}

/**
 * Entries of the last minute or two by ref, for whoever pulls one. Nearly all are asked for once, in the turn in which they
 * came, so they stand in the order in which they came; a map would cost three times the memory and a place to look in.
 */
import type { Ref } from '../gossip/broadcast-wire.ts'
import type { Entry } from '../log/entry.ts'
import type { Millis } from '../machine.ts'

/** The last minute's are kept, if they are no more than this, and at most twice as many. */
export const maxRecent = 1_024
export const recentMs = 60_000

class Minute {
  readonly refs: Ref[] = []
  readonly entries: Entry[] = []
}

export class RecentEntries {
  #recent = new Minute()
  #older = new Minute()
  #turnAt: Millis

  constructor(now: Millis) {
    this.#turnAt = now + recentMs
  }

  add(ref: Ref, entry: Entry, now: Millis): void {
    if (this.#recent.refs.length >= maxRecent) this.#turn(now)
    this.#recent.refs.push(ref)
    this.#recent.entries.push(entry)
  }

  find(ref: Ref): Entry | undefined {
    return findIn(this.#recent, ref) ?? findIn(this.#older, ref)
  }

  /** Call about once a second. */
  tick(now: Millis): void {
    if (now >= this.#turnAt) this.#turn(now)
  }

  #turn(now: Millis): void {
    this.#older = this.#recent
    this.#recent = new Minute()
    this.#turnAt = now + recentMs
  }
}

/** The newest one with this ref. */
function findIn({ refs, entries }: Minute, ref: Ref): Entry | undefined {
  for (let i = refs.length - 1; i >= 0; i--) if (refs[i] === ref) return entries[i]
  return undefined
}

/**
 * What only the root of a registry has: until when each entry counts, and what it has still to tell the others.
 */
import type { Millis } from '../machine.ts'
import type { RegistryCopy } from './registry-copy.ts'
import { maxItemsPerMessage, maxRegistryEntries } from './registry-wire.ts'
import type { RegistryEntry } from './registry-wire.ts'

export const entryTtlMs = 90_000
/** A new root waits so long for check-ins of those it knew. */
export const importMs = 8_000
/** Reported lost: so long to show itself. */
export const lostMs = 10_000
export const pushMs = 10_000
/** A new root tells more often that it is there: some peers find their place in its tree a little later. */
export const newRootPushMs = 1_500
export const newRootPushes = 6
const sweepMs = 250

/** Changes for one push, and whom to ask for a sign of life. */
export interface News {
  readonly put: readonly RegistryEntry[]
  readonly gone: readonly string[]
  readonly ask: readonly string[]
}

export class Office {
  readonly #copy: RegistryCopy
  readonly #expiry = new Map<string, Millis>()
  /** New entries that are in no copy yet: the digest of a push is of what the pushes so far have told. */
  readonly #waiting = new Map<string, RegistryEntry>()
  readonly #put = new Set<string>()
  readonly #gone = new Set<string>()
  readonly #ask = new Set<string>()
  #pushAt: Millis
  #quick = newRootPushes
  #sweepAt: Millis

  /** Takes over a copy. */
  constructor(copy: RegistryCopy, now: Millis) {
    this.#copy = copy
    this.#pushAt = now
    this.#sweepAt = now + importMs
    for (const prefix of copy.prefixes()) this.#expiry.set(prefix, now + importMs)
  }

  get hasNews(): boolean {
    return this.#waiting.size + this.#put.size + this.#gone.size + this.#ask.size > 0
  }

  get nextAt(): Millis {
    return Math.min(this.#pushAt, this.#sweepAt)
  }

  /** It is here. */
  renew(prefix: string, now: Millis): void {
    this.#expiry.set(prefix, now + entryTtlMs)
  }

  /** Our own entry does not expire. */
  keep(prefix: string): void {
    this.#expiry.set(prefix, Infinity)
  }

  /** It is new here. */
  wait(prefix: string, entry: RegistryEntry): void {
    if (this.#waiting.size < maxRegistryEntries || this.#waiting.has(prefix)) this.#waiting.set(prefix, entry)
  }

  /** Those that enter the copy now, the first come first. */
  takeWaiting(most: number): [prefix: string, entry: RegistryEntry][] {
    const taken: [string, RegistryEntry][] = []
    for (const waiting of this.#waiting) {
      if (taken.length >= most) break
      taken.push(waiting)
      this.#waiting.delete(waiting[0])
    }
    return taken
  }

  entered(prefix: string): void {
    this.#put.add(prefix)
    this.#gone.delete(prefix)
  }

  /** It is to check in with its whole entry. */
  ask(prefix: string): void {
    if (this.#ask.size < maxItemsPerMessage) this.#ask.add(prefix)
  }

  /** Somebody lost it: it has 10 s to show itself. */
  doubt(prefix: string, now: Millis): void {
    const expiry = this.#expiry.get(prefix)
    if (expiry === undefined || expiry === Infinity || expiry <= now + lostMs) return
    this.#expiry.set(prefix, now + lostMs)
    this.#sweepAt = Math.min(this.#sweepAt, now + lostMs)
    this.ask(prefix)
  }

  /** Sessions whose time is over; they are out of the copy. */
  sweep(now: Millis): string[] {
    const gone: string[] = []
    if (now < this.#sweepAt) return gone
    let next = now + entryTtlMs
    for (const [prefix, expiry] of this.#expiry) {
      if (expiry > now) {
        next = Math.min(next, expiry)
        continue
      }
      this.#expiry.delete(prefix)
      const entry = this.#copy.remove(prefix)
      if (entry === undefined) continue
      this.#gone.add(prefix)
      this.#put.delete(prefix)
      gone.push(entry.session)
    }
    this.#sweepAt = Math.max(next, now + sweepMs)
    return gone
  }

  /** Time to say something, though there may be nothing new. */
  isPushDue(now: Millis): boolean {
    if (now < this.#pushAt) return false
    if (this.#quick > 0) this.#quick--
    this.#pushAt = now + (this.#quick > 0 ? newRootPushMs : pushMs)
    return true
  }

  /** As much as goes into one message of each kind. */
  takeNews(): News {
    const put: RegistryEntry[] = []
    for (const prefix of takeFirst(this.#put)) {
      const entry = this.#copy.get(prefix)
      if (entry !== undefined) put.push(entry)
    }
    return { put, gone: takeFirst(this.#gone), ask: takeFirst(this.#ask) }
  }
}

function takeFirst(set: Set<string>): string[] {
  const taken: string[] = []
  for (const item of set) {
    if (taken.length >= maxItemsPerMessage) break
    taken.push(item)
    set.delete(item)
  }
  return taken
}

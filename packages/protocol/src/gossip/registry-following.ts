/**
 * The copy a peer has and how it stands to the root's: which stream and version it is, whether it is complete, when it was
 * last confirmed, and when to ask for what it lacks.
 */
import type { Millis } from '../machine.ts'
import { isSameCard, prefixOf, RegistryCopy } from './registry-copy.ts'
import { maxRegistryEntries } from './registry-wire.ts'
import type { CopyState, RegistryEntry } from './registry-wire.ts'

export const copyTtlMs = 90_000
/** The difference is asked for no more often than this, and the answer waited for so long. */
export const leastWantMs = 2_000
export const answerMs = 8_000
/** New cards checked: a bucket of so many, filled at so many a second. */
export const cardBurst: number = maxRegistryEntries
export const cardsPerSecond = 64

export interface Applied {
  readonly put: RegistryEntry[]
  readonly gone: string[]
}

export class Following {
  readonly copy: RegistryCopy = new RegistryCopy()
  readonly #verifyCard: (card: Uint8Array) => boolean
  readonly #intern: (entry: RegistryEntry) => RegistryEntry
  #stream = 0
  #version = 0
  #isSynced = false
  #confirmedAt: Millis
  #wantAt: Millis | undefined
  #wantedAt: Millis = 0
  #cards = cardBurst
  #cardsAt: Millis

  constructor(verifyCard: (card: Uint8Array) => boolean, intern: (entry: RegistryEntry) => RegistryEntry, now: Millis) {
    this.#verifyCard = verifyCard
    this.#intern = intern
    this.#confirmedAt = now
    this.#cardsAt = now
  }

  /** The copy is that of the stream and version it names. */
  get isSynced(): boolean {
    return this.#isSynced
  }

  /** When to ask for the difference. */
  get wantAt(): Millis | undefined {
    return this.#wantAt
  }

  /** When nobody has confirmed the copy for too long. */
  get staleAt(): Millis {
    return this.#confirmedAt + copyTtlMs
  }

  get state(): CopyState {
    const { size, digestHigh, digestLow } = this.copy
    return { stream: this.#stream, version: this.#version, count: size, digestHigh, digestLow }
  }

  /** We are the root: our copy is the one, under a name of its own. */
  lead(stream: number): void {
    this.#stream = stream
    this.#version = 0
    this.#isSynced = true
    this.#wantAt = undefined
  }

  /** We are the root no more. */
  follow(now: Millis): void {
    this.#isSynced = false
    this.#confirmedAt = now
  }

  /** One more change of our own. */
  advance(): void {
    this.#version++
  }

  isNew(state: CopyState): boolean {
    return (state.stream !== this.#stream || state.version > this.#version) && !this.#matches(state)
  }

  /** Is our copy the one the state is of? Else the difference is to be asked for. True when the root is a new one. */
  compare(state: CopyState, now: Millis): boolean {
    const isNewStream = state.stream !== this.#stream
    this.#stream = state.stream
    this.#version = state.version
    this.#confirmedAt = now
    this.#isSynced = this.#matches(state)
    if (this.#isSynced) this.#wantAt = undefined
    else this.#wantAt ??= Math.max(now, this.#wantedAt + leastWantMs)
    return isNewStream
  }

  /** The difference is asked for now; again later, unless it comes. */
  wanted(againMs: number, now: Millis): void {
    this.#wantedAt = now
    this.#wantAt = now + againMs
  }

  /** Nobody to ask. */
  wantNothing(): void {
    this.#wantAt = undefined
  }

  /** Was it asked for, and not too long ago? */
  expectsCopy(now: Millis): boolean {
    return !this.#isSynced && now - this.#wantedAt <= answerMs
  }

  apply(gone: readonly string[], put: readonly RegistryEntry[], now: Millis): Applied {
    const applied: Applied = { put: [], gone: [] }
    for (const prefix of gone) {
      const entry = this.copy.remove(prefix)
      if (entry !== undefined) applied.gone.push(entry.session)
    }
    for (const entry of put) {
      const kept = this.keep(entry, now)
      if (kept !== 'refused' && kept !== 'known') applied.put.push(kept)
    }
    return applied
  }

  /** Takes an entry into the copy when its card is good. */
  keep(entry: RegistryEntry, now: Millis): RegistryEntry | 'known' | 'refused' {
    const before = this.copy.get(prefixOf(entry.session))
    if (before === undefined || before.session !== entry.session || !isSameCard(before.card, entry.card)) {
      const earned = ((now - this.#cardsAt) / 1_000) * cardsPerSecond
      this.#cards = Math.min(cardBurst, this.#cards + Math.max(0, earned))
      this.#cardsAt = now
      if (this.#cards < 1 || (before === undefined && this.copy.size >= maxRegistryEntries)) return 'refused'
      this.#cards--
      if (!this.#verifyCard(entry.card)) return 'refused'
    }
    const interned = this.#intern(entry)
    return this.copy.put(interned) ? interned : 'known'
  }

  /** Nobody has confirmed it for too long. */
  drop(): string[] {
    this.#isSynced = false
    const gone = [...this.copy.entries()].map((entry) => entry.session)
    for (const session of gone) this.copy.remove(prefixOf(session))
    return gone
  }

  #matches(state: CopyState): boolean {
    const { size, digestHigh, digestLow } = this.copy
    return state.count === size && state.digestHigh === digestHigh && state.digestLow === digestLow
  }
}

/**
 * One copy of the registry: entries by the first 8 bytes of their session key, and a digest that is equal where the
 * entries are.
 *
 * The digest is a sum of 64-bit fingerprints, kept up to date with every change. It is not cryptographic: whoever could
 * make two registries look alike stands between us and the root and can as well leave entries out. What keeps entries
 * honest is the signature on each card.
 */
import type { Millis } from '../machine.ts'
import { maxRegistryEntries, prefixDigits } from './registry-wire.ts'
import type { RegistryEntry } from './registry-wire.ts'

export function prefixOf(session: string): string {
  return session.slice(0, prefixDigits)
}

export class RegistryCopy {
  readonly #entries = new Map<string, RegistryEntry>()
  #digestHigh = 0
  #digestLow = 0

  get size(): number {
    return this.#entries.size
  }

  get digestHigh(): number {
    return this.#digestHigh
  }

  get digestLow(): number {
    return this.#digestLow
  }

  get(prefix: string): RegistryEntry | undefined {
    return this.#entries.get(prefix)
  }

  prefixes(): IterableIterator<string> {
    return this.#entries.keys()
  }

  entries(): IterableIterator<RegistryEntry> {
    return this.#entries.values()
  }

  /** False when there is no place, or nothing new in it. */
  put(entry: RegistryEntry): boolean {
    const prefix = prefixOf(entry.session)
    const before = this.#entries.get(prefix)
    if (before === undefined && this.#entries.size >= maxRegistryEntries) return false
    if (before !== undefined && isSame(before, entry)) return false
    if (before !== undefined) this.#count(before, -1)
    this.#entries.set(prefix, entry)
    this.#count(entry, 1)
    return true
  }

  remove(prefix: string): RegistryEntry | undefined {
    const entry = this.#entries.get(prefix)
    if (entry === undefined) return undefined
    this.#entries.delete(prefix)
    this.#count(entry, -1)
    return entry
  }

  fingerprints(): number[] {
    const fingerprints: number[] = []
    for (const entry of this.#entries.values()) fingerprints.push(fingerprint(entry))
    return fingerprints
  }

  /** What somebody lacks who has `have`, and which of those are not here. */
  difference(have: readonly number[]): { readonly put: RegistryEntry[]; readonly gone: number[] } {
    const gone = new Set(have)
    const put: RegistryEntry[] = []
    for (const entry of this.#entries.values()) if (!gone.delete(fingerprint(entry))) put.push(entry)
    return { put, gone: [...gone] }
  }

  /** Prefixes of the entries with these fingerprints. */
  withFingerprints(fingerprints: readonly number[]): string[] {
    if (fingerprints.length === 0) return []
    const wanted = new Set(fingerprints)
    const prefixes: string[] = []
    for (const [prefix, entry] of this.#entries) if (wanted.has(fingerprint(entry))) prefixes.push(prefix)
    return prefixes
  }

  #count(entry: RegistryEntry, sign: 1 | -1): void {
    this.#digestHigh = (this.#digestHigh + sign * lane(entry, 0)) >>> 0
    this.#digestLow = (this.#digestLow + sign * lane(entry, prefixDigits / 2)) >>> 0
  }
}

/** Equal in all that is told: the card is the session's and created once, so its bytes are compared too. */
export function isSame(a: RegistryEntry, b: RegistryEntry): boolean {
  if (a === b) return true
  if (a.session !== b.session || a.since !== b.since || a.name !== b.name) return false
  return isSameCard(a.card, b.card)
}

export function isSameCard(a: Uint8Array, b: Uint8Array): boolean {
  if (a === b) return true
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

export function fingerprint(entry: RegistryEntry): number {
  return (lane(entry, 0) ^ lane(entry, prefixDigits / 2)) >>> 0
}

/**
 * 32 bits of an entry, beginning from the half of its prefix at `at`. The rest of the card is left out: whatever else a
 * session signed for itself is as good.
 */
function lane(entry: RegistryEntry, at: number): number {
  let hash = parseInt(entry.session.slice(at, at + prefixDigits / 2), 16)
  hash = mix(hash, lowHalf(entry.since))
  hash = mix(hash, Math.floor(entry.since / 2 ** 32))
  for (let i = 0; i < entry.name.length; i++) hash = mix(hash, entry.name.charCodeAt(i))
  return hash >>> 0
}

function lowHalf(time: Millis): number {
  return (time % 2 ** 32) | 0
}

/** Finalizer of MurmurHash3 (Appleby, public domain) over the running hash and one more word. */
function mix(hash: number, word: number): number {
  let x = Math.imul(hash, 31) + word
  x = Math.imul(x ^ (x >>> 16), 0x85eb_ca6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2b2_ae35)
  return x ^ (x >>> 16)
}

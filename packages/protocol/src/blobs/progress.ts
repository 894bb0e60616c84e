/** What people are told of a blob: how far, how fast, from how many, how long yet. */
import type { Millis } from '../machine.ts'
import type { Blob } from './blob.ts'
import { plainLengthOf } from './layout.ts'

/**
 * `waiting`: known and not asked for, or nobody who has it is here · `fetching` · `paused` by a person · `here`: all of
 * it · `failed`: see `why`; what came is kept.
 */
export type BlobState = 'waiting' | 'fetching' | 'paused' | 'here' | 'failed'

/** `nobody` of those who are here has it · `storeFull` · `storeBroken`. */
export type BlobTrouble = 'nobody' | 'storeFull' | 'storeBroken'

export interface BlobProgress {
  readonly type: 'blob'
  readonly root: string
  readonly state: BlobState
  readonly why: BlobTrouble | undefined
  /** Plaintext bytes held, and all. */
  readonly have: number
  readonly total: number
  readonly bytesPerSecond: number
  /** Peers it came from within the last seconds. */
  readonly sources: number
  /** Linked peers that hold all of it. */
  readonly holders: number
  readonly leftMs: Millis | undefined
}

/** At most so often, but at once when the state changes. */
export const tellMs: Millis = 250
const recentMs: Millis = 3_000

export class Progress {
  readonly #sources = new Map<string, Millis>()
  #told: BlobProgress | undefined
  #toldAt: Millis = Number.NEGATIVE_INFINITY
  #bytes = 0
  #since: Millis = Number.NEGATIVE_INFINITY
  #rate = 0

  came(session: string, bytes: number, now: Millis): void {
    this.#sources.set(session, now)
    if (now - this.#since > recentMs || now < this.#since) {
      this.#since = now
      this.#bytes = 0
      this.#rate = 0
    }
    this.#bytes += bytes
  }

  /** What to tell now, if anything. */
  report(blob: Blob, now: Millis): BlobProgress | undefined {
    const state = stateOf(blob)
    const isNews = this.#told?.state !== state
    if (!isNews && Math.abs(now - this.#toldAt) < tellMs) return undefined
    this.#measure(now)
    for (const [session, at] of this.#sources) if (now - at > recentMs) this.#sources.delete(session)
    let holders = 0
    for (const view of blob.views.values()) if (view.all) holders++
    const have = plainHeld(blob)
    const rate = state === 'fetching' ? Math.round(this.#rate * 1000) : 0
    const progress: BlobProgress = {
      type: 'blob',
      root: blob.root,
      state,
      why: blob.trouble ?? (state === 'waiting' && blob.stalledAt !== undefined ? 'nobody' : undefined),
      have,
      total: blob.size,
      bytesPerSecond: rate,
      sources: state === 'fetching' ? this.#sources.size : 0,
      holders,
      leftMs: rate > 0 ? Math.round(((blob.size - have) / rate) * 1000) : undefined,
    }
    if (this.#told !== undefined && isSame(this.#told, progress)) return undefined
    this.#told = progress
    this.#toldAt = now
    return progress
  }

  #measure(now: Millis): void {
    const span = now - this.#since
    if (span < tellMs) return
    const rate = this.#bytes / span
    this.#rate = this.#rate === 0 ? rate : this.#rate + (rate - this.#rate) / 3
    this.#since = now
    this.#bytes = 0
  }
}

function stateOf(blob: Blob): BlobState {
  if (blob.isComplete) return 'here'
  if (blob.trouble !== undefined) return 'failed'
  if (blob.purpose === 'paused') return 'paused'
  return blob.purpose === 'none' || blob.stalledAt !== undefined ? 'waiting' : 'fetching'
}

function plainHeld(blob: Blob): number {
  const { held, blocks, size } = blob
  if (held === undefined || held.count === 0) return 0
  const last = blocks - 1
  const full = held.count - (held.has(last) ? 1 : 0)
  return full * plainLengthOf(size, 0) + (held.has(last) ? plainLengthOf(size, last) : 0)
}

function isSame(a: BlobProgress, b: BlobProgress): boolean {
  return (
    a.state === b.state &&
    a.why === b.why &&
    a.have === b.have &&
    a.holders === b.holders &&
    a.sources === b.sources &&
    a.bytesPerSecond === b.bytesPerSecond
  )
}

/**
 * One linked peer as the blobs room sees it: how much may be asked of it at once, and what it asks of us.
 *
 *   limit     1.25 × rate × least time of an answer, and one more; 2 to 64 blocks, 1 after a time-out
 *   time-out  3 × usual time of an answer + the time all that is asked of it takes at its rate; 2 to 30 s
 */
import type { Millis } from '../machine.ts'
import { blockBytes } from './layout.ts'

export const minOutstanding = 2
export const maxOutstanding = 64
/** Blocks somebody may have asked of us and not yet got. */
export const maxWanted = 512
/** Blocks that were not what they should be, until whoever sent them is dropped. */
export const maxBadBlocks = 2
/** Time-outs in a row, until what it claims to have counts for nothing for `ignoreMs`. */
export const maxLapses = 4
export const ignoreMs: Millis = 30_000
const gain = 1.25
const minTimeoutMs: Millis = 2_000
const firstTimeoutMs: Millis = 8_000
const maxTimeoutMs: Millis = 30_000
const rateMs: Millis = 1_000
const leastMsForget = 1.02

/** What it says with `ask`. */
export interface Asking {
  readonly wants: boolean
  readonly urgent: boolean
  readonly ordered: boolean
}

export interface Asked {
  readonly at: Millis
  readonly root: string
  readonly index: number
}

export class Neighbour {
  readonly session: string
  /** Blocks asked of it and not yet kept, by `keyOf`. */
  readonly asked: Map<string, Asked> = new Map()
  /** What it asked for, in order: number → whether a person waits; by root. */
  readonly wanted: Map<string, Map<number, boolean>> = new Map()
  /** Blobs it asked about before we knew them. */
  readonly early: Map<string, Asking & { readonly size: number }> = new Map()
  wantedCount = 0
  /** Blocks being read for it. */
  reading = 0
  badBlocks = 0
  ignoredUntil: Millis = 0
  heardAt: Millis = Number.NEGATIVE_INFINITY
  #lapses = 0
  #leastMs: Millis | undefined
  #usualMs: Millis | undefined
  #rate = 0
  #rateSince: Millis = 0
  #rateBytes = 0
  #slowed = false

  constructor(session: string) {
    this.session = session
  }

  get limit(): number {
    if (this.#slowed) return 1
    if (this.#leastMs === undefined) return minOutstanding
    const blocks = Math.floor((gain * this.#rate * this.#leastMs) / blockBytes) + 1
    return Math.max(minOutstanding, Math.min(maxOutstanding, blocks))
  }

  get mayAsk(): boolean {
    return this.asked.size < this.limit
  }

  get timeoutMs(): Millis {
    if (this.#usualMs === undefined) return firstTimeoutMs
    const transferMs = this.#rate > 0 ? (this.asked.size * blockBytes) / this.#rate : 0
    return Math.max(minTimeoutMs, Math.min(maxTimeoutMs, 3 * this.#usualMs + transferMs))
  }

  /** A block came that was asked for so long ago. */
  answered(tookMs: Millis): void {
    const took = Math.max(1, tookMs)
    this.#leastMs = Math.min(took, (this.#leastMs ?? took) * leastMsForget)
    this.#usualMs = this.#usualMs === undefined ? took : this.#usualMs + (took - this.#usualMs) / 8
  }

  /** A block that is what it should be. */
  delivered(bytes: number, now: Millis): void {
    this.#slowed = false
    this.#lapses = 0
    this.heardAt = now
    this.#rateBytes += bytes
    const span = now - this.#rateSince
    if (span < 0 || span > 4 * rateMs) {
      this.#rateSince = now
      this.#rateBytes = bytes
    } else if (span >= rateMs / 4) {
      const rate = this.#rateBytes / span
      this.#rate = rate > this.#rate ? rate : this.#rate + (rate - this.#rate) / 4
      this.#rateSince = now
      this.#rateBytes = 0
    }
  }

  /** Something asked of it did not come in time. */
  lapsed(now: Millis): void {
    this.#slowed = true
    if (++this.#lapses < maxLapses) return
    this.#lapses = 0
    this.ignoredUntil = now + ignoreMs
  }

  isIgnored(now: Millis): boolean {
    return now < this.ignoredUntil
  }
}

export function keyOf(root: string, index: number): string {
  return `${root}/${index}`
}

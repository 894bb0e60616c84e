/**
 * What time it is in the room: this machine's clock plus the median offset measured to the relay and to authenticated
 * neighbours, so that one machine with a wrong clock neither parks everybody's messages nor misses the hour's topic.
 */
import type { Millis } from '../machine.ts'

/** Below this a clock counts as right: round trips measure no better. */
export const toleratedSkewMs = 1_000
/** Above this the person is told. */
export const alarmingSkewMs = 60_000

const maxSources = 64

export class Skew {
  readonly #offsets = new Map<string, number>()
  #median = 0

  /** Milliseconds to add to this machine's clock; 0 while it is about right. */
  get offsetMs(): number {
    return Math.abs(this.#median) < toleratedSkewMs ? 0 : this.#median
  }

  get isAlarming(): boolean {
    return Math.abs(this.#median) >= alarmingSkewMs
  }

  /** `source` (a session, or the relay) is ahead of us by `offsetMs`. */
  sample(source: string, offsetMs: number): void {
    if (!this.#offsets.has(source) && this.#offsets.size >= maxSources) return
    this.#offsets.set(source, offsetMs)
    this.#settle()
  }

  forget(source: string): void {
    if (this.#offsets.delete(source)) this.#settle()
  }

  corrected(now: Millis): Millis {
    return Math.max(0, now + this.offsetMs)
  }

  #settle(): void {
    // Without a source the last answer stands: a clock does not become right because a link went down.
    if (this.#offsets.size === 0) return
    const sorted = [...this.#offsets.values()].sort((a, b) => a - b)
    const middle = sorted.length >> 1
    this.#median =
      sorted.length % 2 === 1
        ? (sorted[middle] ?? 0)
        : Math.round(((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2)
  }
}

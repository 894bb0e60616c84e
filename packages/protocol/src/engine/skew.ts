/**
 * What time it is in the room: this machine's clock plus the median of the offsets measured to the relay and to
 * authenticated neighbours, so that one machine with a wrong clock neither parks everybody's messages nor misses the
 * hour's topic.
 *
 * This machine's own clock has one vote, each neighbour's one, and the relay's two: alone it outvotes a wrong clock,
 * beside one neighbour it decides between the two, and two neighbours and a right clock outvote a relay that lies. Of two
 * clocks with nobody to decide between them the earlier counts, for both: what is stamped too late would be held back
 * by everybody whose clock is right.
 */
import type { Millis } from '../machine.ts'

/** Below this a clock counts as right: round trips measure no better. */
export const toleratedSkewMs = 1_000
/** Above this the person is told. */
export const alarmingSkewMs = 60_000

/** A clock that is wrong for this long is wrong. */
const alarmAfterMs = 3_000

/** The source that has two votes. */
export const relaySource = 'relay'

const maxSources = 64

export class Skew {
  readonly #offsets = new Map<string, number>()
  #median = 0
  #wrongSince: Millis | undefined
  #told = false

  /** Milliseconds to add to this machine's clock; 0 while it is about right. */
  get offsetMs(): number {
    return Math.abs(this.#median) < toleratedSkewMs ? 0 : this.#median
  }

  get isAlarming(): boolean {
    return Math.abs(this.#median) >= alarmingSkewMs
  }

  /**
   * True once, when this machine's clock has stayed wrong: who met only one other so far may be told otherwise by the
   * next. Call it at every tick.
   */
  isToBeTold(now: Millis): boolean {
    if (!this.isAlarming) {
      this.#wrongSince = undefined
      this.#told = false
      return false
    }
    this.#wrongSince ??= now
    if (this.#told || now - this.#wrongSince < alarmAfterMs) return false
    this.#told = true
    return true
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
    const relay = this.#offsets.get(relaySource)
    const votes = [0, ...this.#offsets.values(), ...(relay === undefined ? [] : [relay])].sort((a, b) => a - b)
    this.#median = votes[(votes.length - 1) >> 1] ?? 0
  }
}

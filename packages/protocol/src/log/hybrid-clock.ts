/**
 * Hybrid logical clock (Kulkarni et al., "Logical Physical Clocks", 2014), folded into one number of milliseconds.
 *
 * Our next time is the corrected clock, or one more than the newest time seen if that is ahead. Times far ahead are
 * parked before they get here, so one wrong clock can push everybody by at most `limits.aheadMs`.
 */
import type { Millis } from '../machine.ts'

export class HybridClock {
  #newest: Millis = 0

  /** Newest time seen. */
  get newest(): Millis {
    return this.#newest
  }

  see(time: Millis): void {
    if (time > this.#newest) this.#newest = time
  }

  next(now: Millis): Millis {
    return Math.max(now, this.#newest + 1)
  }
}

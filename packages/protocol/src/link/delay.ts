/**
 * How far away the far end of a link is when nothing waits (base), and how fast it takes what is sent (rate).
 *
 * Both come from credits: the sender knows when it sent what a credit names, so no clock but our own is asked and no lie
 * about time is possible. The base is the least round trip seen; when for `baseMs` none came near it, it is stale and a
 * small frame on an empty link asks anew, because a queue of our own making would otherwise become the base in the end.
 * The rate is the greatest of the last one to two seconds. After the ideas of LEDBAT (RFC 6817) and BBR (Cardwell and
 * others, 2016).
 */
import type { Millis } from '../machine.ts'

/** So long a base is believed without being seen again. */
export const baseMs: Millis = 10_000
/** Longer ones are a machine that slept, or a clock that was set. */
export const maxRoundTripMs: Millis = 60_000

const rateMs: Millis = 1_000
/** This near to the base counts as having seen it: clocks tick in whole milliseconds. */
const nearMs: Millis = 2

export class Delay {
  #baseMs: Millis | undefined
  #seenAt: Millis = 0
  #rateSince: Millis = 0
  #rate = 0
  #rateBefore = 0

  /** The round trip of an empty link, undefined before the first credit. */
  get baseMs(): Millis | undefined {
    return this.#baseMs
  }

  /** Bytes per millisecond. */
  get rate(): number {
    return Math.max(this.#rate, this.#rateBefore)
  }

  isStale(now: Millis): boolean {
    return this.#baseMs === undefined || Math.abs(now - this.#seenAt) >= baseMs
  }

  /** `alone`: nothing else was on its way. Returns how much longer than the base it took, undefined for nonsense. */
  sample(roundTripMs: Millis, alone: boolean, now: Millis): Millis | undefined {
    if (!(roundTripMs >= 0 && roundTripMs <= maxRoundTripMs)) return undefined
    const stale = this.isStale(now)
    if (this.#baseMs === undefined || roundTripMs < this.#baseMs || (alone && stale)) this.#baseMs = roundTripMs
    if (roundTripMs <= this.#baseMs + nearMs) this.#seenAt = now
    return roundTripMs - this.#baseMs
  }

  /** `limited`: the window held the sender back, so that a lower rate says that the link is slower. */
  delivered(bytes: number, withinMs: Millis, limited: boolean, now: Millis): void {
    const rate = bytes / Math.max(1, withinMs)
    if (!limited && rate <= this.rate) return
    if (Math.abs(now - this.#rateSince) >= rateMs) {
      this.#rateBefore = this.#rate
      this.#rate = rate
      this.#rateSince = now
    } else if (rate > this.#rate) {
      this.#rate = rate
    }
  }
}

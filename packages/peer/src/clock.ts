/** The clock port. */
import type { Millis } from '@kith/protocol'

/**
 * Time and timers. `now` may jump (the machine slept, somebody set the clock); timers are relative and never early.
 * `after` returns the function that cancels it; cancelling twice, or after it fired, does nothing.
 */
export interface Clock {
  now(): Millis
  after(delayMs: number, fire: () => void): () => void
}

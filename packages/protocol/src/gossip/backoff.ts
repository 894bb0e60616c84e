/** Jittered exponential back-off: `base`, doubled at each failure up to `max`, each wait drawn from its upper half. */
import type { Millis, Random } from '../machine.ts'

export class Backoff {
  readonly #random: Random
  readonly #baseMs: number
  readonly #maxMs: number
  #failures = 0

  constructor(random: Random, baseMs: number, maxMs: number) {
    this.#random = random
    this.#baseMs = baseMs
    this.#maxMs = maxMs
  }

  /** How long to wait after one more failure. */
  next(): Millis {
    const ceiling = Math.min(this.#maxMs, this.#baseMs * 2 ** Math.min(this.#failures, 20))
    this.#failures++
    return Math.round(ceiling * (0.5 + 0.5 * fraction(this.#random)))
  }

  reset(): void {
    this.#failures = 0
  }
}

/** Uniform in [0, 1). */
export function fraction(random: Random): number {
  const bytes = random(4)
  return (((bytes[0] ?? 0) << 24) | ((bytes[1] ?? 0) << 16) | ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0)) / 2 ** 32 + 0.5
}

/** Chance for spreading work in time, drawn many times a second: xorshift32 (Marsaglia, 2003), seeded once. Not for keys. */
import type { Random } from '../machine.ts'

export class Jitter {
  #state: number

  constructor(random: Random) {
    const seed = random(4)
    this.#state = ((seed[0] ?? 1) << 24) | ((seed[1] ?? 2) << 16) | ((seed[2] ?? 3) << 8) | (seed[3] ?? 4) | 1
  }

  /** Uniform in [0, 1). */
  next(): number {
    let x = this.#state
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    this.#state = x
    return (x >>> 0) / 0x1_0000_0000
  }

  /** A whole number of milliseconds, uniform in [min, max]. */
  between(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1))
  }
}

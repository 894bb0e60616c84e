/**
 * The simulator's only source of chance: sfc32, seeded by an integer. Not for keys of anything real.
 *
 * Source: Chris Doty-Humphrey, PractRand ("small fast counting" generator, 32 bit).
 */
import { passingBytes } from '../codec/bytes.ts'
import type { Random } from '../machine.ts'

export interface SeededRandom {
  readonly bytes: Random
  /** Uniform in [0, 1). */
  next(): number
  /** Uniform integer in [min, max]. */
  between(min: number, max: number): number
  chance(probability: number): boolean
  pick<T>(items: readonly T[]): T
  /** An independent generator, so that one more draw here does not change everything there. */
  fork(): SeededRandom
}

const warmUpRounds = 15
/** Keys, nonces and names are this long at least. */
const leastKept = 8

export function createSeededRandom(seed: number): SeededRandom {
  let a = 0x9e37_79b9
  let b = 0x243f_6a88
  let c = seed | 0
  let counter = (Math.floor(seed / 0x1_0000_0000) | 0) ^ 1

  const draw = (): number => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    c |= 0
    return sum >>> 0
  }
  for (let i = 0; i < warmUpRounds; i++) draw()

  const next = (): number => draw() / 0x1_0000_0000
  const between = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1))
  return {
    next,
    between,
    chance: (probability) => next() < probability,
    pick: <T>(items: readonly T[]): T => items[between(0, items.length - 1)] as T,
    fork: () => createSeededRandom(draw() * 0x20_0000 + (draw() >>> 11)),
    bytes(length) {
      // Of a few bytes chance is made, and nobody keeps them.
      const bytes = length < leastKept ? passingBytes(length) : new Uint8Array(length)
      for (let i = 0; i < length; i += 4) {
        const word = draw()
        bytes[i] = word
        if (i + 1 < length) bytes[i + 1] = word >>> 8
        if (i + 2 < length) bytes[i + 2] = word >>> 16
        if (i + 3 < length) bytes[i + 3] = word >>> 24
      }
      return bytes
    },
  }
}

import { describe, expect, it } from 'vitest'
import { createSeededRandom } from '../sim/random.ts'
import { Backoff, fraction } from './backoff.ts'

describe('back-off', () => {
  it('GOS9 doubles up to its maximum, each wait in the upper half', () => {
    const backoff = new Backoff(createSeededRandom(1).bytes, 500, 8_000)
    for (const ceiling of [500, 1_000, 2_000, 4_000, 8_000, 8_000]) {
      const wait = backoff.next()
      expect(wait).toBeGreaterThanOrEqual(ceiling / 2)
      expect(wait).toBeLessThanOrEqual(ceiling)
    }
  })

  it('GOS9 starts over after a success', () => {
    const backoff = new Backoff(createSeededRandom(1).bytes, 500, 8_000)
    for (let i = 0; i < 6; i++) backoff.next()
    backoff.reset()
    expect(backoff.next()).toBeLessThanOrEqual(500)
  })

  it('GOS9 draws fractions evenly from 0 up to 1', () => {
    const random = createSeededRandom(7)
    const drawn = Array.from({ length: 4_000 }, () => fraction(random.bytes))
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...drawn)).toBeLessThan(1)
    expect(drawn.reduce((sum, value) => sum + value, 0) / drawn.length).toBeCloseTo(0.5, 1)
  })
})

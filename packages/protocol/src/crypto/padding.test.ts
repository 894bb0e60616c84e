import fc from 'fast-check'
import { expect, test } from 'vitest'
import { minPaddedBytes, paddedLength } from './padding.ts'

test('CRY11 padding costs at most 12 % above the least length and leaves few lengths', () => {
  fc.assert(
    fc.property(fc.nat(300_000), (length) => {
      const padded = paddedLength(length)
      expect(padded).toBeGreaterThanOrEqual(Math.max(length, minPaddedBytes))
      expect(padded).toBeLessThanOrEqual(Math.max(minPaddedBytes, length) * 1.12)
      expect(paddedLength(padded)).toBe(padded)
    }),
  )
  const lengths = new Set(Array.from({ length: 10_000 }, (_, length) => paddedLength(length)))
  expect(lengths.size).toBeLessThan(120)
})

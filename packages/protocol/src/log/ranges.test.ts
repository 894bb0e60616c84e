import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RangeSet, countOf, intersectRanges } from './ranges.ts'

const span = fc.tuple(fc.nat(60), fc.nat(12)).map(([from, length]) => [from, from + length] as const)

describe('ranges', () => {
  it('agrees with a plain set, whatever is added and removed', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), span), { maxLength: 40 }), (steps) => {
        const ranges = new RangeSet()
        const model = new Set<number>()
        for (const [add, [from, to]] of steps) {
          if (add) ranges.add(from, to)
          else ranges.remove(from, to)
          for (let i = from; i <= to; i++) {
            if (add) model.add(i)
            else model.delete(i)
          }
        }
        const members = [...ranges].flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, i) => from + i))
        expect(members).toEqual([...model].sort((a, b) => a - b))
        expect(ranges.size).toBe(model.size)
        expect(ranges.top).toBe(Math.max(-1, ...model))
        for (let i = 0; i < 75; i++) expect(ranges.has(i)).toBe(model.has(i))
        // Ranges neither touch nor overlap.
        const bounds = [...ranges]
        bounds.forEach(([from], i) => i > 0 && expect(from).toBeGreaterThan((bounds[i - 1]?.[1] ?? 0) + 1))
      }),
    )
  })

  it('finds what is missing, and what two lists share', () => {
    fc.assert(
      fc.property(fc.array(span, { maxLength: 8 }), fc.array(span, { maxLength: 8 }), span, (a, b, [from, to]) => {
        const [first, second] = [new RangeSet(), new RangeSet()]
        for (const [low, high] of a) first.add(low, high)
        for (const [low, high] of b) second.add(low, high)
        const missing = first.missing(from, to)
        for (let i = from; i <= to; i++) {
          expect(missing.some(([low, high]) => low <= i && i <= high)).toBe(!first.has(i))
        }
        const both = intersectRanges([...first], [...second])
        let shared = 0
        for (let i = 0; i < 75; i++) if (first.has(i) && second.has(i)) shared++
        expect(countOf(both)).toBe(shared)
        for (const [low, high] of both)
          for (let i = low; i <= high; i++) expect(first.has(i) && second.has(i)).toBe(true)
      }),
    )
  })
})

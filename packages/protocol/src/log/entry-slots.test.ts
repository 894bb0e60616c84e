import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Entry } from './entry.ts'
import { EntrySlots } from './entry-slots.ts'

it('LOG1 entries by seq are found like in a map, whatever the holes and the order', () => {
  const seq = fc.oneof(fc.nat(12), fc.nat(300), fc.constantFrom(4_000_000_000, 4_000_000_001))
  const step = fc.record({ seq, adds: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const slots = new EntrySlots()
      const map = new Map<number, Entry>()
      for (const { seq, adds } of steps) {
        const entry = { seq } as Entry
        if (adds) {
          slots.set(seq, entry)
          map.set(seq, entry)
        } else {
          slots.delete(seq)
          map.delete(seq)
        }
        expect(slots.size).toBe(map.size)
        for (const { seq: asked } of steps) expect(slots.get(asked)).toBe(map.get(asked))
        expect(new Set(slots.values())).toEqual(new Set(map.values()))
      }
    }),
  )
})

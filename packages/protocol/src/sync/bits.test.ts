import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BitReader, BitWriter, bestOrder, maxOrder, widthOf } from './bits.ts'

const field = fc.integer({ min: 0, max: 48 }).chain((count) => {
  return fc.tuple(fc.constant(count), fc.integer({ min: 0, max: 2 ** count - 1 }))
})

describe('packed numbers', () => {
  it('SYN16 come out as they went in, fields and codes mixed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.record({ field }), fc.record({ code: fc.nat(2 ** 40), order: fc.nat(maxOrder) })), {
          maxLength: 60,
        }),
        (items) => {
          const writer = new BitWriter()
          for (const item of items) {
            if ('field' in item) writer.bits(item.field[1], item.field[0])
            else writer.golomb(item.code, item.order)
          }
          const reader = new BitReader(writer.finish())
          for (const item of items) {
            if ('field' in item) expect(reader.bits(item.field[0])).toBe(item.field[1])
            else if (widthOf(Math.floor(item.code / 2 ** item.order) + 1) + item.order <= 52)
              expect(reader.golomb(item.order)).toBe(item.code)
            else return
          }
          expect(reader.done()).toBe(true)
        },
      ),
    )
  })

  it('SYN13 any bytes are read without throwing, and what fails stays failed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 30 }), fc.array(fc.nat(maxOrder), { maxLength: 40 }), (bytes, orders) => {
        const reader = new BitReader(bytes)
        for (const order of orders) {
          const wasFailed = reader.failed
          const value = reader.golomb(order)
          expect(Number.isSafeInteger(value) && value >= 0).toBe(true)
          if (wasFailed) expect([reader.failed, value]).toEqual([true, 0])
        }
      }),
    )
  })

  it('SYN16 the parameter suits the values', () => {
    expect(bestOrder(Array.from({ length: 100 }, () => 0))).toBe(0)
    const thousand = bestOrder(Array.from({ length: 100 }, (_, i) => 900 + i))
    expect([9, 10]).toContain(thousand)
    const writer = new BitWriter()
    for (let i = 0; i < 100; i++) writer.golomb(900 + i, thousand)
    expect(writer.length).toBeLessThanOrEqual(1_200)
  })
})

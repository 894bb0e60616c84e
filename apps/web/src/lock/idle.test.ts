import { describe, expect, it } from 'vitest'
import { IdleWatch } from './idle.ts'

const minute = 60_000

describe('IdleWatch', () => {
  it('STO31 is over when nothing was seen for so long, however rarely it is asked', () => {
    const watch = new IdleWatch(0)
    expect(watch.isOver(15 * minute - 1, 15)).toBe(false)
    expect(watch.isOver(15 * minute, 15)).toBe(true)
    watch.seen(14 * minute)
    expect(watch.isOver(15 * minute, 15)).toBe(false)
    expect(watch.isOver(29 * minute, 15)).toBe(true)
    expect(watch.isOver(1_000 * minute, 0)).toBe(false)
  })

  it('STO31 counts what other tabs saw, and a clock that is behind takes nothing away', () => {
    const watch = new IdleWatch(10 * minute)
    watch.seen(8 * minute)
    expect(watch.isOver(12 * minute, 3)).toBe(false)
  })

  it('STO31 tells the others now and then, not at every key', () => {
    const watch = new IdleWatch(0)
    const told = Array.from({ length: 100 }, (_, i) => watch.seen(i * 100)).filter(Boolean)
    expect(told).toHaveLength(2)
  })
})

import { describe, expect, it } from 'vitest'
import type { Millis } from '../machine.ts'
import { Table, gatherMs } from './table.ts'

function table(): { readonly table: Table; readonly wakes: Millis[] } {
  const wakes: Millis[] = []
  const made = new Table({
    crypto: { sha256: () => new Uint8Array(32), random: (length) => new Uint8Array(length) },
    self: new Uint8Array(32),
    hasRoom: () => false,
    send: () => {},
    job: () => 0,
    tell: () => {},
    wake: (at) => void wakes.push(at),
    drop: () => {},
  })
  return { table: made, wakes }
}

describe('the beat', () => {
  it('BLB17 comes although its timer is late and every block asks for it again', () => {
    const { table: busy, wakes } = table()
    for (let now = 0; now < 1_000; now += 7) busy.schedule(now)
    expect(wakes).toEqual([gatherMs])
    busy.beaten()
    busy.schedule(1_000)
    expect(wakes).toEqual([gatherMs, 1_000 + gatherMs])
  })

  it('BLB17 is asked for anew when the machine slept over it, or its clock was set back', () => {
    const { table: busy, wakes } = table()
    busy.schedule(100_000)
    busy.schedule(160_000)
    busy.schedule(10_000)
    expect(wakes).toEqual([100_000, 160_000, 10_000].map((at) => at + gatherMs))
  })
})

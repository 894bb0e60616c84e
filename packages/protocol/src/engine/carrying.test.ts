import { describe, expect, it } from 'vitest'
import { formatHex } from '../codec/text.ts'
import { decodeCarried, encodeCircuit } from '../gossip/carry-wire.ts'
import type { CircuitCode, CircuitFrame } from '../gossip/carry-wire.ts'
import {
  carriedIdleMs,
  carriedRate,
  Carrying,
  maxCarried,
  maxCarriedPerNeighbour,
  maxCarriedPerPair,
  openRate,
} from './carrying.ts'
import { circuitRate } from './circuits.ts'

const sessions = Array.from({ length: 20 }, (_, i) => formatHex(new Uint8Array(32).fill(i + 1)))
const [ana = '', ben = '', cleo = ''] = sessions

class Rig {
  readonly sent: { readonly to: string; readonly frame: CircuitFrame }[] = []
  readonly full = new Set<string>()
  readonly carrying = new Carrying({
    reaches: (session) => sessions.includes(session),
    send: (to, payload) => {
      if (this.full.has(to)) return false
      const carried = decodeCarried(payload)
      if (carried.ok && carried.value.type === 'circuit') this.sent.push({ to, frame: carried.value })
      return true
    },
  })

  data(from: string, number: number, size: number, now: number): void {
    const frame = { type: 'circuit', number, kind: 'data', bytes: new Uint8Array(size).fill(7) } as const
    this.carrying.receive(from, frame, encodeCircuit(frame), now)
  }

  closes(to: string): CircuitCode[] {
    return this.sent.flatMap(({ to: target, frame }) => (target === to && frame.kind === 'close' ? [frame.code] : []))
  }

  dataTo(to: string): number {
    return this.sent.filter(({ to: target, frame }) => target === to && frame.kind === 'data').length
  }
}

describe('a carrier', () => {
  it('GOS96 offers a circuit to its other end, and carries both ways until one of them closes it', () => {
    const rig = new Rig()
    rig.carrying.open(ana, 7, ben, 0)
    expect(rig.sent.at(-1)).toMatchObject({ to: ben, frame: { kind: 'offer', number: 7 } })
    rig.data(ana, 7, 100, 10)
    rig.data(ben, 7, 100, 20)
    expect([rig.dataTo(ana), rig.dataTo(ben)]).toEqual([1, 1])
    // Nobody else has a part in it.
    rig.data(cleo, 7, 100, 30)
    expect([rig.dataTo(ana), rig.dataTo(ben)]).toEqual([1, 1])
    expect(rig.closes(cleo)).toEqual(['closed'])
    const close = { type: 'circuit', number: 7, kind: 'close', code: 'closed' } as const
    rig.carrying.receive(ben, close, encodeCircuit(close), 40)
    expect(rig.closes(ana)).toEqual(['closed'])
    expect(rig.carrying.size).toBe(0)
    // A close is never answered.
    rig.carrying.receive(ben, close, encodeCircuit(close), 50)
    expect(rig.closes(ben)).toEqual([])
  })

  it('GOS96 refuses with a reason: nobody there, the same number twice, too many of one pair, neighbour, and in all', () => {
    const rig = new Rig()
    rig.carrying.open(ana, 1, 'ff'.repeat(32), 0)
    rig.carrying.open(ana, 1, ana, 0)
    expect(rig.closes(ana)).toEqual(['unreachable', 'unreachable'])
    for (let number = 1; number <= maxCarriedPerPair + 1; number++) rig.carrying.open(ana, number, ben, 10_000)
    rig.carrying.open(ana, 1, cleo, 10_000)
    expect(rig.closes(ana).slice(2)).toEqual(['full', 'clash'])
    let now = 20_000
    for (let i = 0; i < maxCarried * 3; i++)
      rig.carrying.open(ana, 100 + i, sessions[3 + (i % 9)] ?? '', (now += 1_000))
    expect(rig.carrying.size).toBe(maxCarriedPerNeighbour)
    for (let i = 0; i < maxCarried * 3; i++) {
      rig.carrying.open(sessions[2 + (i % 4)] ?? '', 200 + i, sessions[10 + (i % 9)] ?? '', (now += 1_000))
    }
    expect(rig.carrying.size).toBe(maxCarried)
  })

  it('GOS96 a flood of asking is not even answered', () => {
    const rig = new Rig()
    for (let i = 0; i < 1_000; i++) rig.carrying.open(ana, i, 'ff'.repeat(32), 1_000 + i)
    expect(rig.sent.length).toBeLessThanOrEqual(openRate.burst + 1)
  })

  it('GOS96 ends a circuit that overruns its rate, and one whose far end takes nothing', () => {
    const rig = new Rig()
    rig.carrying.open(ana, 1, ben, 0)
    let sent = 0
    for (; rig.carrying.size > 0; sent += 16_384) rig.data(ana, 1, 16_384, 1_000)
    expect(sent).toBeLessThan(carriedRate.burst + 2 * 16_384)
    expect([rig.closes(ana), rig.closes(ben)]).toEqual([['tooFast'], ['tooFast']])
    rig.carrying.open(ana, 2, ben, 2_000)
    rig.full.add(ben)
    rig.data(ana, 2, 10, 2_000)
    expect(rig.carrying.size).toBe(0)
  })

  it('GOS96 an honest end stays below what a carrier bears', () => {
    expect(circuitRate.perS).toBeLessThan(carriedRate.perS)
    // One burst of a link and what may leave while it is full come on top.
    expect(circuitRate.burst + 64 * 1024 + 16 * 1024 + 17 * 1024).toBeLessThan(carriedRate.burst)
  })

  it('GOS96 forgets a circuit with one of its ends, and one on which nothing moves', () => {
    const rig = new Rig()
    rig.carrying.open(ana, 1, ben, 0)
    rig.carrying.open(cleo, 2, ben, 0)
    rig.carrying.gone(ana, 100)
    expect(rig.closes(ben)).toEqual(['unreachable'])
    expect(rig.carrying.size).toBe(1)
    rig.data(ben, 2, 10, 1_000)
    rig.carrying.tick(carriedIdleMs)
    expect(rig.carrying.size).toBe(1)
    rig.carrying.tick(carriedIdleMs + 1_000)
    expect(rig.carrying.size).toBe(0)
    expect(rig.closes(cleo)).toEqual(['closed'])
  })
})

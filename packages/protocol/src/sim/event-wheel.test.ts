import fc from 'fast-check'
import { expect, it } from 'vitest'
import { EventWheel } from './event-wheel.ts'

interface Happened {
  readonly at: number
  readonly target: number
  readonly source: number
  readonly a: number
}

function drain(wheel: EventWheel, until: number, again?: (event: Happened) => void): Happened[] {
  const happened: Happened[] = []
  let now = 0
  wheel.run(
    until,
    {
      happen: (_, target, source, a) => {
        const event = { at: now, target, source, a }
        happened.push(event)
        again?.(event)
      },
    },
    (at) => {
      now = at
    },
  )
  return happened
}

const event = fc.record({
  at: fc.oneof(fc.nat(50), fc.nat(200_000)),
  target: fc.integer({ min: -2, max: 40 }),
  source: fc.integer({ min: -2, max: 40 }),
})

it('SIM5 everything happens at its time, in an order that depends on machines and not on who was worked first', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 200 }), (wanted) => {
      const straight = new EventWheel()
      wanted.forEach(({ at, target, source }, a) => straight.push(at, 0, target, source, a, 0, undefined))
      const happened = drain(straight, 300_000)
      expect(happened.length).toBe(wanted.length)
      for (const { at, a } of happened) expect(at).toBe(wanted[a]?.at)
      for (let i = 1; i < happened.length; i++) {
        const [before, after] = [happened[i - 1] as Happened, happened[i] as Happened]
        const rank = ({ at, target, source, a }: Happened): number[] => [at, target, source, a]
        expect(compare(rank(before), rank(after))).toBeLessThanOrEqual(0)
      }
      // The sources in another order, each one's own events in theirs.
      const mixed = new EventWheel()
      const order = wanted.map((_, a) => a).sort((x, y) => (wanted[y]?.source ?? 0) - (wanted[x]?.source ?? 0) || x - y)
      for (const a of order) {
        const { at, target, source } = wanted[a] as { at: number; target: number; source: number }
        mixed.push(at, 0, target, source, a, 0, undefined)
      }
      expect(drain(mixed, 300_000)).toEqual(happened)
      expect(mixed.size).toBe(0)
    }),
  )
})

it('SIM5 what is asked for at once happens in the same millisecond, after all that was there', () => {
  const wheel = new EventWheel()
  wheel.push(5, 0, 1, 1, 0, 0, undefined)
  wheel.push(5, 0, 2, 2, 1, 0, undefined)
  const happened = drain(wheel, 10, ({ a }) => {
    if (a === 0) wheel.push(5, 0, 0, 0, 9, 0, undefined)
  })
  expect(happened.map(({ at, a }) => [at, a])).toEqual([
    [5, 0],
    [5, 1],
    [5, 9],
  ])
})

it('SIM5 after a jump of the clock everything happens late, in its order', () => {
  const wheel = new EventWheel()
  for (const [at, a] of [
    [90_000, 2],
    [10, 0],
    [80_000_000, 3],
    [70, 1],
    [90_000_001, 4],
  ] as const)
    wheel.push(at, 0, 1, 1, a, 0, undefined)
  wheel.jump(90_000_000)
  expect(drain(wheel, 90_000_000).map(({ a }) => a)).toEqual([0, 1, 2, 3])
  expect(drain(wheel, 90_000_001).map(({ a }) => a)).toEqual([4])
})

function compare(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return (a[i] ?? 0) - (b[i] ?? 0)
  return 0
}

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Clock } from './clock.ts'
import { ManualClock } from './memory/clock.ts'
import { createSystemClock } from './system-clock.ts'
import { createTickWakes, tickMs } from './tick-wakes.ts'
import { lateTimerMs } from './wakes.ts'

/** What every clock promises; `pass` lets time go by. */
function clockContract(name: string, open: () => { readonly clock: Clock; pass(ms: number): void }): void {
  describe(`clock contract: ${name}`, () => {
    it('CLK1 fires in order, once, never early, with the time it was set for', () => {
      const { clock, pass } = open()
      const start = clock.now()
      const fired: [string, number][] = []
      const note = (text: string) => (): void => void fired.push([text, clock.now() - start])
      clock.after(50, note('b'))
      clock.after(10, note('a'))
      clock.after(-5, note('now'))
      pass(9)
      expect(fired).toEqual([['now', 0]])
      pass(1_000)
      expect(fired).toEqual([
        ['now', 0],
        ['a', 10],
        ['b', 50],
      ])
    })

    it('CLK2 forgets what is cancelled, also twice and too late', () => {
      const { clock, pass } = open()
      let fired = 0
      const cancel = clock.after(10, () => fired++)
      cancel()
      cancel()
      const late = clock.after(20, () => fired++)
      pass(100)
      late()
      expect(fired).toBe(1)
    })

    it('CLK3 waits for months', () => {
      const { clock, pass } = open()
      let fired = 0
      const month = 30 * 86_400_000
      clock.after(month, () => fired++)
      const cancel = clock.after(month, () => fired++)
      pass(month - 1)
      expect(fired).toBe(0)
      cancel()
      pass(1)
      expect(fired).toBe(1)
    })
  })
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

clockContract('system', () => ({ clock: createSystemClock(), pass: (ms) => void vi.advanceTimersByTime(ms) }))
clockContract('manual', () => {
  const clock = new ManualClock()
  return { clock, pass: (ms) => clock.advance(ms) }
})

describe('ManualClock', () => {
  it('CLK4 sleeps: what fell due fires late', () => {
    const clock = new ManualClock(0)
    const fired: number[] = []
    clock.after(10, () => fired.push(clock.now()))
    clock.sleep(1_000)
    expect(fired).toEqual([1_000])
  })

  it('CLK4 is set by somebody: timers stay relative and can be cancelled', () => {
    const clock = new ManualClock(0)
    let fired = 0
    clock.after(10, () => fired++)
    const cancel = clock.after(10, () => fired++)
    clock.jump(-5_000)
    cancel()
    clock.advance(9)
    expect(fired).toBe(0)
    clock.advance(1)
    expect([fired, clock.now()]).toEqual([1, -4_990])
  })
})

describe('tick wakes', () => {
  it('HOS4 wakes after standing still, not by ticking', () => {
    const clock = new ManualClock()
    let wakes = 0
    const stop = createTickWakes(clock)(() => wakes++)
    clock.advance(tickMs * 20)
    expect(wakes).toBe(0)
    clock.sleep(tickMs + lateTimerMs + 1)
    expect(wakes).toBe(1)
    stop()
    clock.sleep(1_000_000)
    expect([wakes, clock.pending]).toEqual([1, 0])
  })
})

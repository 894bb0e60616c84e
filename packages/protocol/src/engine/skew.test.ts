import { describe, expect, it } from 'vitest'
import { Skew } from './skew.ts'

describe('skew', () => {
  it('ENG8 follows the median, so that one liar moves nothing', () => {
    const skew = new Skew()
    skew.sample('relay', 90_000)
    expect(skew.corrected(1_000_000)).toBe(1_090_000)
    skew.sample('a', 30)
    skew.sample('b', -20)
    expect(skew.corrected(1_000_000)).toBe(1_000_000)
  })

  it('ENG8 does not follow the only neighbour against the relay and the own clock', () => {
    const skew = new Skew()
    skew.sample('relay', 10)
    skew.sample('a', 1_800_000)
    expect(skew.offsetMs).toBe(0)
  })

  it('ENG8 takes the earlier of two clocks when there is nobody to decide', () => {
    const [ahead, behind] = [new Skew(), new Skew()]
    ahead.sample('behind', -480_000)
    behind.sample('ahead', 480_000)
    expect([ahead.offsetMs, behind.offsetMs]).toEqual([-480_000, 0])
    ahead.sample('right', 0)
    expect(ahead.offsetMs).toBe(0)
  })

  it('ENG8 leaves a clock alone that is right to a second', () => {
    const skew = new Skew()
    skew.sample('relay', 900)
    expect(skew.offsetMs).toBe(0)
  })

  it('ENG8 keeps its answer when nobody is left to ask', () => {
    const skew = new Skew()
    skew.sample('relay', 120_000)
    skew.forget('relay')
    expect(skew.offsetMs).toBe(120_000)
    expect(skew.isAlarming).toBe(true)
  })
})

it('ENG8 tells of a wrong clock once, when it has stayed wrong, and again after it was right', () => {
  const skew = new Skew()
  skew.sample('relay', 120_000)
  expect([0, 2_999, 3_000, 10_000].map((now) => skew.isToBeTold(now))).toEqual([false, false, true, false])
  skew.sample('relay', 0)
  expect(skew.isToBeTold(11_000)).toBe(false)
  skew.sample('relay', 120_000)
  expect([12_000, 15_000].map((now) => skew.isToBeTold(now))).toEqual([false, true])
})

import { describe, expect, it } from 'vitest'
import { createSeededCrypto } from '../crypto/seeded.ts'
import { greeters, Lookout, rootlessMs } from './lookout.ts'

const hourMs = 3_600_000
const start = 500 * hourMs

function stage(ownKey: Uint8Array): { readonly lookout: Lookout; readonly said: () => readonly [boolean, boolean] } {
  let seeks = false
  let attends = false
  const reach = {
    seekOthers: (isSeeking: boolean): void => void (seeks = isSeeking),
    setAttending: (attending: boolean): void => void (attends = attending),
  }
  const { sha256 } = createSeededCrypto('lookout')
  const lookout = new Lookout({ sha256, ownKey, reach, corrected: (now) => now }, start)
  return { lookout, said: () => [seeks, attends] }
}

const calm = (now: number, online: number) => ({ isAlone: false, rootHeardAt: now, online })

describe('who stays in the relay’s topic', () => {
  it('GOS55 is everybody in a room of a few, and about as many of a large one, others every hour', () => {
    const peers = Array.from({ length: 400 }, (_, i) => stage(new Uint8Array(32).fill(i % 251, 0, 16).fill(i >> 2, 16)))
    const attending = (now: number, online: number): number[] =>
      peers.flatMap(({ lookout, said }, i) => {
        lookout.judge(calm(now, online), now)
        expect(said()[0]).toBe(false)
        return said()[1] ? [i] : []
      })
    expect(attending(start, greeters)).toHaveLength(peers.length)
    const first = attending(start, peers.length)
    expect(first.length).toBeGreaterThan(greeters / 2)
    expect(first.length).toBeLessThan(greeters * 2)
    expect(attending(start + hourMs / 2, peers.length)).toEqual(first)
    expect(attending(start + hourMs, peers.length)).not.toEqual(first)
  })

  it('GOS55 is whoever is alone, or on an island where no root is heard, and seeks others by every road', () => {
    const { lookout, said } = stage(new Uint8Array(32).fill(1))
    const online = 1_000_000
    lookout.judge(calm(start, online), start)
    expect(said()).toEqual([false, false])
    lookout.judge({ ...calm(start, online), isAlone: true }, start)
    expect(said()).toEqual([true, true])
    lookout.judge(calm(start, online), start)
    expect(said()).toEqual([false, false])
    lookout.lonely()
    lookout.judge(calm(start, online), start)
    expect(said()).toEqual([true, true])
    lookout.found()
    lookout.judge({ ...calm(start, online), rootHeardAt: start }, start + rootlessMs - 1)
    expect(said()).toEqual([false, false])
    lookout.judge({ ...calm(start, online), rootHeardAt: start }, start + rootlessMs)
    expect(said()).toEqual([true, true])
  })
})

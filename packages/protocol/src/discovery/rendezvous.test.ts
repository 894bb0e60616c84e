import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { crypto, seedOf } from '../../test/relay-house.ts'
import { formatHex } from '../codec/text.ts'
import { relayLimits } from '../relay/limits.ts'
import { slotAt, slotEdgeMs, slotGraceMs, slotMs, slotsAt, topicKeys } from './rendezvous.ts'

const start = 2_833_333 * slotMs

describe('rendezvous', () => {
  it('RDV1 two members of a room find the same topic in the same slot, and nobody else does', () => {
    const keys = topicKeys(crypto, seedOf(1), 2_833_333)
    expect(topicKeys(crypto, seedOf(1), 2_833_333)).toEqual(keys)
    const names = [keys, topicKeys(crypto, seedOf(1), 2_833_334), topicKeys(crypto, seedOf(2), 2_833_333)]
    expect(new Set(names.map(({ topic }) => formatHex(topic))).size).toBe(3)
    expect(new Set(names.map(({ sealKey }) => formatHex(sealKey))).size).toBe(3)
  })

  it('RDV1 stays what it is from version to version', () => {
    const keys = topicKeys(crypto, seedOf(1), 2_833_333)
    expect(formatHex(keys.topic)).toBe('58548cddee1222c4346f3fcaa6cbdb0263292e7e450211309827d4b405c73bce')
    expect(formatHex(keys.sealKey)).toBe('cc90bf059ab8144fc03eb6117c7b84f581e67e34ae42ddd7b92092ba264e2628')
    expect(keys.until).toBe(start + slotMs + slotEdgeMs + slotGraceMs)
  })

  it('RDV2 one is in the current slot, and within a minute of a boundary in its neighbour too', () => {
    const slot = slotAt(start)
    expect(slotsAt(start)).toEqual([slot, slot - 1])
    expect(slotsAt(start + slotEdgeMs - 1)).toEqual([slot, slot - 1])
    expect(slotsAt(start + slotEdgeMs)).toEqual([slot])
    expect(slotsAt(start + slotMs - slotEdgeMs - 1)).toEqual([slot])
    expect(slotsAt(start + slotMs - slotEdgeMs)).toEqual([slot, slot + 1])
    expect(slotsAt(start + slotMs)).toEqual([slot + 1, slot])
  })

  it('RDV2 who enters in the last moment of a slot it may be in comes in time, as the relay sees it', () => {
    const last = start + slotMs + slotEdgeMs - 1
    const onItsWayMs = 2_000
    for (const each of slotsAt(last)) {
      const { until } = topicKeys(crypto, seedOf(1), each)
      expect(until).toBeGreaterThan(last + onItsWayMs)
    }
    // And who enters as early as one may asks the relay for no more than it gives.
    const early = start - slotEdgeMs
    for (const each of slotsAt(early)) {
      expect(topicKeys(crypto, seedOf(1), each).until).toBeLessThanOrEqual(early + relayLimits.topicLifeMs)
    }
  })

  it('RDV2 two peers whose clocks are less than two minutes apart always share a slot', () => {
    const moment = fc.integer({ min: start, max: start + 3 * slotMs })
    fc.assert(
      fc.property(moment, fc.integer({ min: 0, max: 2 * slotEdgeMs - 1 }), (now, apart) => {
        const there = new Set(slotsAt(now + apart))
        expect(slotsAt(now).some((slot) => there.has(slot))).toBe(true)
      }),
    )
  })
})

import { describe, expect, it } from 'vitest'
import { beatMs, Heartbeat, hiddenBeatMs, hiddenSilentMs, lateRestMs, restMs, silentMs, wakeMs } from './heartbeat.ts'
import type { Beat } from './wire.ts'

const start = 1_000_000
const beat = (fields: Partial<Beat>): Beat => ({
  type: 'beat',
  sentAt: start,
  echo: 0,
  heldBack: 0,
  digest: new Uint8Array(8),
  held: 0,
  hidden: false,
  urgent: false,
  settled: undefined,
  ...fields,
})

describe('heartbeat', () => {
  it('GOS7 measures round trip and clock offset across clocks that disagree', () => {
    const aheadMs = 3_600_000
    const near = new Heartbeat(start)
    const far = new Heartbeat(start + aheadMs)
    const first = near.stamp(start)
    far.received(beat(first), start + 40 + aheadMs)
    const answer = far.stamp(start + 540 + aheadMs)
    near.received(beat(answer), start + 580)
    expect(answer.heldBack).toBe(500)
    expect(near.rttMs).toBe(80)
    expect(near.offsetMs).toBe(aheadMs)
  })

  it('GOS7 ignores an echo from the future or from long ago', () => {
    const heartbeat = new Heartbeat(start)
    heartbeat.received(beat({ echo: start + 10_000 }), start + 100)
    heartbeat.received(beat({ echo: start - 60_000 }), start + 100)
    expect(heartbeat.rttMs).toBeUndefined()
    expect(heartbeat.offsetMs).toBeUndefined()
  })

  it('GOS8 holds a link for dead after seven silent seconds', () => {
    const heartbeat = new Heartbeat(start)
    expect(heartbeat.isDead(start + silentMs - 1)).toBe(false)
    expect(heartbeat.isDead(start + silentMs)).toBe(true)
    heartbeat.heard(start + silentMs)
    expect(heartbeat.isDead(start + silentMs)).toBe(false)
  })

  it('GOS8 is patient with a far end that said it is hidden', () => {
    const heartbeat = new Heartbeat(start)
    heartbeat.received(beat({ hidden: true }), start)
    expect(heartbeat.isDead(start + silentMs)).toBe(false)
    expect(heartbeat.isDead(start + hiddenSilentMs)).toBe(true)
  })

  it('GOS8 doubts after waking, until something is heard', () => {
    const heartbeat = new Heartbeat(start)
    const wokeAt = start + 600_000
    heartbeat.doubt(wokeAt)
    expect(heartbeat.isDead(wokeAt + wakeMs - 1)).toBe(false)
    expect(heartbeat.isDead(wokeAt + wakeMs)).toBe(true)
    heartbeat.heard(wokeAt + 100)
    expect(heartbeat.isDead(wokeAt + wakeMs)).toBe(false)
  })

  it('GOS102 asks in time for an answer, one end before the other, and not again at once', () => {
    const heartbeat = new Heartbeat(start)
    expect(heartbeat.isRestDue(false, start + restMs - 1)).toBe(false)
    expect(heartbeat.isRestDue(false, start + restMs)).toBe(true)
    expect(heartbeat.isRestDue(true, start + restMs)).toBe(false)
    expect(heartbeat.isRestDue(true, start + restMs + lateRestMs)).toBe(true)
    heartbeat.stamp(start + restMs)
    expect(heartbeat.isRestDue(false, start + restMs + beatMs - 1)).toBe(false)
    expect(restMs + lateRestMs + beatMs).toBeLessThanOrEqual(silentMs)
  })

  it('GOS8 beats seldom in the background', () => {
    const heartbeat = new Heartbeat(start)
    heartbeat.stamp(start)
    expect(heartbeat.isBeatDue(start + beatMs, false)).toBe(true)
    expect(heartbeat.isBeatDue(start + beatMs, true)).toBe(false)
    expect(heartbeat.isBeatDue(start + hiddenBeatMs, true)).toBe(true)
  })
})

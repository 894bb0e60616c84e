import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Millis } from '../machine.ts'
import { baseMs, Delay, maxRoundTripMs } from './delay.ts'
import {
  BulkFlow,
  maxWindowBytes,
  minWindowBytes,
  ownMaxWindowBytes,
  shortWindowBytes,
  startWindowBytes,
  targetDelayMs,
} from './flow.ts'
import { frameCost, maxFramePayloadBytes, minPartBytes } from './frames.ts'
import { connect, downCode, now, ofType } from './link-bench.ts'
import { type Load, type Pipe, runPipe } from './link-pipe.ts'

const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN
const load: Load = { forMs: 12_000, bulk: ['a'], bulkBytes: 64 * 1024, textEveryMs: 20, warmUpMs: 4_000 }
const steady = (mbit: number, latencyMs: Millis): Pipe => ({ rate: () => mbit * 125, latencyMs: () => latencyMs })
const idleMs = (pipe: Pipe): number =>
  percentile(runPipe(pipe, { ...load, bulk: [], forMs: 3_000, warmUpMs: 0 }).textMs, 0.99)

/** A sender that always has more, and a far side that answers as the test says. */
class Stream {
  readonly flow: BulkFlow
  at: Millis = now
  sent = 0
  readonly asked: { readonly upTo: number; readonly at: Millis }[] = []

  constructor(flow: BulkFlow = new BulkFlow()) {
    this.flow = flow
  }

  /** Sends what may leave. */
  send(): this {
    for (;;) {
      const bytes = Math.min(this.flow.frameBytes(this.at), maxFramePayloadBytes)
      if (bytes > this.flow.allowance(this.at)) return this
      this.sent += frameCost(bytes)
      if (this.flow.send(bytes, this.at)) this.asked.push({ upTo: this.sent, at: this.at })
    }
  }

  /** The oldest answer comes after so long. */
  answer(roundTripMs: Millis): this {
    const ask = this.asked.shift()
    expect(ask).toBeDefined()
    this.at = Math.max(this.at, ask!.at + roundTripMs)
    expect(this.flow.credit(ask!.upTo, this.at)).toBe(true)
    return this.send()
  }

  rounds(count: number, roundTripMs: Millis): this {
    for (let i = 0; i < count; i++) this.answer(roundTripMs)
    return this
  }
}

describe('texts beside bulk, in virtual time', () => {
  test.each([
    [1, 10],
    [1, 50],
    [5, 20],
    [10, 5],
    [20, 40],
    [50, 10],
    [100, 2],
    [400, 0],
  ])('LNK22 over %i Mbit/s and %i ms a text takes at most 50 ms longer, and bulk fills the link', (mbit, latencyMs) => {
    const pipe = steady(mbit, latencyMs)
    const idle = idleMs(pipe)
    for (const bulk of [['a'], ['a', 'b']] as const) {
      const ran = runPipe(pipe, { ...load, bulk, forMs: mbit > 50 ? 6_000 : load.forMs })
      expect(percentile(ran.textMs, 0.99)).toBeLessThanOrEqual(idle + targetDelayMs)
      const seconds = (mbit > 50 ? 6_000 : load.forMs) - load.warmUpMs
      expect(ran.bulkBytes / bulk.length / seconds / (mbit * 125)).toBeGreaterThan(
        mbit === 1 || mbit === 100 ? 0.7 : 0.9,
      )
      expect([ran.downs, ran.slow, ran.refused]).toEqual([[], 0, 0])
      expect(ran.mostInFlight).toBeLessThanOrEqual(maxWindowBytes)
    }
  })

  test.each([
    [100, 2],
    [200, 0],
    [800, 0],
  ])('LNK22 so it is between programs that own their sockets, over %i Mbit/s and %i ms', (mbit, latencyMs) => {
    const pipe: Pipe = { ...steady(mbit, latencyMs), ownSockets: true }
    const ran = runPipe(pipe, { ...load, bulk: ['a', 'b'], forMs: 3_000, warmUpMs: 1_500 })
    expect(percentile(ran.textMs, 0.99)).toBeLessThanOrEqual(idleMs(pipe) + targetDelayMs)
    expect(ran.bulkBytes / 2 / 1_500 / (mbit * 125)).toBeGreaterThan(0.9)
    expect(ran.mostInFlight).toBeLessThanOrEqual(ownMaxWindowBytes)
  })

  test('LNK22 a link that gets ten times slower, and farther, is followed within seconds, and back', () => {
    const isBad = (at: Millis): boolean => at >= 6_000 && at < 18_000
    const pipe: Pipe = { rate: (at) => (isBad(at) ? 250 : 2_500), latencyMs: (at) => (isBad(at) ? 40 : 15) }
    const during = runPipe(pipe, { ...load, forMs: 18_000, warmUpMs: 9_000 })
    expect(percentile(during.textMs, 0.99)).toBeLessThanOrEqual(idleMs(steady(2, 40)) + targetDelayMs)
    const after = runPipe(pipe, { ...load, forMs: 26_000, warmUpMs: 20_000 })
    expect(after.bulkBytes / (6_000 * 2_500)).toBeGreaterThan(0.8)
    expect([during.downs, after.downs]).toEqual([[], []])
  })

  test('LNK21 a long link is filled as far as 256 KiB reach', () => {
    const ran = runPipe(steady(100, 40), { ...load, forMs: 8_000 })
    expect(ran.mostInFlight).toBeGreaterThan(maxWindowBytes * 0.8)
    expect(ran.mostInFlight).toBeLessThanOrEqual(maxWindowBytes)
  })
})

describe('window', () => {
  test('LNK21 a new link first looks with a small frame, and does not wait for the answer', () => {
    const { flow, asked } = new Stream().send()
    expect(asked[0]?.upTo).toBe(frameCost(minPartBytes))
    expect(flow.inFlightBytes).toBeGreaterThan(startWindowBytes / 2)
    expect(flow.inFlightBytes).toBeLessThanOrEqual(startWindowBytes)
  })

  test('LNK21 it grows to what the link carries, 256 KiB at most; where the base is nothing, to the short window', () => {
    const far = new Stream().send().rounds(2_000, 20)
    expect(far.flow.windowBytes).toBeLessThanOrEqual(maxWindowBytes)
    expect(far.flow.windowBytes).toBeGreaterThan(maxWindowBytes / 2)
    expect(new Stream().send().rounds(2_000, 0).flow.windowBytes).toBe(shortWindowBytes)
    const node = new Stream(new BulkFlow(true)).send().rounds(2_000, 20)
    expect(node.flow.windowBytes).toBe(ownMaxWindowBytes)
  })

  test('LNK21 what is not used does not make it grow', () => {
    const flow = new BulkFlow()
    let sent = 0
    for (let i = 0; i < 500; i++) {
      flow.send(500, now + i * 20)
      sent += frameCost(500)
      expect(flow.credit(sent, now + i * 20 + 5)).toBe(true)
    }
    expect(flow.windowBytes).toBe(startWindowBytes)
  })

  test('LNK22 a round trip beyond base + 50 ms halves it, when the next one is late too, down to 4 KiB; then it recovers', () => {
    const stream = new Stream().send().rounds(200, 30)
    const before = stream.flow.windowBytes
    const late = (): Stream => stream.rounds(stream.asked.length, 30 + targetDelayMs + 1)
    // Everything that was on its way comes late: that is one event, and may be a machine that was busy.
    expect(late().flow.windowBytes).toBeGreaterThan(before * 0.9)
    expect(late().flow.windowBytes).toBeLessThanOrEqual(before / 2)
    expect(stream.flow.windowBytes).toBeGreaterThan(before / 5)
    for (const until = stream.at + 6_000; stream.at < until;) stream.answer(30 + targetDelayMs + 50)
    expect(stream.flow.windowBytes).toBe(minWindowBytes)
    expect(stream.flow.frameBytes(stream.at)).toBe(minPartBytes)
    stream.rounds(2_000, 30)
    expect(stream.flow.windowBytes).toBeGreaterThan(before / 2)
  })

  test('LNK22 the base is looked for again: a queue of our own making does not become it', () => {
    const delay = new Delay()
    delay.sample(20, true, now)
    for (let at = 0; at < baseMs - 1; at += 100) expect(delay.sample(60, false, now + at)).toBe(40)
    expect(delay.isStale(now + baseMs)).toBe(true)
    // Not alone: says nothing new. Alone: the link really is that far away by now.
    expect(delay.sample(60, false, now + baseMs)).toBe(40)
    expect(delay.sample(60, true, now + baseMs)).toBe(0)
    expect([delay.baseMs, delay.isStale(now + baseMs + 1)]).toEqual([60, false])
  })

  test('LNK22 to look again, the link runs empty first', () => {
    const stream = new Stream().send().rounds(50, 30)
    let ranEmpty = false
    for (const until = stream.at + baseMs + 2_000; stream.at < until;) {
      const { windowBytes, inFlightBytes } = stream.flow
      // There is room in the window, something is on its way, and yet nothing may follow.
      if (inFlightBytes < windowBytes / 2 && stream.asked.length > 0)
        ranEmpty ||= stream.flow.allowance(stream.at) === 0
      stream.answer(60)
    }
    expect(ranEmpty).toBe(true)
    expect(stream.flow.baseMs).toBe(60)
  })

  test('LNK21 after a rest it begins anew', () => {
    const stream = new Stream().send().rounds(500, 5)
    expect(stream.flow.windowBytes).toBeGreaterThan(startWindowBytes)
    while (stream.asked.length > 0) {
      const ask = stream.asked.shift()!
      stream.flow.credit(ask.upTo, stream.at)
    }
    stream.flow.credit(stream.sent, stream.at)
    stream.at += baseMs
    stream.send()
    expect(stream.flow.windowBytes).toBe(startWindowBytes)
  })
})

describe('credit that lies', () => {
  const lies = fc.array(
    fc.record({
      what: fc.constantFrom('all', 'asked', 'part', 'back', 'beyond', 'same', 'nothing'),
      afterMs: fc.oneof(fc.integer({ min: 0, max: 200 }), fc.integer({ min: -100_000, max: 100_000 })),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    { maxLength: 200 },
  )

  test('LNK23 whatever is credited, and whatever the clock does, the window stays within its limits', () => {
    fc.assert(
      fc.property(lies, (moves) => {
        const stream = new Stream().send()
        let credited = 0
        for (const { what, afterMs, share } of moves) {
          stream.at = Math.max(0, stream.at + afterMs)
          const before = stream.flow.inFlightBytes
          const asked = stream.asked.find((ask) => ask.upTo > credited)?.upTo ?? stream.sent
          const part = credited + Math.floor((stream.sent - credited) * share)
          const value = { all: stream.sent, asked, part, back: credited - 1, beyond: stream.sent + 1, same: credited }
          if (what !== 'nothing') {
            const possible = what !== 'beyond' && what !== 'back'
            expect(stream.flow.credit(value[what], stream.at)).toBe(possible)
            if (possible) credited = value[what]
            else expect(stream.flow.inFlightBytes).toBe(before)
          }
          stream.send()
          const { windowBytes, inFlightBytes } = stream.flow
          expect(windowBytes).toBeGreaterThanOrEqual(minWindowBytes)
          expect(windowBytes).toBeLessThanOrEqual(maxWindowBytes)
          expect(inFlightBytes).toBe(stream.sent - credited)
          // One frame may always go, so that nothing stands still.
          expect(inFlightBytes).toBeLessThanOrEqual(maxWindowBytes + frameCost(maxFramePayloadBytes))
          expect(Number.isFinite(stream.flow.allowance(stream.at))).toBe(true)
        }
        // And then an honest far side gets everything out of it again.
        for (let i = 0; i < 50; i++) {
          const sent = stream.sent
          stream.at += 5
          stream.flow.credit(sent, stream.at)
          stream.send()
          expect(stream.sent).toBeGreaterThan(sent)
        }
      }),
      { numRuns: 200 },
    )
  })

  test('LNK23 a far side that never credits stops the bulk, and only that', () => {
    const wire = connect()
    wire.tap = () => []
    for (let i = 0; i < 2_000; i++) {
      wire.give('a', { type: 'send', priority: 3, payload: new Uint8Array(5_000) })
      wire.give('a', { type: 'send', priority: 1, payload: Uint8Array.of(1) })
    }
    expect(ofType(wire.outA, 'refused').length).toBeGreaterThan(1_800)
    expect(wire.a.queuedBytes).toBeLessThanOrEqual(512 * 1024)
    expect(wire.a.bulkInFlightBytes).toBeLessThanOrEqual(startWindowBytes)
    const texts = wire.seen.filter((one) => one.to === 'b' && one.bytes[0] === 0x10 && one.bytes[1] === 1)
    expect(texts).toHaveLength(2_000)
    expect([downCode(wire.outA), ofType(wire.outA, 'slow')]).toEqual([undefined, []])
  })

  test('LNK23 a flood of frames that ask for credit is answered by one credit each, and by none while full', () => {
    const wire = connect()
    const ask = { type: 'frame', bytes: Uint8Array.of(0x10, 0x83) } as const
    const answers = Array.from({ length: 1_000 }, () => wire.b.handle(ask, now)).flat()
    expect(ofType(answers, 'transmit')).toHaveLength(1_000)
    wire.b.handle({ type: 'full' }, now)
    const whileFull = Array.from({ length: 10_000 }, () => wire.b.handle(ask, now)).flat()
    expect(ofType(whileFull, 'transmit').reduce((sum, one) => sum + one.bytes.length, 0)).toBeLessThan(17 * 1024)
    // The last word is told once there is room.
    expect(ofType(wire.b.handle({ type: 'drained' }, now), 'transmit')).toHaveLength(1)
  })

  test('LNK23 round trips that cannot be are no samples', () => {
    const delay = new Delay()
    for (const nonsense of [-1, NaN, maxRoundTripMs + 1, Infinity]) {
      expect(delay.sample(nonsense, true, now)).toBeUndefined()
    }
    expect(delay.baseMs).toBeUndefined()
    delay.delivered(1_000, 0, true, now)
    delay.delivered(1_000, -5, true, now)
    expect(delay.rate).toBe(1_000)
  })
})

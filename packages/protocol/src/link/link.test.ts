import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concatBytes } from '../codec/bytes.ts'
import { formatHex } from '../codec/text.ts'
import { formatUtf8 } from '../codec/utf8.ts'
import { createSeededCrypto } from '../crypto/seeded.ts'
import { encodeFrame, frameCost, maxFrameBytes, maxPayloadBytes } from './frames.ts'
import { maxWindowBytes, startWindowBytes } from './flow.ts'
import {
  now,
  kinds,
  initiator,
  responder,
  transmitted,
  ofType,
  downCode,
  Wire,
  connect,
  contains,
} from './link-bench.ts'
import { fullReserveBytes, maxBurstBytes } from './link.ts'
import { maxQueuedBytes, maxQueuedPayloads } from './scheduler.ts'
import { maxQueuedMs, slowRecoveryMs } from './slow.ts'

describe('frames on a link', () => {
  test.each(kinds)('LNK12 over %s payloads of every size arrive whole, once and in order per priority', (kind) => {
    const wire = connect({ kind }, { kind })
    const sizes = [0, 1, 16_383, 16_384, 16_385, 40_000, maxPayloadBytes]
    for (const [i, size] of sizes.entries()) {
      const payload = new Uint8Array(size).fill(i + 1)
      wire.give('a', { type: 'send', priority: 1, payload }).give('b', { type: 'send', priority: 4, payload })
    }
    const arrived = ofType(wire.outB, 'payload').map((one) => one.bytes)
    expect(arrived.map((bytes) => bytes.length)).toEqual(sizes)
    for (const [i, bytes] of arrived.entries()) expect(bytes.every((byte) => byte === i + 1)).toBe(true)
    expect(ofType(wire.outA, 'payload').map((one) => [one.priority, one.bytes.length])).toEqual(
      sizes.map((size) => [4, size]),
    )
    for (const { bytes } of wire.seen) expect(bytes.length).toBeLessThanOrEqual(maxFrameBytes)
  })

  test('LNK12 a payload that is too large is our own mistake', () => {
    const wire = connect()
    expect(() => wire.give('a', { type: 'send', priority: 1, payload: new Uint8Array(maxPayloadBytes + 1) })).toThrow()
  })

  test('LNK13 dtls frames are plain on two channels; relay and socket frames are sealed on one', () => {
    for (const kind of kinds) {
      const wire = connect({ kind }, { kind })
      const text = formatUtf8('a line somebody wrote')
      const from = wire.outA.length
      for (const priority of [0, 1, 2, 3, 4, 5, 6] as const) wire.give('a', { type: 'send', priority, payload: text })
      const sent = ofType(wire.outA.slice(from), 'transmit')
      expect(sent.map((one) => contains(one.bytes, text))).toEqual(Array.from({ length: 7 }, () => kind === 'dtls'))
      expect(sent.map((one) => one.channel)).toEqual(
        kind === 'dtls'
          ? ['control', 'control', 'control', 'bulk', 'bulk', 'bulk', 'bulk']
          : Array.from({ length: 7 }, () => 'control'),
      )
      expect(ofType(wire.outB, 'payload')).toHaveLength(7)
    }
  })

  test.each(['relay', 'socket'] as const)(
    'LNK13 over %s an altered, repeated, lost or reordered frame ends the link',
    (kind) => {
      const text = formatUtf8('text')
      const edits: ((bytes: Uint8Array, held: Uint8Array[]) => readonly Uint8Array[])[] = [
        (bytes) => [bytes.with(bytes.length - 1, bytes.at(-1)! ^ 1)],
        (bytes) => [bytes, bytes],
        (bytes, held) => (held.push(bytes) === 1 ? [] : [bytes]),
        (bytes, held) => (held.push(bytes) === 2 ? held.toReversed() : []),
      ]
      for (const edit of edits) {
        const wire = connect({ kind }, { kind })
        const held: Uint8Array[] = []
        wire.tap = (to, bytes) => (to === 'b' ? edit(bytes, held) : [bytes])
        for (let i = 0; i < 3; i++) wire.give('a', { type: 'send', priority: 1, payload: text })
        expect(downCode(wire.outB)).toBe('badFrame')
      }
    },
  )

  test.each(['relay', 'socket'] as const)('LNK13 over %s a plain frame is refused', (kind) => {
    const wire = connect({ kind }, { kind })
    wire.give('b', {
      type: 'frame',
      bytes: encodeFrame({ type: 'whole', priority: 1, asks: false, total: 0, bytes: formatUtf8('plain') }),
    })
    expect(downCode(wire.outB)).toBe('malformed')
    expect(ofType(wire.outB, 'payload')).toEqual([])
  })

  test('LNK14 text overtakes a file that is already queued', () => {
    const wire = connect()
    wire.give('a', { type: 'full' })
    for (let i = 0; i < 7; i++)
      wire.give('a', { type: 'send', priority: 4, payload: new Uint8Array(64 * 1024).fill(i) })
    wire.give('a', { type: 'send', priority: 1, payload: formatUtf8('text') })
    wire.give('a', { type: 'send', priority: 0, payload: formatUtf8('ping') })
    wire.give('a', { type: 'drained' })
    expect(ofType(wire.outB, 'payload').map((one) => one.priority)).toEqual([0, 1, 4, 4, 4, 4, 4, 4, 4])
  })

  test('LNK15 bulk on its way is limited; credit lets the rest go, and text never waits for it', () => {
    const wire = connect()
    wire.tap = () => []
    for (let i = 0; i < 8; i++) wire.give('a', { type: 'send', priority: 3, payload: new Uint8Array(64 * 1024) })
    expect(wire.a.bulkInFlightBytes).toBeGreaterThan(startWindowBytes / 2)
    expect(wire.a.bulkInFlightBytes).toBeLessThanOrEqual(startWindowBytes)
    const before = wire.seen.length
    wire.give('a', { type: 'send', priority: 1, payload: formatUtf8('text') })
    expect(wire.seen.length).toBe(before + 1)
    const received = wire.a.bulkInFlightBytes
    wire.give('a', { type: 'frame', bytes: encodeFrame({ type: 'credit', received }) })
    expect(wire.a.bulkInFlightBytes).toBeGreaterThan(startWindowBytes / 2)
    expect(wire.a.bulkInFlightBytes).toBeLessThanOrEqual(maxWindowBytes)
  })

  test('LNK15 credit is told as soon as a frame asks for it, and names what all bulk frames so far cost', () => {
    const wire = connect()
    const frame = (asks: boolean, size: number): Uint8Array =>
      encodeFrame({ type: 'whole', priority: 3, asks, total: 0, bytes: new Uint8Array(size) })
    const answers = (bytes: Uint8Array) => transmitted(wire.b.handle({ type: 'frame', bytes }, now))
    expect(answers(frame(false, 100))).toEqual([])
    expect(answers(frame(true, 0))).toEqual([encodeFrame({ type: 'credit', received: frameCost(100) + frameCost(0) })])
  })

  test('LNK15 credit is sealed and told before the payload that asked for it, which may lead to other frames', () => {
    const wire = connect({ kind: 'socket' }, { kind: 'socket' })
    const outputs = wire.a
      .handle({ type: 'send', priority: 3, payload: formatUtf8('asks') }, now)
      .flatMap((one) => (one.type === 'transmit' ? wire.b.handle({ type: 'frame', bytes: one.bytes }, now) : []))
    expect(outputs.map((one) => one.type)).toEqual(['transmit', 'payload'])
  })

  test('LNK15 megabytes of bulk flow through, both ways at once', () => {
    const wire = connect({ kind: 'socket' }, { kind: 'socket' })
    for (let i = 0; i < 40; i++) {
      wire.give('a', { type: 'send', priority: 3, payload: new Uint8Array(60_000).fill(i) })
      wire.give('b', { type: 'send', priority: 6, payload: new Uint8Array(60_000).fill(i) })
    }
    expect(ofType(wire.outA, 'payload')).toHaveLength(40)
    expect(ofType(wire.outB, 'payload')).toHaveLength(40)
    expect(ofType(wire.outA, 'refused')).toEqual([])
  })

  test('LNK15 credit for what was never sent, or going back, takes the link down', () => {
    for (const received of [[1], [1024 + 64, 1024 + 63], [60_000]]) {
      const wire = connect()
      wire.tap = () => []
      if (received[0] !== 1) wire.give('a', { type: 'send', priority: 3, payload: new Uint8Array(30_000) })
      for (const one of received)
        wire.give('a', { type: 'frame', bytes: encodeFrame({ type: 'credit', received: one }) })
      expect(downCode(wire.outA)).toBe('badCredit')
    }
  })

  test('LNK16 a burst ends at 64 KiB, of however many calls it is made, and goes on by a timer due at once', () => {
    const wire = connect()
    const outputs = Array.from({ length: 40 }, () =>
      wire.a.handle({ type: 'send', priority: 1, payload: new Uint8Array(3000) }, now),
    ).flat()
    const bytes = transmitted(outputs).reduce((sum, one) => sum + one.length, 0)
    expect(bytes).toBeGreaterThanOrEqual(maxBurstBytes)
    expect(bytes).toBeLessThan(maxBurstBytes + maxFrameBytes)
    expect(ofType(outputs, 'timer').filter((one) => one.name === 'link/a/pace')).toEqual([
      { type: 'timer', name: 'link/a/pace', at: now },
    ])
    expect(transmitted(wire.a.handle({ type: 'timerFired', name: 'link/a/pace' }, now)).length).toBeGreaterThan(0)
    expect(wire.a.queuedBytes).toBe(0)
  })

  test('LNK16 a burst is over as soon as time has passed, without waiting for its timer', () => {
    const wire = connect()
    wire.tap = () => []
    for (let i = 0; i < 40; i++) wire.a.handle({ type: 'send', priority: 1, payload: new Uint8Array(3000) }, now)
    expect(wire.a.queuedBytes).toBeGreaterThan(0)
    wire.a.handle({ type: 'send', priority: 1, payload: new Uint8Array(3000) }, now + 1)
    expect(wire.a.queuedBytes).toBe(0)
  })

  test('LNK16 while the transport is full only control leaves, and only so much of it', () => {
    const wire = connect()
    wire.give('a', { type: 'full' })
    const before = wire.seen.length
    for (const priority of [1, 2, 3] as const) wire.give('a', { type: 'send', priority, payload: formatUtf8('x') })
    expect(wire.seen.length).toBe(before)
    wire.give('a', { type: 'send', priority: 0, payload: formatUtf8('ping') })
    expect(wire.seen.length).toBe(before + 1)
    const control = (): number => wire.seen.slice(before).reduce((sum, one) => sum + one.bytes.length, 0)
    for (let i = 0; i < 100; i++) wire.give('a', { type: 'send', priority: 0, payload: new Uint8Array(1000) })
    expect(control()).toBeGreaterThanOrEqual(fullReserveBytes)
    expect(control()).toBeLessThan(fullReserveBytes + maxFrameBytes)
    // Full once more says nothing new.
    wire.give('a', { type: 'full' })
    expect(control()).toBeLessThan(fullReserveBytes + maxFrameBytes)
    wire.give('a', { type: 'drained' })
    expect(ofType(wire.outB, 'payload')).toHaveLength(104)
  })

  test('LNK17 bulk queues are bounded by count and by bytes, per priority, with a coded refusal', () => {
    const wire = connect()
    wire.give('a', { type: 'full' })
    for (let i = 0; i < 257; i++) wire.give('a', { type: 'send', priority: 4, payload: Uint8Array.of(i & 0xff) })
    expect(ofType(wire.outA, 'refused')).toEqual([{ type: 'refused', priority: 4, code: 'queueFull' }])
    for (let i = 0; i < 3; i++) wire.give('a', { type: 'send', priority: 3, payload: new Uint8Array(maxPayloadBytes) })
    expect(ofType(wire.outA, 'refused')).toHaveLength(3)
    expect(wire.a.queuedBytes).toBe(256 + maxPayloadBytes)
    expect(ofType(wire.outA, 'slow')).toEqual([])
  })

  const text = { type: 'send', priority: 1, payload: Uint8Array.of(1) } as const

  test.each([
    ['too many texts', maxQueuedPayloads + 1, 1],
    ['too many bytes', 3, maxQueuedBytes / 2],
  ])('LNK24 %s waiting: they are dropped, the far side is slow, and control still goes', (_, count, size) => {
    const wire = connect()
    wire.give('a', { type: 'full' })
    const payload = new Uint8Array(size)
    for (let i = 0; i < count - 1; i++) wire.give('a', { type: 'send', priority: (1 + (i % 2)) as 1 | 2, payload })
    expect(wire.a.isSlow).toBe(false)
    wire.give('a', { type: 'send', priority: 4, payload: formatUtf8('bulk') })
    wire.give('a', { type: 'send', priority: 1, payload })
    expect(ofType(wire.outA, 'slow')).toEqual([{ type: 'slow', slow: true }])
    expect([wire.a.isSlow, wire.a.queuedBytes]).toEqual([true, 4])
    wire.give('a', { type: 'send', priority: 0, payload: formatUtf8('ping') })
    expect(ofType(wire.outB, 'payload').map((one) => one.priority)).toEqual([0])
    // What is said from now on is kept, within the bounds of one queue.
    for (let i = 0; i < maxQueuedPayloads + 5; i++) wire.give('a', text)
    expect(ofType(wire.outA, 'refused')).toHaveLength(5)
    expect(ofType(wire.outA, 'slow')).toHaveLength(1)
  })

  test('LNK24 a text that waited for 2 s makes the far side slow, by a timer if nothing else happens', () => {
    const wire = connect()
    wire.a.handle({ type: 'full' }, now)
    const [timer] = ofType(wire.a.handle(text, now), 'timer')
    expect(timer).toEqual({ type: 'timer', name: 'link/a/slow', at: now + maxQueuedMs })
    const fire = (at: number) => wire.a.handle({ type: 'timerFired', name: 'link/a/slow' }, at)
    const early = fire(now + maxQueuedMs - 1)
    expect([ofType(early, 'slow'), ofType(early, 'timer')[0]?.at]).toEqual([[], now + maxQueuedMs])
    expect(ofType(fire(now + maxQueuedMs), 'slow')).toEqual([{ type: 'slow', slow: true }])
    expect(wire.a.queuedBytes).toBe(0)
    // While it is slow, texts get no older either.
    wire.a.handle(text, now + 2_500)
    wire.a.handle(text, now + 3_500)
    fire(now + 4_500)
    expect(wire.a.queuedBytes).toBe(1)
  })

  test('LNK24 a payload that has partly left is sent to its end', () => {
    const wire = connect()
    wire.give('a', { type: 'full' })
    wire.give('a', { type: 'send', priority: 2, payload: new Uint8Array(maxPayloadBytes).fill(2) })
    let at = now
    wire.a.handle({ type: 'drained' }, at)
    for (const output of wire.a.handle({ type: 'full' }, at)) expect(output.type).not.toBe('down')
    expect(wire.a.queuedBytes).toBeLessThan(maxPayloadBytes)
    at += maxQueuedMs
    expect(ofType(wire.a.handle(text, at), 'slow')).toHaveLength(1)
    const left = wire.a.queuedBytes
    expect(left).toBeGreaterThan(maxPayloadBytes - maxBurstBytes - maxFrameBytes)
    const outputs = wire.a.handle({ type: 'drained' }, at)
    for (let turn = 1; wire.a.queuedBytes > 0; turn++) {
      outputs.push(...wire.a.handle({ type: 'timerFired', name: 'link/a/pace' }, at + turn))
    }
    expect(transmitted(outputs).reduce((sum, one) => sum + one.length - 2, 0)).toBe(left)
  })

  test('LNK25 the far side is fit again when nothing has waited for 3 s and the transport had room', () => {
    const wire = connect()
    const at = (ms: number, input: Parameters<typeof wire.a.handle>[0]) => wire.a.handle(input, now + ms)
    const timer = { type: 'timerFired', name: 'link/a/slow' } as const
    at(0, { type: 'full' })
    at(0, text)
    expect(ofType(at(maxQueuedMs, timer), 'slow')).toHaveLength(1)
    // Full all the time: no matter how long it is quiet.
    expect(ofType(at(20_000, timer), 'slow')).toEqual([])
    at(20_000, { type: 'drained' })
    // A break begins the wait anew.
    at(22_000, { type: 'full' })
    at(22_500, { type: 'drained' })
    expect(ofType(at(22_500 + slowRecoveryMs - 1, timer), 'slow')).toEqual([])
    expect(ofType(at(22_500 + slowRecoveryMs, timer), 'slow')).toEqual([{ type: 'slow', slow: false }])
    expect(wire.a.isSlow).toBe(false)
    expect(ofType(at(60_000, timer), 'timer')).toEqual([])
  })

  test('LNK25 a timer is always under way while the far side is slow, so that it gets fit without any traffic', () => {
    const wire = connect()
    const handled = (ms: number, input: Parameters<typeof wire.a.handle>[0]) => wire.a.handle(input, now + ms)
    handled(0, { type: 'full' })
    let due = ofType(handled(0, text), 'timer')[0]!.at
    handled(1, { type: 'drained' })
    handled(1, { type: 'full' })
    handled(1, text)
    let told: boolean[] = []
    for (let i = 0; i < 6 && told.length < 2; i++) {
      const outputs = wire.a.handle({ type: 'timerFired', name: 'link/a/slow' }, due)
      told = [...told, ...ofType(outputs, 'slow').map((one) => one.slow)]
      if (told.length === 1) wire.a.handle({ type: 'drained' }, due)
      due = ofType(outputs, 'timer')[0]?.at ?? due
    }
    expect(told).toEqual([true, false])
  })

  test.each(kinds)('LNK18 over %s goodbye is heard, and a link that is down stays silent', (kind) => {
    const wire = connect({ kind }, { kind })
    wire.give('a', { type: 'close' })
    expect(downCode(wire.outA)).toBe('closed')
    expect(downCode(wire.outB)).toBe('remoteClosed')
    for (const link of [wire.a, wire.b]) {
      expect(link.handle({ type: 'send', priority: 1, payload: new Uint8Array(1) }, now)).toEqual([])
      expect(link.handle({ type: 'frame', bytes: new Uint8Array(5) }, now)).toEqual([])
      expect(link.handle({ type: 'close' }, now)).toEqual([])
    }
  })

  test('LNK19 arbitrary and mutated frames on a link that is up never throw, and hold at most what is bounded', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.integer({ min: 0x0f, max: 0x16 }),
            fc.integer({ min: 0, max: 8 }),
            fc.uint8Array({ maxLength: 20 }),
          ),
          { maxLength: 8 },
        ),
        fc.constantFrom(...kinds),
        (frames, kind) => {
          const wire = connect({ kind }, { kind })
          let down = 0
          for (const [code, priority, rest] of frames) {
            const outputs = wire.b.handle(
              { type: 'frame', bytes: concatBytes(Uint8Array.of(code, priority), rest) },
              now,
            )
            down += ofType(outputs, 'down').length
            expect(ofType(outputs, 'up')).toEqual([])
          }
          expect(down).toBeLessThanOrEqual(1)
        },
      ),
      { numRuns: 100 },
    )
  })

  test('LNK19 the answers to the same inputs are the same', () => {
    const run = (): string => {
      const seeded = createSeededCrypto('again')
      const wire = new Wire(initiator({ crypto: seeded }), responder({ crypto: seeded })).start()
      wire.give('a', { type: 'send', priority: 1, payload: formatUtf8('x') })
      return wire.seen.map((one) => formatHex(one.bytes)).join()
    }
    expect(run()).toBe(run())
  })
})

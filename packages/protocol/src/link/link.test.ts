import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concatBytes } from '../codec/bytes.ts'
import { formatHex } from '../codec/text.ts'
import { formatUtf8 } from '../codec/utf8.ts'
import { createSeededCrypto } from '../crypto/seeded.ts'
import { encodeFrame, maxFrameBytes, maxPayloadBytes } from './frames.ts'
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
import { maxBulkInFlightBytes, maxBurstBytes } from './link.ts'

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
    wire.give('b', { type: 'frame', bytes: encodeFrame({ type: 'whole', priority: 1, bytes: formatUtf8('plain') }) })
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

  test('LNK15 at most 256 KiB of bulk is in flight; credit lets the rest go, and text never waits for it', () => {
    const wire = connect()
    wire.tap = () => []
    for (let i = 0; i < 8; i++) wire.give('a', { type: 'send', priority: 3, payload: new Uint8Array(64 * 1024) })
    const inFlight = (): number =>
      wire.seen
        .filter((one) => one.to === 'b' && one.bytes.length > 8000)
        .reduce((sum, one) => sum + one.bytes.length, 0)
    expect(inFlight()).toBeGreaterThan(maxBulkInFlightBytes - 16 * 1024)
    expect(inFlight()).toBeLessThan(maxBulkInFlightBytes + 1024)
    const before = wire.seen.length
    wire.give('a', { type: 'send', priority: 1, payload: formatUtf8('text') })
    expect(wire.seen.length).toBe(before + 1)
    wire.give('a', { type: 'frame', bytes: encodeFrame({ type: 'credit', received: 128 * 1024 }) })
    expect(inFlight()).toBeGreaterThan(maxBulkInFlightBytes + 112 * 1024)
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
    for (const received of [[1], [60_000, 59_999]]) {
      const wire = connect()
      wire.tap = () => []
      if (received.length > 1) wire.give('a', { type: 'send', priority: 3, payload: new Uint8Array(60_000) })
      for (const one of received)
        wire.give('a', { type: 'frame', bytes: encodeFrame({ type: 'credit', received: one }) })
      expect(downCode(wire.outA)).toBe('badCredit')
    }
  })

  test('LNK16 a burst ends at 64 KiB and goes on by a timer due at once', () => {
    const wire = connect()
    wire.give('a', { type: 'full' })
    for (let i = 0; i < 8; i++) wire.give('a', { type: 'send', priority: 4, payload: new Uint8Array(30_000) })
    const outputs = wire.a.handle({ type: 'drained' }, now)
    const bytes = transmitted(outputs).reduce((sum, one) => sum + one.length, 0)
    expect(bytes).toBeGreaterThanOrEqual(maxBurstBytes)
    expect(bytes).toBeLessThan(maxBurstBytes + maxFrameBytes)
    expect(ofType(outputs, 'timer')).toEqual([{ type: 'timer', name: 'link/a/pace', at: now }])
    const more = wire.a.handle({ type: 'timerFired', name: 'link/a/pace' }, now)
    expect(transmitted(more).length).toBeGreaterThan(0)
  })

  test('LNK16 nothing leaves while the transport is full', () => {
    const wire = connect()
    wire.give('a', { type: 'full' })
    const before = wire.seen.length
    for (const priority of [0, 1, 3] as const) wire.give('a', { type: 'send', priority, payload: formatUtf8('x') })
    expect(wire.seen.length).toBe(before)
    wire.give('a', { type: 'drained' })
    expect(wire.seen.length).toBe(before + 3)
  })

  test('LNK17 queues are bounded by count and by bytes, per priority, with a coded refusal', () => {
    const wire = connect()
    wire.give('a', { type: 'full' })
    for (let i = 0; i < 257; i++) wire.give('a', { type: 'send', priority: 1, payload: Uint8Array.of(i & 0xff) })
    expect(ofType(wire.outA, 'refused')).toEqual([{ type: 'refused', priority: 1, code: 'queueFull' }])
    for (let i = 0; i < 3; i++) wire.give('a', { type: 'send', priority: 3, payload: new Uint8Array(maxPayloadBytes) })
    expect(ofType(wire.outA, 'refused')).toHaveLength(3)
    expect(wire.a.queuedBytes).toBe(256 + maxPayloadBytes)
    wire.give('a', { type: 'send', priority: 0, payload: formatUtf8('ping') })
    expect(ofType(wire.outA, 'refused')).toHaveLength(3)
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

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type PayloadFrame,
  type Priority,
  Reassembly,
  decodeFrame,
  encodeFrame,
  maxFramePayloadBytes,
  maxPayloadBytes,
} from './frames.ts'
import { Scheduler, maxQueuedPayloads } from './scheduler.ts'

const unlimited = Number.MAX_SAFE_INTEGER

function drain(scheduler: Scheduler, frames = Number.MAX_SAFE_INTEGER): Priority[] {
  const order: Priority[] = []
  while (order.length < frames) {
    const frame = scheduler.next(unlimited)
    if (frame === undefined) break
    order.push(frame.priority)
  }
  return order
}

describe('scheduler', () => {
  test('LNK14 P0 before P1 before P2 before all bulk, whatever came first', () => {
    const scheduler = new Scheduler()
    for (const priority of [6, 5, 4, 3, 2, 1, 0] as const) {
      scheduler.push(priority, Uint8Array.of(priority))
      scheduler.push(priority, Uint8Array.of(priority))
    }
    expect(drain(scheduler)).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6])
  })

  test('LNK14 a long payload of a lower class is interrupted between two frames', () => {
    const scheduler = new Scheduler()
    scheduler.push(2, new Uint8Array(40_000))
    expect(scheduler.next(unlimited)).toMatchObject({ type: 'first', priority: 2 })
    scheduler.push(0, Uint8Array.of(1))
    expect(drain(scheduler)).toEqual([0, 2, 2])
  })

  test('LNK14 busy bulk classes share 8:8:2:1', () => {
    const scheduler = new Scheduler()
    const counts = [0, 0, 0, 0]
    const refill = (): void => {
      for (const priority of [3, 4, 5, 6] as const) {
        while (scheduler.push(priority, new Uint8Array(maxFramePayloadBytes)));
      }
    }
    for (let i = 0; i < 190; i++) {
      refill()
      counts[scheduler.next(unlimited)!.priority - 3]!++
    }
    expect(counts).toEqual([80, 80, 20, 10])
  })

  test('LNK14 the share holds in bytes when one class sends small payloads', () => {
    const scheduler = new Scheduler()
    const bytes = [0, 0]
    for (let i = 0; i < 3000; i++) {
      while (scheduler.push(3, new Uint8Array(3000)));
      while (scheduler.push(5, new Uint8Array(maxFramePayloadBytes)));
      const frame = scheduler.next(unlimited)!
      bytes[frame.priority === 3 ? 0 : 1]! += frame.bytes.length
    }
    expect(bytes[0]! / bytes[1]!).toBeGreaterThan(3.9)
    expect(bytes[0]! / bytes[1]!).toBeLessThan(4.1)
  })

  test('LNK14 an idle class saves nothing up', () => {
    const scheduler = new Scheduler()
    for (let i = 0; i < 20; i++) scheduler.push(3, new Uint8Array(maxFramePayloadBytes))
    expect(drain(scheduler)).toHaveLength(20)
    for (let i = 0; i < 20; i++) {
      scheduler.push(3, new Uint8Array(maxFramePayloadBytes))
      scheduler.push(6, new Uint8Array(maxFramePayloadBytes))
    }
    // Whoever begins: 8 frames of P3 between two of P6, not the 12 that four unused ones would make it.
    expect(drain(scheduler, 10).filter((priority) => priority === 6)).toHaveLength(2)
  })

  test('LNK15 bulk waits for its allowance without losing its turn, and never blocks text', () => {
    const scheduler = new Scheduler()
    scheduler.push(4, new Uint8Array(5000))
    scheduler.push(1, Uint8Array.of(1))
    expect(scheduler.next(0)?.priority).toBe(1)
    expect(scheduler.next(4999)).toBeUndefined()
    expect(scheduler.next(4999)).toBeUndefined()
    expect(scheduler.next(5000)?.priority).toBe(4)
    expect(scheduler.next(unlimited)).toBeUndefined()
  })

  test('LNK17 a full queue refuses and frees up frame by frame', () => {
    const scheduler = new Scheduler()
    for (let i = 0; i < maxQueuedPayloads; i++) expect(scheduler.push(1, Uint8Array.of(1))).toBe(true)
    expect(scheduler.push(1, Uint8Array.of(1))).toBe(false)
    scheduler.next(unlimited)
    expect(scheduler.push(1, Uint8Array.of(1))).toBe(true)
    expect(scheduler.queuedBytes).toBe(maxQueuedPayloads)
  })

  test('LNK12 any payloads in any interleaving are put together again, in order per priority', () => {
    const payload = fc.record({ priority: fc.nat(6), size: fc.oneof(fc.nat(100), fc.nat(70_000)), fill: fc.nat(255) })
    fc.assert(
      fc.property(fc.array(payload, { maxLength: 12 }), (items) => {
        const scheduler = new Scheduler()
        const reassembly = new Reassembly()
        const expected: string[][] = Array.from({ length: 7 }, () => [])
        const arrived: string[][] = Array.from({ length: 7 }, () => [])
        for (const { priority, size, fill } of items) {
          if (scheduler.push(priority as Priority, new Uint8Array(size).fill(fill))) {
            expected[priority]!.push(`${size} of ${fill}`)
          }
        }
        for (let frame = scheduler.next(unlimited); frame !== undefined; frame = scheduler.next(unlimited)) {
          const received = decodeFrame(encodeFrame(frame)) as PayloadFrame
          expect(received.type).toBe(frame.type)
          const whole = reassembly.accept(received)
          expect(whole).not.toBe('malformed')
          if (whole instanceof Uint8Array) arrived[frame.priority]!.push(`${whole.length} of ${whole[0] ?? 0}`)
        }
        // An empty payload has no first byte to compare.
        expect(arrived).toEqual(expected.map((texts) => texts.map((text) => (text.startsWith('0 ') ? '0 of 0' : text))))
        expect(reassembly.heldBytes).toBe(0)
      }),
      { numRuns: 60 },
    )
  })
})

describe('reassembly', () => {
  const full = new Uint8Array(maxFramePayloadBytes)

  test('LNK12 only one way of cutting is accepted, and nothing grows beyond its total', () => {
    const first = (total: number, bytes = full) => new Reassembly().accept({ type: 'first', priority: 3, total, bytes })
    expect(first(maxFramePayloadBytes + 1)).toBe('pending')
    expect(first(maxPayloadBytes)).toBe('pending')
    expect(first(maxFramePayloadBytes)).toBe('malformed')
    expect(first(maxPayloadBytes + 1)).toBe('malformed')
    expect(first(0xffff_ffff)).toBe('malformed')
    expect(first(40_000, full.subarray(1))).toBe('malformed')

    const begun = (): Reassembly => {
      const reassembly = new Reassembly()
      reassembly.accept({ type: 'first', priority: 3, total: maxFramePayloadBytes + 10, bytes: full })
      return reassembly
    }
    const next = (length: number, priority: Priority = 3) =>
      begun().accept({ type: 'next', priority, bytes: new Uint8Array(length) })
    expect(next(10)).toBeInstanceOf(Uint8Array)
    for (const length of [0, 9, 11, maxFramePayloadBytes]) expect(next(length)).toBe('malformed')
    expect(next(10, 4)).toBe('malformed')
    expect(begun().accept({ type: 'whole', priority: 3, bytes: full })).toBe('malformed')
    expect(begun().accept({ type: 'first', priority: 3, total: 20_000, bytes: full })).toBe('malformed')
    expect(begun().accept({ type: 'whole', priority: 2, bytes: full })).toBeInstanceOf(Uint8Array)
  })

  test('LNK19 any bytes decode to a frame that encodes to the same bytes, or to nothing', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0x0e, max: 0x17 }), fc.uint8Array({ maxLength: 30 }), (code, rest) => {
        const bytes = Uint8Array.of(code, ...rest)
        const frame = decodeFrame(bytes)
        if (frame !== undefined) expect(encodeFrame(frame)).toEqual(bytes)
      }),
    )
    expect(decodeFrame(new Uint8Array(0))).toBeUndefined()
    expect(decodeFrame(Uint8Array.of(0x10, 7))).toBeUndefined()
    expect(decodeFrame(Uint8Array.of(0x14, 0))).toBeUndefined()
    expect(decodeFrame(Uint8Array.of(0x10, 0, ...new Uint8Array(maxFramePayloadBytes + 1)))).toBeUndefined()
  })
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type PayloadFrame,
  type Priority,
  Reassembly,
  decodeFrame,
  encodeFrame,
  firstBulkPriority,
  maxFramePayloadBytes,
  maxPayloadBytes,
  minPartBytes,
} from './frames.ts'
import { Scheduler, maxQueuedBytes, maxQueuedPayloads } from './scheduler.ts'

const unlimited = Number.MAX_SAFE_INTEGER

/** As a link asks: urgent first, then bulk. */
function take(
  scheduler: Scheduler,
  allowance = unlimited,
  frameBytes: number = maxFramePayloadBytes,
): PayloadFrame | undefined {
  return scheduler.nextUrgent(2) ?? scheduler.nextBulk(allowance, frameBytes)
}

/** Queues it where there is room, as a link does. */
function offer(scheduler: Scheduler, priority: Priority, payload: Uint8Array): boolean {
  if (!scheduler.hasRoom(priority, payload.length)) return false
  scheduler.push(priority, payload, 0)
  return true
}

function drain(scheduler: Scheduler, frames = Number.MAX_SAFE_INTEGER): Priority[] {
  const order: Priority[] = []
  while (order.length < frames) {
    const frame = take(scheduler)
    if (frame === undefined) break
    order.push(frame.priority)
  }
  return order
}

describe('scheduler', () => {
  test('LNK14 P0 before P1 before P2 before all bulk, whatever came first', () => {
    const scheduler = new Scheduler()
    for (const priority of [6, 5, 4, 3, 2, 1, 0] as const) {
      offer(scheduler, priority, Uint8Array.of(priority))
      offer(scheduler, priority, Uint8Array.of(priority))
    }
    expect(drain(scheduler)).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6])
  })

  test('LNK14 a long payload of a lower class is interrupted between two frames', () => {
    const scheduler = new Scheduler()
    offer(scheduler, 2, new Uint8Array(40_000))
    expect(take(scheduler)).toMatchObject({ type: 'first', priority: 2 })
    offer(scheduler, 0, Uint8Array.of(1))
    expect(drain(scheduler)).toEqual([0, 2, 2])
  })

  test('LNK14 busy bulk classes share 8:8:2:1', () => {
    const scheduler = new Scheduler()
    const counts = [0, 0, 0, 0]
    const refill = (): void => {
      for (const priority of [3, 4, 5, 6] as const) {
        while (offer(scheduler, priority, new Uint8Array(maxFramePayloadBytes)));
      }
    }
    for (let i = 0; i < 190; i++) {
      refill()
      counts[take(scheduler)!.priority - 3]!++
    }
    expect(counts).toEqual([80, 80, 20, 10])
  })

  test('LNK14 the share holds in bytes when one class sends small payloads', () => {
    const scheduler = new Scheduler()
    const bytes = [0, 0]
    for (let i = 0; i < 3000; i++) {
      while (offer(scheduler, 3, new Uint8Array(3000)));
      while (offer(scheduler, 5, new Uint8Array(maxFramePayloadBytes)));
      const frame = take(scheduler)!
      bytes[frame.priority === 3 ? 0 : 1]! += frame.bytes.length
    }
    expect(bytes[0]! / bytes[1]!).toBeGreaterThan(3.9)
    expect(bytes[0]! / bytes[1]!).toBeLessThan(4.1)
  })

  test('LNK14 an idle class saves nothing up', () => {
    const scheduler = new Scheduler()
    for (let i = 0; i < 20; i++) offer(scheduler, 3, new Uint8Array(maxFramePayloadBytes))
    expect(drain(scheduler)).toHaveLength(20)
    for (let i = 0; i < 20; i++) {
      offer(scheduler, 3, new Uint8Array(maxFramePayloadBytes))
      offer(scheduler, 6, new Uint8Array(maxFramePayloadBytes))
    }
    // Whoever begins: 8 frames of P3 between two of P6, not the 12 that four unused ones would make it.
    expect(drain(scheduler, 10).filter((priority) => priority === 6)).toHaveLength(2)
  })

  test('LNK15 bulk waits for its allowance without losing its turn, and never blocks text', () => {
    const scheduler = new Scheduler()
    offer(scheduler, 4, new Uint8Array(5000))
    offer(scheduler, 1, Uint8Array.of(1))
    expect(take(scheduler, 0)?.priority).toBe(1)
    expect(take(scheduler, 4999)).toBeUndefined()
    expect(take(scheduler, 4999)).toBeUndefined()
    expect(take(scheduler, 5000)?.priority).toBe(4)
    expect(take(scheduler)).toBeUndefined()
  })

  test('LNK17 a full queue refuses and frees up frame by frame', () => {
    const scheduler = new Scheduler()
    for (let i = 0; i < maxQueuedPayloads; i++) expect(offer(scheduler, 1, Uint8Array.of(1))).toBe(true)
    expect(offer(scheduler, 1, Uint8Array.of(1))).toBe(false)
    take(scheduler)
    expect(offer(scheduler, 1, Uint8Array.of(1))).toBe(true)
    expect(scheduler.queuedBytes).toBe(maxQueuedPayloads)
    expect(scheduler.hasRoom(3, maxQueuedBytes)).toBe(true)
    expect(scheduler.hasRoom(1, 1)).toBe(false)
  })

  test('LNK24 dropping texts keeps control, bulk, what is younger, and what has partly left', () => {
    const scheduler = new Scheduler()
    scheduler.push(0, Uint8Array.of(0), 10)
    scheduler.push(2, new Uint8Array(40_000).fill(2), 20)
    scheduler.push(2, Uint8Array.of(2), 20)
    scheduler.push(1, Uint8Array.of(1), 30)
    scheduler.push(4, Uint8Array.of(4), 10)
    expect(drain(scheduler, 2)).toEqual([0, 1])
    expect(take(scheduler)).toMatchObject({ type: 'first', priority: 2 })
    scheduler.push(0, Uint8Array.of(0), 40)
    scheduler.push(1, Uint8Array.of(1), 40)
    scheduler.push(1, Uint8Array.of(1), 50)
    expect(scheduler.urgentSince).toBe(20)
    scheduler.dropTexts(40)
    expect([scheduler.urgentPayloads, scheduler.urgentBytes]).toEqual([3, 1 + 1 + 40_000 - maxFramePayloadBytes])
    expect(drain(scheduler)).toEqual([0, 1, 2, 2, 4])
    expect([scheduler.urgentSince, scheduler.queuedBytes]).toEqual([undefined, 0])
  })

  test('LNK14 frames of any allowed size carry a payload, none larger than was asked for', () => {
    const scheduler = new Scheduler()
    scheduler.push(3, new Uint8Array(10_000).fill(3), 0)
    const sizes: number[] = []
    for (const size of [minPartBytes, 4096, 2048, maxFramePayloadBytes]) {
      sizes.push(take(scheduler, unlimited, size)?.bytes.length ?? -1)
    }
    expect(sizes).toEqual([1024, 4096, 2048, 2832])
  })

  test('LNK12 any payloads in any interleaving are put together again, in order per priority', () => {
    const payload = fc.record({ priority: fc.nat(6), size: fc.oneof(fc.nat(100), fc.nat(70_000)), fill: fc.nat(255) })
    fc.assert(
      fc.property(fc.array(payload, { maxLength: 12 }), fc.array(fc.integer({ min: 1, max: 16 })), (items, cuts) => {
        const scheduler = new Scheduler()
        const reassembly = new Reassembly()
        const expected: string[][] = Array.from({ length: 7 }, () => [])
        const arrived: string[][] = Array.from({ length: 7 }, () => [])
        for (const { priority, size, fill } of items) {
          if (offer(scheduler, priority as Priority, new Uint8Array(size).fill(fill))) {
            expected[priority]!.push(`${size} of ${fill}`)
          }
        }
        for (let turn = 0; ; turn++) {
          const frame = take(scheduler, unlimited, (cuts[turn % cuts.length] ?? 16) * minPartBytes)
          if (frame === undefined) break
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

  const frame = (type: PayloadFrame['type'], bytes: Uint8Array, total = 0, priority: Priority = 3): PayloadFrame => ({
    type,
    priority,
    asks: false,
    total,
    bytes,
  })

  test('LNK12 parts are of 1 to 16 KiB unless they are the last, and nothing grows beyond its total', () => {
    const first = (total: number, bytes = full) => new Reassembly().accept(frame('first', bytes, total))
    expect(first(maxFramePayloadBytes + 1)).toBe('pending')
    expect(first(maxPayloadBytes)).toBe('pending')
    expect(first(2000, full.subarray(0, minPartBytes))).toBe('pending')
    expect(first(maxFramePayloadBytes)).toBe('malformed')
    expect(first(0)).toBe('malformed')
    expect(first(maxPayloadBytes + 1)).toBe('malformed')
    expect(first(0xffff_ffff)).toBe('malformed')
    expect(first(40_000, full.subarray(0, minPartBytes - 1))).toBe('malformed')

    const begun = (): Reassembly => {
      const reassembly = new Reassembly()
      reassembly.accept(frame('first', full, maxFramePayloadBytes + 2000))
      return reassembly
    }
    const next = (length: number, priority: Priority = 3) =>
      begun().accept(frame('next', new Uint8Array(length), 0, priority))
    expect(next(2000)).toBeInstanceOf(Uint8Array)
    for (const length of [minPartBytes, 1999]) expect(next(length)).toBe('pending')
    for (const length of [0, minPartBytes - 1, 2001, maxFramePayloadBytes]) expect(next(length)).toBe('malformed')
    expect(next(2000, 4)).toBe('malformed')
    expect(begun().accept(frame('whole', full))).toBe('malformed')
    expect(begun().accept(frame('first', full, 20_000))).toBe('malformed')
    expect(begun().accept(frame('whole', full, 0, 2))).toBeInstanceOf(Uint8Array)
  })

  test('LNK12 a small last part ends a payload', () => {
    const reassembly = new Reassembly()
    reassembly.accept(frame('first', full, maxFramePayloadBytes + 1))
    expect(reassembly.accept(frame('next', Uint8Array.of(9)))).toHaveLength(maxFramePayloadBytes + 1)
    expect(reassembly.heldBytes).toBe(0)
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
    expect(decodeFrame(Uint8Array.of(0x10))).toBeUndefined()
    expect(decodeFrame(Uint8Array.of(0x11, 3, 0, 0, 0))).toBeUndefined()
    expect(decodeFrame(Uint8Array.of(0x13, 0, 0, 0, 0, 0))).toBeUndefined()
    expect(decodeFrame(Uint8Array.of(0x14, 0))).toBeUndefined()
    expect(decodeFrame(Uint8Array.of(0x10, 0, ...new Uint8Array(maxFramePayloadBytes + 1)))).toBeUndefined()
  })

  test('LNK15 only bulk frames can ask for credit', () => {
    for (let priority = 0; priority < 8; priority++) {
      const asking = decodeFrame(Uint8Array.of(0x10, 0x80 | priority, 1))
      if (priority < firstBulkPriority || priority > 6) expect(asking).toBeUndefined()
      else expect(asking).toMatchObject({ type: 'whole', priority, asks: true })
    }
  })
})

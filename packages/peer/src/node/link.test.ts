/** The link over real data channels, both ends in Node: what overtakes what, and how much waits where. */
import { createSession, fullReserveBytes, maxBurstBytes, maxFrameBytes, maxQueuedBytes } from '@kith/protocol'
import type { Channel, Priority } from '@kith/protocol'
import { afterEach, describe, expect, it } from 'vitest'
import { createSystemClock } from '../system-clock.ts'
import { LinkEnd } from '../testing/link-end.ts'
import { highWaterBytes, lowWaterBytes, type Dialer } from '../transport.ts'
import { createNativeCrypto } from './crypto.ts'
import { createNodeDialer } from './webrtc.ts'

const clock = createSystemClock()
const crypto = createNativeCrypto()
const ends: LinkEnd[] = []
afterEach(async () => {
  await Promise.all(ends.splice(0).map((end) => end.close()))
})

type OnPayload = (priority: Priority, bytes: Uint8Array) => void

async function connect(onNear: OnPayload, onFar: OnPayload, watch: (dial: Dialer) => Dialer = (dial) => dial) {
  const psk = crypto.random(32)
  const dial = watch(createNodeDialer({ clock, bindAddress: '127.0.0.1' }))
  const ups: Promise<void>[] = []
  const make = (offerer: boolean, onPayload: OnPayload, other: () => LinkEnd): LinkEnd => {
    let up = (): void => {}
    ups.push(new Promise((resolve) => (up = resolve)))
    const end = new LinkEnd({
      clock,
      crypto,
      dial,
      offerer,
      psk,
      session: createSession(crypto),
      ownSockets: true,
      onSignal: (bytes) => other().signal(bytes),
      onUp: () => up(),
      onPayload,
    })
    ends.push(end)
    return end
  }
  const far: LinkEnd = make(false, onFar, () => near)
  const near: LinkEnd = make(true, onNear, () => far)
  await Promise.all(ups)
  return { near, far }
}

/** Bulk each way, in payloads of 64 KiB. */
const enoughBytes = 48 * 1024 * 1024

describe('link over data channels', () => {
  it(
    'LNK26 texts overtake bulk that was given to the link before them, both ways busy',
    { timeout: 60_000 },
    async () => {
      const received = { near: 0, far: 0 }
      const givenBefore: number[] = []
      const overtaken: number[] = []
      const order: number[] = []
      let finished = (): void => {}
      const done = new Promise<void>((resolve) => (finished = resolve))
      const check = (): void => {
        if (Math.min(received.near, received.far) >= enoughBytes && order.length >= 50) finished()
      }
      const { near, far } = await connect(
        (_, bytes) => {
          received.near += bytes.length
          check()
        },
        (priority, bytes) => {
          if (priority === 4) received.far += bytes.length
          else {
            const index = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)
            order.push(index)
            overtaken.push((givenBefore[index] ?? NaN) - received.far)
          }
          check()
        },
      )
      near.keepBulk(64 * 1024)
      far.keepBulk(64 * 1024)
      const timer = setInterval(() => {
        const text = new Uint8Array(300)
        new DataView(text.buffer).setUint32(0, givenBefore.length)
        givenBefore.push(near.bulkGiven)
        near.send(1, text)
      }, 20)
      await done
      clearInterval(timer)
      expect(order).toEqual(order.map((_, index) => index))
      // All that waited in the link, and more: only what was on its way already comes first. One may meet a lost packet.
      overtaken.sort((a, b) => a - b)
      expect(overtaken[Math.floor(overtaken.length / 10)]).toBeGreaterThan(0)
      expect(overtaken[overtaken.length >> 1]).toBeGreaterThan(64 * 1024)
      expect([near.refused, far.refused, near.isSlow, far.isSlow]).toEqual([0, 0, false, false])
    },
  )

  it('LNK26 a producer that does not stop fills bounded queues, and the transport no further than a burst', async () => {
    const stack = { most: 0, timesFull: 0 }
    let arrived = 0
    let finished = (): void => {}
    const done = new Promise<void>((resolve) => (finished = resolve))
    const { near } = await connect(
      () => {},
      (_, bytes) => {
        arrived += bytes.length
        if (arrived > 2 * 1024 * 1024 && stack.timesFull > 2) finished()
      },
      (dial) => slowly(dial, stack),
    )
    const flood = setInterval(() => {
      // Faster than any link: 16 MiB in one turn, texts, signals, sync and prefetch.
      for (let i = 0; i < 1024; i++) near.send(([1, 2, 3, 5] as const)[i & 3] ?? 1, new Uint8Array(16 * 1024))
      expect(near.queuedBytes).toBeLessThanOrEqual(4 * maxQueuedBytes)
    }, 5)
    await done
    clearInterval(flood)
    expect(near.refused).toBeGreaterThan(0)
    expect(near.isSlow).toBe(true)
    expect(stack.most).toBeLessThanOrEqual(highWaterBytes + maxBurstBytes + maxFrameBytes + fullReserveBytes)
  })
})

/** A stack that takes 16 KiB in a millisecond, and says how much has been waiting in it. */
function slowly(dial: Dialer, stack: { most: number; timesFull: number }): Dialer {
  return (offerer, events) => {
    const waiting: (readonly [Channel, Uint8Array])[] = []
    let buffered = 0
    let full = false
    const transport = dial(offerer, { ...events, full: () => {}, drained: () => {} })
    const timer = setInterval(() => {
      for (let moved = 0; moved < 16 * 1024 && waiting.length > 0;) {
        const [channel, bytes] = waiting.shift()!
        moved += bytes.length
        buffered -= bytes.length
        transport.send(channel, bytes)
      }
      if (!full || buffered > lowWaterBytes) return
      full = false
      events.drained()
    }, 1)
    return {
      signal: (bytes) => transport.signal(bytes),
      close: () => {
        clearInterval(timer)
        transport.close()
      },
      send: (channel, bytes) => {
        waiting.push([channel, bytes])
        buffered += bytes.length
        stack.most = Math.max(stack.most, buffered)
        if (full || buffered <= highWaterBytes) return
        full = true
        stack.timesFull++
        events.full()
      },
    }
  }
}

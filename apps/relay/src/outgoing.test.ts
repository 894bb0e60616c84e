import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { binaryFrameOf, Outgoing, type OutgoingEvents, type Outlet } from './outgoing.ts'

class Tap extends PassThrough {
  writes: Buffer[] = []
  override _transform(chunk: Buffer, _encoding: string, done: (error: null, data: Buffer) => void): void {
    this.writes.push(chunk)
    done(null, chunk)
  }
}

function outlets(count: number): (Outlet & { stream: Tap })[] {
  return Array.from({ length: count }, () => ({
    stream: new Tap({ highWaterMark: 1 << 26 }),
    queued: undefined,
    ended: false,
    congested: false,
  }))
}

/** Our end of a WebSocket as a plain socket, and the far end as a real client. */
async function connectedPair(): Promise<{ socket: Socket; far: WebSocket }> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  const far = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const [, request] = (await once(server, 'connection')) as [WebSocket, { socket: Socket }]
  await once(far, 'open')
  server.close()
  return { socket: request.socket, far }
}

function createOutgoing(queueBytes: number, events: Partial<OutgoingEvents> = {}): Outgoing {
  const unexpected = (): void => expect.unreachable()
  const limits = { queueBytes, congestedBytes: queueBytes / 2 }
  return new Outgoing(limits, { slow: unexpected, congested: () => {}, drained: () => {}, ...events })
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('outgoing frames', () => {
  it('REL52 reach every socket in the order they were sent, in one write', async () => {
    const send = fc.record({
      to: fc.uniqueArray(fc.integer({ min: 0, max: 5 }), { minLength: 1 }),
      size: fc.integer({ min: 0, max: 300 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(send, { minLength: 1, maxLength: 20 }), async (sends) => {
        const outgoing = createOutgoing(1 << 20)
        const taps = outlets(6)
        const expected = taps.map(() => [] as Buffer[])
        for (const { to, size } of sends) {
          const frame = binaryFrameOf(crypto.getRandomValues(new Uint8Array(size)))
          outgoing.send(
            to.map((index) => taps[index]!),
            frame,
          )
          for (const index of to) expected[index]!.push(frame)
        }
        await turn()
        for (const [index, { stream }] of taps.entries()) {
          expect(stream.writes.length).toBe(expected[index]!.length > 0 ? 1 : 0)
          expect(Buffer.concat(stream.writes)).toEqual(Buffer.concat(expected[index]!))
        }
      }),
    )
  })

  it('REL52 that are the same for many sockets are joined once', async () => {
    const outgoing = createOutgoing(1 << 20)
    const taps = outlets(100)
    for (let i = 0; i < 10; i++) outgoing.send(taps, binaryFrameOf(new Uint8Array(300).fill(i)))
    await turn()
    expect(new Set(taps.map(({ stream }) => stream.writes[0])).size).toBe(1)
  })

  it('REL1 are WebSocket frames of the smallest form', async () => {
    const { socket, far } = await connectedPair()
    const sizes = [0, 1, 125, 126, 65_535, 65_536, 270_000]
    const heard: number[] = []
    const all = new Promise<void>((resolve) => {
      far.on('message', (data: Buffer, isBinary) => {
        expect(isBinary && data.every((byte) => byte === 9)).toBe(true)
        heard.push(data.length)
        if (heard.length === sizes.length) resolve()
      })
    })
    for (const size of sizes) socket.write(binaryFrameOf(new Uint8Array(size).fill(9)))
    await all
    expect(heard).toEqual(sizes)
    far.terminate()
  })

  it('REL52 stop at a socket with too much waiting, and at that one alone', () => {
    const slow: Outlet[] = []
    const outgoing = createOutgoing(1_000, { slow: (outlet) => slow.push(outlet) })
    const [a, b] = outlets(2)
    outgoing.send([a!, b!], binaryFrameOf(new Uint8Array(600)))
    outgoing.send([b!], binaryFrameOf(new Uint8Array(600)))
    outgoing.send([a!, b!], binaryFrameOf(new Uint8Array(100)))
    expect(slow).toEqual([b])
    expect([a!.ended, b!.ended]).toEqual([false, true])
  })

  it('REL36 tell when much is waiting for a reader, and when it has read it', async () => {
    const { socket, far } = await connectedPair()
    const said: string[] = []
    const outgoing = createOutgoing(64 * 1024 * 1024, {
      congested: () => said.push('congested'),
      drained: () => said.push('drained'),
    })
    far.pause()
    const outlet: Outlet = { stream: socket, queued: undefined, ended: false, congested: false }
    for (let i = 0; i < 400; i++) {
      outgoing.send([outlet], binaryFrameOf(new Uint8Array(100_000)))
      await turn()
    }
    expect(said).toEqual(['congested'])
    let heard = 0
    const all = new Promise<void>((resolve) => far.on('message', () => ++heard === 400 && resolve()))
    far.resume()
    await all
    await turn()
    expect(said).toEqual(['congested', 'drained'])
    far.terminate()
  })
})

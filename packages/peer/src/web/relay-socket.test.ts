import { afterEach, describe, expect, it } from 'vitest'
import { WebSocketServer, type WebSocket as ServerSocket } from 'ws'
import { ManualClock } from '../memory/clock.ts'
import { createNodeRelayDialer } from '../node/node.ts'
import { createSystemClock } from '../system-clock.ts'
import { createRelayDialer, maxRelayBufferedBytes, maxRelayFrameBytes, relayOpenMs } from './relay-socket.ts'

const servers: WebSocketServer[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) {
    for (const client of server.clients) client.terminate()
    await new Promise((resolve) => server.close(resolve))
  }
})

async function serve(connected: (socket: ServerSocket) => void): Promise<string> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  servers.push(server)
  server.on('connection', connected)
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  return `ws://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/ws`
}

/** Dials and collects, until the socket is down. */
async function session(
  url: string,
  onUp: (socket: { send(bytes: Uint8Array): void; close(): void }) => void = () => {},
) {
  const log: string[] = []
  await new Promise<void>((resolve) => {
    const socket = createNodeRelayDialer({ clock: createSystemClock() })(url, {
      up: () => {
        log.push('up')
        onUp(socket)
      },
      frame: (bytes) => log.push(`frame ${bytes.length} ${bytes[0]}`),
      down: () => {
        log.push('down')
        setTimeout(resolve, 30)
      },
    })
  })
  return log
}

describe('relay socket', () => {
  it('TRN30 carries whole binary frames both ways, in order', async () => {
    const url = await serve((socket) => {
      socket.on('message', (data: Buffer, isBinary) => {
        socket.send(data)
        if (!isBinary || data.length === 3) socket.close()
      })
    })
    const log = await session(url, (socket) => {
      socket.send(new Uint8Array(70_000).fill(1))
      socket.send(Uint8Array.of(2))
      socket.send(Uint8Array.of(3, 3, 3))
    })
    expect(log).toEqual(['up', 'frame 70000 1', 'frame 1 2', 'frame 3 3', 'down'])
  })

  it('TRN31 says down once for a relay that is not there, and for an address that is none', async () => {
    expect(await session('ws://127.0.0.1:9/ws')).toEqual(['down'])
    expect(await session('no address')).toEqual(['down'])
  })

  it('TRN31 says down once when it is closed from here, and hears nothing more', async () => {
    const url = await serve((socket) => socket.on('message', () => socket.send(Uint8Array.of(1))))
    const log = await session(url, (socket) => {
      socket.send(Uint8Array.of(1))
      socket.close()
      socket.close()
      socket.send(Uint8Array.of(1))
    })
    expect(log).toEqual(['up', 'down'])
  })

  it.each([
    ['a text frame', (socket: ServerSocket): void => socket.send('hello')],
    ['a frame that is too large', (socket: ServerSocket): void => socket.send(new Uint8Array(maxRelayFrameBytes + 1))],
  ])('TRN32 closes on %s', async (_, misbehave) => {
    expect(await session(await serve(misbehave))).toEqual(['up', 'down'])
  })

  it('TRN31 gives up on a relay that does not answer the upgrade', () => {
    const clock = new ManualClock()
    let closed = 0
    const silent = { ...deadSocket, close: () => void closed++ }
    let downs = 0
    createRelayDialer({ clock, open: () => silent })('wss://relay.example/ws', {
      up() {},
      frame() {},
      down: () => downs++,
    })
    clock.advance(relayOpenMs - 1)
    expect(downs).toBe(0)
    clock.advance(1)
    expect([downs, closed, clock.pending]).toEqual([1, 1, 0])
  })

  it('TRN32 gives up on a relay that stopped reading, before memory runs out', () => {
    const clock = new ManualClock()
    const stuck = { ...deadSocket, readyState: 1, bufferedAmount: maxRelayBufferedBytes + 1 }
    let downs = 0
    const socket = createRelayDialer({ clock, open: () => stuck })('', { up() {}, frame() {}, down: () => downs++ })
    socket.send(Uint8Array.of(1))
    expect(downs).toBe(1)
  })
})

const deadSocket = {
  binaryType: '',
  readyState: 0,
  bufferedAmount: 0,
  onopen: null,
  onmessage: null,
  onclose: null,
  onerror: null,
  send: (): void => {},
  close: (): void => {},
}

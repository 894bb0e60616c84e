import { connect, createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { createSystemClock } from '../system-clock.ts'
import { socketContract } from '../testing/socket-contract.ts'
import { createAddressDialer, listenForSockets, socketMagic, socketVersion } from './sockets.ts'

const clock = createSystemClock()

/** A port that was free a moment ago. */
async function deadPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  await new Promise((resolve) => {
    server.close(resolve)
  })
  return typeof address === 'object' && address !== null ? address.port : 1
}

socketContract('TCP', async (take) => {
  const listener = await listenForSockets({ clock, port: 0, host: '127.0.0.1', route: take })
  return {
    dialer: createAddressDialer({ clock }),
    address: listener.address,
    deadAddress: { host: '127.0.0.1', port: await deadPort() },
    close: () => listener.close(),
  }
})

describe('hostile sockets', () => {
  async function talk(...pieces: readonly Uint8Array[]): Promise<{ routed: number; answered: number }> {
    let routed = 0
    const listener = await listenForSockets({ clock, port: 0, host: '127.0.0.1', route: () => void routed++ })
    try {
      const socket = connect(listener.address)
      let answered = 0
      socket.on('data', (bytes) => (answered += bytes.length))
      const closed = new Promise<void>((resolve, fail) => {
        socket.on('close', () => resolve())
        setTimeout(() => fail(new Error('still open')), 4_000)
      })
      socket.on('error', () => {})
      for (const piece of pieces) socket.write(piece)
      await closed
      return { routed, answered }
    } finally {
      await listener.close()
    }
  }

  const preamble = Uint8Array.of(...socketMagic, socketVersion, ...new Uint8Array(32).fill(7))
  const length = (value: number): Uint8Array => Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value)

  it('TRN23 closes on a wrong preamble', async () => {
    expect(await talk(new TextEncoder().encode('GET / HTTP/1.1\r\nHost: somewhere.example\r\n\r\n'))).toEqual({
      routed: 0,
      answered: preamble.length,
    })
  })

  it.each([0, 65_537, 0xffff_ffff])('TRN24 closes on a frame of %d bytes', async (size) => {
    expect(await talk(preamble, length(size))).toMatchObject({ routed: 0 })
  })

  it('TRN24 reads a first frame that comes byte by byte', async () => {
    const whole = Uint8Array.of(...preamble, ...length(3), 1, 2, 3)
    expect(await talk(...Array.from(whole, (byte) => Uint8Array.of(byte)))).toMatchObject({ routed: 1 })
  })
})

/**
 * Plain TCP between two terminals, dialled by address. Everything secret is the link's job; this carries whole frames.
 *
 * ```
 * preamble  "kith" · version u8 = 1 · connection id 32 random bytes        each way, at once
 * frame     length u32, 1 … 65,536 · bytes
 * ```
 *
 * The two connection ids bind the link's handshake to this very connection. Both channels share the one stream. Any other
 * length, a wrong preamble or silence in front of the first frame closes the socket.
 */
import { randomBytes } from 'node:crypto'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { BrokenPromise } from '@kith/protocol'
import type { Address, Channel } from '@kith/protocol'
import type { Clock } from '../clock.ts'
import type { RouteIncoming, SocketBinding } from '../incoming.ts'
import {
  highWaterBytes,
  lowWaterBytes,
  type AddressDialer,
  type Transport,
  type TransportEvents,
} from '../transport.ts'

export const socketMagic: Uint8Array = Uint8Array.of(0x6b, 0x69, 0x74, 0x68)
export const socketVersion: number = 1
export const maxSocketFrameBytes: number = 64 * 1024
/** Connect, preamble and, inbound, the first frame. */
export const socketOpenMs: number = 5_000
/** Inbound sockets that have not yet said which room they want. */
export const maxPendingSockets: number = 64
/** The far side does not read: given up. */
export const maxSocketBufferedBytes: number = 8 * 1024 * 1024

const idBytes = 32
const preambleBytes = socketMagic.length + 1 + idBytes
const lengthBytes = 4
const lingerMs = 500

export interface SocketListener {
  readonly address: Address
  close(): Promise<void>
}

export interface ListenOptions {
  readonly clock: Clock
  readonly port: number
  readonly host?: string | undefined
  /** Who takes it; an engine of the right room accepts, nobody does: it is closed. */
  readonly route: RouteIncoming
}

export function createAddressDialer(options: { readonly clock: Clock }): AddressDialer {
  return (address, events) => {
    const socket = connect({ host: address.host, port: address.port, noDelay: true })
    return new SocketTransport(socket, options.clock, events)
  }
}

/** Rejects when the port cannot be had; the error is Node's own, with its `code`. */
export async function listenForSockets(options: ListenOptions): Promise<SocketListener> {
  const open = new Set<Socket>()
  const pending = new Set<Socket>()
  const server = createServer({ noDelay: true }, (socket) => {
    if (pending.size >= maxPendingSockets) {
      socket.destroy()
      return
    }
    open.add(socket)
    pending.add(socket)
    socket.once('close', () => {
      open.delete(socket)
      pending.delete(socket)
    })
    const transport: SocketTransport = new SocketTransport(socket, options.clock, (binding, first) => {
      pending.delete(socket)
      let accepted = false
      options.route({
        binding,
        first,
        accept: (events) => {
          accepted = true
          transport.deliverTo(events)
          return transport
        },
      })
      if (!accepted) transport.close()
    })
  })
  await startListening(server, options)
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new BrokenPromise('a TCP server has an address')
  return {
    address: { host: bound.address, port: bound.port },
    async close(): Promise<void> {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const socket of open) socket.destroy()
      await closed
    },
  }
}

function startListening(server: Server, options: ListenOptions): Promise<void> {
  return new Promise((resolve, fail) => {
    server.once('error', fail)
    server.listen(options.port, options.host, () => {
      server.off('error', fail)
      // Running out of file descriptors must not end the program; that one connection is lost.
      server.on('error', () => {})
      resolve()
    })
  })
}

/** Asked once, when the preamble and the first frame of an inbound socket are here. */
type Judge = (binding: SocketBinding, first: Uint8Array) => void

class SocketTransport implements Transport {
  readonly #socket: Socket
  readonly #clock: Clock
  readonly #id: Uint8Array = new Uint8Array(randomBytes(idBytes))
  readonly #stopTimeout: () => void
  #events: TransportEvents | undefined
  #judge: Judge | undefined
  #binding: SocketBinding | undefined
  #received: Buffer = Buffer.alloc(0)
  #up = false
  #full = false
  #closed = false
  /** Frames of this turn go out together: one buffer and one call of the system for all of them. */
  #waiting: Uint8Array[] = []
  #waitingBytes = 0
  readonly #flush = (): void => {
    if (this.#waiting.length === 0) return
    const chunk = Buffer.allocUnsafe(this.#waitingBytes)
    let at = 0
    for (const frame of this.#waiting) {
      at = chunk.writeUInt32BE(frame.length, at)
      chunk.set(frame, at)
      at += frame.length
    }
    this.#waiting = []
    this.#waitingBytes = 0
    this.#socket.write(chunk)
  }

  /** `owner`: the events of who dialled, or who judges an inbound socket. */
  constructor(socket: Socket, clock: Clock, owner: TransportEvents | Judge) {
    this.#socket = socket
    this.#clock = clock
    if (typeof owner === 'function') this.#judge = owner
    else this.#events = owner
    this.#stopTimeout = clock.after(socketOpenMs, () => this.close())
    socket.write(Buffer.concat([socketMagic, Uint8Array.of(socketVersion), this.#id]))
    socket.on('data', (bytes: Buffer) => {
      this.#received = this.#received.length === 0 ? bytes : Buffer.concat([this.#received, bytes])
      this.#read()
    })
    socket.on('drain', () => this.#drained())
    socket.on('error', () => this.close())
    socket.on('end', () => this.close())
    socket.on('close', () => this.close())
  }

  signal(): void {}

  send(_channel: Channel, bytes: Uint8Array): void {
    if (bytes.length === 0 || bytes.length > maxSocketFrameBytes) {
      throw new BrokenPromise(`a frame of ${bytes.length} bytes`)
    }
    if (!this.#up || this.#closed) return
    if (this.#bufferedBytes > maxSocketBufferedBytes) {
      this.close()
      return
    }
    if (this.#waiting.push(bytes) === 1) process.nextTick(this.#flush)
    this.#waitingBytes += lengthBytes + bytes.length
    if (!this.#full && this.#bufferedBytes > highWaterBytes) {
      this.#full = true
      this.#events?.full()
    }
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#stopTimeout()
    this.#flush()
    // `end` first sends what is queued; a far side that does not take it is not waited for.
    this.#socket.end()
    this.#socket.once(
      'close',
      this.#clock.after(lingerMs, () => this.#socket.destroy()),
    )
    this.#events?.down()
  }

  get #bufferedBytes(): number {
    return this.#socket.writableLength + this.#waitingBytes
  }

  /** An inbound socket found its owner. */
  deliverTo(events: TransportEvents): void {
    this.#events = events
    this.#clock.after(0, () => {
      this.#socket.resume()
      this.#read()
    })
  }

  #read(): void {
    while (!this.#closed) {
      if (this.#binding === undefined) {
        if (!this.#readPreamble()) return
        continue
      }
      if (!this.#up && this.#events !== undefined) {
        this.#up = true
        this.#stopTimeout()
        this.#events.up(this.#binding)
        continue
      }
      const length = this.#received.length < 4 ? undefined : this.#received.readUInt32BE(0)
      if (length === undefined) return
      if (length === 0 || length > maxSocketFrameBytes) {
        this.close()
        return
      }
      if (this.#received.length < 4 + length) return
      // A view: a link opens what is sealed into bytes of its own and keeps nothing of the chunk.
      const frame = new Uint8Array(this.#received.buffer, this.#received.byteOffset + 4, length)
      if (this.#events === undefined) {
        this.#socket.pause()
        const judge = this.#judge
        this.#judge = undefined
        judge?.(this.#binding, frame)
        return
      }
      this.#received = this.#received.subarray(4 + length)
      this.#events.frame(frame)
    }
  }

  #readPreamble(): boolean {
    if (this.#received.length < preambleBytes) return false
    const magic = this.#received.subarray(0, socketMagic.length)
    if (Buffer.compare(magic, socketMagic) !== 0 || this.#received[socketMagic.length] !== socketVersion) {
      this.close()
      return true
    }
    const remote = new Uint8Array(this.#received.subarray(preambleBytes - idBytes, preambleBytes))
    this.#binding = { local: this.#id, remote }
    this.#received = this.#received.subarray(preambleBytes)
    return true
  }

  #drained(): void {
    if (!this.#full || this.#closed || this.#bufferedBytes > lowWaterBytes) return
    this.#full = false
    this.#events?.drained()
  }
}

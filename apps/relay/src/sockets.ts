/**
 * The sockets of a relay: WebSockets in, `RelayServer` in the middle, one write per socket and turn out.
 *
 * `ws` reads frames; writing is ours (`outgoing.ts`). Any web origin may connect: a room is protected by keys its members
 * hold, not by where their page came from, and no cookie or other ambient authority is ever looked at.
 */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import {
  closeGoingAway,
  type Crypto,
  type KeyPair,
  type RelayLimits,
  RelayServer,
  type RelayServerInput,
  relayHost,
} from '@kith/protocol'
import type { Logger } from 'pino'
import { type WebSocket, WebSocketServer } from 'ws'
import { binaryFrameOf, Outgoing, type Outlet, pingFrame } from './outgoing.ts'
import { pathOf } from './pages.ts'
import type { Tally } from './tally.ts'

export const socketPath = '/ws'

/** How a relay notices sockets whose far end is gone without a word. */
export interface Silence {
  /** A socket that says nothing for this long is pinged: proxies close idle ones, and half-open ones never answer. */
  readonly pingAfterMs: number
  readonly deadAfterMs: number
  readonly lookEveryMs: number
}

const standardSilence: Silence = { pingAfterMs: 45_000, deadAfterMs: 100_000, lookEveryMs: 15_000 }

/** How long a closing socket may take to say goodbye. */
const goodbyeMs = 2_000

interface Socket extends Outlet {
  readonly number: number
  readonly web: WebSocket
  heardAt: number
  resume: NodeJS.Timeout | undefined
}

export interface SocketsOptions {
  readonly crypto: Crypto
  readonly relay: KeyPair
  readonly limits: RelayLimits
  readonly hosts: readonly string[]
  readonly log: Logger
  readonly tally: Tally
  readonly now: () => number
  readonly silence?: Silence | undefined
}

export class Sockets {
  readonly #options: SocketsOptions
  readonly #server: RelayServer
  readonly #upgrades: WebSocketServer
  readonly #outgoing: Outgoing
  readonly #sockets = new Map<number, Socket>()
  readonly #timers = new Map<string, NodeJS.Timeout>()
  readonly #silence: Silence
  readonly #look: NodeJS.Timeout
  #nextNumber = 1
  #isClosing = false
  #receivedFrames = 0
  #receivedBytes = 0

  constructor(options: SocketsOptions) {
    this.#options = options
    const { crypto, relay, limits, hosts } = options
    this.#server = new RelayServer({ crypto, relay, limits, hosts })
    // Twice the largest frame, so that one too large is answered by a code; above that `ws` closes with 1009.
    const maxPayload = limits.frameBytes * 2
    this.#upgrades = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload,
    })
    this.#outgoing = new Outgoing(limits, {
      slow: (outlet) => this.#slow(outlet as Socket),
      congested: (outlet) => this.#congested(outlet as Socket, true),
      drained: (outlet) => this.#congested(outlet as Socket, false),
    })
    this.#silence = options.silence ?? standardSilence
    this.#look = setInterval(() => this.#lookAtSilent(), this.#silence.lookEveryMs)
    this.#look.unref()
  }

  get gauges(): Readonly<Record<string, number>> {
    return { sockets: this.#sockets.size, ...this.#server.counts }
  }

  get counters(): Readonly<Record<string, number>> {
    return {
      received_frames: this.#receivedFrames,
      received_bytes: this.#receivedBytes,
      sent_frames: this.#outgoing.frames,
      sent_bytes: this.#outgoing.bytes,
    }
  }

  upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    stream.on('error', destroyThis)
    if (pathOf(request.url) !== socketPath) return refuseUpgrade(stream, '404 Not Found')
    if (this.#isClosing || this.#sockets.size >= this.#options.limits.connections) {
      this.#options.tally.count('turnedAway')
      return refuseUpgrade(stream, '503 Service Unavailable')
    }
    this.#upgrades.handleUpgrade(request, stream, head, (web) => this.#open(web, stream, request.headers.host ?? ''))
  }

  /** Tells everybody that we go, after what was still to be sent; resolves when the last socket is closed. */
  async close(): Promise<void> {
    this.#isClosing = true
    clearInterval(this.#look)
    for (const socket of this.#sockets.values()) this.#end(socket, closeGoingAway, 'going away')
    const deadline = this.#options.now() + goodbyeMs + 500
    while (this.#sockets.size > 0 && this.#options.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    for (const socket of this.#sockets.values()) socket.web.terminate()
    for (const timer of this.#timers.values()) clearTimeout(timer)
    this.#timers.clear()
  }

  #open(web: WebSocket, stream: Duplex, host: string): void {
    const number = this.#nextNumber++
    const heardAt = this.#options.now()
    const socket: Socket = {
      number,
      web,
      stream,
      heardAt,
      queued: undefined,
      ended: false,
      congested: false,
      resume: undefined,
    }
    this.#sockets.set(number, socket)
    web.on('message', (data: Buffer, isBinary) => {
      socket.heardAt = this.#options.now()
      this.#receivedFrames++
      this.#receivedBytes += data.length
      // A text frame is not ours: no bytes at all are malformed, too. A plain view, because `slice` of a Buffer shares.
      const bytes = isBinary ? new Uint8Array(data.buffer, data.byteOffset, data.length) : new Uint8Array(0)
      this.#handle({ type: 'frame', connection: number, bytes })
    })
    web.on('pong', () => {
      socket.heardAt = this.#options.now()
    })
    web.on('close', () => this.#closed(socket))
    // `close` follows; what a stranger sends wrongly is not our error.
    web.on('error', () => this.#options.tally.count('badFrame'))
    this.#handle({ type: 'connected', connection: number, host: relayHost(host) })
  }

  #handle(input: RelayServerInput): void {
    const { tally, now } = this.#options
    for (const output of this.#server.handle(input, now())) {
      switch (output.type) {
        case 'send':
          this.#outgoing.send(this.#outlets(output.connections), binaryFrameOf(output.bytes))
          break
        case 'close': {
          const socket = this.#sockets.get(output.connection)
          if (socket !== undefined) this.#end(socket, output.code, output.reason)
          break
        }
        case 'hold':
          this.#hold(output.connection, output.until)
          break
        case 'timer':
          this.#setTimer(output.name, output.at)
          break
        case 'report':
          tally.count(output.what, output.code)
          if (output.code !== undefined) this.#note(output.what, output.code)
          break
      }
    }
  }

  *#outlets(numbers: readonly number[]): Generator<Outlet> {
    for (const number of numbers) {
      const socket = this.#sockets.get(number)
      if (socket !== undefined) yield socket
    }
  }

  #hold(number: number, until: number): void {
    const socket = this.#sockets.get(number)
    if (socket === undefined || socket.ended) return
    clearTimeout(socket.resume)
    socket.web.pause()
    socket.resume = setTimeout(() => socket.web.resume(), Math.max(1, until - this.#options.now()))
  }

  #setTimer(name: string, at: number): void {
    clearTimeout(this.#timers.get(name))
    const fire = (): void => {
      this.#timers.delete(name)
      this.#handle({ type: 'timerFired', name })
    }
    this.#timers.set(name, setTimeout(fire, Math.max(0, at - this.#options.now())))
  }

  #end(socket: Socket, code: number, reason: string): void {
    if (socket.ended) return
    this.#outgoing.flush(socket)
    socket.ended = true
    clearTimeout(socket.resume)
    socket.web.resume()
    socket.web.close(code, reason)
    setTimeout(() => socket.web.terminate(), goodbyeMs).unref()
  }

  /** Comes while outputs of the machine are being carried out; it answers with nothing. */
  #congested(socket: Socket, congested: boolean): void {
    this.#handle({ type: 'congested', connection: socket.number, congested })
  }

  /** It does not read, so it would not read a close frame either. */
  #slow(socket: Socket): void {
    this.#options.tally.count('slowReader')
    this.#options.log.info({ event: 'slowReader' })
    socket.web.terminate()
  }

  #closed(socket: Socket): void {
    socket.ended = true
    socket.queued = undefined
    clearTimeout(socket.resume)
    if (this.#sockets.delete(socket.number)) this.#handle({ type: 'closed', connection: socket.number })
  }

  #lookAtSilent(): void {
    const { pingAfterMs, deadAfterMs } = this.#silence
    const now = this.#options.now()
    for (const socket of this.#sockets.values()) {
      const silentMs = now - socket.heardAt
      if (silentMs > deadAfterMs) socket.web.terminate()
      else if (silentMs > pingAfterMs) this.#outgoing.send([socket], pingFrame)
    }
  }

  #note(what: string, code: string): void {
    const { log } = this.#options
    if (code === 'wrongHost') {
      log.warn({ event: what, code }, 'Clients know this relay by another name than it sees. Set KITH_RELAY_ORIGIN.')
    } else log.debug({ event: what, code })
  }
}

/** Made once: a closure inside `upgrade` would keep the whole HTTP request alive as long as the socket. */
function destroyThis(this: Duplex): void {
  this.destroy()
}

function refuseUpgrade(stream: Duplex, status: string): void {
  stream.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
}

/**
 * The WebSocket to a relay, its constructor injected: the global one in browsers, `ws` in Node.
 *
 * Binary frames only; a text frame or one above the limit closes the socket. `down` comes exactly once, whatever happened.
 */
import { relayLimits } from '@kith/protocol'
import type { Clock } from '../clock.ts'
import type { RelayDialer, RelaySocket, RelaySocketEvents } from '../transport.ts'

/** A relay never sends a larger frame: the largest entry with its receipt fits. */
export const maxRelayFrameBytes: number = relayLimits.frameBytes
/** A relay that does not answer the upgrade. */
export const relayOpenMs: number = 10_000
/** A relay that stopped reading: the socket is given up. */
export const maxRelayBufferedBytes: number = 8 * 1024 * 1024

/** What is used of the web's WebSocket. */
export interface WebSocketLike {
  binaryType: string
  readonly readyState: number
  readonly bufferedAmount: number
  onopen: ((event: never) => void) | null
  onmessage: ((event: never) => void) | null
  onclose: ((event: never) => void) | null
  onerror: ((event: never) => void) | null
  send(bytes: Uint8Array<ArrayBuffer>): void
  close(code?: number, reason?: string): void
}

export interface RelayDialerOptions {
  readonly open: (url: string) => WebSocketLike
  readonly clock: Clock
}

const openState = 1

export function createRelayDialer(options: RelayDialerOptions): RelayDialer {
  return (url, events) => new WebRelaySocket(options, url, events)
}

class WebRelaySocket implements RelaySocket {
  readonly #events: RelaySocketEvents
  readonly #socket: WebSocketLike | undefined
  readonly #stopTimeout: () => void
  #closed = false

  constructor(options: RelayDialerOptions, url: string, events: RelaySocketEvents) {
    this.#events = events
    this.#stopTimeout = options.clock.after(relayOpenMs, () => this.close())
    try {
      this.#socket = options.open(url)
    } catch {
      // An address the constructor refuses; reported like any relay that is not there, but not before we are returned.
      options.clock.after(0, () => this.close())
      return
    }
    const socket = this.#socket
    socket.binaryType = 'arraybuffer'
    socket.onopen = (): void => {
      this.#stopTimeout()
      if (!this.#closed) events.up()
    }
    socket.onmessage = (event: { readonly data: unknown }): void => {
      if (this.#closed) return
      const { data } = event
      if (data instanceof ArrayBuffer && data.byteLength <= maxRelayFrameBytes) events.frame(new Uint8Array(data))
      else this.close()
    }
    socket.onclose = (): void => this.close()
    // An `error` is always followed by `close`; without a listener `ws` would throw.
    socket.onerror = (): void => {}
  }

  send(bytes: Uint8Array): void {
    const socket = this.#socket
    if (this.#closed || socket?.readyState !== openState) return
    if (socket.bufferedAmount > maxRelayBufferedBytes) this.close()
    else socket.send(bytes as Uint8Array<ArrayBuffer>)
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#stopTimeout()
    this.#socket?.close(1000)
    this.#events.down()
  }
}

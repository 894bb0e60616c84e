/**
 * Transports inside one process: the contract without a network, for tests and for demonstrations of many peers.
 *
 * Signals carry only the number of a dial. Every delivery waits for a turn of the clock, so nothing is ever re-entrant,
 * and what waits counts as buffered.
 */
import { BrokenPromise, Reader, Writer } from '@kith/protocol'
import type { Address, Channel } from '@kith/protocol'
import type { Clock } from '../clock.ts'
import type { RouteIncoming, SocketBinding } from '../incoming.ts'
import {
  highWaterBytes,
  lowWaterBytes,
  type AddressDialer,
  type Dialer,
  type Transport,
  type TransportEvents,
} from '../transport.ts'

export interface MemoryNetworkOptions {
  readonly clock: Clock
  /** One way. */
  readonly latencyMs?: number | undefined
  /** Frames a sender may have delivered in one turn. */
  readonly framesPerTurn?: number | undefined
  readonly maxFrameBytes?: number | undefined
}

export class MemoryNetwork {
  readonly #options: MemoryNetworkOptions
  readonly #waiting = new Map<number, MemoryTransport>()
  readonly #listeners = new Map<string, RouteIncoming>()
  #dials = 0

  constructor(options: MemoryNetworkOptions) {
    this.#options = options
  }

  /** Cuts every transport made from now on; those dials never come up. */
  cut = false

  readonly dialer: Dialer = (offerer, events) => {
    const transport = new MemoryTransport(this.#options, events, (number) => this.#answer(number, transport))
    if (offerer && !this.cut) {
      const number = ++this.#dials
      this.#waiting.set(number, transport)
      transport.later(() => events.signal(new Writer().u32(number).finish()))
    }
    return transport
  }

  readonly addressDialer: AddressDialer = (address, events) => {
    const transport = new MemoryTransport(this.#options, events, () => {})
    transport.later(() => {
      const route = this.cut ? undefined : this.#listeners.get(formatAddress(address))
      if (route === undefined) transport.close()
      else transport.join(new MemoryTransport(this.#options, undefined, () => {}, route), ++this.#dials)
    })
    return transport
  }

  listen(address: Address, route: RouteIncoming): () => void {
    this.#listeners.set(formatAddress(address), route)
    return () => void this.#listeners.delete(formatAddress(address))
  }

  #answer(number: number, answerer: MemoryTransport): void {
    const offerer = this.#waiting.get(number)
    if (offerer === undefined || offerer === answerer || this.cut) return
    this.#waiting.delete(number)
    offerer.join(answerer, number)
  }
}

function formatAddress(address: Address): string {
  return `${address.host}:${address.port}`
}

class MemoryTransport implements Transport {
  readonly #options: MemoryNetworkOptions
  readonly #signalled: (number: number) => void
  /** Undefined until somebody accepts an inbound socket. */
  #events: TransportEvents | undefined
  #route: RouteIncoming | undefined
  #binding: SocketBinding | undefined
  #early: Uint8Array[] = []
  #far: MemoryTransport | undefined
  #up = false
  #closed = false
  #full = false
  #buffered = 0
  #outgoing: Uint8Array[] = []
  #pumping = false

  constructor(
    options: MemoryNetworkOptions,
    events: TransportEvents | undefined,
    signalled: (number: number) => void,
    route?: RouteIncoming,
  ) {
    this.#options = options
    this.#events = events
    this.#signalled = signalled
    this.#route = route
  }

  signal(bytes: Uint8Array): void {
    const reader = new Reader(bytes)
    const number = reader.u32()
    if (reader.done() && !this.#closed && this.#far === undefined) this.#signalled(number)
  }

  send(_channel: Channel, bytes: Uint8Array): void {
    if (bytes.length === 0 || bytes.length > (this.#options.maxFrameBytes ?? 64 * 1024)) {
      throw new BrokenPromise(`a frame of ${bytes.length} bytes`)
    }
    if (!this.#up || this.#closed) return
    this.#outgoing.push(bytes.slice())
    this.#buffered += bytes.length
    if (!this.#full && this.#buffered > highWaterBytes) {
      this.#full = true
      this.#events?.full()
    }
    this.#pump()
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    const far = this.#far
    const left = this.#outgoing
    this.#outgoing = []
    far?.later(() => {
      for (const bytes of left) far.#receive(bytes)
      far.close()
    })
    this.#events?.down()
  }

  /** Both ends come up in a later turn. */
  join(far: MemoryTransport, number: number): void {
    this.#pair(far, number, 0)
    far.#pair(this, number, 1)
  }

  later(run: () => void): void {
    this.#options.clock.after(this.#options.latencyMs ?? 0, run)
  }

  #pair(far: MemoryTransport, number: number, side: number): void {
    this.#far = far
    this.#binding = { local: binding(number, side), remote: binding(number, 1 - side) }
    this.later(() => this.#open())
  }

  #open(): void {
    if (this.#closed || this.#events === undefined || this.#binding === undefined) return
    this.#up = true
    this.#events.up(this.#binding)
    for (const bytes of this.#early.splice(0)) this.#receive(bytes)
  }

  #pump(): void {
    if (this.#pumping) return
    this.#pumping = true
    this.later(() => {
      this.#pumping = false
      const far = this.#far
      if (this.#closed || far === undefined) return
      const frames = this.#outgoing.splice(0, this.#options.framesPerTurn ?? 256)
      for (const bytes of frames) {
        this.#buffered -= bytes.length
        far.#receive(bytes)
      }
      if (this.#full && this.#buffered <= lowWaterBytes) {
        this.#full = false
        this.#events?.drained()
      }
      if (this.#outgoing.length > 0) this.#pump()
    })
  }

  #receive(bytes: Uint8Array): void {
    if (this.#closed) return
    if (this.#up) this.#events?.frame(bytes)
    else this.#early.push(bytes)
    const route = this.#route
    this.#route = undefined
    if (route === undefined || this.#binding === undefined) return
    route({
      binding: this.#binding,
      first: bytes,
      accept: (events) => {
        this.#events = events
        this.later(() => this.#open())
        return this
      },
    })
    if (this.#events === undefined) this.close()
  }
}

function binding(number: number, side: number): Uint8Array {
  return new Writer().raw(new Uint8Array(27)).u8(side).u32(number).finish()
}

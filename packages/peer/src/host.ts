/**
 * Drives one engine: inputs in, outputs carried out in order.
 *
 * The engine is pure, so everything that can go wrong outside ends here and comes back as an input: a store that is full
 * (`stored` with `ok` false), a relay that is not there (`relayDown`), a transport that never opens (`transportDown`).
 * What happens while the engine is working (an adapter that answers at once) waits its turn in a queue; only frames can
 * come in numbers, and a carrier that brings more than `maxQueuedInputs` is closed. Rules HOS1 … HOS9 in
 * docs/spec/transport.md.
 */
import type {
  Address,
  BlobJob,
  BlobResult,
  ComputeJob,
  EngineEvent,
  Input,
  Millis,
  Output,
  SignatureCheck,
  StoreChange,
  StoreRange,
  TransportKind,
} from '@kith/protocol'
import type { Clock } from './clock.ts'
import type { IncomingSocket } from './incoming.ts'
import type { Storage } from './storage.ts'
import type { AddressDialer, Dialer, RelayDialer, RelaySocket, Transport, TransportEvents } from './transport.ts'
import { lateTimerMs, type Wakes } from './wakes.ts'

export const maxQueuedInputs: number = 4096
/** Wake-ups in quick succession (online, visible, a late timer) count once. */
export const wakePauseMs: number = 1_000

/** What the host needs of an engine. */
export interface EngineLike {
  handle(input: Input, now: Millis): readonly Output[]
}

/** Checks signatures in bulk without blocking: in slices, or on other threads. */
export type VerifyMany = (checks: readonly SignatureCheck[]) => Promise<readonly boolean[]>

export interface HostPorts {
  readonly clock: Clock
  readonly storage: Storage
  /** In front of every key, so that rooms share a store: `room/<roomId>/`. */
  readonly storePrefix: string
  readonly verifyMany: VerifyMany
  /** Does the jobs of blobs; never rejects. Where there is none, the engine has none to do. */
  readonly blobWork?: ((job: BlobJob) => Promise<BlobResult>) | undefined
  readonly relay?: { readonly url: string; readonly dial: RelayDialer } | undefined
  readonly dial?: Dialer | undefined
  readonly dialAddress?: AddressDialer | undefined
  readonly wakes?: Wakes | undefined
  readonly onEvent: (event: EngineEvent) => void
  /** The store rejected a read or a write; the engine was told as far as it can be. */
  readonly onStorageTrouble?: ((error: unknown) => void) | undefined
}

export class Host {
  readonly #engine: EngineLike
  readonly #ports: HostPorts
  readonly #queue: Input[] = []
  readonly #timers = new Map<string, () => void>()
  readonly #transports = new Map<string, Transport>()
  readonly #pendingStores = new Set<Promise<void>>()
  #relay: RelaySocket | undefined
  #stopWakes: (() => void) | undefined
  #wokeAt = Number.NEGATIVE_INFINITY
  #incoming = 0
  #working = false
  #stopped = false

  constructor(engine: EngineLike, ports: HostPorts) {
    this.#engine = engine
    this.#ports = ports
  }

  start(): void {
    this.#stopWakes = this.#ports.wakes?.(() => this.#wake())
    this.input({ type: 'start' })
  }

  /** Says goodbye, closes everything, and resolves when what was being stored is durable. */
  async stop(): Promise<void> {
    this.input({ type: 'stop' })
    this.#stopped = true
    this.#queue.length = 0
    this.#stopWakes?.()
    for (const cancel of this.#timers.values()) cancel()
    this.#timers.clear()
    for (const transport of this.#transports.values()) transport.close()
    this.#transports.clear()
    this.#relay?.close()
    this.#relay = undefined
    await Promise.all(this.#pendingStores)
  }

  /** Takes one input, and everything that follows from it at once. After `stop` nothing is taken. */
  input(input: Input): void {
    if (this.#stopped) return
    this.#queue.push(input)
    if (this.#working) return
    this.#working = true
    try {
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
        for (const output of this.#engine.handle(next, this.#ports.clock.now())) this.#carryOut(output)
      }
    } finally {
      this.#working = false
    }
  }

  /** A socket from outside whose first frame is for this room. */
  accept(incoming: IncomingSocket): void {
    if (this.#stopped) return
    const name = `in-${++this.#incoming}`
    this.#transports.set(name, incoming.accept(this.#eventsOf(name, 'socket', false)))
  }

  #carryOut(output: Output): void {
    switch (output.type) {
      case 'timer':
        this.#setTimer(output.name, output.at)
        break
      case 'cancelTimer':
        this.#timers.get(output.name)?.()
        this.#timers.delete(output.name)
        break
      case 'store':
        this.#store(output.request, output.changes)
        break
      case 'load':
        void this.#load(output.request, output.range)
        break
      case 'compute':
        void this.#compute(output.request, output.job)
        break
      case 'blob':
        void this.#blobWork(output.request, output.job)
        break
      case 'relayConnect':
        this.#connectRelay()
        break
      case 'relayClose':
        this.#relay?.close()
        break
      case 'relaySend':
        this.#relay?.send(output.bytes)
        break
      case 'dial':
        this.#dial(output.transport, output.offerer)
        break
      case 'signal':
        this.#transports.get(output.transport)?.signal(output.bytes)
        break
      case 'dialAddress':
        this.#dialAddress(output.transport, output.address)
        break
      case 'transmit':
        this.#transports.get(output.transport)?.send(output.channel, output.bytes)
        break
      case 'hangUp':
        this.#transports.get(output.transport)?.close()
        break
      case 'event':
        this.#ports.onEvent(output.event)
        break
    }
  }

  #setTimer(name: string, at: Millis): void {
    this.#timers.get(name)?.()
    const { clock } = this.#ports
    const wait = Math.max(0, at - clock.now())
    const cancel = clock.after(wait, () => {
      this.#timers.delete(name)
      if (clock.now() - at > lateTimerMs) this.#wake()
      this.input({ type: 'timerFired', name })
    })
    this.#timers.set(name, cancel)
  }

  #wake(): void {
    const now = this.#ports.clock.now()
    if (Math.abs(now - this.#wokeAt) < wakePauseMs) return
    this.#wokeAt = now
    this.input({ type: 'woke' })
  }

  #store(request: number, changes: readonly StoreChange[]): void {
    const { storage, storePrefix } = this.#ports
    const prefixed = changes.map(({ key, value }): StoreChange => ({ key: storePrefix + key, value }))
    const done = storage.write(prefixed).then(
      () => this.input({ type: 'stored', request, ok: true }),
      (error: unknown) => {
        this.#ports.onStorageTrouble?.(error)
        this.input({ type: 'stored', request, ok: false })
      },
    )
    this.#pendingStores.add(done)
    void done.finally(() => this.#pendingStores.delete(done))
  }

  async #load(request: number, range: StoreRange): Promise<void> {
    const { storage, storePrefix } = this.#ports
    try {
      const found = await storage.read({
        ...range,
        prefix: storePrefix + range.prefix,
        after: range.after === undefined ? undefined : storePrefix + range.after,
        // One more than asked for tells whether the range goes on.
        limit: range.limit + 1,
      })
      const records = found
        .slice(0, range.limit)
        .map(({ key, value }) => ({ key: key.slice(storePrefix.length), value }))
      this.input({ type: 'loaded', request, records, more: found.length > range.limit })
    } catch (error) {
      // What cannot be read here may still come back from the other members.
      this.#ports.onStorageTrouble?.(error)
      this.input({ type: 'loaded', request, records: [], more: false })
    }
  }

  async #compute(request: number, job: ComputeJob): Promise<void> {
    const valid = await this.#ports.verifyMany(job.checks)
    this.input({ type: 'computed', request, result: { type: 'verify', valid } })
  }

  async #blobWork(request: number, job: BlobJob): Promise<void> {
    const result = await this.#ports.blobWork?.(job)
    if (result !== undefined) this.input({ type: 'blobDone', request, result })
  }

  #connectRelay(): void {
    const { relay } = this.#ports
    this.#relay?.close()
    if (relay === undefined) {
      this.input({ type: 'relayDown' })
      return
    }
    const socket: RelaySocket = relay.dial(relay.url, {
      up: () => {
        if (this.#relay === socket) this.input({ type: 'relayUp' })
      },
      frame: (bytes) => {
        if (this.#relay !== socket) return
        if (this.#queue.length >= maxQueuedInputs) socket.close()
        else this.input({ type: 'relayFrame', bytes })
      },
      down: () => {
        if (this.#relay !== socket) return
        this.#relay = undefined
        this.input({ type: 'relayDown' })
      },
    })
    this.#relay = socket
  }

  #dial(name: string, offerer: boolean): void {
    const { dial } = this.#ports
    if (dial === undefined) this.input({ type: 'transportDown', transport: name })
    else this.#transports.set(name, dial(offerer, this.#eventsOf(name, 'dtls', undefined)))
  }

  #dialAddress(name: string, address: Address): void {
    const { dialAddress } = this.#ports
    if (dialAddress === undefined) this.input({ type: 'transportDown', transport: name })
    else this.#transports.set(name, dialAddress(address, this.#eventsOf(name, 'socket', true)))
  }

  #eventsOf(transport: string, kind: TransportKind, initiator: boolean | undefined): TransportEvents {
    return {
      signal: (bytes) => this.input({ type: 'signalMade', transport, bytes }),
      up: ({ local, remote }) => this.input({ type: 'transportUp', transport, kind, local, remote, initiator }),
      frame: (bytes) => {
        if (this.#queue.length >= maxQueuedInputs) this.#transports.get(transport)?.close()
        else this.input({ type: 'transportFrame', transport, bytes })
      },
      full: () => this.input({ type: 'transportFull', transport }),
      doubted: () => this.input({ type: 'transportDoubted', transport }),
      drained: () => this.input({ type: 'transportDrained', transport }),
      down: () => {
        this.#transports.delete(transport)
        this.input({ type: 'transportDown', transport })
      },
    }
  }
}

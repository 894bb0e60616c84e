/**
 * One link over one real transport, driven by the real host: for tests and benchmarks of the way from a payload to the
 * wire and back, without a room. Bulk can be kept waiting all the time; texts are sent when asked.
 */
import { Link } from '@kith/protocol'
import type { Crypto, Input, LinkInput, LinkOutput, Millis, Output, Priority, SessionKeys } from '@kith/protocol'
import type { Clock } from '../clock.ts'
import { Host } from '../host.ts'
import type { Storage } from '../storage.ts'
import type { Dialer } from '../transport.ts'

export interface LinkEndOptions {
  readonly clock: Clock
  readonly crypto: Crypto
  readonly dial: Dialer
  readonly offerer: boolean
  /** 32 bytes, the same at both ends. */
  readonly psk: Uint8Array
  readonly session: SessionKeys
  readonly ownSockets?: boolean | undefined
  /** Goes to `signal` of the other end. */
  readonly onSignal: (bytes: Uint8Array) => void
  readonly onUp?: (() => void) | undefined
  readonly onPayload: (priority: Priority, bytes: Uint8Array) => void
  readonly onDown?: ((code: string) => void) | undefined
}

const transport = 'link'
const bulkPriority: Priority = 4
/** Bulk is queued up to here: there is always some that a text can overtake. */
const bulkAheadBytes = 256 * 1024

/** A link alone stores nothing. */
const noStorage: Storage = {
  write: async () => {},
  read: async () => [],
  clear: async () => {},
  close: async () => {},
}

export class LinkEnd {
  readonly #options: LinkEndOptions
  readonly #host: Host
  readonly #outputs: Output[] = []
  #link: Link | undefined
  #bulk: Uint8Array | undefined
  #asked: LinkInput[] = []
  /** Bulk payload bytes given to the link so far. */
  bulkGiven = 0
  refused = 0
  /** What the link last said of the far side. */
  isSlow = false

  constructor(options: LinkEndOptions) {
    this.#options = options
    this.#host = new Host(
      { handle: (input, now) => this.#handle(input, now) },
      {
        clock: options.clock,
        storage: noStorage,
        storePrefix: '',
        verifyMany: async (checks) => checks.map(() => true),
        dial: options.dial,
        onEvent: () => {},
      },
    )
    this.#host.start()
  }

  get queuedBytes(): number {
    return this.#link?.queuedBytes ?? 0
  }

  signal(bytes: Uint8Array): void {
    this.#outputs.push({ type: 'signal', transport, bytes })
    this.#work()
  }

  send(priority: Priority, payload: Uint8Array): void {
    this.#asked.push({ type: 'send', priority, payload })
    this.#work()
  }

  /** From now on payloads of this size wait behind each other; undefined: no more. */
  keepBulk(payloadBytes: number | undefined): void {
    this.#bulk = payloadBytes === undefined ? undefined : new Uint8Array(payloadBytes).fill(2)
    this.#work()
  }

  async close(): Promise<void> {
    await this.#host.stop()
  }

  /** Hands over what waits, in a turn of the host. */
  #work(): void {
    this.#host.input({ type: 'timerFired', name: 'work' })
  }

  #handle(input: Input, now: Millis): readonly Output[] {
    switch (input.type) {
      case 'start':
        this.#outputs.push({ type: 'dial', transport, offerer: this.#options.offerer })
        break
      case 'signalMade':
        this.#options.onSignal(input.bytes)
        break
      case 'transportUp': {
        const { crypto, offerer, psk, session, ownSockets } = this.#options
        const { kind, local, remote } = input
        const role = offerer ? 'initiator' : 'responder'
        const claims = new Uint8Array(0)
        const options = { name: 'l', crypto, role, kind, local, remote, session, ownSockets, slot: 1, claims } as const
        this.#link = new Link({ ...options, psks: [psk] })
        this.#tell({ type: 'start' }, now)
        break
      }
      case 'transportFrame':
        this.#tell({ type: 'frame', bytes: input.bytes }, now)
        break
      case 'transportFull':
        this.#tell({ type: 'full' }, now)
        break
      case 'transportDrained':
        this.#tell({ type: 'drained' }, now)
        break
      case 'timerFired':
        if (input.name !== 'work') this.#tell(input, now)
        break
      case 'stop':
        this.#tell({ type: 'close' }, now)
        break
      case 'transportDown':
        this.#options.onDown?.('transportDown')
        break
      default:
    }
    const asked = this.#asked
    this.#asked = []
    for (const one of asked) this.#tell(one, now)
    this.#fill(now)
    return this.#outputs.splice(0)
  }

  #fill(now: Millis): void {
    const link = this.#link
    const payload = this.#bulk
    if (link === undefined || payload === undefined || !link.isUp) return
    while (link.queuedBytes < bulkAheadBytes) {
      this.bulkGiven += payload.length
      this.#tell({ type: 'send', priority: bulkPriority, payload }, now)
    }
  }

  #tell(input: LinkInput, now: Millis): void {
    for (const output of this.#link?.handle(input, now) ?? []) this.#carryOut(output)
  }

  #carryOut(output: LinkOutput): void {
    switch (output.type) {
      case 'timer':
      case 'cancelTimer':
        this.#outputs.push(output)
        break
      case 'transmit':
        this.#outputs.push({ type: 'transmit', transport, channel: output.channel, bytes: output.bytes })
        break
      case 'up':
        this.#options.onUp?.()
        break
      case 'payload':
        this.#options.onPayload(output.priority, output.bytes)
        break
      case 'refused':
        this.refused++
        break
      case 'slow':
        this.isSlow = output.slow
        break
      case 'down':
        this.#outputs.push({ type: 'hangUp', transport })
        this.#options.onDown?.(output.code)
        break
    }
  }
}

/**
 * A link: one authenticated connection between two peers, over whatever transport carries it.
 *
 * `Link` runs the handshake (`handshake.ts`), then moves payloads of up to 264 KiB in frames (`frames.ts`) by priority
 * (`scheduler.ts`). Over DTLS frames are plain once the handshake has bound it to both certificates; over the relay and
 * plain sockets, which are one ordered stream, every frame is sealed: 0x05 ‖ ciphertext, one nonce after the other.
 *
 * The initiator is up when it has verified the responder, and says so (`ready`); the responder is up when it hears that.
 * So both sides confirm, and a frame that overtakes `ready` on the other channel of a DTLS transport means the same.
 *
 * Bulk (P3 and lower) in flight is at most 256 KiB: the receiver returns credit for every 32 KiB. A burst ends after
 * 64 KiB and goes on by a timer that is due at once, so that the host can report `full` in between.
 */
import type { CipherState } from '../crypto/noise.ts'
import { concatBytes } from '../codec/bytes.ts'
import { type Millis, type TimerOutput, unreachable } from '../machine.ts'
import {
  type Frame,
  type PayloadFrame,
  type Priority,
  Reassembly,
  decodeFrame,
  encodeFrame,
  firstBulkPriority,
  maxFrameBytes,
} from './frames.ts'
import {
  type AuthenticatedPeer,
  Handshake,
  type HandshakeOptions,
  type HandshakeRejection,
  maxHandshakeFrameBytes,
} from './handshake.ts'
import { Scheduler } from './scheduler.ts'

export interface LinkOptions extends HandshakeOptions {
  /** Prefix of timer names, unique in the engine. */
  readonly name: string
}

export type LinkInput =
  | { readonly type: 'start' }
  | { readonly type: 'frame'; readonly bytes: Uint8Array }
  | { readonly type: 'send'; readonly priority: Priority; readonly payload: Uint8Array }
  | { readonly type: 'timerFired'; readonly name: string }
  /** The transport buffers more than its high-water mark: stop / is below its low-water mark: go on. */
  | { readonly type: 'full' }
  | { readonly type: 'drained' }
  /** Says goodbye. Answered by `down` with code `closed`. */
  | { readonly type: 'close' }

export type LinkOutput =
  | TimerOutput
  | { readonly type: 'cancelTimer'; readonly name: string }
  | { readonly type: 'transmit'; readonly channel: 'control' | 'bulk'; readonly bytes: Uint8Array }
  /** The far side has authenticated. Comes exactly once, before any `payload`. */
  | {
      readonly type: 'up'
      readonly session: Uint8Array
      readonly kemKey: Uint8Array
      readonly claims: Uint8Array
      readonly handshakeHash: Uint8Array
      /** 32 secret bytes both sides share and nobody else: for rendezvous and short authentication strings. */
      readonly exported: Uint8Array
    }
  | { readonly type: 'payload'; readonly priority: Priority; readonly bytes: Uint8Array }
  /** This payload was not queued: the far side is too slow (`queueFull`) or the link is not up (`notUp`). */
  | { readonly type: 'refused'; readonly priority: Priority; readonly code: 'queueFull' | 'notUp' }
  /**
   * The far side does not take what it is sent (`true`): the texts and signals that waited were dropped. Send it nothing
   * eagerly, make it a leaf, let it pull and synchronise. `false` once nothing has waited for `slowRecoveryMs`. Control
   * (P0) goes on all the while, within its own bound. Comes at each change only, after `up`.
   */
  | { readonly type: 'slow'; readonly slow: boolean }
  /** Final: hang the transport up. Comes exactly once; every later input is ignored. */
  | { readonly type: 'down'; readonly code: LinkDownCode }

export type LinkDownCode =
  | HandshakeRejection
  | 'closed'
  | 'remoteClosed'
  /** Not up within 10 s. */
  | 'timeout'
  /** An application frame before the far side had authenticated. */
  | 'earlyFrame'
  /** A sealed frame that does not open: altered, lost or out of order. */
  | 'badFrame'
  /** Credit for bytes never sent, or going back. */
  | 'badCredit'

export const linkTimeoutMs: Millis = 10_000
/** Bulk payload bytes sent and not yet credited. */
export const maxBulkInFlightBytes: number = 256 * 1024
/** A receiver returns credit when this much more bulk has come. */
export const creditStepBytes: number = 32 * 1024
/** Bytes handed to the transport in one turn. */
export const maxBurstBytes: number = 64 * 1024

const sealedCode = 0x05
const firstApplicationCode = 0x10

export class Link {
  readonly #options: LinkOptions
  readonly #handshake: Handshake
  readonly #scheduler = new Scheduler()
  readonly #reassembly = new Reassembly()
  #state: 'new' | 'shaking' | 'awaitingReady' | 'up' | 'down' = 'new'
  #peer: AuthenticatedPeer | undefined
  #heardReady = false
  #full = false
  #pacing = false
  /** Bulk payload bytes, since the link came up. */
  #sent = 0
  #credited = 0
  #received = 0
  #creditGiven = 0

  constructor(options: LinkOptions) {
    this.#options = options
    this.#handshake = new Handshake(options)
  }

  get isUp(): boolean {
    return this.#state === 'up'
  }

  /** Payload bytes waiting here: what makes a peer slow. */
  get queuedBytes(): number {
    return this.#scheduler.queuedBytes
  }

  handle(input: LinkInput, now: Millis): LinkOutput[] {
    const outputs: LinkOutput[] = []
    if (this.#state === 'down') return outputs
    if (this.#state === 'new' && input.type !== 'close') this.#start(outputs, now)
    switch (input.type) {
      case 'start':
        break
      case 'frame':
        this.#frame(outputs, input.bytes)
        break
      case 'send':
        this.#send(outputs, input.priority, input.payload)
        break
      case 'timerFired':
        if (input.name === this.#timer('pace')) this.#pacing = false
        else if (input.name === this.#timer('handshake') && !this.isUp) this.#down(outputs, 'timeout')
        break
      case 'full':
        this.#full = true
        break
      case 'drained':
        this.#full = false
        break
      case 'close':
        this.#close(outputs)
        break
      default:
        unreachable(input)
    }
    if (this.isUp) this.#pump(outputs, now)
    return outputs
  }

  #start(outputs: LinkOutput[], now: Millis): void {
    this.#state = 'shaking'
    outputs.push({ type: 'timer', name: this.#timer('handshake'), at: now + linkTimeoutMs })
    const hello = this.#handshake.start()
    if (hello !== undefined) outputs.push({ type: 'transmit', channel: 'control', bytes: hello })
  }

  #send(outputs: LinkOutput[], priority: Priority, payload: Uint8Array): void {
    if (!this.isUp) outputs.push({ type: 'refused', priority, code: 'notUp' })
    else if (!this.#scheduler.push(priority, payload)) outputs.push({ type: 'refused', priority, code: 'queueFull' })
  }

  #frame(outputs: LinkOutput[], bytes: Uint8Array): void {
    if (this.#state === 'shaking') return this.#shake(outputs, bytes)
    if (bytes.length > maxFrameBytes) return this.#down(outputs, 'malformed')
    let opened: Uint8Array | undefined = bytes
    if (this.#isSealed()) {
      if (bytes[0] !== sealedCode) return this.#down(outputs, 'malformed')
      opened = this.#ciphers().receive.open(bytes.subarray(1))
      if (opened === undefined) return this.#down(outputs, 'badFrame')
    }
    const frame = decodeFrame(opened)
    if (frame === undefined) return this.#down(outputs, 'malformed')
    if (this.#state === 'awaitingReady') this.#up(outputs)
    this.#application(outputs, frame)
  }

  #shake(outputs: LinkOutput[], bytes: Uint8Array): void {
    const code = bytes[0] ?? 0
    if (code === sealedCode || code >= firstApplicationCode) return this.#down(outputs, 'earlyFrame')
    if (bytes.length > maxHandshakeFrameBytes) return this.#down(outputs, 'malformed')
    const step = this.#handshake.receive(bytes)
    if (!step.ok) return this.#down(outputs, step.code)
    const { transmit, peer } = step.value
    if (transmit !== undefined) outputs.push({ type: 'transmit', channel: 'control', bytes: transmit })
    if (peer === undefined) return
    this.#peer = peer
    if (this.#options.role === 'responder') {
      this.#state = 'awaitingReady'
    } else {
      this.#transmit(outputs, { type: 'ready' })
      this.#up(outputs)
    }
  }

  #up(outputs: LinkOutput[]): void {
    const { session, kemKey, claims } = this.#peer as AuthenticatedPeer
    const { hash, exported } = this.#handshake.outcome
    this.#state = 'up'
    outputs.push({ type: 'cancelTimer', name: this.#timer('handshake') })
    outputs.push({ type: 'up', session, kemKey, claims, handshakeHash: hash, exported })
  }

  #application(outputs: LinkOutput[], frame: Frame): void {
    switch (frame.type) {
      case 'whole':
      case 'first':
      case 'next':
        return this.#payload(outputs, frame)
      case 'credit':
        if (frame.received < this.#credited || frame.received > this.#sent) return this.#down(outputs, 'badCredit')
        this.#credited = frame.received
        return
      case 'ready':
        // Once, from the initiator, possibly overtaken by what it sent on the other channel.
        if (this.#options.role === 'initiator' || this.#heardReady) return this.#down(outputs, 'malformed')
        this.#heardReady = true
        return
      case 'bye':
        return this.#down(outputs, 'remoteClosed')
      default:
        unreachable(frame)
    }
  }

  #payload(outputs: LinkOutput[], frame: PayloadFrame): void {
    const payload = this.#reassembly.accept(frame)
    if (payload === 'malformed') return this.#down(outputs, 'malformed')
    if (frame.priority >= firstBulkPriority) this.#received += frame.bytes.length
    if (payload !== 'pending') outputs.push({ type: 'payload', priority: frame.priority, bytes: payload })
  }

  #close(outputs: LinkOutput[]): void {
    if (this.isUp) this.#transmit(outputs, { type: 'bye' })
    this.#down(outputs, 'closed')
  }

  #down(outputs: LinkOutput[], code: LinkDownCode): void {
    if (!this.isUp) outputs.push({ type: 'cancelTimer', name: this.#timer('handshake') })
    if (this.#pacing) outputs.push({ type: 'cancelTimer', name: this.#timer('pace') })
    this.#state = 'down'
    outputs.push({ type: 'down', code })
  }

  /** Hands over what may leave now. */
  #pump(outputs: LinkOutput[], now: Millis): void {
    if (this.#full) return
    if (this.#received - this.#creditGiven >= creditStepBytes) {
      this.#creditGiven = this.#received
      this.#transmit(outputs, { type: 'credit', received: this.#received })
    }
    let burst = 0
    while (burst < maxBurstBytes) {
      const frame = this.#scheduler.next(maxBulkInFlightBytes - (this.#sent - this.#credited))
      if (frame === undefined) return
      if (frame.priority >= firstBulkPriority) this.#sent += frame.bytes.length
      burst += this.#transmit(outputs, frame)
    }
    if (this.#pacing) return
    this.#pacing = true
    outputs.push({ type: 'timer', name: this.#timer('pace'), at: now })
  }

  #transmit(outputs: LinkOutput[], frame: Frame): number {
    const encoded = encodeFrame(frame)
    const sealed = this.#isSealed()
    const bytes = sealed ? concatBytes(Uint8Array.of(sealedCode), this.#ciphers().send.seal(encoded)) : encoded
    const isBulk = !sealed && 'priority' in frame && frame.priority >= firstBulkPriority
    outputs.push({ type: 'transmit', channel: isBulk ? 'bulk' : 'control', bytes })
    return bytes.length
  }

  #isSealed(): boolean {
    return this.#options.kind !== 'dtls'
  }

  #ciphers(): { readonly send: CipherState; readonly receive: CipherState } {
    return this.#handshake.outcome
  }

  #timer(what: 'handshake' | 'pace'): string {
    return `${this.#options.name}/${what}`
  }
}

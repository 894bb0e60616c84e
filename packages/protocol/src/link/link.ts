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
 * How much bulk is on its way is limited by credit and by what it does to the round trip (`flow.ts`). A burst ends after
 * 64 KiB and goes on by a timer that is due at once, so that the host can report `full` in between. Who does not take
 * texts is told of as slow (`slow.ts`).
 *
 * Thousands of these live in one process: what the handshake needed is let go once the link is up, what only bulk or a
 * slow far side needs is made when it does, and a small text that has not to wait passes without being queued.
 */
import { passingBytes } from '../codec/bytes.ts'
import type { CipherState } from '../crypto/noise.ts'
import { type Millis, unreachable } from '../machine.ts'
import { BulkFlow } from './flow.ts'
import {
  type Frame,
  type PayloadFrame,
  type Priority,
  Reassembly,
  decodeFrame,
  encodeFrame,
  encodeWhole,
  firstBulkPriority,
  frameCost,
  maxFrameBytes,
  maxFramePayloadBytes,
} from './frames.ts'
import { type AuthenticatedPeer, Handshake, maxHandshakeFrameBytes } from './handshake.ts'
import type { LinkDownCode, LinkInput, LinkOptions, LinkOutput } from './link-io.ts'
import { Scheduler } from './scheduler.ts'
import { Slowness } from './slow.ts'

export const linkTimeoutMs: Millis = 10_000
/** Bytes handed to the transport in one turn. */
export const maxBurstBytes: number = 64 * 1024
/** Control and credit that may leave while the transport is full, until it has drained. */
export const fullReserveBytes: number = 16 * 1024

const sealedCode = 0x05
const firstApplicationCode = 0x10
const textPriority: Priority = 2

interface Shaking {
  readonly options: LinkOptions
  readonly handshake: Handshake
  peer: AuthenticatedPeer | undefined
}

export class Link {
  readonly #name: string
  readonly #isSealed: boolean
  readonly #ownSockets: boolean | undefined
  #state: 'new' | 'shaking' | 'awaitingReady' | 'up' | 'down' = 'new'
  /** Until the link is up. */
  #shaking: Shaking | undefined
  #sending: CipherState | undefined
  #receiving: CipherState | undefined
  #mayHearReady: boolean
  #full = false
  #pacing = false
  #watching = false
  #creditDue = false
  /** Handed over at `#burstAt` or since the last pause; and while the transport was full. */
  #burst = 0
  #burstAt: Millis = 0
  #reserve = 0
  /** Cost of the bulk frames that came. */
  #received = 0
  #scheduler: Scheduler | undefined
  #slowness: Slowness | undefined
  #flow: BulkFlow | undefined
  #reassembly: Reassembly | undefined

  constructor(options: LinkOptions) {
    this.#name = options.name
    this.#isSealed = options.kind !== 'dtls'
    this.#ownSockets = options.ownSockets
    this.#mayHearReady = options.role === 'responder'
    this.#shaking = { options, handshake: new Handshake(options), peer: undefined }
  }

  get isUp(): boolean {
    return this.#state === 'up'
  }

  /** The far side does not take what it is sent; see the output `slow`. */
  get isSlow(): boolean {
    return this.#slowness?.isSlow === true
  }

  /** Payload bytes waiting here. */
  get queuedBytes(): number {
    return this.#scheduler?.queuedBytes ?? 0
  }

  /** Cost of the bulk that is on its way. */
  get bulkInFlightBytes(): number {
    return this.#flow?.inFlightBytes ?? 0
  }

  handle(input: LinkInput, now: Millis): LinkOutput[] {
    const outputs: LinkOutput[] = []
    if (this.#state === 'down') return outputs
    if (this.#state === 'new' && input.type !== 'close') this.#start(outputs, now)
    switch (input.type) {
      case 'start':
        break
      case 'frame':
        this.#frame(outputs, input.bytes, now)
        break
      case 'send':
        this.#send(outputs, input.priority, input.payload, now)
        break
      case 'timerFired':
        this.#timerFired(outputs, input.name)
        break
      case 'full':
        if (!this.#full) this.#reserve = 0
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
    if (this.#state === 'up' && (this.#creditDue || this.#scheduler !== undefined)) this.#pump(outputs, now)
    return outputs
  }

  #start(outputs: LinkOutput[], now: Millis): void {
    this.#state = 'shaking'
    outputs.push({ type: 'timer', name: this.#timer('handshake'), at: now + linkTimeoutMs })
    const hello = this.#shaking?.handshake.start()
    if (hello !== undefined) outputs.push({ type: 'transmit', channel: 'control', bytes: hello })
  }

  #timerFired(outputs: LinkOutput[], name: string): void {
    if (name === this.#timer('pace')) {
      this.#pacing = false
      this.#burst = 0
    } else if (name === this.#timer('slow')) {
      this.#watching = false
    } else if (name === this.#timer('handshake') && !this.isUp) {
      this.#down(outputs, 'timeout')
    }
  }

  #send(outputs: LinkOutput[], priority: Priority, payload: Uint8Array, now: Millis): void {
    if (this.#state !== 'up') {
      outputs.push({ type: 'refused', priority, code: 'notUp' })
      return
    }
    if (priority < firstBulkPriority && payload.length <= maxFramePayloadBytes && this.#isClear(now)) {
      this.#transmit(outputs, 'control', encodeWhole(priority, payload))
      return
    }
    const scheduler = (this.#scheduler ??= new Scheduler())
    const isBounded = priority >= firstBulkPriority || this.isSlow
    if (isBounded && !scheduler.hasRoom(priority, payload.length)) {
      outputs.push({ type: 'refused', priority, code: 'queueFull' })
      return
    }
    scheduler.push(priority, payload, now)
  }

  /** Nothing that is as urgent as a text has to wait. */
  #isClear(now: Millis): boolean {
    return !this.#full && this.#mayBurst(now) && (this.#scheduler?.urgentPayloads ?? 0) === 0
  }

  #frame(outputs: LinkOutput[], bytes: Uint8Array, now: Millis): void {
    if (this.#state === 'shaking') return this.#shake(outputs, bytes)
    if (bytes.length > maxFrameBytes) return this.#down(outputs, 'malformed')
    let opened: Uint8Array | undefined = bytes
    if (this.#isSealed) {
      if (bytes[0] !== sealedCode) return this.#down(outputs, 'malformed')
      opened = this.#receiving?.open(bytes.subarray(1))
      if (opened === undefined) return this.#down(outputs, 'badFrame')
    }
    const frame = decodeFrame(opened)
    if (frame === undefined) return this.#down(outputs, 'malformed')
    if (this.#state === 'awaitingReady') this.#up(outputs)
    this.#application(outputs, frame, now)
  }

  #shake(outputs: LinkOutput[], bytes: Uint8Array): void {
    const code = bytes[0] ?? 0
    const shaking = this.#shaking as Shaking
    if (code === sealedCode || code >= firstApplicationCode) return this.#down(outputs, 'earlyFrame')
    if (bytes.length > maxHandshakeFrameBytes) return this.#down(outputs, 'malformed')
    const step = shaking.handshake.receive(bytes)
    if (!step.ok) return this.#down(outputs, step.code)
    const { transmit, peer } = step.value
    if (transmit !== undefined) outputs.push({ type: 'transmit', channel: 'control', bytes: transmit })
    if (peer === undefined) return
    shaking.peer = peer
    if (this.#isSealed) {
      const { send, receive } = shaking.handshake.outcome
      this.#sending = send
      this.#receiving = receive
    }
    if (shaking.options.role === 'responder') {
      this.#state = 'awaitingReady'
    } else {
      this.#transmit(outputs, 'control', encodeFrame({ type: 'ready' }))
      this.#up(outputs)
    }
  }

  #up(outputs: LinkOutput[]): void {
    const { handshake, peer } = this.#shaking as Shaking
    const { session, kemKey, claims } = peer as AuthenticatedPeer
    const { hash, exported } = handshake.outcome
    this.#state = 'up'
    this.#shaking = undefined
    outputs.push({ type: 'cancelTimer', name: this.#timer('handshake') })
    outputs.push({ type: 'up', session, kemKey, claims, handshakeHash: hash, exported })
  }

  #application(outputs: LinkOutput[], frame: Frame, now: Millis): void {
    switch (frame.type) {
      case 'whole':
      case 'first':
      case 'next':
        return this.#payload(outputs, frame)
      case 'credit':
        if (this.#flow === undefined ? frame.received !== 0 : !this.#flow.credit(frame.received, now)) {
          this.#down(outputs, 'badCredit')
        }
        return
      case 'ready':
        // Once, from the initiator, possibly overtaken by what it sent on the other channel.
        if (!this.#mayHearReady) return this.#down(outputs, 'malformed')
        this.#mayHearReady = false
        return
      case 'bye':
        return this.#down(outputs, 'remoteClosed')
      default:
        unreachable(frame)
    }
  }

  #payload(outputs: LinkOutput[], frame: PayloadFrame): void {
    const { priority } = frame
    let payload: Uint8Array | 'pending' | 'malformed' = frame.bytes
    if (frame.type !== 'whole' || this.#reassembly !== undefined) {
      payload = (this.#reassembly ??= new Reassembly()).accept(frame)
      if (payload === 'malformed') return this.#down(outputs, 'malformed')
    }
    if (priority >= firstBulkPriority) {
      this.#received += frameCost(frame.bytes.length)
      if (frame.asks) this.#creditDue = true
      // Sealed before the payload is told: what that leads to is sealed after it.
      if (this.#creditDue) this.#credit(outputs)
    }
    if (payload !== 'pending') outputs.push({ type: 'payload', priority, bytes: payload })
  }

  #close(outputs: LinkOutput[]): void {
    if (this.isUp) this.#transmit(outputs, 'control', encodeFrame({ type: 'bye' }))
    this.#down(outputs, 'closed')
  }

  #down(outputs: LinkOutput[], code: LinkDownCode): void {
    if (!this.isUp) outputs.push({ type: 'cancelTimer', name: this.#timer('handshake') })
    if (this.#pacing) outputs.push({ type: 'cancelTimer', name: this.#timer('pace') })
    if (this.#watching) outputs.push({ type: 'cancelTimer', name: this.#timer('slow') })
    this.#state = 'down'
    outputs.push({ type: 'down', code })
  }

  /** Hands over what may leave now. */
  #pump(outputs: LinkOutput[], now: Millis): void {
    if (this.#creditDue) this.#credit(outputs)
    const scheduler = this.#scheduler
    if (scheduler === undefined) return
    if (this.#full) {
      for (let frame; this.#reserve < fullReserveBytes && (frame = scheduler.nextUrgent(0)) !== undefined;) {
        this.#transmit(outputs, 'control', encodeFrame(frame))
      }
    } else {
      this.#burstOut(outputs, scheduler, now)
    }
    this.#watch(outputs, scheduler, now)
  }

  /** In front of everything: the far side judges by it how long things wait here. */
  #credit(outputs: LinkOutput[]): void {
    if (this.#full && this.#reserve >= fullReserveBytes) return
    this.#creditDue = false
    this.#transmit(outputs, 'control', encodeFrame({ type: 'credit', received: this.#received }))
  }

  #burstOut(outputs: LinkOutput[], scheduler: Scheduler, now: Millis): void {
    while (this.#mayBurst(now)) {
      const frame = scheduler.nextUrgent(textPriority)
      if (frame !== undefined) this.#transmit(outputs, 'control', encodeFrame(frame))
      else if (!this.#sendBulk(outputs, scheduler, now)) return
    }
    if (this.#pacing || (scheduler.urgentPayloads === 0 && !scheduler.hasBulk)) return
    this.#pacing = true
    outputs.push({ type: 'timer', name: this.#timer('pace'), at: now })
  }

  /** False when nothing may leave. */
  #sendBulk(outputs: LinkOutput[], scheduler: Scheduler, now: Millis): boolean {
    if (!scheduler.hasBulk) return false
    const flow = (this.#flow ??= new BulkFlow(this.#ownSockets))
    const frame = scheduler.nextBulk(flow.allowance(now), flow.frameBytes(now))
    if (frame === undefined) return false
    const asks = flow.send(frame.bytes.length, now)
    this.#transmit(outputs, this.#isSealed ? 'control' : 'bulk', encodeFrame(asks ? { ...frame, asks } : frame))
    return true
  }

  /** Tells when the far side became slow, or fit again, and has itself woken when that may happen by waiting. */
  #watch(outputs: LinkOutput[], scheduler: Scheduler, now: Millis): void {
    if (this.#slowness === undefined) {
      if (scheduler.urgentPayloads === 0) return
      this.#slowness = new Slowness()
    }
    if (this.#slowness.judge(scheduler, this.#full, now)) outputs.push({ type: 'slow', slow: this.isSlow })
    const at = this.#slowness.dueAt(scheduler, now)
    if (at === undefined || this.#watching) return
    this.#watching = true
    outputs.push({ type: 'timer', name: this.#timer('slow'), at })
  }

  #transmit(outputs: LinkOutput[], channel: 'control' | 'bulk', frame: Uint8Array): void {
    const bytes = this.#isSealed ? sealedFrame(this.#sending as CipherState, frame) : frame
    this.#burst += bytes.length
    if (this.#full) this.#reserve += bytes.length
    outputs.push({ type: 'transmit', channel, bytes })
  }

  /** A burst is over when time has passed or the timer for it has fired. */
  #mayBurst(now: Millis): boolean {
    if (now !== this.#burstAt) {
      this.#burstAt = now
      this.#burst = 0
    }
    return this.#burst < maxBurstBytes
  }

  #timer(what: 'handshake' | 'pace' | 'slow'): string {
    return `${this.#name}/${what}`
  }
}

function sealedFrame(cipher: CipherState, frame: Uint8Array): Uint8Array {
  const ciphertext = cipher.seal(frame)
  const bytes = passingBytes(1 + ciphertext.length)
  bytes[0] = sealedCode
  bytes.set(ciphertext, 1)
  return bytes
}

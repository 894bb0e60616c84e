/**
 * One WebRTC transport over as many as two connection attempts: the half that is the same over every WebRTC stack.
 *
 * A connect sometimes just hangs (a lost check, a race in a stack), so each attempt has a time-out and there is one retry,
 * inside, with a fresh connection. The offerer decides on it; signals carry the number of their attempt, the answerer
 * follows the highest and everybody ignores the rest. Rules TRN1 … TRN14 in docs/spec/transport.md.
 */
import { BrokenPromise } from '@kith/protocol'
import type { Channel } from '@kith/protocol'
import type { Clock } from '../clock.ts'
import { highWaterBytes, lowWaterBytes, type Dialer, type Transport, type TransportEvents } from '../transport.ts'
import {
  decodeSignal,
  encodeSignal,
  maxAttempts,
  maxSignalItems,
  type Description,
  type SignalItem,
} from './signals.ts'

/** Candidates come in bursts; so long they wait for each other. */
export const signalBatchMs: number = 30
/** From the answer to open channels in the first attempt; the retry gets `lastConnectMs`: slow networks exist too. */
export const connectMs: number = 5_000
export const lastConnectMs: number = 15_000
/** From the offer to the answer, which travels through members or the relay; more the second time, because machines are busy. */
export const answerMs: number = 5_000
export const lastAnswerMs: number = 8_000
/** Both attempts together, on either side: the engine gives a dial 30 s, and should hear from us before it gives up. */
export const patienceMs: number = 28_000
/** How long a closing transport may go on sending what was handed to it. */
export const lingerMs: number = 500
export const maxFrameBytes: number = 64 * 1024
/** More than this in a channel means that nobody minds `full`; the link is given up before a stack drops something. */
export const maxBufferedBytes: number = 8 * 1024 * 1024
/** Frames that overtake the opening of the other channel, and candidates that overtake the description. */
export const maxEarly: number = 64

export interface AttemptEvents {
  /** Own description, then own candidates. */
  signal(item: SignalItem): void
  /** Both channels are open. */
  open(binding: { readonly local: Uint8Array; readonly remote: Uint8Array }): void
  frame(bytes: Uint8Array): void
  /** A channel has less buffered than before. */
  drained(): void
  /** The stack hears nothing of the far side. */
  doubted(): void
  /** It failed or closed. May come more than once. */
  failed(): void
}

/** One connection of some WebRTC stack. It never calls its events from inside the calls below. */
export interface Attempt {
  describe(description: Description): void
  candidate(candidate: string): void
  /** False when the stack refused. */
  send(channel: Channel, bytes: Uint8Array): boolean
  buffered(): number
  /** Calls none of its events any more. */
  close(): void
}

export interface AttemptSettings {
  readonly clock: Clock
  /** Keep own candidates back until the answer is here: as offerer, node-datachannel otherwise loses a race. */
  readonly holdCandidates: boolean
  readonly start: (offerer: boolean, events: AttemptEvents) => Attempt
}

export function createAttemptDialer(settings: AttemptSettings): Dialer {
  return (offerer, events) => new AttemptedTransport(settings, offerer, events)
}

class AttemptedTransport implements Transport {
  readonly #settings: AttemptSettings
  readonly #offerer: boolean
  readonly #events: TransportEvents
  #number = 0
  #attempt: Attempt | undefined
  #described = false
  #up = false
  #full = false
  #closed = false
  #outgoing: SignalItem[] = []
  #held: SignalItem[] = []
  #earlyCandidates: string[] = []
  #earlyFrames: Uint8Array[] = []
  #stopBatch: (() => void) | undefined
  #stopTimeout: (() => void) | undefined
  #stopPatience: (() => void) | undefined

  constructor(settings: AttemptSettings, offerer: boolean, events: TransportEvents) {
    this.#settings = settings
    this.#offerer = offerer
    this.#events = events
    this.#stopPatience = settings.clock.after(patienceMs, () => this.close())
    // Nothing may be reported before the caller holds the transport.
    if (offerer) this.#stopTimeout = settings.clock.after(0, () => this.#begin(1))
  }

  signal(bytes: Uint8Array): void {
    const decoded = decodeSignal(bytes)
    if (!decoded.ok || this.#closed || this.#up) return
    const { attempt, items } = decoded.value
    if (attempt > this.#number && !this.#offerer) this.#begin(attempt)
    if (attempt !== this.#number) return
    for (const item of items) this.#receive(item)
  }

  send(channel: Channel, bytes: Uint8Array): void {
    if (bytes.length === 0 || bytes.length > maxFrameBytes) throw new BrokenPromise(`a frame of ${bytes.length} bytes`)
    if (!this.#up || this.#closed || this.#attempt === undefined) return
    // Asked once for each frame: in Node that costs as much as sending.
    const buffered = this.#attempt.send(channel, bytes) ? this.#attempt.buffered() : Infinity
    if (buffered > maxBufferedBytes) {
      this.close()
      return
    }
    if (!this.#full && buffered > highWaterBytes) {
      this.#full = true
      this.#events.full()
    }
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#stopBatch?.()
    this.#stopTimeout?.()
    this.#stopPatience?.()
    this.#attempt?.close()
    this.#attempt = undefined
    this.#events.down()
  }

  #begin(number: number): void {
    this.#attempt?.close()
    this.#number = number
    this.#described = false
    this.#outgoing = []
    this.#held = []
    this.#earlyCandidates = []
    this.#earlyFrames = []
    const mine = (): boolean => this.#number === number && !this.#closed
    this.#attempt = this.#settings.start(this.#offerer, {
      signal: (item) => {
        if (mine()) this.#emit(item)
      },
      open: (binding) => {
        if (mine()) this.#opened(binding)
      },
      frame: (bytes) => {
        if (mine()) this.#frame(bytes)
      },
      drained: () => {
        if (mine()) this.#drained()
      },
      doubted: () => {
        if (mine() && this.#up) this.#events.doubted?.()
      },
      failed: () => {
        if (mine()) this.#failed()
      },
    })
    if (this.#offerer) this.#timeout(number < maxAttempts ? answerMs : lastAnswerMs, () => this.#failed())
  }

  #receive(item: SignalItem): void {
    if (item.type === 'candidate') {
      if (this.#described) this.#attempt?.candidate(item.candidate)
      else if (this.#earlyCandidates.length < maxEarly) this.#earlyCandidates.push(item.candidate)
      return
    }
    if (this.#described || (item.type === 'answer') !== this.#offerer) return
    this.#described = true
    this.#attempt?.describe(item)
    for (const candidate of this.#earlyCandidates) this.#attempt?.candidate(candidate)
    this.#earlyCandidates = []
    if (!this.#offerer) return
    for (const held of this.#held) this.#emit(held)
    this.#held = []
    this.#timeout(this.#number < maxAttempts ? connectMs : lastConnectMs, () => this.#failed())
  }

  #emit(item: SignalItem): void {
    if (item.type === 'candidate' && this.#offerer && this.#settings.holdCandidates && !this.#described) {
      if (this.#held.length < maxEarly) this.#held.push(item)
      return
    }
    this.#outgoing.push(item)
    if (this.#outgoing.length >= maxSignalItems) this.#flush()
    this.#stopBatch ??= this.#settings.clock.after(signalBatchMs, () => this.#flush())
  }

  #flush(): void {
    this.#stopBatch?.()
    this.#stopBatch = undefined
    const items = this.#outgoing
    this.#outgoing = []
    if (items.length === 0) return
    this.#events.signal(encodeSignal({ attempt: this.#number, items }))
  }

  #opened(binding: { readonly local: Uint8Array; readonly remote: Uint8Array }): void {
    if (this.#up) return
    this.#up = true
    this.#stopBatch?.()
    this.#stopTimeout?.()
    this.#stopPatience?.()
    this.#events.up(binding)
    const early = this.#earlyFrames
    this.#earlyFrames = []
    for (const bytes of early) this.#frame(bytes)
  }

  #frame(bytes: Uint8Array): void {
    if (this.#closed) return
    if (bytes.length === 0 || bytes.length > maxFrameBytes || this.#earlyFrames.length >= maxEarly) {
      this.close()
      return
    }
    if (this.#up) this.#events.frame(bytes)
    else this.#earlyFrames.push(bytes)
  }

  #drained(): void {
    if (!this.#full || (this.#attempt?.buffered() ?? 0) > lowWaterBytes) return
    this.#full = false
    this.#events.drained()
  }

  #failed(): void {
    if (this.#up || this.#number >= maxAttempts) this.close()
    else if (this.#offerer) this.#begin(this.#number + 1)
    // An answerer whose attempt failed waits for the retry, or for its own time-out.
  }

  #timeout(ms: number, fire: () => void): void {
    this.#stopTimeout?.()
    this.#stopTimeout = this.#settings.clock.after(ms, fire)
  }
}

/**
 * How much bulk (P3 and lower) may be on its way over one link, so that texts on the same link do not wait for it.
 *
 * The sender asks for credit in about every eighth of its window, and always when nothing else was asked; the receiver
 * answers at once with what it has received. A credit therefore tells the round trip behind the bulk, which a text on the
 * same link takes at most, and the rate (`delay.ts`). From these, in bytes:
 *
 *   window ≤ the short window (64 KiB), or where the base is above 5 ms, if that is more,
 *            ≤ 1.25 × rate × (base + up to 10 ms), and ≤ 256 KiB
 *            between programs that own their sockets: 256 KiB, or 1.25 × rate × (base + 15 ms), and ≤ 512 KiB
 *   round trip > base + 50 ms     in two rounds on end: the window is halved, to no less than 4 KiB and a quarter of
 *                                 rate × (base + 10 ms), because what is late then is not waiting for us
 *   otherwise, while it is used   begins by growing with every credit; later by up to one frame per round trip, less the
 *                                 nearer the round trip comes to base + 50 ms (LEDBAT, RFC 6817)
 *
 * Frames shrink with the window, because a text waits for the frame that is being sent. One frame that asks may always be
 * on its way, so nothing stands still whatever the window does; a far side that does not answer stops the bulk, and only
 * that.
 */
import type { Millis } from '../machine.ts'
import { Delay, baseMs } from './delay.ts'
import { frameCost, frameOverheadBytes, maxFramePayloadBytes, minPartBytes } from './frames.ts'

export const maxWindowBytes: number = 256 * 1024
/** Of a new link, and after a rest. */
export const startWindowBytes: number = 32 * 1024
export const minWindowBytes: number = 4 * 1024
/**
 * The window where the base is next to nothing. Chromium hands 64 KiB at a time to the process that owns the socket; what
 * is more while that process waits for a processor is lost, and costs SCTP a time-out.
 */
export const shortWindowBytes: number = 64 * 1024
/**
 * The same between two programs that own their sockets, as Node does: nothing is lost there, and below this every turn of
 * two event loops is waited for.
 */
export const ownShortWindowBytes: number = 256 * 1024
export const ownMaxWindowBytes: number = 512 * 1024
/** A text may take so much longer than on an idle link. */
export const targetDelayMs: Millis = 50
/** Asked and not yet answered; bounds what is remembered. */
export const maxAsks = 16

/** What two event loops that have other things to do take. */
const loopMs: Millis = 10
const ownLoopMs: Millis = 15
const nearMs: Millis = 5
const startGain = 2.5
const steadyGain = 1.25
const leastGain = 0.25
const askShare = 8
const frameShare = 4
/** From this share on frames are as large as they may be, also where the window is the short one. */
const fullShareBytes: number = shortWindowBytes / frameShare
/** The beginning ends when the rate has not grown by a quarter in so many rounds. */
const plateauRounds = 3

interface Ask {
  /** `sent` after the frame that asked. */
  readonly upTo: number
  readonly at: Millis
  /** What had been credited by then, and when that was told. */
  readonly credited: number
  readonly creditedAt: Millis
  /** Nothing else was on its way. */
  readonly alone: boolean
}

export class BulkFlow {
  readonly #delay = new Delay()
  readonly #asks: Ask[] = []
  #sent = 0
  #credited = 0
  #creditedAt: Millis = 0
  #asked = 0
  #window = startWindowBytes
  #beginning = true
  /** Bytes sent after this belong to the next round; the window is cut, and the plateau counted, once per round. */
  #roundEnd = 0
  #roundRate = 0
  #flatRounds = 0
  /** The last round was. */
  #wasLate = false

  readonly #ownSockets: boolean

  /** `ownSockets`: both ends read their sockets themselves. */
  constructor(ownSockets = false) {
    this.#ownSockets = ownSockets
  }

  /** Cost of what may be on its way. */
  get windowBytes(): number {
    return this.#window
  }

  get inFlightBytes(): number {
    return this.#sent - this.#credited
  }

  get baseMs(): Millis | undefined {
    return this.#delay.baseMs
  }

  /** Payload bytes of the next frame, at most. A small one looks how far away the far end is. */
  frameBytes(now: Millis): number {
    if (this.#asks.length === 0 && this.#delay.isStale(now)) return minPartBytes
    const share = Math.floor(this.#window / frameShare)
    if (share >= fullShareBytes) return maxFramePayloadBytes
    return Math.max(minPartBytes, share - (share % minPartBytes))
  }

  /** Payload bytes that may leave now. */
  allowance(now: Millis): number {
    const first = this.#asks[0]
    if (first === undefined) return maxFramePayloadBytes
    // Who wants to see the base has to let the link run empty; what follows the one that looks does not disturb it.
    if (!first.alone && this.#delay.isStale(now)) return 0
    return Math.max(0, this.#window - this.inFlightBytes - frameOverheadBytes)
  }

  /** Counts a frame that leaves now. True: it has to ask for credit. */
  send(payloadBytes: number, now: Millis): boolean {
    const alone = this.#asks.length === 0
    if (alone && Math.abs(now - this.#creditedAt) >= baseMs) this.#rest()
    this.#sent += frameCost(payloadBytes)
    const isDue =
      alone ||
      this.#sent - this.#asked >= this.#window / askShare ||
      this.#window - this.inFlightBytes < frameCost(this.frameBytes(now))
    if (!isDue || this.#asks.length >= maxAsks) return false
    if (alone) this.#creditedAt = now
    this.#asked = this.#sent
    this.#asks.push({ upTo: this.#sent, at: now, credited: this.#credited, creditedAt: this.#creditedAt, alone })
    return true
  }

  /** False for credit that cannot be: more than was sent, or less than before. */
  credit(received: number, now: Millis): boolean {
    if (received < this.#credited || received > this.#sent) return false
    const acked = received - this.#credited
    const wasLimited = this.inFlightBytes >= this.#window / 2
    this.#credited = received
    this.#creditedAt = now
    let answered = 0
    while (answered < this.#asks.length && (this.#asks[answered] as Ask).upTo <= received) answered++
    if (answered === 0) return true
    const ask = this.#asks[answered - 1] as Ask
    this.#asks.splice(0, answered)
    const delayMs = this.#delay.sample(now - ask.at, ask.alone, now)
    if (delayMs === undefined) return true
    this.#delay.delivered(received - ask.credited, now - ask.creditedAt, wasLimited, now)
    if (ask.upTo > this.#roundEnd) this.#round(delayMs, wasLimited)
    if (delayMs <= targetDelayMs && wasLimited) this.#grow(acked, delayMs)
    this.#limit()
    return true
  }

  /** Once per round trip. */
  #round(delayMs: Millis, wasLimited: boolean): void {
    const base = this.#delay.baseMs ?? 0
    this.#roundEnd = this.#sent
    if (delayMs > targetDelayMs) {
      const least = Math.min(this.#window, leastGain * this.#delay.rate * (base + loopMs))
      if (this.#wasLate) this.#window = Math.max(this.#window / 2, least)
      this.#wasLate = !this.#wasLate
      this.#beginning = false
    } else {
      this.#wasLate = false
    }
    if (wasLimited) {
      this.#flatRounds = this.#delay.rate < this.#roundRate * steadyGain ? this.#flatRounds + 1 : 0
      this.#roundRate = Math.max(this.#roundRate, this.#delay.rate)
    }
    if (this.#flatRounds >= plateauRounds || delayMs > targetDelayMs / 2) this.#beginning = false
  }

  #grow(acked: number, delayMs: Millis): void {
    const slowly = (acked / this.#window) * maxFramePayloadBytes * (1 - delayMs / targetDelayMs)
    this.#window += this.#beginning ? acked : slowly
  }

  #limit(): void {
    const gain = this.#beginning ? startGain : steadyGain
    const base = this.#delay.baseMs ?? 0
    // A frame takes its time, and so do event loops. Of who is near, whole milliseconds tell too little.
    const product = base > nearMs ? gain * this.#delay.rate * (base + Math.min(loopMs, base - nearMs)) : 0
    const most = this.#ownSockets
      ? Math.min(ownMaxWindowBytes, Math.max(ownShortWindowBytes, gain * this.#delay.rate * (base + ownLoopMs)))
      : Math.min(maxWindowBytes, Math.max(shortWindowBytes, product))
    this.#window = Math.max(minWindowBytes, Math.min(this.#window, most))
  }

  /** Nothing was on its way for so long that the link may be another one by now. */
  #rest(): void {
    this.#window = Math.min(this.#window, startWindowBytes)
    this.#beginning = true
    this.#roundRate = 0
    this.#flatRounds = 0
  }
}

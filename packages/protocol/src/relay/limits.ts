/**
 * Every limit of the relay protocol by name. A relay tells the ones a client has to keep in its hello.
 *
 * Rates are token buckets: `perS` tokens flow in, up to `burst` wait. Frames and bytes of one connection are *held*
 * (the relay stops reading that socket until the bucket is level again, so TCP slows the sender and nothing is lost);
 * entering and publishing too fast, for one connection or one topic, is *refused* with the time to wait.
 */
import { maxEntryBytes } from '../log/entry.ts'
import type { Millis } from '../machine.ts'

export interface Rate {
  readonly perS: number
  readonly burst: number
}

export interface RelayLimits {
  readonly connections: number
  /** The whole frame; above it the connection ends. */
  readonly frameBytes: number
  /** Encoded entry: 256 KiB of sealed body and its header and signature. With its receipt it fits a frame. */
  readonly entryBytes: number
  readonly announcementBytes: number
  readonly signalBytes: number
  readonly directBytes: number
  readonly topicsPerConnection: number
  readonly membersPerTopic: number
  /** How many members, newest first, whoever enters is told of. */
  readonly peersTold: number
  /** One slot, both its edges, and a minute for clocks that are wrong. */
  readonly topicLifeMs: Millis
  readonly signalLifeMs: Millis
  /** Added to the life of a signal: the sender measured our clock, but not perfectly. */
  readonly skewMs: Millis
  readonly authenticateWithinMs: Millis
  readonly probeWithinMs: Millis
  readonly probesWaiting: number
  readonly signalsRemembered: number
  /** Bytes waiting for one slow reader before its connection is dropped; kept by the program around the machine. */
  readonly queueBytes: number
  /** Above this much waiting for a reader, nobody's direct frames and signals are queued for it. */
  readonly congestedBytes: number
  readonly framesPerConnection: Rate
  readonly bytesPerConnection: Rate
  /** Each is told to everybody in the topic. */
  readonly entersPerConnection: Rate
  readonly publishesPerConnection: Rate
  readonly publishesPerTopic: Rate
  readonly publishedBytesPerTopic: Rate
}

export const relayLimits: RelayLimits = {
  connections: 12_000,
  frameBytes: 264 * 1024,
  entryBytes: maxEntryBytes,
  announcementBytes: 512,
  signalBytes: 17 * 1024,
  directBytes: 65 * 1024,
  topicsPerConnection: 16,
  membersPerTopic: 1_000,
  peersTold: 100,
  topicLifeMs: 780_000,
  signalLifeMs: 60_000,
  skewMs: 5_000,
  authenticateWithinMs: 10_000,
  probeWithinMs: 5_000,
  probesWaiting: 4_096,
  signalsRemembered: 65_536,
  queueBytes: 4 * 1024 * 1024,
  congestedBytes: 1024 * 1024,
  framesPerConnection: { perS: 500, burst: 2_000 },
  bytesPerConnection: { perS: 1024 * 1024, burst: 4 * 1024 * 1024 },
  entersPerConnection: { perS: 1, burst: 64 },
  publishesPerConnection: { perS: 50, burst: 500 },
  publishesPerTopic: { perS: 200, burst: 2_000 },
  publishedBytesPerTopic: { perS: 256 * 1024, burst: 4 * 1024 * 1024 },
}

/** A token bucket that tolerates a clock stepping back (nothing flows in meanwhile). */
export class Bucket {
  readonly #rate: Rate
  #tokens: number
  #at: Millis

  constructor(rate: Rate, now: Millis) {
    this.#rate = rate
    this.#tokens = rate.burst
    this.#at = now
  }

  /** Takes `cost` if it is there and answers 0; else takes nothing and answers the time until it would be. */
  take(cost: number, now: Millis): Millis {
    this.#flow(now)
    if (this.#tokens >= cost) {
      this.#tokens -= cost
      return 0
    }
    return this.#timeFor(Math.min(cost, this.#rate.burst) - this.#tokens)
  }

  /** Takes `cost` in any case, into debt if need be, and answers the time until the debt is paid. */
  spend(cost: number, now: Millis): Millis {
    this.#flow(now)
    this.#tokens -= cost
    return this.#tokens >= 0 ? 0 : this.#timeFor(-this.#tokens)
  }

  #flow(now: Millis): void {
    if (now > this.#at) {
      this.#tokens = Math.min(this.#rate.burst, this.#tokens + ((now - this.#at) * this.#rate.perS) / 1000)
    }
    this.#at = now
  }

  #timeFor(tokens: number): Millis {
    return Math.max(1, Math.ceil((tokens * 1000) / this.#rate.perS))
  }
}

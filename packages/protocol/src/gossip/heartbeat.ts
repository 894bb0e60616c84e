/**
 * Is the far end of a link still there, how far away is it, and what does its clock say.
 *
 * One `Heartbeat` per authenticated link. A beat goes out when the link was silent for `beatMs`; each beat echoes the
 * last one received, which gives a round trip without a request. A link whose far end was silent for `silentMs` (or
 * `hiddenSilentMs` while it said it is in the background) is dead; after `woke` it has `wakeMs` to prove the contrary.
 */
import type { Millis } from '../machine.ts'
import type { Beat } from './wire.ts'

export const beatMs = 2_000
export const hiddenBeatMs = 20_000
export const silentMs = 7_000
export const hiddenSilentMs = 75_000
export const wakeMs = 2_500
/** A beat sent this soon after entries arrived tells their authors that they are held. */
export const acknowledgeMs = 150

/** Samples with a longer round trip say nothing about a clock. */
const maxSampleRttMs = 5_000

export class Heartbeat {
  #heardAt: Millis
  #sentAt: Millis = 0
  #theirSentAt: Millis = 0
  #theirBeatAt: Millis = 0
  #theyAreHidden = false
  #doubtedAt: Millis | undefined
  #rttMs: number | undefined
  #offsetMs: number | undefined

  constructor(now: Millis) {
    this.#heardAt = now
  }

  /** Smoothed round trip, undefined until the first echo. */
  get rttMs(): number | undefined {
    return this.#rttMs
  }

  /** How far the far end's clock is ahead of ours. */
  get offsetMs(): number | undefined {
    return this.#offsetMs
  }

  /** Anything at all arrived on the link. */
  heard(now: Millis): void {
    this.#heardAt = now
    this.#doubtedAt = undefined
  }

  received(beat: Beat, now: Millis): void {
    this.heard(now)
    this.#theirSentAt = beat.sentAt
    this.#theirBeatAt = now
    this.#theyAreHidden = beat.hidden
    if (beat.echo === 0) return
    const rttMs = now - beat.echo - beat.heldBack
    if (rttMs < 0 || rttMs > maxSampleRttMs) return
    this.#rttMs = this.#rttMs === undefined ? rttMs : Math.round(this.#rttMs * 0.75 + rttMs * 0.25)
    this.#offsetMs = Math.round(beat.sentAt + rttMs / 2 - now)
  }

  /** The clock fields of the beat that is sent now. */
  stamp(now: Millis): { readonly sentAt: Millis; readonly echo: Millis; readonly heldBack: number } {
    this.#sentAt = now
    const heldBack = this.#theirSentAt === 0 ? 0 : Math.max(0, now - this.#theirBeatAt)
    return { sentAt: now, echo: this.#theirSentAt, heldBack }
  }

  /** We may have slept: whoever is not heard of within `wakeMs` is gone. */
  doubt(now: Millis): void {
    this.#doubtedAt ??= now
  }

  isBeatDue(now: Millis, hidden: boolean): boolean {
    return now - this.#sentAt >= (hidden ? hiddenBeatMs : beatMs)
  }

  isDead(now: Millis): boolean {
    if (this.#doubtedAt !== undefined && now - this.#doubtedAt >= wakeMs) return true
    return this.#doubtedAt === undefined && now - this.#heardAt >= (this.#theyAreHidden ? hiddenSilentMs : silentMs)
  }
}

/**
 * Is the far end of a link still there, how far away is it, and what does its clock say.
 *
 * One `Heartbeat` per authenticated link. A beat goes out when the link was silent for `beatMs`; each beat echoes the
 * last one received, which gives a round trip without a request. A link whose far end was silent for `silentMs` (or
 * `hiddenSilentMs` while it said it is in the background) is dead; after `woke` it has `wakeMs` to prove the contrary.
 *
 * That is the pace of a small room, where a lost link is one of fifteen. In a mesh it is one of eight, and a tree may
 * hang on it, so `pace = 'mesh'`: whoever sent nothing at all for `pingMs` pings, a link silent for `suspectMs` is
 * suspect, for `deadMs` dead. Whole beats with digest and clock then go only every `meshBeatMs`. `liveness.ts` looks
 * after the links of a mesh.
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

export type Pace = 'small' | 'mesh'

/** In a mesh: nothing was sent on the link for so long. */
export const pingMs = 1_000
export const hiddenPingMs = 4_000
export const meshBeatMs = 6_000
export const suspectMs = 3_000
export const deadMs = 5_000
/** A third peer still hears it: perhaps only this link is slow. */
export const vouchedDeadMs = 7_000
export const hiddenSuspectMs = 9_000
export const hiddenDeadMs = 15_000

/** Samples with a longer round trip say nothing about a clock. */
const maxSampleRttMs = 5_000

export class Heartbeat {
  pace: Pace
  #heardAt: Millis
  /** When a beat was sent, and when anything. */
  #sentAt: Millis = 0
  #spokeAt: Millis = 0
  #theirSentAt: Millis = 0
  #theirBeatAt: Millis = 0
  #theyAreHidden = false
  #doubtedAt: Millis | undefined
  #isVouched = false
  #rttMs: number | undefined
  #offsetMs: number | undefined

  constructor(now: Millis, pace: Pace = 'small') {
    this.pace = pace
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
    this.#isVouched = false
  }

  /** Anything at all was sent on the link. */
  sent(now: Millis): void {
    this.#spokeAt = now
  }

  get heardAt(): Millis {
    return this.#heardAt
  }

  /** It said that it is in the background. */
  get isHidden(): boolean {
    return this.#theyAreHidden
  }

  /** Nothing was heard since `doubt`. */
  get isDoubted(): boolean {
    return this.#doubtedAt !== undefined
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
    this.#spokeAt = now
    const heldBack = this.#theirSentAt === 0 ? 0 : Math.max(0, now - this.#theirBeatAt)
    return { sentAt: now, echo: this.#theirSentAt, heldBack }
  }

  /** We may have slept: whoever is not heard of within `wakeMs` is gone. */
  doubt(now: Millis): void {
    this.#doubtedAt ??= now
  }

  /** Somebody else heard it after us. */
  vouched(): void {
    this.#isVouched = true
  }

  isBeatDue(now: Millis, hidden: boolean): boolean {
    return now - this.#sentAt >= (this.pace === 'mesh' ? meshBeatMs : hidden ? hiddenBeatMs : beatMs)
  }

  /** In a mesh: is it time to let the far end hear something? */
  isPingDue(now: Millis, hidden: boolean): boolean {
    return this.pace === 'mesh' && now - this.#spokeAt >= (hidden ? hiddenPingMs : pingMs)
  }

  isSuspect(now: Millis): boolean {
    return this.pace === 'mesh' && now - this.#heardAt >= (this.#theyAreHidden ? hiddenSuspectMs : suspectMs)
  }

  isDead(now: Millis): boolean {
    if (this.#doubtedAt !== undefined) return now - this.#doubtedAt >= wakeMs
    return now - this.#heardAt >= this.#patienceMs()
  }

  /** When this link of a mesh needs to be looked at again, if nothing is heard or sent until then. */
  nextAt(now: Millis, hidden: boolean): Millis {
    const speakAt = Math.min(this.#spokeAt + (hidden ? hiddenPingMs : pingMs), this.#sentAt + meshBeatMs)
    const suspectAt = this.#heardAt + (this.#theyAreHidden ? hiddenSuspectMs : suspectMs)
    const deadAt = this.#doubtedAt === undefined ? this.#heardAt + this.#patienceMs() : this.#doubtedAt + wakeMs
    return Math.min(speakAt, suspectAt > now ? suspectAt : deadAt, deadAt)
  }

  #patienceMs(): number {
    if (this.pace === 'small') return this.#theyAreHidden ? hiddenSilentMs : silentMs
    if (this.#theyAreHidden) return hiddenDeadMs
    return this.#isVouched ? vouchedDeadMs : deadMs
  }
}

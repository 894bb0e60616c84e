/**
 * Is the far end of a link still there, how far away is it, and what does its clock say.
 *
 * One `Heartbeat` per authenticated link. A beat goes out every `beatMs` while there is something to tell, and while there is
 * not, an urgent one, which is answered, when nothing was heard for `restMs`; each beat echoes the last one received, which gives
 * a round trip. A link whose far end was silent for `silentMs` (or
 * `hiddenSilentMs` while it said it is in the background) is dead; after `woke` it has `wakeMs` to prove the contrary.
 *
 * That is the pace of a small room, where a lost link is one of fifteen. In a mesh it is one of eight, and a tree may
 * hang on it, so `pace = 'mesh'`: a link silent for `suspectMs` is suspect, for `deadMs` dead. Nobody speaks there only to
 * be heard: whoever has heard nothing for longer than is usual on this link, or for `askMs`, asks, and asking is speaking.
 * Whole beats with the clock then go only every `meshBeatMs`. `liveness.ts` looks after the links of a mesh.
 */
import type { Millis } from '../machine.ts'
import type { Beat } from './wire.ts'

export const beatMs = 2_000
/** With nothing to tell, whoever has heard nothing for so long asks by an urgent beat; the end with the smaller key a little later. */
export const restMs = 4_500
export const lateRestMs = 500
export const hiddenBeatMs = 20_000
export const silentMs = 7_000
export const hiddenSilentMs = 75_000
export const wakeMs = 2_500
/** A beat sent this soon after entries arrived tells their authors that they are held. */
export const acknowledgeMs = 150

export type Pace = 'small' | 'mesh'

/** In a mesh: nothing was heard on the link for so long. Beacons come every two seconds and a little. */
export const askMs = 2_250
export const hiddenAskMs = 6_000
/**
 * Where something is usually heard more often, silence is noticed sooner: after the usual pause and so many times what pauses
 * differ from it (as RFC 6298 waits for an answer), and so long at least.
 */
const usualSwings = 3
export const leastAskMs = 900
/** What comes closer together than this is one occasion. */
const occasionMs = 50
/** A new pause counts for so much of the usual one, and of how much they differ. */
const pauseShare = 1 / 8
const swingShare = 1 / 4
/** Of both ends the one with the smaller key leaves the other so long to ask: one question is enough. */
export const lateAskMs = 350
/** Besides two round trips, an answer may take so long. */
export const answerMs = 400
export const meshBeatMs = 30_000
export const suspectMs = 3_000
export const deadMs = 5_000
/** Nobody is dead sooner after it was asked. */
export const leastDeadMs = 2_000
/** A third peer still hears it: perhaps only this link is slow. */
export const vouchedDeadMs = 7_000
export const hiddenSuspectMs = 9_000
export const hiddenDeadMs = 15_000

/** Samples with a longer round trip say nothing about a clock. */
const maxSampleRttMs = 5_000

export class Heartbeat {
  pace: Pace
  #heardAt: Millis
  #sentAt: Millis = 0
  /** The usual pause between what is heard, and how much pauses differ from it. */
  #pauseMs: Millis = askMs
  #swingMs: Millis = 0
  /** When its far end was asked whether it is there, unless something was heard since. */
  #askedAt: Millis | undefined
  #theirSentAt: Millis = 0
  #theirBeatAt: Millis = 0
  #theyAreHidden = false
  #doubtedAt: Millis | undefined
  #isVouched = false
  #rttMs: number | undefined
  #isMeasured = false
  #offsetMs: number | undefined

  constructor(now: Millis, pace: Pace = 'small') {
    this.pace = pace
    this.#heardAt = now
  }

  /** Smoothed round trip, undefined until the first echo. */
  get rttMs(): number | undefined {
    return this.#rttMs
  }

  /** The same, once after each measurement: in between there is nothing to tell. */
  takeRtt(): number | undefined {
    if (!this.#isMeasured) return undefined
    this.#isMeasured = false
    return this.#rttMs
  }

  /** How far the far end's clock is ahead of ours. */
  get offsetMs(): number | undefined {
    return this.#offsetMs
  }

  /** Anything at all arrived on the link. */
  heard(now: Millis): void {
    if (this.pace === 'mesh') this.#learnPause(now - this.#heardAt)
    this.#heardAt = now
    this.#askedAt = undefined
    this.#doubtedAt = undefined
    this.#isVouched = false
  }

  #learnPause(pauseMs: Millis): void {
    if (pauseMs < occasionMs) return
    const difference = Math.min(pauseMs, askMs) - this.#pauseMs
    this.#swingMs += (Math.abs(difference) - this.#swingMs) * swingShare
    this.#pauseMs += difference * pauseShare
  }

  /** The far end was asked whether it is there. */
  asked(now: Millis): void {
    this.#askedAt ??= now
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
    this.#isMeasured = true
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

  /** Somebody else heard it after us. */
  vouched(): void {
    this.#isVouched = true
  }

  isBeatDue(now: Millis, hidden: boolean): boolean {
    return now - this.#sentAt >= (this.pace === 'mesh' ? meshBeatMs : hidden ? hiddenBeatMs : beatMs)
  }

  /** Of a small room at rest: is it time to ask the far end whether it is there? */
  isRestDue(isLate: boolean, now: Millis): boolean {
    const isSilent = now - this.#heardAt >= (isLate ? restMs + lateRestMs : restMs)
    return isSilent && now - this.#sentAt >= beatMs
  }

  /** In a mesh: when the far end is to be asked whether it is there; `Infinity` while an answer is awaited. */
  askAt(hidden: boolean): Millis {
    if (this.#askedAt !== undefined) return Infinity
    if (hidden || this.#theyAreHidden) return this.#heardAt + hiddenAskMs
    return this.#heardAt + Math.min(askMs, Math.max(leastAskMs, this.#pauseMs + usualSwings * this.#swingMs))
  }

  /** It was asked and has not answered in time, at `at` or before. */
  isUnanswered(at: Millis): boolean {
    return at >= this.answerDueAt
  }

  /** When an answer is overdue; `Infinity` where nothing was asked. */
  get answerDueAt(): Millis {
    return this.#askedAt === undefined ? Infinity : this.#askedAt + answerMs + 2 * (this.#rttMs ?? 0)
  }

  isSuspect(now: Millis): boolean {
    return this.pace === 'mesh' && now - this.#heardAt >= (this.#theyAreHidden ? hiddenSuspectMs : suspectMs)
  }

  isDead(now: Millis): boolean {
    if (this.#doubtedAt !== undefined) return now - this.#doubtedAt >= wakeMs
    // Who was never asked, because we were busy, has no reason to speak.
    if (this.pace === 'mesh' && now - (this.#askedAt ?? now) < leastDeadMs) return false
    return now - this.#heardAt >= this.#patienceMs()
  }

  /** When this link of a mesh may be suspect or dead, if nothing is heard until then. */
  doomAt(now: Millis): Millis {
    const suspectAt = this.#heardAt + (this.#theyAreHidden ? hiddenSuspectMs : suspectMs)
    const deadAt = this.#doubtedAt === undefined ? this.#heardAt + this.#patienceMs() : this.#doubtedAt + wakeMs
    return Math.min(suspectAt > now ? suspectAt : deadAt, deadAt)
  }

  /** When the next whole beat is due in a mesh. */
  get beatAt(): Millis {
    return this.#sentAt + meshBeatMs
  }

  #patienceMs(): number {
    if (this.pace === 'small') return this.#theyAreHidden ? hiddenSilentMs : silentMs
    if (this.#theyAreHidden) return hiddenDeadMs
    return this.#isVouched ? vouchedDeadMs : deadMs
  }
}

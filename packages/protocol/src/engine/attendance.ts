/**
 * Whether this peer is in the relay's topic, or connected to the relay at all.
 *
 * Usually it is, and in a mesh the engine says who stays. Whoever spares the relay looks for others without it first;
 * then one of every group stays there for those who come.
 */
import type { Millis } from '../machine.ts'
import type { LiveLink } from './links.ts'
import type { Meeting } from './meeting.ts'

/** Whoever spares the relay looks for others without it first. */
export const sparingMs = 3_000

export interface AttendanceContext {
  readonly isSparing: boolean
  /** Own session key, hex. */
  readonly own: string
  readonly meeting: () => Meeting | undefined
  /** Links that are not the relay's. */
  readonly links: () => readonly LiveLink[]
}

export class Attendance {
  readonly #context: AttendanceContext
  #startedAt: Millis = 0
  #isAttending = true

  constructor(context: AttendanceContext) {
    this.#context = context
  }

  start(mode: 'small' | 'mesh', now: Millis): void {
    this.#startedAt = now
    this.judge(mode, now)
  }

  /** Be in the topic, or only on the relay's socket; sparing the relay, not even on that. */
  set(isAttending: boolean, mode: 'small' | 'mesh', now: Millis): void {
    this.#isAttending = isAttending
    this.#context.meeting()?.setAttending(isAttending, now)
    this.judge(mode, now)
  }

  /** Call now and then. */
  judge(mode: 'small' | 'mesh', now: Millis): void {
    const { isSparing, meeting } = this.#context
    if (!isSparing) return
    if (mode === 'mesh' && this.#isAttending) meeting()?.setWanted(true, now)
    else meeting()?.setWanted(now - this.#startedAt >= sparingMs && this.#isLeastHere(mode), now)
  }

  /** Somebody of every group that found together without the relay stays there for the others: whose key is smallest. */
  #isLeastHere(mode: 'small' | 'mesh'): boolean {
    const { own, links } = this.#context
    for (const { session } of links()) if (mode === 'mesh' || session < own) return false
    return true
  }
}

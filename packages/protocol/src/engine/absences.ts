/**
 * Whom the relay still lists though nothing is heard of them: a lid that was closed, a line that was cut.
 *
 * The socket of such a machine stays open at the relay for a minute or more. So when all links with somebody have fallen
 * silent, the relay is asked to really ask that socket; a program that runs answers in a moment. Whoever does not is
 * absent: not shown, but still called, and asked again now and then, because lids open.
 */
import type { Millis } from '../machine.ts'

/** Who is absent is asked for again after this. */
export const askAgainMs = 15_000
/** An answer takes the relay five seconds at most; one that was lost is asked for again. */
export const answerMs = 7_000
/** Questions at once: a relay answers few before others'. */
export const maxAsked = 16

export interface AbsencesContext {
  /** Does the relay say that this session is here? */
  readonly isListed: (session: string) => boolean
  readonly isLinked: (session: string) => boolean
  /** False while the relay is away. */
  readonly ask: (session: string, now: Millis) => boolean
  /** It does not answer; or it is here after all. */
  readonly changed: (session: string, isAbsent: boolean) => void
}

interface Doubt {
  isAbsent: boolean
  nextAt: Millis
}

export class Absences {
  readonly #context: AbsencesContext
  /** By session, of those the relay lists. */
  readonly #doubts = new Map<string, Doubt>()

  constructor(context: AbsencesContext) {
    this.#context = context
  }

  has(session: string): boolean {
    return this.#doubts.get(session)?.isAbsent === true
  }

  /** No link with it is left, and it did not say goodbye. */
  fellSilent(session: string, now: Millis): void {
    if (!this.#context.isListed(session) || this.#doubts.has(session)) return
    this.#doubts.set(session, { isAbsent: false, nextAt: now })
    this.tick(now)
  }

  answered(session: string, isAlive: boolean, now: Millis): void {
    const doubt = this.#doubts.get(session)
    if (doubt === undefined) return
    if (isAlive || this.#context.isLinked(session)) return this.#isHere(session)
    doubt.nextAt = now + askAgainMs
    if (doubt.isAbsent) return
    doubt.isAbsent = true
    this.#context.changed(session, true)
  }

  linked(session: string): void {
    this.#isHere(session)
  }

  /** The relay lists it no more. */
  left(session: string): void {
    this.#doubts.delete(session)
  }

  tick(now: Millis): void {
    let asked = 0
    for (const [session, doubt] of this.#doubts) {
      if (now < doubt.nextAt) continue
      if (asked++ >= maxAsked || !this.#context.ask(session, now)) return
      doubt.nextAt = now + answerMs
    }
  }

  #isHere(session: string): void {
    const doubt = this.#doubts.get(session)
    this.#doubts.delete(session)
    if (doubt?.isAbsent === true) this.#context.changed(session, false)
  }
}

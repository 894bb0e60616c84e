/**
 * Whispers between two programs, delivered once and in order however their links change.
 *
 * A link may give way to a better one with what was said still on its way. So every whisper carries a number, the far end
 * says which it has heard, and until then it is said again over whatever link there is, the next one after it. Numbers
 * count per pair of sessions, which are fresh in every run, so there is nothing to agree about beforehand.
 *
 * Bounded: `maxWaiting` whispers to one session, each for `whisperLifeMs`; numbers of `maxFarEnds` sessions.
 */
import type { Millis } from '../machine.ts'

/** What was not heard by then is given up; the people notice that nothing happens, and ask again. */
export const whisperLifeMs: Millis = 60_000
/** Nothing came back: it is said again. */
export const sayAgainMs: Millis = 2_000
/** Beyond what the largest exchange, a person's rooms for a new device, says at once. */
export const maxWaiting = 512
/** Of so many sessions it is remembered what they said last; whoever whispered longest ago is forgotten. */
export const maxFarEnds = 1024

interface Waiting {
  readonly number: number
  readonly whisper: Uint8Array
  readonly until: Millis
}

export interface WhispersContext {
  /** Over the link in use; lost where there is none. */
  readonly say: (session: string, number: number, whisper: Uint8Array, now: Millis) => void
  readonly confirm: (session: string, number: number, now: Millis) => void
}

export class Whispers {
  readonly #context: WhispersContext
  /** By session: what it has not heard, the first of it said at `saidAt`. */
  readonly #waiting = new Map<string, { readonly queue: Waiting[]; saidAt: Millis }>()
  /** By session: number of the last whisper to it, and from it. */
  readonly #lastTo = new Map<string, number>()
  readonly #lastFrom = new Map<string, number>()

  constructor(context: WhispersContext) {
    this.#context = context
  }

  say(session: string, whisper: Uint8Array, now: Millis): void {
    const waiting = this.#waiting.get(session) ?? { queue: [], saidAt: now }
    if (waiting.queue.length >= maxWaiting) return
    const number = (this.#lastTo.get(session) ?? 0) + 1
    remember(this.#lastTo, session, number)
    waiting.queue.push({ number, whisper, until: now + whisperLifeMs })
    this.#waiting.set(session, waiting)
    if (waiting.queue.length === 1) this.#sayFirst(session, now)
  }

  /** A whisper came. True when it is a new one. */
  heard(session: string, number: number, now: Millis): boolean {
    // Also of one that came before: the word that we have it was lost.
    this.#context.confirm(session, number, now)
    if (number <= (this.#lastFrom.get(session) ?? 0)) return false
    remember(this.#lastFrom, session, number)
    return true
  }

  /** The far end has it: the next one's turn. */
  confirmed(session: string, number: number, now: Millis): void {
    const waiting = this.#waiting.get(session)
    if (waiting?.queue[0]?.number !== number) return
    waiting.queue.shift()
    this.#sayFirst(session, now)
  }

  /** There is another link with it: what was said on the one before may be lost. */
  linked(session: string, now: Millis): void {
    this.#sayFirst(session, now)
  }

  tick(now: Millis): void {
    for (const [session, { saidAt }] of this.#waiting) {
      if (now - saidAt >= sayAgainMs) this.#sayFirst(session, now)
    }
  }

  #sayFirst(session: string, now: Millis): void {
    const waiting = this.#waiting.get(session)
    if (waiting === undefined) return
    while ((waiting.queue[0]?.until ?? Infinity) <= now) waiting.queue.shift()
    const [first] = waiting.queue
    if (first === undefined) return void this.#waiting.delete(session)
    waiting.saidAt = now
    this.#context.say(session, first.number, first.whisper, now)
  }
}

function remember(last: Map<string, number>, session: string, number: number): void {
  last.delete(session)
  if (last.size >= maxFarEnds) last.delete(last.keys().next().value as string)
  last.set(session, number)
}

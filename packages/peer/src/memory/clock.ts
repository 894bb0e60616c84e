/** A clock that a test moves by hand. */
import type { Millis } from '@kith/protocol'
import type { Clock } from '../clock.ts'

interface Waiting {
  at: Millis
  readonly order: number
  readonly fire: () => void
}

export class ManualClock implements Clock {
  #now: Millis
  #order = 0
  readonly #waiting = new Set<Waiting>()

  constructor(now: Millis = 1_800_000_000_000) {
    this.#now = now
  }

  now(): Millis {
    return this.#now
  }

  after(delayMs: number, fire: () => void): () => void {
    const waiting: Waiting = { at: this.#now + Math.max(0, Math.ceil(delayMs)), order: ++this.#order, fire }
    this.#waiting.add(waiting)
    return () => void this.#waiting.delete(waiting)
  }

  /** How many timers are pending. */
  get pending(): number {
    return this.#waiting.size
  }

  /** Moves on, firing what falls due in order, each at its own time. */
  advance(ms: number): void {
    const end = this.#now + ms
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#waiting.delete(next)
      this.#now = Math.max(this.#now, next.at)
      next.fire()
    }
    this.#now = end
  }

  /** The machine slept: time passed, and what fell due fires only now, late. */
  sleep(ms: number): void {
    this.#now += ms
    const end = this.#now
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#waiting.delete(next)
      next.fire()
    }
  }

  /** Somebody set the clock; timers are relative and do not care. */
  jump(ms: number): void {
    this.#now += ms
    for (const waiting of this.#waiting) waiting.at += ms
  }

  #next(end: Millis): Waiting | undefined {
    let first: Waiting | undefined
    for (const waiting of this.#waiting) {
      if (waiting.at > end) continue
      if (first === undefined || waiting.at < first.at || (waiting.at === first.at && waiting.order < first.order)) {
        first = waiting
      }
    }
    return first
  }
}

/** What somebody may still use up: a bucket that refills at a steady rate. */
import type { Millis } from '../machine.ts'

export class Budget {
  readonly #most: number
  readonly #perMs: number
  #left: number
  #at: Millis = 0

  /** Starts full; refills `perMinute` up to `most`. */
  constructor(most: number, perMinute: number) {
    this.#most = most
    this.#perMs = perMinute / 60_000
    this.#left = most
  }

  /** Takes `amount` if it is there. A clock that steps back refills nothing. */
  take(amount: number, now: Millis): boolean {
    if (now > this.#at) {
      this.#left = Math.min(this.#most, this.#left + (now - this.#at) * this.#perMs)
      this.#at = now
    }
    if (amount > this.#left) return false
    this.#left -= amount
    return true
  }
}

/** One budget per name, forgotten when there are too many names: a fresh one is full, so keep `most` small. */
export class Budgets {
  readonly #make: () => Budget
  readonly #names: number
  readonly #byName = new Map<string, Budget>()

  constructor(names: number, make: () => Budget) {
    this.#names = names
    this.#make = make
  }

  take(name: string, amount: number, now: Millis): boolean {
    let budget = this.#byName.get(name)
    if (budget === undefined) {
      budget = this.#make()
      if (this.#byName.size >= this.#names) this.#byName.delete(this.#byName.keys().next().value as string)
      this.#byName.set(name, budget)
    }
    return budget.take(amount, now)
  }
}

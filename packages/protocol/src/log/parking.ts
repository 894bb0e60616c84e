/** Entries whose time is too far ahead of the clock, until it has come (LOG11). Their signatures have been verified. */
import { equalBytes } from '../codec/bytes.ts'
import type { Millis } from '../machine.ts'
import type { Chain } from './chain.ts'
import type { Entry } from './entry.ts'
import { limits } from './limits.ts'

export class Parking {
  readonly #parked = new Map<Chain, Entry[]>()
  #size = 0

  has(chain: Chain, entry: Entry): boolean {
    return this.#parked.get(chain)?.some((parked) => equalBytes(parked.id, entry.id)) ?? false
  }

  isEmpty(chain: Chain): boolean {
    return !this.#parked.has(chain)
  }

  /** False when there is no room. */
  park(chain: Chain, entry: Entry): boolean {
    const parked = this.#parked.get(chain) ?? []
    if (parked.length >= limits.parkedPerSession || this.#size >= limits.parkedTotal) return false
    parked.push(entry)
    this.#parked.set(chain, parked)
    this.#size++
    return true
  }

  /** Takes out what may come in by now, each chain's in order. */
  *due(now: Millis): Generator<readonly [Chain, readonly Entry[]]> {
    for (const chain of [...this.#parked.keys()]) {
      const due = this.remove(chain, (entry) => entry.time <= now + limits.aheadMs)
      if (due.length > 0) yield [chain, due.sort((a, b) => a.seq - b.seq)]
    }
  }

  remove(chain: Chain, goes: (entry: Entry) => boolean): Entry[] {
    const parked = this.#parked.get(chain) ?? []
    const stays = parked.filter((entry) => !goes(entry))
    this.#size -= parked.length - stays.length
    if (stays.length === 0) this.#parked.delete(chain)
    else this.#parked.set(chain, stays)
    return parked.filter(goes)
  }
}

/**
 * When a room has caught up: the moment `synced` may be said.
 *
 * A newcomer is `alone` for the first moments of every join, before the relay has answered and a peer was reached, so
 * `alone` counts only once nobody has turned up for a while. In a room made just now it counts at once.
 */
import type { RoomState } from '@kith/peer'

/** How long nobody must turn up while the relay is reachable (or there is none). */
export const aloneSettleMs = 3000
/** The longest a newcomer waits for anybody at all. */
export const aloneGiveUpMs = 10_000

export interface Synced {
  readonly entries: number
  readonly gaps: number
}

export class CatchUp {
  readonly #fresh: boolean
  readonly #startedAt: number
  #aloneSince: number | undefined
  #running = true
  #last: Synced | undefined

  constructor(fresh: boolean, now: number) {
    this.#fresh = fresh
    this.#startedAt = now
  }

  /** True once the room had caught up for the first time. */
  get settled(): boolean {
    return this.#last !== undefined
  }

  /** Looks at the room; answers what to announce, at most once per catch-up. Ask again from time to time until settled. */
  observe(state: RoomState, now: number): Synced | undefined {
    const { phase, have, gaps } = state.sync
    if (phase === 'loading' || phase === 'catchingUp') {
      this.#running = true
      this.#aloneSince = undefined
      return undefined
    }
    if (phase === 'alone' && !this.settled && !this.#fresh && !this.#nobodyCame(state, now)) return undefined
    const changed = this.#last?.gaps !== gaps
    if (!this.#running && !changed) return undefined
    this.#running = false
    this.#last = { entries: have, gaps }
    return this.#last
  }

  #nobodyCame(state: RoomState, now: number): boolean {
    if (now - this.#startedAt >= aloneGiveUpMs) return true
    const arriving = state.people.some((person) => person.online && !person.me)
    if (arriving || state.relay === 'connecting' || state.relay === 'away') {
      this.#aloneSince = undefined
      return false
    }
    this.#aloneSince ??= now
    return now - this.#aloneSince >= aloneSettleMs
  }
}

/** How many sessions a member vouches for to each keeper: every ticket costs a signature. */
import type { Millis } from '../machine.ts'

/** Tickets made for one keeper: so many at once, and again after this long. */
export const maxTicketsPerTurn = 512
export const ticketTurnMs: Millis = 10_000

export class TicketTurns {
  readonly #turns = new Map<string, { readonly at: Millis; left: number }>()

  /** May one more be made for the keeper of this session (hex)? Then it is counted. */
  take(session: string, now: Millis): boolean {
    let turn = this.#turns.get(session)
    if (turn === undefined || now - turn.at >= ticketTurnMs) {
      this.#turns.set(session, (turn = { at: now, left: maxTicketsPerTurn }))
    }
    return turn.left-- > 0
  }

  forget(session: string): void {
    this.#turns.delete(session)
  }
}

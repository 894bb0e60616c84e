/** Pages of history waiting to be taken into the room: in order, one bulk verification at a time. */
import type { Millis, SignatureCheck } from '../machine.ts'
import type { Page } from '../log/page.ts'
import type { Room, RoomPlan } from '../rooms/room.ts'
import type { PageToken } from '../sync/streams.ts'

export interface Import {
  /** Session that sent the page, hex. */
  readonly session: string
  readonly page: Page
  readonly token: PageToken
  readonly plan: RoomPlan
}

export class Imports {
  readonly #room: Room
  readonly #verify: (checks: readonly SignatureCheck[]) => void
  readonly #take: (next: Import, valid: readonly boolean[], now: Millis) => void
  readonly #waiting: Import[] = []
  #verifying = false

  /** `verify` is answered by `verified`, then `take` is called. */
  constructor(
    room: Room,
    verify: (checks: readonly SignatureCheck[]) => void,
    take: (next: Import, valid: readonly boolean[], now: Millis) => void,
  ) {
    this.#room = room
    this.#verify = verify
    this.#take = take
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0
  }

  add(session: string, page: Page, token: PageToken, now: Millis): void {
    this.#waiting.push({ session, page, token, plan: this.#room.plan(page, now) })
    this.#next()
  }

  verified(valid: readonly boolean[], now: Millis): void {
    this.#verifying = false
    const next = this.#waiting.shift()
    if (next === undefined) return
    this.#take(next, valid, now)
    this.#next()
  }

  /** Also a page without a signature to check passes through the host, which may paint or serve sockets in between. */
  #next(): void {
    const next = this.#waiting[0]
    if (next === undefined || this.#verifying) return
    this.#verifying = true
    this.#verify(next.plan.checks)
  }
}

/** Where the people of an open room went on: the newest notice of that counts, and who said it is told beside it. */
import type { Millis } from '../machine.ts'

export interface Move {
  /** Author key, hex; the session while its chain is unknown. */
  readonly author: string
  readonly invite: string
}

interface Said {
  readonly session: string
  readonly key: string
  readonly time: Millis
  readonly invite: string
}

export class Moves {
  #newest: Said | undefined

  /** `key`: sorting key of the entry. */
  add(session: string, key: string, time: Millis, invite: string): void {
    if (key > (this.#newest?.key ?? '')) this.#newest = { session, key, time, invite }
  }

  /** The entry is here no more, such as one of a session that forked. */
  remove(key: string): void {
    if (this.#newest?.key === key) this.#newest = undefined
  }

  newest(authorOf: (session: string, time: Millis) => string): Move | undefined {
    const said = this.#newest
    return said && { author: authorOf(said.session, said.time), invite: said.invite }
  }
}

/** Where the people of an open room went on: the newest notice of that counts, and who said it is told beside it. */
import type { Millis } from '../machine.ts'
import type { MovedBox } from './content.ts'

export interface Move {
  /** Author key, hex; the session while its chain is unknown. */
  readonly author: string
  /** For everybody; empty for none. */
  readonly invite: string
  readonly boxes: readonly MovedBox[]
}

interface Said {
  readonly session: string
  readonly key: string
  readonly time: Millis
  readonly notice: Notice
}

type Notice = Pick<Move, 'invite' | 'boxes'>

export class Moves {
  #newest: Said | undefined

  /** `key`: sorting key of the entry. */
  add(session: string, key: string, time: Millis, notice: Notice): void {
    if (key > (this.#newest?.key ?? '')) this.#newest = { session, key, time, notice }
  }

  /** The entry is here no more, such as one of a session that forked. */
  remove(key: string): void {
    if (this.#newest?.key === key) this.#newest = undefined
  }

  newest(authorOf: (session: string, time: Millis) => string): Move | undefined {
    const said = this.#newest
    if (said === undefined) return undefined
    const { invite, boxes } = said.notice
    return { author: authorOf(said.session, said.time), invite, boxes }
  }
}

/**
 * What to notify, as a function of the rooms and of what was notified before (docs/spec/telling.md): which notifications to
 * show, which to replace without a stir, and which to take away. No clock, no system.
 */
import type { RoomState } from '@kith/peer'

export interface Note {
  /** One notification a tag. */
  readonly tag: string
  /** The room it opens. */
  readonly room: string
  readonly count: number
  /** The message it shows; undefined where it shows none. */
  readonly message: string | undefined
  /** Somebody is to be called; otherwise it only replaces what stands there. */
  readonly calls: boolean
}

export interface NoteSteps {
  readonly show: readonly Note[]
  readonly close: readonly string[]
}

export interface Circumstances {
  /** Notifications are wanted and allowed. */
  readonly on: boolean
  /** Names and words stay out of them. */
  readonly isDiscreet: boolean
  /** Somebody looks at Kith now. */
  readonly isSeen: boolean
}

type NewsRoom = Pick<RoomState, 'id' | 'news'> & { readonly sync: Pick<RoomState['sync'], 'phase'> }

/** All discreet notifications are one. */
export const discreetTag = 'kith'

export class Notes {
  /** By room: the newest of its news that somebody was told or could see. */
  readonly #heard = new Map<string, string>()
  /** By tag: what stands there. */
  readonly #standing = new Map<string, string>()

  follow(rooms: readonly NewsRoom[], circumstances: Circumstances): NoteSteps {
    const fresh = new Set<string>()
    for (const { id, news, sync } of rooms) {
      const heard = this.#heard.get(id)
      // What is read from the store, and whatever was there before, is nothing that came.
      const isOld = heard === undefined || sync.phase === 'loading'
      if (news !== undefined && !isOld && news.newest > heard && circumstances.on && !circumstances.isSeen)
        fresh.add(id)
      if (news !== undefined) this.#heard.set(id, news.newest > (heard ?? '') ? news.newest : (heard ?? ''))
      else if (heard === undefined) this.#heard.set(id, '')
    }
    const wanted = circumstances.isDiscreet ? this.#discreet(rooms, fresh) : this.#spoken(rooms, fresh)
    const close = [...this.#standing.keys()].filter((tag) => !wanted.some((note) => note.tag === tag))
    for (const tag of close) this.#standing.delete(tag)
    const show = wanted.filter((note) => note.calls || this.#standing.get(note.tag) !== looksOf(note))
    for (const note of show) this.#standing.set(note.tag, looksOf(note))
    return { show, close }
  }

  /** One for each room. */
  #spoken(rooms: readonly NewsRoom[], fresh: ReadonlySet<string>): readonly Note[] {
    return rooms.flatMap(({ id, news }): readonly Note[] =>
      news !== undefined && (fresh.has(id) || this.#standing.has(id))
        ? [{ tag: id, room: id, count: news.count, message: news.newest, calls: fresh.has(id) }]
        : [],
    )
  }

  /** One that counts what all rooms have. */
  #discreet(rooms: readonly NewsRoom[], fresh: ReadonlySet<string>): readonly Note[] {
    const having = rooms.filter(({ news }) => news !== undefined)
    const count = having.reduce((sum, { news }) => sum + (news?.count ?? 0), 0)
    const newest = having.toSorted((a, b) => ((a.news?.newest ?? '') < (b.news?.newest ?? '') ? 1 : -1))[0]
    if (newest === undefined || (fresh.size === 0 && !this.#standing.has(discreetTag))) return []
    return [{ tag: discreetTag, room: newest.id, count, message: undefined, calls: fresh.size > 0 }]
  }
}

function looksOf({ room, count, message }: Note): string {
  return `${room} ${count} ${message}`
}

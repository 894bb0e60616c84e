/**
 * Who a live entry is passed on to in a room of up to 16, where everybody tries to link with everybody.
 *
 * The author sends to all its direct links. A receiver passes the entry on only to linked peers that neither the author
 * nor whoever brought it is known to reach directly, so a full mesh carries no redundant copy, and a mesh with a gap
 * (two peers that cannot link) closes it through a common neighbour. What is lost all the same is found by the digests in
 * the beats. Duplicates are harmless: the log's exact version vector drops them.
 */
import { formatHex } from '../codec/text.ts'
import { prefixBytes } from './wire.ts'
import type { Neighbour, NeighbourPath } from './wire.ts'

/** Sessions are named in neighbour lists by the first 8 bytes of their key, hex. */
export function prefixOf(sessionHex: string): string {
  return sessionHex.slice(0, prefixBytes * 2)
}

/** What is kept of a link somebody told of: nothing of the frame it came in. */
export interface ToldLink {
  readonly path: NeighbourPath
  readonly rttMs: number | undefined
  /** Prefix of the session that carries it, hex. */
  readonly through: string | undefined
}

const noLinks: ReadonlyMap<string, ToldLink> = new Map()

export interface Arrival {
  /** Session that wrote the entry, hex. */
  readonly author: string
  /** Linked session that brought it, hex; undefined for our own, or one that came through the relay. */
  readonly from: string | undefined
  /** It came through the relay's fan-out. */
  readonly byRelay: boolean
}

export class Neighbourhood {
  readonly #neighbours = new Map<string, ReadonlyMap<string, ToldLink>>()

  /** `session` said who it has links with. */
  announce(session: string, neighbours: readonly Neighbour[]): void {
    const links = new Map<string, ToldLink>()
    for (const { prefix, path, rttMs, through } of neighbours) {
      links.set(formatHex(prefix), { path, rttMs, through: through && formatHex(through) })
    }
    this.#neighbours.set(prefixOf(session), links)
  }

  forget(session: string): void {
    this.#neighbours.delete(prefixOf(session))
  }

  /** What `session` told of its links, by prefix; empty when it told nothing. */
  linksOf(session: string): ReadonlyMap<string, ToldLink> {
    return this.#neighbours.get(prefixOf(session)) ?? noLinks
  }

  /** How many sessions the linked ones and their neighbours are, as far as they told. */
  get size(): number {
    const known = new Set<string>(this.#neighbours.keys())
    for (const told of this.#neighbours.values()) for (const prefix of told.keys()) known.add(prefix)
    return known.size
  }

  /** Is `a` known to have a link with `b` that carries entries? Those over the relay do not: its fan-out does. */
  reaches(a: string, b: string): boolean {
    const told = this.linksOf(a).get(prefixOf(b))
    return told !== undefined && told.path !== 'relay'
  }

  /**
   * The linked sessions that should get an entry.
   *
   * `linked` are our direct links; `inTopic` says who gets the relay's fan-out.
   */
  targets(arrival: Arrival, linked: Iterable<string>, inTopic: (session: string) => boolean): string[] {
    const targets: string[] = []
    for (const session of linked) {
      if (session === arrival.author || session === arrival.from) continue
      if (arrival.byRelay && inTopic(session)) continue
      if (this.reaches(arrival.author, session)) continue
      if (arrival.from !== undefined && this.reaches(arrival.from, session)) continue
      targets.push(session)
    }
    return targets
  }
}

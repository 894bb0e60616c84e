/**
 * Draws up the map of a room from what this engine knows: its own links, what neighbours told of theirs, and the trees.
 *
 * Neighbours name sessions by the first 8 bytes of their keys; who is not known here by such a name is left out. In a
 * small room everybody is a neighbour, so the map is whole and a pair that an end of it does not call linked is a gap. In a mesh
 * it is what lies within two links.
 */
import { prefixOf } from '../gossip/spread.ts'
import type { Neighbourhood, ToldLink } from '../gossip/spread.ts'
import type { LiveLink } from './links.ts'
import type { MapLink, MapNode, MapTree, RoomMap } from './map.ts'
import type { PeerInfo } from './output.ts'

/** People drawn at most; the rest are counted. */
export const maxMapNodes = 256

export interface MapSources {
  readonly self: MapNode
  readonly mode: 'small' | 'mesh'
  readonly online: number
  readonly people: Iterable<PeerInfo>
  readonly links: readonly LiveLink[]
  readonly neighbourhood: Neighbourhood
  readonly trees: readonly MapTree[]
}

export function drawMap(sources: MapSources): RoomMap {
  const { self, mode, online, links, neighbourhood, trees } = sources
  const rootSlots = new Map(trees.map(({ root, slot }) => [root, slot]))
  const hidden = new Set(links.filter((link) => link.heartbeat.isHidden).map((link) => link.session))
  const nodes: MapNode[] = [{ ...self, root: rootSlots.get(self.session) }]
  // Whoever is linked is drawn before whoever is only known to be here.
  const people = [...sources.people].sort((a, b) => Number(b.path !== undefined) - Number(a.path !== undefined))
  for (const { session, author, name, platform, keeper } of people.slice(0, maxMapNodes - 1)) {
    const root = rootSlots.get(session)
    const role = keeper === undefined ? undefined : { keeper }
    nodes.push({ session, author, name, platform, ...role, isSelf: false, root, hidden: hidden.has(session) })
  }
  const byPrefix = new Map(nodes.map(({ session }) => [prefixOf(session), session]))
  const treeLinks = new Set(trees.flatMap(({ parent, children }) => (parent ? [parent, ...children] : children)))
  const drawn = new Map<string, MapLink>()
  for (const link of links) {
    const told = { path: link.path, through: link.through, rttMs: link.heartbeat.rttMs }
    put(drawn, self.session, link.session, { ...told, isTree: treeLinks.has(link.session) })
  }
  for (const { session } of nodes) {
    for (const [prefix, neighbour] of neighbourhood.linksOf(session)) {
      const other = byPrefix.get(prefix)
      if (other !== undefined && other !== self.session) put(drawn, session, other, toldLink(neighbour, byPrefix))
    }
  }
  const telling = new Set([self.session])
  for (const { session } of nodes) if (neighbourhood.linksOf(session).size > 0) telling.add(session)
  const gaps = mode === 'mesh' ? [] : gapsBetween(telling, drawn)
  return { self: self.session, mode, online, nodes, links: [...drawn.values()], gaps, trees }
}

function toldLink(told: ToldLink, byPrefix: ReadonlyMap<string, string>): Omit<MapLink, 'a' | 'b'> {
  const through = told.through === undefined ? undefined : byPrefix.get(told.through)
  return { path: told.path, through, rttMs: told.rttMs, isTree: false }
}

/** What we know ourselves, or heard first, stands; only what was missing is filled in. */
function put(drawn: Map<string, MapLink>, one: string, other: string, link: Omit<MapLink, 'a' | 'b'>): void {
  const [a, b] = one < other ? [one, other] : [other, one]
  const key = `${a} ${b}`
  const known = drawn.get(key)
  if (known === undefined) drawn.set(key, { a, b, ...link })
  else if (known.rttMs === undefined && link.rttMs !== undefined) drawn.set(key, { ...known, rttMs: link.rttMs })
}

/**
 * A link has two ends, so one that does not call it linked is enough. Of whoever tells nothing somebody has to say that they
 * are linked at all: who has just come is no gap.
 */
function gapsBetween(telling: ReadonlySet<string>, drawn: ReadonlyMap<string, MapLink>): [string, string][] {
  const present = new Set(telling)
  for (const { a, b } of drawn.values()) present.add(a).add(b)
  const sessions = [...present].sort()
  const gaps: [string, string][] = []
  sessions.forEach((a, i) => {
    for (const b of sessions.slice(i + 1)) {
      if (!drawn.has(`${a} ${b}`) && (telling.has(a) || telling.has(b))) gaps.push([a, b])
    }
  })
  return gaps
}

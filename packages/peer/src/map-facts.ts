/**
 * A room's map as facts an interface puts into a picture or a list: every pair once, with how it is joined, so that
 * picture and list cannot say different things.
 */
import type { MapNode, Millis, Path, RoomMap } from '@kith/protocol'

export interface MapPair {
  readonly a: MapNode
  readonly b: MapNode
  /** `gap`: they should be linked and are not. */
  readonly how: Path | 'gap'
  /** Without a direct link where there should be one; what goes through a member instead is `how`. */
  readonly isGap: boolean
  readonly through: MapNode | undefined
  readonly rttMs: number | undefined
  readonly isTree: boolean
  /** One of the two is this program. */
  readonly isOwn: boolean
}

export interface MapFacts {
  readonly self: MapNode
  /** Everybody of the map, this program first, then by author and session. */
  readonly nodes: readonly MapNode[]
  readonly nodeBySession: ReadonlyMap<string, MapNode>
  /** Gaps first, then own links, then the others; within that by name. */
  readonly pairs: readonly MapPair[]
  readonly direct: number
  readonly relay: number
  readonly through: number
  readonly gaps: number
}

/** Round trips: up to here one does not notice, and from here on one does. */
export const quickMs: Millis = 80
export const slowMs: Millis = 250

export type Quality = 'quick' | 'fair' | 'slow' | 'unknown'

export function qualityOf(rttMs: number | undefined): Quality {
  if (rttMs === undefined) return 'unknown'
  return rttMs <= quickMs ? 'quick' : rttMs < slowMs ? 'fair' : 'slow'
}

const best: readonly MapPair['how'][] = ['direct', 'relay', 'through', 'gap']

export function readMap(map: RoomMap): MapFacts {
  const nodeBySession = new Map(map.nodes.map((node) => [node.session, node]))
  // Somebody may be spoken of before they are known.
  const nodeOf = (session: string): MapNode => {
    const known = nodeBySession.get(session)
    if (known !== undefined) return known
    const isSelf = session === map.self
    const stub: MapNode = {
      session,
      author: session,
      name: '',
      platform: undefined,
      isSelf,
      root: undefined,
      hidden: false,
    }
    nodeBySession.set(session, stub)
    return stub
  }
  const self = nodeOf(map.self)
  const pairs = new Map<string, MapPair>()
  const put = (one: string, other: string, change: Pick<MapPair, 'how'> & Partial<MapPair>): void => {
    if (one === other) return
    const [first, second] = one < other ? [one, other] : [other, one]
    const key = `${first} ${second}`
    const before = pairs.get(key)
    const found = [nodeOf(first), nodeOf(second)].toSorted((a, b) => Number(b === self) - Number(a === self))
    const [a, b] = found as [MapNode, MapNode]
    const isBetter = before === undefined || best.indexOf(change.how) < best.indexOf(before.how)
    pairs.set(key, {
      ...(isBetter ? { how: change.how, through: change.through, rttMs: change.rttMs } : before),
      a,
      b,
      isGap: before?.isGap === true || change.isGap === true,
      isTree: before?.isTree === true || change.isTree === true,
      isOwn: a === self,
    })
  }
  for (const link of map.links) {
    const through = link.through === undefined ? undefined : nodeOf(link.through)
    put(link.a, link.b, { how: link.path, through, rttMs: link.rttMs, isTree: link.isTree })
  }
  for (const [a, b] of map.gaps) put(a, b, { how: 'gap', isGap: true })
  // In a small room everybody should be linked with everybody; a carrier stands in for the link that is not there.
  const isMissing = ({ how, isGap }: MapPair): boolean =>
    how === 'gap' || (how === 'through' && (isGap || map.mode === 'small'))
  const list = [...pairs.values()].map((pair) => ({ ...pair, isGap: isMissing(pair) }))
  const count = (how: MapPair['how']): number => list.filter((pair) => pair.how === how).length
  return {
    self,
    nodes: [...nodeBySession.values()].toSorted(
      (a, b) => Number(b === self) - Number(a === self) || compare(a.author, b.author) || compare(a.session, b.session),
    ),
    nodeBySession,
    pairs: list.toSorted(
      (a, b) =>
        Number(b.how === 'gap') - Number(a.how === 'gap') ||
        Number(b.isGap) - Number(a.isGap) ||
        Number(b.isOwn) - Number(a.isOwn) ||
        compare(a.a.name.toLowerCase(), b.a.name.toLowerCase()) ||
        compare(a.b.name.toLowerCase(), b.b.name.toLowerCase()) ||
        compare(a.a.session + a.b.session, b.a.session + b.b.session),
    ),
    direct: count('direct'),
    relay: count('relay'),
    through: count('through'),
    gaps: list.filter((pair) => pair.isGap).length,
  }
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1
}

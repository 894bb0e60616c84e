/** Maps and reach reports of the fake chat: what an interface has to draw and to put into words. */
import type { MapLink, MapNode, MapTree, Millis, Path, ReachAttempt, ReachReport, RoomMap } from '@kith/protocol'
import type { Person, RelayState } from '../chat.ts'

/** The same number for the same text: 0 up to 1. */
export function fakeChance(text: string): number {
  let state = 2166136261
  for (const character of text) state = Math.imul(state ^ character.charCodeAt(0), 16777619) >>> 0
  state = Math.imul(state ^ (state >>> 15), 2246822519) >>> 0
  return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32
}

function nodeOf(person: Person, change: Partial<MapNode> = {}): MapNode {
  return {
    session: person.presences[0]?.session ?? person.id.slice(0, 32),
    author: person.id,
    name: person.name,
    platform: person.presences[0]?.platform ?? 'browser',
    ...(person.keeper === undefined ? undefined : { keeper: person.keeper }),
    isSelf: person.me,
    root: undefined,
    hidden: false,
    ...change,
  }
}

/** Mostly quick, some slow, as homes in one country and a friend abroad are. */
function fakeRtt(a: string, b: string): number {
  const chance = fakeChance(a < b ? a + b : b + a)
  return Math.round(chance < 0.75 ? 6 + chance * 70 : chance < 0.93 ? 90 + chance * 100 : 260 + chance * 120)
}

function linkOf(a: string, b: string, path: Path, change: Partial<MapLink> = {}): MapLink {
  const rttMs = fakeRtt(a, b) * (path === 'direct' ? 1 : 2)
  return { a: a < b ? a : b, b: a < b ? b : a, path, through: undefined, rttMs, isTree: false, ...change }
}

/** Everybody with everybody, but for those of `people` who are not reached and for `gaps` (names). */
export function smallMap(
  people: readonly Person[],
  options: { readonly gaps?: readonly (readonly [string, string])[]; readonly hidden?: readonly string[] } = {},
): RoomMap {
  const here = people.filter((person) => person.online)
  const nodes = here.map((person) => nodeOf(person, { hidden: options.hidden?.includes(person.name) ?? false }))
  const me = nodes.find(({ isSelf }) => isSelf)
  const links: MapLink[] = []
  const gaps: (readonly [string, string])[] = []
  const isGap = (a: MapNode, b: MapNode): boolean =>
    (options.gaps ?? []).some(
      ([one, other]) => (a.name === one && b.name === other) || (a.name === other && b.name === one),
    )
  for (const [i, a] of nodes.entries()) {
    for (const b of nodes.slice(i + 1)) {
      const other = a === me ? b : b === me ? a : undefined
      const person = here.find(({ id }) => id === other?.author)
      const path = person === undefined ? 'direct' : person.path
      const pair = a.session < b.session ? ([a.session, b.session] as const) : ([b.session, a.session] as const)
      if (path === undefined || (other === undefined && isGap(a, b))) {
        gaps.push(pair)
        continue
      }
      const through = path === 'through' ? person?.through : undefined
      const rttMs = person?.presences[0]?.rttMs
      links.push(linkOf(a.session, b.session, path, { through, ...(rttMs === undefined ? {} : { rttMs }) }))
    }
  }
  return { self: me?.session ?? '', mode: 'small', online: nodes.length, nodes, links, gaps, trees: [] }
}

/** A part of a larger room as one member knows it: its own links, theirs, and a few beyond; three trees and a speaker. */
export function meshMap(people: readonly Person[], options: { readonly online?: number } = {}): RoomMap {
  const here = people.filter((person) => person.online)
  const rank = ({ me, path }: Person): number => (me ? 0 : path === undefined ? 2 : 1)
  const [me, ...others] = here.toSorted((a, b) => rank(a) - rank(b) || (a.id < b.id ? -1 : 1))
  if (me === undefined) return smallMap(people)
  const near = others.filter(({ path }) => path !== undefined).length
  const ringOf = (i: number): number => (i < near ? 1 : i < near + Math.ceil((others.length - near) * 0.55) ? 2 : 3)
  const rootOf = (i: number): MapNode['root'] => (i === 2 ? 0 : i === near + 4 ? 1 : i === near + 11 ? 2 : undefined)
  const hot = near + 7
  const nodes = [me, ...others].map((person, i) =>
    nodeOf(person, {
      root: i - 1 === hot ? 'hot' : rootOf(i - 1),
      hidden: i > 0 && fakeChance(`hidden ${person.id}`) < 0.1,
    }),
  )
  const self = nodes[0] as MapNode
  const links = new Map<string, MapLink>()
  const add = (a: MapNode, b: MapNode, path: Path, change: Partial<MapLink> = {}): void => {
    const link = linkOf(a.session, b.session, path, change)
    if (a !== b && !links.has(link.a + link.b)) links.set(link.a + link.b, link)
  }
  const rings = [1, 2, 3].map((ring) => nodes.slice(1).filter((_, i) => ringOf(i) === ring))
  const [first = [], second = [], third = []] = rings
  for (const [i, node] of first.entries()) {
    const { path = 'direct', through } = others[i] ?? {}
    add(self, node, path, { through, isTree: i < 4 })
  }
  for (const [inner, outer] of [
    [first, second],
    [second, third],
  ] as const) {
    for (const [i, node] of outer.entries()) {
      const at = Math.floor((i * inner.length) / outer.length)
      const path: Path = fakeChance(`path ${node.session}`) < 0.08 ? 'relay' : 'direct'
      for (const step of [0, 1, Math.floor(inner.length / 2)].slice(0, 1 + Math.floor(fakeChance(node.session) * 3))) {
        const from = inner[(at + step) % inner.length]
        if (from !== undefined) add(from, node, step === 0 ? path : 'direct')
      }
    }
  }
  for (const ring of rings) {
    for (const [i, node] of ring.entries()) {
      const next = ring[(i + 1) % ring.length]
      if (next !== undefined && fakeChance(`next ${node.session}`) < 0.45) add(node, next, 'direct')
    }
  }
  const session = (i: number): string => nodes[i + 1]?.session ?? self.session
  const trees: readonly MapTree[] = [
    { root: session(2), slot: 0, hops: 1, parent: session(2), children: [session(0), session(1)] },
    { root: session(near + 4), slot: 1, hops: 2, parent: session(1), children: [session(3)] },
    { root: session(near + 11), slot: 2, hops: 3, parent: session(3), children: [session(0), session(2)] },
    { root: session(hot), slot: 'hot', hops: 2, parent: session(0), children: [session(1), session(2)] },
  ]
  return {
    self: self.session,
    mode: 'mesh',
    online: options.online ?? nodes.length,
    nodes,
    links: [...links.values()],
    gaps: [],
    trees,
  }
}

const off: ReachAttempt = {
  way: 'socket',
  state: 'off',
  step: 'none',
  code: undefined,
  failures: 0,
  since: undefined,
  nextAt: undefined,
  through: undefined,
}

/** What goes with how this person is reached: everything well, or a story of what was tried. */
export function fakeReport(
  person: Person,
  relay: RelayState,
  now: Millis,
  change: Partial<ReachReport> = {},
): ReachReport {
  const { path, through } = person
  const { session = person.id.slice(0, 32), rttMs } = person.presences[0] ?? {}
  const way = (change: Partial<ReachAttempt>): ReachAttempt => ({ ...off, ...change })
  const relayUp = way({ way: 'relay', state: 'up', since: now - 240_000 })
  const relayWay =
    relay === 'up'
      ? relayUp
      : way({ way: 'relay', state: relay === 'none' ? 'off' : 'waiting', step: 'signal', code: 'relayAway' })
  const attempts: readonly ReachAttempt[] =
    path === 'direct'
      ? [way({ way: 'webrtc', state: 'up', since: now - 190_000 }), way({ way: 'relay' })]
      : path === 'relay'
        ? [
            way({
              way: 'webrtc',
              state: 'waiting',
              step: 'transport',
              code: 'timeout',
              failures: 4,
              since: now - 96_000,
              nextAt: now + 38_000,
            }),
            relayUp,
          ]
        : path === 'through'
          ? [
              way({
                way: 'webrtc',
                state: 'trying',
                step: 'signal',
                code: 'timeout',
                failures: 6,
                since: now - 11_000,
              }),
              way({ way: 'relay', state: 'waiting', step: 'handshake', code: 'notInTopic' }),
              way({ way: 'through', state: 'up', since: now - 150_000, through }),
            ]
          : [
              way({
                way: 'webrtc',
                state: 'waiting',
                step: 'handshake',
                code: 'timeout',
                failures: 3,
                since: now - 14_000,
                nextAt: now + 21_000,
              }),
              way({ ...relayWay, state: 'waiting', step: 'signal', failures: 2, since: now - 60_000 }),
              way({ way: 'through', state: 'failed', step: 'signal', code: 'noCarrier', failures: 1 }),
            ]
  return {
    session,
    name: person.name,
    path,
    through,
    rttMs,
    attempts: person.online ? attempts : [],
    relay,
    isInTopic: person.online && path !== 'through',
    clockAheadMs: path === undefined ? undefined : 120,
    ownClockAheadMs: 0,
    heardAt: path === undefined ? undefined : now - 800,
    ...change,
  }
}

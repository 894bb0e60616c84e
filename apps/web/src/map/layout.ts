/**
 * Where everybody stands on the map. Pure and deterministic, with no simulation: the same room is the same picture, and
 * nothing moves that did not change.
 *
 * A small room is a ring, in the order and with me at the bottom as in the header's ring. A larger one is drawn by
 * distance: me in the middle, around me those I am linked with, around them those they are linked with. On a circle each
 * stands near whom they are linked with (a few sweeps of the barycentre heuristic of Sugiyama, Tagawa and Toda, 1981).
 * Who is placed keeps the place as long as possible when others come and go.
 */
import type { MapFacts, MapNode } from '@kith/peer'

/** Up to here a room is a ring. */
export const maxRingNodes = 20
/** More cannot be told apart; whoever is farthest is only counted. */
export const maxDrawn = 72
/** Farther than this is drawn at this distance: what is known of them is thin. */
export const maxHops = 3

export interface Size {
  readonly width: number
  readonly height: number
}

export interface Place {
  readonly node: MapNode
  readonly x: number
  readonly y: number
  /** Radians, clockwise from the right. */
  readonly angle: number
  /** Links between them and me as far as it is known; 0 is me. */
  readonly hops: number
}

/** Who stands where on the circles of the larger picture, kept from drawing to drawing. */
export type Circles = readonly { readonly slots: readonly (string | undefined)[]; readonly turn: number }[]

export interface Layout {
  readonly shape: 'ring' | 'hops'
  readonly size: Size
  readonly centre: { readonly x: number; readonly y: number }
  readonly placeBySession: ReadonlyMap<string, Place>
  /** Half the width and height of each circle, from the inside. */
  readonly radii: readonly (readonly [number, number])[]
  readonly dot: number
  readonly circles: Circles
}

const maxDot = 21
const minDot = 6
/** Where in the picture the circles lie. */
const reaches: Readonly<Record<number, readonly number[]>> = { 0: [], 1: [0.72], 2: [0.48, 1], 3: [0.34, 0.68, 1] }
/** A picture wider than this in proportion leaves its sides empty. */
const maxStretch = 1.32

export interface LayoutOptions {
  readonly size: Size
  /** Room for names left and right of a ring, and above and below. */
  readonly margin: { readonly x: number; readonly y: number }
  readonly before?: Circles | undefined
}

export function layOut(facts: MapFacts, options: LayoutOptions): Layout {
  return facts.nodes.length <= maxRingNodes ? ring(facts, options) : hops(facts, options)
}

function ring({ nodes }: MapFacts, { size, margin }: LayoutOptions): Layout {
  const centre = { x: size.width / 2, y: size.height / 2 }
  const radius = Math.max(40, Math.min(centre.x - margin.x, centre.y - margin.y))
  const dot = dotFor([[nodes.length, radius]])
  const placeBySession = new Map<string, Place>()
  for (const [i, node] of nodes.entries()) {
    const angle = Math.PI / 2 + (2 * Math.PI * i) / nodes.length
    const x = round(centre.x + radius * Math.cos(angle))
    const y = round(centre.y + radius * Math.sin(angle))
    placeBySession.set(node.session, { node, x, y, angle, hops: node.isSelf ? 0 : 1 })
  }
  return { shape: 'ring', size, centre, placeBySession, radii: [[radius, radius]], dot, circles: [] }
}

function hops(facts: MapFacts, { size, margin, before = [] }: LayoutOptions): Layout {
  const { self, nodes, nodeBySession } = facts
  const centre = { x: size.width / 2, y: size.height / 2 }
  const neighbours = neighboursOf(facts)
  const members = levels(facts, neighbours)
  const circles = keepPlaces(before, members) ?? arrange(members, neighbours)
  const height = Math.max(60, centre.y - margin.y)
  const width = Math.max(60, Math.min(centre.x - margin.x, height * maxStretch))
  const radii = (reaches[circles.length] ?? []).map((reach): [number, number] => [width * reach, height * reach])
  const dot = dotFor(circles.map(({ slots }, i) => [slots.length, Math.min(...(radii[i] ?? [60]))]))
  const placeBySession = new Map<string, Place>([
    [self.session, { node: self, ...centre, angle: Math.PI / 2, hops: 0 }],
  ])
  for (const [level, circle] of circles.entries()) {
    const [rx, ry] = radii[level] ?? [0, 0]
    for (const [i, session] of circle.slots.entries()) {
      const node = session === undefined ? undefined : nodeBySession.get(session)
      if (node === undefined) continue
      const angle = slotAngle(circle, i)
      const x = round(centre.x + rx * Math.cos(angle))
      const y = round(centre.y + ry * Math.sin(angle))
      placeBySession.set(node.session, { node, x, y, angle, hops: level + 1 })
    }
  }
  // By the order of the facts, which is the order the keyboard and a screen reader go through them.
  const ordered = nodes.flatMap(({ session }) => placeBySession.get(session) ?? [])
  ordered.sort((a, b) => a.hops - b.hops || a.angle - b.angle)
  return {
    shape: 'hops',
    size,
    centre,
    placeBySession: new Map(ordered.map((place) => [place.node.session, place])),
    radii,
    dot,
    circles,
  }
}

/** How many of those who are known are in the picture. */
export function countDrawn(facts: MapFacts): number {
  if (facts.nodes.length <= maxRingNodes) return facts.nodes.length
  return levels(facts, neighboursOf(facts)).reduce((sum, level) => sum + level.length, 1)
}

function dotFor(circles: readonly (readonly [count: number, radius: number])[]): number {
  const room = circles.map(([count, radius]) => (count < 2 ? maxDot : 2 * radius * Math.sin(Math.PI / count) * 0.36))
  return round(Math.max(minDot, Math.min(maxDot, ...room)))
}

function neighboursOf({ pairs }: MapFacts): ReadonlyMap<string, readonly string[]> {
  const neighbours = new Map<string, string[]>()
  for (const { a, b, how } of pairs) {
    if (how === 'gap') continue
    for (const [one, other] of [
      [a, b],
      [b, a],
    ] as const) {
      const list = neighbours.get(one.session)
      if (list === undefined) neighbours.set(one.session, [other.session])
      else list.push(other.session)
    }
  }
  return neighbours
}

/** Sessions by distance from me, in the order of their keys. */
function levels({ self, nodes }: MapFacts, neighbours: ReadonlyMap<string, readonly string[]>): readonly string[][] {
  const distance = new Map([[self.session, 0]])
  let front = [self.session]
  for (let at = 1; front.length > 0; at++) {
    const next: string[] = []
    for (const session of front) {
      for (const other of neighbours.get(session) ?? []) {
        if (distance.has(other)) continue
        distance.set(other, at)
        next.push(other)
      }
    }
    front = next
  }
  const found: string[][] = []
  for (const { session, isSelf } of nodes) {
    if (isSelf) continue
    // Whom no known link leads to is shown outside, with the farthest, where there is room.
    const level = Math.min(distance.get(session) ?? maxHops, maxHops) - 1
    while (found.length <= level) found.push([])
    found[level]?.push(session)
  }
  let room = maxDrawn - 1
  const isLinked = (session: string): number => Number(distance.has(session))
  const nearest = found.map((level) => {
    const kept = level.toSorted((a, b) => isLinked(b) - isLinked(a)).slice(0, room)
    room -= kept.length
    return nodes.length > maxDrawn ? kept.filter((session) => distance.has(session)) : kept
  })
  return nearest.filter((level) => level.length > 0)
}

/** The circles as they were, with who left taken out and who came in a free place; undefined when that does not go. */
function keepPlaces(before: Circles, members: readonly string[][]): Circles | undefined {
  if (before.length !== members.length || before.length === 0) return undefined
  const kept: { slots: (string | undefined)[]; turn: number }[] = []
  for (const [level, circle] of before.entries()) {
    const now = new Set(members[level])
    if (now.size > circle.slots.length || now.size < circle.slots.length * 0.7) return undefined
    const slots = circle.slots.map((session) => (session !== undefined && now.delete(session) ? session : undefined))
    for (const session of now) slots[slots.indexOf(undefined)] = session
    kept.push({ slots, turn: circle.turn })
  }
  return kept
}

const sweeps = 8

function arrange(members: readonly string[][], neighbours: ReadonlyMap<string, readonly string[]>): Circles {
  let circles: Circles = members.map((slots) => ({ slots, turn: -Math.PI / 2 }))
  for (let sweep = 0; sweep < sweeps; sweep++) {
    // Outwards, then inwards.
    const order = circles.map((_, i) => (sweep % 2 === 0 ? i : circles.length - 1 - i))
    for (const level of order) circles = circles.with(level, settle(circles, level, neighbours))
  }
  return circles
}

/** One circle with everybody at the mean of where those they are linked with stand, then spread evenly. */
function settle(circles: Circles, level: number, neighbours: ReadonlyMap<string, readonly string[]>): Circles[number] {
  const angles = new Map<string, number>()
  for (const [i, circle] of circles.entries()) {
    // Those farther out follow, they do not lead.
    if (Math.abs(i - level) > 1) continue
    for (const [slot, session] of circle.slots.entries())
      if (session !== undefined) angles.set(session, slotAngle(circle, slot))
  }
  const own = circles[level] as Circles[number]
  const wanted = own.slots.flatMap((session) => {
    if (session === undefined) return []
    const linked = (neighbours.get(session) ?? []).flatMap((other) => angles.get(other) ?? [])
    return [{ session, angle: meanAngle(linked.length === 0 ? [angles.get(session) ?? 0] : linked) }]
  })
  wanted.sort((a, b) => a.angle - b.angle || (a.session < b.session ? -1 : 1))
  const step = (2 * Math.PI) / wanted.length
  return {
    slots: wanted.map(({ session }) => session),
    turn: meanAngle(wanted.map(({ angle }, i) => angle - i * step)),
  }
}

function slotAngle({ slots, turn }: Circles[number], slot: number): number {
  return turn + (2 * Math.PI * slot) / slots.length
}

/** The direction of the sum of unit vectors, 0 up to 2π. */
function meanAngle(angles: readonly number[]): number {
  let x = 0
  let y = 0
  for (const angle of angles) {
    x += Math.cos(angle)
    y += Math.sin(angle)
  }
  const mean = Math.atan2(y, x)
  return mean < 0 ? mean + 2 * Math.PI : mean
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}

/** The nearest in that direction, for the arrow keys. */
export function nearestTowards(layout: Layout, from: string, dx: number, dy: number): string | undefined {
  const start = layout.placeBySession.get(from)
  if (start === undefined) return undefined
  let found: string | undefined
  let least = Infinity
  for (const { node, x, y } of layout.placeBySession.values()) {
    const along = (x - start.x) * dx + (y - start.y) * dy
    const aside = Math.abs((x - start.x) * dy - (y - start.y) * dx)
    if (along <= 0.5) continue
    const cost = along + 2 * aside
    if (cost < least) {
      least = cost
      found = node.session
    }
  }
  return found
}

/** Where the dots and lines of the ring lie. Pure, so that it can be tested without drawing. */
import type { Person } from '@kith/peer'
import { markOf } from '../person/colour.ts'

/** How a person is joined to me: the line that is drawn, or why there is none. */
export type Tie = 'me' | 'direct' | 'relay' | 'through' | 'reaching' | 'away'

export interface RingPoint {
  readonly id: string
  readonly hue: number
  readonly tie: Tie
  readonly typing: boolean
}

export interface PlacedPoint extends RingPoint {
  /** Radians, clockwise from the right as SVG counts them. */
  readonly angle: number
  readonly x: number
  readonly y: number
}

/** More dots than this cannot be told apart in a header; the panel lists everybody. */
export const maxRingDots = 24

const nearest: readonly Tie[] = ['me', 'direct', 'through', 'relay', 'reaching', 'away']

export function tieOf(person: Person): Tie {
  if (person.me) return 'me'
  if (!person.online) return 'away'
  // In a large room most are reached through others, without a link of one's own.
  return person.path ?? (person.reaching ? 'reaching' : 'through')
}

/** Me first, then by key: a place on the ring does not depend on who came first or how they are reached. */
export function ringPoints(people: readonly Person[], limit: number = maxRingDots): readonly RingPoint[] {
  const points = people.map((person): RingPoint => ({
    id: person.id,
    hue: markOf(person.id).hue,
    tie: tieOf(person),
    typing: person.typing,
  }))
  const kept =
    points.length <= limit
      ? points
      : points.toSorted((a, b) => nearest.indexOf(a.tie) - nearest.indexOf(b.tie)).slice(0, limit)
  return kept.toSorted((a, b) => Number(b.tie === 'me') - Number(a.tie === 'me') || (a.id < b.id ? -1 : 1))
}

/** Around a circle about (0, 0), me at the bottom, where a reader sits. */
export function placeOnRing(points: readonly RingPoint[], radius: number): readonly PlacedPoint[] {
  return points.map((point, index) => {
    const angle = Math.PI / 2 + (2 * Math.PI * index) / points.length
    return { ...point, angle, x: round(radius * Math.cos(angle)), y: round(radius * Math.sin(angle)) }
  })
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}

/** A person's piece of the circle: half-way to the neighbour on each side. */
export function arcPath(angle: number, count: number, radius: number): string {
  const reach = Math.PI / count
  const at = (where: number): string => `${round(radius * Math.cos(where))} ${round(radius * Math.sin(where))}`
  const large = reach > Math.PI / 2 ? 1 : 0
  return `M${at(angle - reach)}A${radius} ${radius} 0 ${large} 1 ${at(angle + reach)}`
}

/** A line of the map, bent towards the middle so that neighbours' lines do not lie on the circle itself. */
export function tieLine(from: PlacedPoint, to: PlacedPoint): string {
  const bend = 0.3
  return `M${from.x} ${from.y}Q${round((from.x + to.x) * 0.5 * bend)} ${round((from.y + to.y) * 0.5 * bend)} ${to.x} ${to.y}`
}

/** Dots shrink before they touch: their size follows the distance between neighbours. */
export function dotRadius(count: number, radius: number): number {
  const between = count < 2 ? radius * 2 : 2 * radius * Math.sin(Math.PI / count)
  return round(Math.min(radius * 0.2, between * 0.3))
}

/** The lines of the map as SVG paths. Pure. */
import type { MapPair } from '@kith/peer'
import type { Layout, Place } from './layout.ts'

export interface Curve {
  readonly d: string
  /** The middle of the line, for a word or an arrow. */
  readonly middle: Point
  /** Two thirds of the way, and the direction there in degrees. */
  readonly ahead: Point & { readonly angle: number }
}

interface Point {
  readonly x: number
  readonly y: number
}

/** How a ring's lines bend to the middle (1 not at all, 0 through it): those between neighbours hardly, far ones more. */
const ringBend = { near: 0.88, far: 0.3 }
/** How much of a gap's line is missing in the middle. */
const missing = 0.36

/** The line of a pair; undefined when one of them is not in the picture. */
export function curveOf(layout: Layout, pair: Pick<MapPair, 'a' | 'b' | 'through'>): Curve | undefined {
  const a = layout.placeBySession.get(pair.a.session)
  const b = layout.placeBySession.get(pair.b.session)
  if (a === undefined || b === undefined) return undefined
  const carrier = pair.through === undefined ? undefined : layout.placeBySession.get(pair.through.session)
  if (carrier !== undefined && carrier !== a && carrier !== b) return bent(layout, a, carrier, b)
  const control = controlOf(layout, a, b)
  return { d: `M${text(a)}Q${text(control)} ${text(b)}`, ...alongOf(a, control, b) }
}

/** The two ends of a line whose middle is missing. */
export function gapOf(layout: Layout, pair: Pick<MapPair, 'a' | 'b'>): Curve | undefined {
  const a = layout.placeBySession.get(pair.a.session)
  const b = layout.placeBySession.get(pair.b.session)
  if (a === undefined || b === undefined) return undefined
  const control = controlOf(layout, a, b)
  const stop = (1 - missing) / 2
  return { d: `${part(a, control, b, stop)}${part(b, control, a, stop)}`, ...alongOf(a, control, b) }
}

/** From one to the other over who carries: on the far side of the direct lines, so that it is told from them. */
function bent(layout: Layout, a: Place, carrier: Place, b: Place): Curve {
  const first = outwards(layout, a, carrier)
  const second = outwards(layout, carrier, b)
  return {
    d: `M${text(a)}Q${text(first)} ${text(carrier)}Q${text(second)} ${text(b)}`,
    ...alongOf(carrier, second, b),
  }
}

function outwards({ centre, shape, radii }: Layout, a: Point, b: Point): Point {
  const middle = { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 }
  if (shape === 'hops') {
    // To the left of the line, as seen from its beginning.
    return { x: middle.x - (b.y - a.y) * 0.22, y: middle.y + (b.x - a.x) * 0.22 }
  }
  const [radius] = radii[0] ?? [1]
  const distance = Math.hypot(middle.x - centre.x, middle.y - centre.y)
  if (distance < radius * 0.2) return { x: middle.x - (b.y - a.y) * 0.18, y: middle.y + (b.x - a.x) * 0.18 }
  // Along the circle itself where they are neighbours on it.
  const wanted = Math.min(2 * radius - distance, radius * 1.3)
  return {
    x: centre.x + ((middle.x - centre.x) / distance) * wanted,
    y: centre.y + ((middle.y - centre.y) / distance) * wanted,
  }
}

function controlOf({ shape, centre, placeBySession, radii }: Layout, a: Place, b: Place): Point {
  const middle = { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 }
  const towards = (share: number): Point => ({
    x: centre.x + (middle.x - centre.x) * share,
    y: centre.y + (middle.y - centre.y) * share,
  })
  if (shape === 'ring') {
    const [radius] = radii[0] ?? [1]
    const share = Math.hypot(a.x - b.x, a.y - b.y) / (2 * radius)
    return placeBySession.size <= 3 ? middle : towards(ringBend.near + (ringBend.far - ringBend.near) * share)
  }
  // On one circle a line keeps to it, or cuts across when they stand far apart; between circles it is nearly straight.
  if (a.hops === b.hops) return towards(Math.cos(a.angle - b.angle) > 0.3 ? 1.12 : 0.6)
  return towards(0.96)
}

function alongOf(a: Point, control: Point, b: Point): Pick<Curve, 'middle' | 'ahead'> {
  const at = (share: number): Point => ({
    x: round(a.x * (1 - share) ** 2 + 2 * control.x * share * (1 - share) + b.x * share ** 2),
    y: round(a.y * (1 - share) ** 2 + 2 * control.y * share * (1 - share) + b.y * share ** 2),
  })
  const [before, ahead] = [at(0.6), at(0.66)]
  const angle = round((Math.atan2(ahead.y - before.y, ahead.x - before.x) * 180) / Math.PI)
  return { middle: at(0.5), ahead: { ...ahead, angle } }
}

/** The beginning of a quadratic curve, cut at `share` (de Casteljau). */
function part(a: Point, control: Point, b: Point, share: number): string {
  const mix = (from: Point, to: Point): Point => ({
    x: from.x + (to.x - from.x) * share,
    y: from.y + (to.y - from.y) * share,
  })
  const first = mix(a, control)
  const end = mix(first, mix(control, b))
  return `M${text(a)}Q${text(first)} ${text(end)}`
}

function text({ x, y }: Point): string {
  return `${round(x)} ${round(y)}`
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}

/** So many dots as one path, between the last circle and the edge: those who are here and not drawn. */
export function cloudPath({ centre, radii }: Layout, count: number): string {
  const [rx, ry] = radii.at(-1) ?? [0, 0]
  let path = ''
  for (let i = 0; i < count; i++) {
    // The golden angle, so that no two meet and none stands in line.
    const angle = i * Math.PI * (3 - Math.sqrt(5))
    const out = 24 + 30 * ((i * Math.SQRT2) % 1) ** 1.6
    path += `M${round(centre.x + (rx + out) * Math.cos(angle))} ${round(centre.y + (ry + out) * Math.sin(angle))}h0`
  }
  return path
}

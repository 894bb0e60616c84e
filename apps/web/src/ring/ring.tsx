/**
 * The ring: the room as people on a circle in their own colours. Each person carries their piece of the circle: drawn
 * through when they are directly connected, dotted by way of the relay, thin through a member, and missing where they
 * are not reached, so that the ring is whole exactly when the room is. Large, it is the map: lines lead from me to them.
 */
import { memo, type CSSProperties, type ReactElement } from 'react'
import { GlyphMark } from '../person/glyph.tsx'
import { arcPath, dotRadius, placeOnRing, tieLine, type PlacedPoint, type RingPoint } from './geometry.ts'
import './ring.css'

const radius = 17
const half = 22

interface RingProps {
  readonly points: readonly RingPoint[]
  readonly size: number
  /** Lines from me to the others, where there is room for them. */
  readonly map?: boolean
  /** Said to screen readers; without it the ring is decoration. */
  readonly label?: string
}

function hue(point: RingPoint): CSSProperties {
  return { '--hue': point.hue } as CSSProperties
}

export const Ring: React.NamedExoticComponent<RingProps> = memo(function Ring({
  points,
  size,
  map = false,
  label,
}): ReactElement {
  const placed = placeOnRing(points, radius)
  const me = placed.find((point) => point.tie === 'me')
  const dot = dotRadius(placed.length, radius) * (map ? 1.15 : 1)
  const line = (point: PlacedPoint, path: string): ReactElement | null =>
    point.tie === 'away' || point.tie === 'reaching' ? null : (
      <path key={`${point.id} line`} className={`person ring-line ${point.tie}`} style={hue(point)} d={path} />
    )
  return (
    <svg
      className={`ring${map ? ' map' : ''}`}
      width={size}
      height={size}
      viewBox={`${-half} ${-half} ${half * 2} ${half * 2}`}
      {...(label === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label })}
    >
      <circle r={radius} className="ring-circle" />
      {placed.length > 1 && !map && placed.map((point) => line(point, arcPath(point.angle, placed.length, radius)))}
      {map && me !== undefined && placed.map((point) => (point === me ? null : line(point, tieLine(me, point))))}
      {placed.map((point) => (
        <g
          key={point.id}
          className={`person ring-dot ${point.tie}${point.typing ? ' typing' : ''}`}
          style={{ ...hue(point), transform: `translate(${point.x}px, ${point.y}px)` }}
        >
          {!map && (point.tie === 'away' || point.tie === 'reaching') && <circle className="ring-gap" r={dot + 0.9} />}
          {map ? (
            <GlyphMark author={point.id} scale={(dot / 12) * (point.tie === 'away' ? 0.8 : 1)} />
          ) : (
            <circle className="ring-person" r={point.tie === 'away' ? dot * 0.62 : dot} />
          )}
        </g>
      ))}
    </svg>
  )
})

const logoHues = [172, 250, 310, 10, 45, 85]

const logoPoints: readonly RingPoint[] = logoHues.map((hue, i) => ({
  id: `${i}`,
  hue,
  tie: i === 0 ? 'me' : 'direct',
  typing: false,
}))

/** The logo: a small room with everybody in it. */
export function Logo({ size }: { readonly size: number }): ReactElement {
  return <Ring points={logoPoints} size={size} />
}

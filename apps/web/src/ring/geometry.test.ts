import { describe, expect, it } from 'vitest'
import { fakeChat } from '@kith/peer/testing/fake-fixtures'
import { arcPath, dotRadius, maxRingDots, placeOnRing, ringPoints } from './geometry.ts'

const { people } = fakeChat('full').first.state

describe('the ring', () => {
  it('has me first and gives each person a place that does not depend on the order they came in', () => {
    const points = ringPoints(people)
    expect(points[0]?.tie).toBe('me')
    expect(ringPoints(people.toReversed())).toEqual(points)
  })

  it('shows how each is reached', () => {
    expect(new Set(ringPoints(people).map((point) => point.tie))).toEqual(
      new Set(['me', 'direct', 'relay', 'through', 'away']),
    )
  })

  it('keeps those who are here when there are too many', () => {
    const crowd = fakeChat('crowd').first.state.people
    const points = ringPoints(crowd)
    expect(points).toHaveLength(maxRingDots)
    expect(points.filter((point) => point.tie === 'away')).toEqual([])
    expect(points[0]?.tie).toBe('me')
  })

  it('places dots on the circle, me at the bottom, none touching', () => {
    for (const count of [1, 2, 3, 7, 24]) {
      const points = Array.from({ length: count }, (_, i) => ({
        id: `${i}`,
        hue: 0,
        tie: 'direct' as const,
        typing: false,
      }))
      const placed = placeOnRing(points, 17)
      expect(placed[0]).toMatchObject({ x: 0, y: 17 })
      for (const point of placed) expect(Math.hypot(point.x, point.y)).toBeCloseTo(17, 1)
      for (const [i, a] of placed.entries()) {
        for (const b of placed.slice(i + 1)) {
          expect(Math.hypot(a.x - b.x, a.y - b.y)).toBeGreaterThan(2 * dotRadius(count, 17))
        }
      }
    }
  })

  it('gives everybody an arc that ends where the neighbour’s begins', () => {
    const ends = (path: string): readonly [string, string] => {
      const [, from, to] = /^M(\S+ \S+)A17 17 0 [01] 1 (\S+ \S+)$/.exec(path) ?? []
      return [from ?? '', to ?? '']
    }
    const angles = [0, 1, 2, 3, 4].map((i) => Math.PI / 2 + (2 * Math.PI * i) / 5)
    const arcs = angles.map((angle) => ends(arcPath(angle, 5, 17)))
    arcs.forEach(([, end], i) => expect(end).toBe(arcs[(i + 1) % 5]?.[0]))
  })
})

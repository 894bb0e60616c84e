import { readMap, type MapFacts, type RoomMap } from '@kith/peer'
import { fakeChat, mapSituations, type MapSituation } from '@kith/peer/testing/fake-fixtures'
import { describe, expect, it } from 'vitest'
import { curveOf, gapOf } from './curves.ts'
import { layOut, maxDrawn, nearestTowards, type Layout } from './layout.ts'

const desktop = { width: 740, height: 600 }
const phone = { width: 390, height: 480 }
const margin = { x: 70, y: 50 }

async function factsOf(name: MapSituation): Promise<MapFacts> {
  return readMap(await fakeChat(name).first.map())
}

function distances(layout: Layout): readonly number[] {
  const places = [...layout.placeBySession.values()]
  return places.flatMap((a, i) => places.slice(i + 1).map((b) => Math.hypot(a.x - b.x, a.y - b.y)))
}

describe('where everybody stands', () => {
  it.each(mapSituations)('%s: everybody once, inside the picture, none on another', async (name) => {
    const facts = await factsOf(name)
    for (const size of [desktop, phone]) {
      const layout = layOut(facts, { size, margin })
      expect(layout.placeBySession.size).toBe(facts.nodes.length)
      for (const { x, y } of layout.placeBySession.values()) {
        expect(x).toBeGreaterThanOrEqual(layout.dot)
        expect(x).toBeLessThanOrEqual(size.width - layout.dot)
        expect(y).toBeGreaterThanOrEqual(layout.dot)
        expect(y).toBeLessThanOrEqual(size.height - layout.dot)
      }
      expect(Math.min(...distances(layout))).toBeGreaterThan(1.9 * layout.dot)
    }
  })

  it('is the same picture for the same room, in whatever order it is told', async () => {
    const map = await fakeChat('map40').first.map()
    const shuffled: RoomMap = { ...map, nodes: map.nodes.toReversed(), links: map.links.toReversed() }
    const [one, other] = [map, shuffled].map((told) => layOut(readMap(told), { size: desktop, margin }))
    expect([...(other?.placeBySession ?? [])]).toEqual([...(one?.placeBySession ?? [])])
  })

  it('has me at the bottom of a ring, and in the middle of a large room with my neighbours around me', async () => {
    const ring = layOut(await factsOf('map8'), { size: desktop, margin })
    const self = [...ring.placeBySession.values()].find(({ node }) => node.isSelf)
    expect(self?.x).toBe(ring.centre.x)
    expect(self?.y).toBeGreaterThan(ring.centre.y)
    const facts = await factsOf('map40')
    const hops = layOut(facts, { size: desktop, margin })
    expect(hops.placeBySession.get(facts.self.session)).toMatchObject(hops.centre)
    for (const { node, hops: far } of hops.placeBySession.values()) {
      const linked = facts.pairs.some(({ a, b, isOwn }) => isOwn && (a === node || b === node) && !node.isSelf)
      expect(far === 1).toBe(linked)
    }
  })

  it('lets everybody keep their place when somebody comes or goes', async () => {
    const map = await fakeChat('map40').first.map()
    const before = layOut(readMap(map), { size: desktop, margin })
    const goes = [...before.placeBySession.values()].findLast(({ hops }) => hops === 3)?.node.session ?? ''
    const without = (session: string): RoomMap => ({
      ...map,
      nodes: map.nodes.filter((node) => node.session !== session),
      links: map.links.filter(({ a, b }) => a !== session && b !== session),
    })
    const after = layOut(readMap(without(goes)), { size: desktop, margin, before: before.circles })
    expect(after.placeBySession.size).toBe(before.placeBySession.size - 1)
    for (const [session, { x, y }] of after.placeBySession)
      expect(before.placeBySession.get(session)).toMatchObject({ x, y })
    const again = layOut(readMap(map), { size: desktop, margin, before: after.circles })
    expect(again.placeBySession.get(goes)).toMatchObject(before.placeBySession.get(goes) ?? {})
  })

  it('draws the nearest of very many', async () => {
    const map = await fakeChat('map2000').first.map()
    const extra = Array.from({ length: 200 }, (_, i) => ({
      ...(map.nodes[1] as RoomMap['nodes'][number]),
      session: `extra ${i}`,
    }))
    const layout = layOut(readMap({ ...map, nodes: [...map.nodes, ...extra] }), { size: desktop, margin })
    expect(layout.placeBySession.size).toBe(60)
    expect(layout.placeBySession.has(map.self)).toBe(true)
    const linked = extra.map(({ session }) => ({
      ...(map.links[0] as RoomMap['links'][number]),
      a: session,
      b: map.self,
    }))
    const crowd = layOut(readMap({ ...map, nodes: [...map.nodes, ...extra], links: linked }), { size: desktop, margin })
    expect(crowd.placeBySession.size).toBe(maxDrawn)
  })

  it('finds the nearest towards an arrow, and nobody where nobody is', async () => {
    const facts = await factsOf('map8')
    const layout = layOut(facts, { size: desktop, margin })
    const up = nearestTowards(layout, facts.self.session, 0, -1)
    expect(up).toBeDefined()
    expect(nearestTowards(layout, facts.self.session, 0, 1)).toBeUndefined()
    // Everybody can be come to with the arrows.
    const reached = new Set([facts.self.session])
    for (const session of reached) {
      for (const [dx, dy] of [
        [1, 0],
        [-1, 0],
        [0, 1],
        [0, -1],
      ] as const) {
        const next = nearestTowards(layout, session, dx, dy)
        if (next !== undefined) reached.add(next)
      }
    }
    expect(reached.size).toBe(facts.nodes.length)
  })
})

describe('the lines', () => {
  it('bend over who carries, and miss their middle where there is none', async () => {
    const facts = await factsOf('map3')
    const layout = layOut(facts, { size: desktop, margin })
    const carried = facts.pairs.find(({ how }) => how === 'through')
    const carrier = layout.placeBySession.get(carried?.through?.session ?? '')
    expect(carried && curveOf(layout, carried)?.d).toContain(` ${carrier?.x} ${carrier?.y}Q`)
    const direct = facts.pairs.find(({ how }) => how === 'direct')
    expect(direct && curveOf(layout, direct)?.d).toMatch(/^M[^M]*$/)
    expect(carried && gapOf(layout, carried)?.d).toMatch(/^M[^M]+M[^M]+$/)
  })

  it('are not drawn to somebody who is not in the picture', async () => {
    const facts = await factsOf('map3')
    const layout = layOut(facts, { size: desktop, margin })
    const [pair] = facts.pairs
    const stranger = { ...facts.self, session: 'elsewhere' }
    expect(pair && curveOf(layout, { ...pair, b: stranger })).toBeUndefined()
    expect(pair && gapOf(layout, { ...pair, b: stranger })).toBeUndefined()
  })
})

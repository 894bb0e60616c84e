import { describe, expect, it } from 'vitest'
import { qualityOf, readMap } from './map-facts.ts'
import { fakeChat, mapSituations } from './testing/fake-fixtures.ts'

describe('the facts of a map', () => {
  it('has every pair once, whatever was told twice', async () => {
    for (const name of mapSituations) {
      const map = await fakeChat(name).first.map()
      const facts = readMap({ ...map, links: [...map.links, ...map.links], gaps: [...map.gaps, ...map.gaps] })
      expect(facts.pairs).toEqual(readMap(map).pairs)
      const keys = facts.pairs.map(({ a, b }) =>
        a.session < b.session ? a.session + b.session : b.session + a.session,
      )
      expect(new Set(keys).size).toBe(keys.length)
    }
  })

  it('has a gap for a pair without a link, also when a member carries for it', async () => {
    const three = readMap(await fakeChat('map3').first.map())
    expect(three.pairs.filter(({ isGap }) => isGap)).toMatchObject([
      { how: 'through', a: { isSelf: true }, b: { name: 'Priya' }, through: { name: 'Mara' } },
    ])
    const sixteen = readMap(await fakeChat('map16').first.map())
    expect(sixteen).toMatchObject({ gaps: 2 })
    expect(sixteen.pairs.slice(0, 2).map(({ how }) => how)).toEqual(['gap', 'gap'])
    expect(sixteen.pairs).toHaveLength((16 * 15) / 2)
  })

  it('names somebody who was only spoken of, and takes a direct link as the end of a gap', async () => {
    const map = await fakeChat('map2').first.map()
    const facts = readMap({
      ...map,
      gaps: [[map.links[0]?.a ?? '', map.links[0]?.b ?? '']],
      links: [...map.links, { a: map.self, b: 'zz', path: 'direct', through: undefined, rttMs: 1, isTree: false }],
    })
    expect(facts.nodes.map(({ name }) => name)).toContain('')
    expect(facts.gaps).toBe(0)
  })

  it('calls a round trip quick, fair or slow', () => {
    expect([0, 80, 81, 249, 250, undefined].map(qualityOf)).toEqual([
      'quick',
      'quick',
      'fair',
      'fair',
      'slow',
      'unknown',
    ])
  })
})

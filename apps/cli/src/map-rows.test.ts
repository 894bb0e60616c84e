import fc from 'fast-check'
import { readMap } from '@kith/peer'
import { fakeChat, mapSituations } from '@kith/peer/testing/fake-fixtures'
import { meshMap, smallMap } from '@kith/peer/testing/fake-map'
import { FakeChat } from '@kith/peer/testing'
import { describe, expect, it } from 'vitest'
import { mapRows, maxPicturePeople, rowsText } from './map-rows.ts'
import { rowWidth } from './screen/layout.ts'

const link = `https://kith.example/#${'L'.repeat(42)}A`

describe('the map in a terminal', () => {
  it('TRM13 says who is a keeper, and whether it can read', async () => {
    const text = rowsText(mapRows(await fakeChat('keepers').first.map(), 96))
    expect(text).toMatch(/Keeper 1 +direct, keeper, cannot read/u)
    expect(text).toMatch(/Attic +by relay, keeper that can read/u)
  })

  it('TRM13 is a picture with every pair, and the links and gaps in words beside it', async () => {
    const text = rowsText(mapRows(await fakeChat('map8').first.map(), 96))
    expect(text).toBe(
      [
        '8 here · 26 links · 2 gaps',
        '',
        '          1  2  3  4  5  6  7    Jonas – Noor  no link',
        ' 1 you                           Priya         through Mara, no direct link  120 ms',
        ' 2 Priya ~~                      Aiko          by relay                       64 ms',
        ' 3 Jonas ██ ██                   Jonas         direct                         45 ms',
        ' 4 Aiko  :: ██ ██                Mara          direct                          8 ms',
        ' 5 Mara  ██ ▒▒ ▓▓ ██             Noor          direct                         13 ms',
        ' 6 Sam   ██ ██ ██ ▓▓ ▓▓          Sam           direct, in the background      50 ms',
        ' 7 Tomás ██ ▒▒ ██ ██ ▒▒ ██       Tomás         direct                         29 ms',
        ' 8 Noor  ██ ██ >< ██ ██ ██ ██',
        '',
        '██ direct   ▓▓ direct, above 80 ms   ▒▒ direct, 250 ms and more   :: by relay   ~~ through a',
        'member   >< no link',
      ].join('\n'),
    )
  })

  it('TRM13 says in a members room who answers for whom', async () => {
    const { first } = fakeChat('members')
    const text = rowsText(mapRows(await first.map(), 96, first.state.people))
    expect(text).toContain('you vouch for Mara (by comparing numbers), Jonas (by a PIN)')
    expect(text).toContain('Mara vouches for')
    expect(rowsText(mapRows(await first.map(), 96))).not.toContain('vouch')
  })

  it('TRM13 shows as many blocks of each kind as there are pairs of it', async () => {
    for (const name of mapSituations) {
      const map = await fakeChat(name).first.map()
      const facts = readMap(map)
      if (facts.nodes.length > maxPicturePeople) continue
      const rows = mapRows(map, 96)
      const picture = rowsText(rows.slice(3, 3 + facts.nodes.length))
      const count = (what: RegExp): number => picture.match(what)?.length ?? 0
      expect(count(/[█▓▒]{2}/gu)).toBe(facts.direct)
      expect([count(/::/gu), count(/~~/gu)]).toEqual([facts.relay, facts.through])
      expect(count(/></gu)).toBe(facts.pairs.filter(({ how }) => how === 'gap').length)
    }
  })

  it('TRM13 is a table with the trees for larger rooms, and says how many are not in it', async () => {
    const forty = rowsText(mapRows(await fakeChat('map40').first.map(), 80))
    expect(forty).toContain('everybody keeps a few links')
    expect(forty).toMatch(/Selin +direct, root of tree 1 +\d+ ms/u)
    expect(forty).toMatch(/^Tree 2: from \S+, 2 links away, comes from \S+, you pass it on to \S+$/mu)
    expect(forty).toMatch(/^Tree of a speaker: /mu)
    const many = rowsText(mapRows(await fakeChat('map2000').first.map(), 80))
    expect(many).toContain('2,000 here · 60 near you known')
  })

  it('says who is not here yet', async () => {
    const { first } = fakeChat('alone')
    expect(rowsText(mapRows(await first.map(), 80))).toContain('Only you are here')
  })

  it('TRM1 TRM9 is never wider than the window, whatever names are, and holds nothing a terminal obeys', () => {
    const people = fc.uniqueArray(fc.string({ unit: 'binary', minLength: 1 }), { minLength: 1, maxLength: 18 })
    fc.assert(
      fc.property(people, fc.integer({ min: 20, max: 120 }), fc.boolean(), (names, columns, isMesh) => {
        const chat = new FakeChat({
          rooms: [{ title: '', link, people: names.map((name) => ({ name: `${name}\u001b[2J`, path: 'direct' })) }],
        })
        const map = (isMesh ? meshMap : smallMap)(chat.first.state.people)
        const rows = mapRows(map, columns)
        for (const row of rows) expect(rowWidth(row)).toBeLessThanOrEqual(columns)
        expect(rowsText(rows)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/u)
      }),
      { numRuns: 50 },
    )
  })
})

import { describe, expect, it } from 'vitest'
import { vouchesOn } from './map-vouches.ts'
import { fakeChat } from './testing/fake-fixtures.ts'

describe('who answers for whom on a map', () => {
  it('has every word among those who are drawn, and nothing of an open room', async () => {
    const { first } = fakeChat('members')
    const { nodes } = await first.map()
    const nameOf = new Map(first.state.people.map(({ id, name, me }) => [id, me ? 'me' : name]))
    const told = vouchesOn(nodes, first.state.people).map(
      (vouch) => `${nameOf.get(vouch.by.author)} ${nameOf.get(vouch.for.author)} ${vouch.method}`,
    )
    expect(told).toContain('me Jonas pin')
    expect(told).toContain('Mara Jonas sas')
    expect(told.every((text) => !text.includes('undefined'))).toBe(true)
    // Whoever is not drawn has no line.
    const without = nodes.filter(({ author }) => nameOf.get(author) !== 'Mara')
    expect(vouchesOn(without, first.state.people).every(({ by }) => nameOf.get(by.author) !== 'Mara')).toBe(true)
    const open = fakeChat('full').first
    expect(vouchesOn((await open.map()).nodes, open.state.people)).toEqual([])
  })
})

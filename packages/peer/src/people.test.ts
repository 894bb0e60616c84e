import type { PeerInfo } from '@kith/protocol'
import { describe, expect, it } from 'vitest'
import { People, maxOfflinePeople } from './people.ts'

function peer(change: Partial<PeerInfo> & { readonly session: string }): PeerInfo {
  return {
    author: change.session,
    name: 'Ada',
    platform: 'browser',
    path: 'relay',
    state: 'linked',
    rttMs: 20,
    ...change,
  }
}

describe('People', () => {
  it('VIE3 groups sessions by author and shows the best path', () => {
    const people = new People('me', 'Robin')
    people.peer(peer({ session: 's1', author: 'ada', path: 'relay' }))
    people.peer(peer({ session: 's2', author: 'ada', path: 'direct', platform: 'node' }))
    people.peer(peer({ session: 's3', author: 'bob', name: 'Bob', path: undefined, state: 'joining' }))
    expect(people.list().map(({ id, name, me, online, path }) => ({ id, name, me, online, path }))).toEqual([
      { id: 'me', name: 'Robin', me: true, online: true, path: undefined },
      { id: 'ada', name: 'Ada', me: false, online: true, path: 'direct' },
      { id: 'bob', name: 'Bob', me: false, online: true, path: undefined },
    ])
    people.peer(peer({ session: 's2', author: 'ada', state: 'gone' }))
    expect(people.list()[1]).toMatchObject({ path: 'relay', presences: [{ session: 's1' }] })
  })

  it('VIE3 knows who carries, who is only reached along others, and who is still being reached', () => {
    const people = new People('me', 'Robin')
    people.peer(peer({ session: 's1', author: 'ada', path: 'through', through: 's2' }))
    people.peer(peer({ session: 's2', author: 'bob', name: 'Bob', path: 'direct', through: 'stale' }))
    people.peer(peer({ session: 's3', author: 'cleo', name: 'Cleo', path: undefined, state: 'here' }))
    people.peer(peer({ session: 's4', author: 'dan', name: 'Dan', path: undefined, state: 'joining' }))
    expect(people.list().map(({ name, path, through, reaching }) => [name, path, through, reaching])).toEqual([
      ['Robin', undefined, undefined, false],
      ['Ada', 'through', 's2', false],
      ['Bob', 'direct', undefined, false],
      ['Cleo', undefined, undefined, false],
      ['Dan', undefined, undefined, true],
    ])
    people.peer(peer({ session: 's5', author: 'ada', path: 'direct' }))
    expect(people.list()[1]).toMatchObject({ path: 'direct', through: undefined })
    expect(people.sessionsOf('ada')).toEqual(['s5', 's1'])
    expect([people.sessionsOf('s1'), people.sessionsOf('nobody')]).toEqual([['s1'], []])
  })

  it('VIE3 moves a session to its person once the chain is known', () => {
    const people = new People('me', 'Robin')
    people.peer(peer({ session: 's1' }))
    people.peer(peer({ session: 's1', author: 'ada' }))
    expect(people.list().map(({ id }) => id)).toEqual(['me', 'ada'])
  })

  it('VIE3 knows another device of mine as me', () => {
    const people = new People('me', 'Robin')
    people.peer(peer({ session: 's1', author: 'me', name: 'Other' }))
    expect(people.list()).toHaveLength(1)
    expect(people.list()[0]).toMatchObject({ name: 'Robin', presences: [{ session: 's1' }] })
  })

  it('VIE4 keeps every person that did not change, and the list when nobody did', () => {
    const people = new People('me', 'Robin')
    people.peer(peer({ session: 's1', author: 'ada' }))
    people.peer(peer({ session: 's2', author: 'bob', name: 'Bob' }))
    const before = people.list()
    expect(people.list()).toBe(before)
    people.typing('s2', true)
    const after = people.list()
    expect(after).not.toBe(before)
    expect(after[1]).toBe(before[1])
    expect([before[2]?.typing, after[2]?.typing]).toEqual([false, true])
    people.typing('s2', true)
    people.typing('unknown', true)
    expect(people.list()).toBe(after)
  })

  it('VIE3 keeps who wrote, offline, by the name of the newest message; forgets who only passed', () => {
    const people = new People('me', 'Robin')
    people.wrote('carol', 'Carol', '05')
    people.wrote('carol', 'Carrie', '03')
    people.peer(peer({ session: 's1', author: 'ada' }))
    people.peer(peer({ session: 's1', author: 'ada', state: 'gone' }))
    people.peer(peer({ session: 's2', author: 'dan', name: 'Dan' }))
    people.wrote('dan', 'Dan', '06')
    people.peer(peer({ session: 's2', author: 'dan', state: 'gone' }))
    expect(people.list().map(({ name, online }) => [name, online])).toEqual([
      ['Robin', true],
      ['Carol', false],
      ['Dan', false],
    ])
  })

  it('VIE3 shows at most so many who are offline, those who wrote last', () => {
    const people = new People('me', 'Robin')
    for (let i = 0; i < maxOfflinePeople + 20; i++) people.wrote(`p${i}`, `P${i}`, String(i).padStart(6, '0'))
    const ids = people.list().map(({ id }) => id)
    expect(ids).toHaveLength(maxOfflinePeople + 1)
    expect(ids).not.toContain('p19')
    expect(ids).toContain('p20')
  })

  it('VIE3 says no more than it knows: an unnamed session does not take a name away', () => {
    const people = new People('me', 'Robin')
    people.peer(peer({ session: 's1', author: 'ada', name: 'Ada' }))
    people.peer(peer({ session: 's1', author: 'ada', name: '' }))
    expect(people.list()[1]?.name).toBe('Ada')
    people.rename('Rob')
    expect(people.list()[0]?.name).toBe('Rob')
  })
})

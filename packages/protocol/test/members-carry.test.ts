/** Members bring together those who have no other way to hear of each other. */
import { describe, expect, it } from 'vitest'
import { Talk } from './talk.ts'

const terminal = { platform: 'node', relay: false } as const

describe('a room without a relay', () => {
  it('GOS97 whoever knows one member’s address ends up linked directly with everybody, by signals through members', () => {
    const talk = new Talk({
      people: [terminal, { ...terminal, dials: [0] }, { ...terminal, dials: [0] }, { ...terminal, dials: [2] }],
    })
    talk.start()
    expect(talk.network.runUntil(() => talk.paths().every((path) => path === 'direct'), 20_000)).toBe(true)
    // The second and the third never had each other's address.
    expect([1, 2, 3].map((index) => talk.asked(index, 'dialAddress').length)).toEqual([1, 1, 1])
    expect([1, 2, 3].flatMap((index) => talk.asked(index, 'dial')).length).toBeGreaterThan(2)
    // Those links stand without whoever brought them together.
    talk.network.crash(talk.person(0))
    talk.network.runFor(30_000)
    expect([talk.seen(1, 2)?.path, talk.seen(2, 1)?.path, talk.seen(1, 3)?.path]).toEqual([
      'direct',
      'direct',
      'direct',
    ])
  })

  it('GOS97 people who met at a relay dial each other again through a member when it is gone', () => {
    let canLink = true
    const talk = new Talk({ people: [{}, {}, {}], canLink: (a, b) => canLink || a === 2 || b === 2 })
    talk.start()
    expect(talk.network.runUntil(() => talk.paths().every((path) => path === 'direct'), 20_000)).toBe(true)
    talk.network.relay.kill()
    talk.network.runFor(5_000)
    canLink = false
    talk.network.cutDirect()
    // All links are lost at once: without relay and without a link nobody can bring anybody together.
    talk.network.runFor(5_000)
    talk.network.relay.start()
    expect(
      talk.network.runUntil(() => [talk.seen(0, 2)?.path, talk.seen(1, 2)?.path].every((p) => p === 'direct'), 120_000),
    ).toBe(true)
    talk.network.relay.kill()
    canLink = true
    const isBack = (): boolean => talk.seen(0, 1)?.path === 'direct' && talk.seen(1, 0)?.path === 'direct'
    expect(talk.network.runUntil(isBack, 180_000)).toBe(true)
  })
})

describe('the report of a way', () => {
  it('ENG15 says of every way how far it got, what failed, how often and when it is tried next', () => {
    const talk = new Talk({ people: [{}, {}], canLink: () => false })
    talk.start()
    talk.network.runFor(5_000)
    const { session } = talk.engine(1)
    const report = () => talk.engine(0).reachReport(session, talk.network.now)
    expect(report()).toMatchObject({ session, path: 'relay', relay: 'up', isInTopic: true, name: 'person 1' })
    const way = (name: string) => report()?.attempts.find((attempt) => attempt.way === name)
    expect(way('relay')).toMatchObject({ state: 'up' })
    expect(way('webrtc')?.state).toBe('trying')
    talk.network.runFor(60_000)
    expect(way('webrtc')?.failures).toBeGreaterThan(0)
    expect(way('webrtc')?.code).toBe('timeout')
    expect(way('through')).toBeUndefined()
    talk.network.relay.kill()
    talk.network.runFor(10_000)
    expect(report()).toBeUndefined()
    expect(talk.engine(0).reachReport('ff'.repeat(32), talk.network.now)).toBeUndefined()
  })

  it('ENG15 says which member was asked to carry, and that nobody could', () => {
    const people = [{ ...terminal, dials: [2], webrtc: false }, { ...terminal, dials: [2], webrtc: false }, terminal]
    const talk = new Talk({ people, canLink: (a, b) => a === 2 || b === 2 })
    talk.start()
    talk.network.runFor(10_000)
    const report = talk.engine(0).reachReport(talk.engine(1).session, talk.network.now)
    expect(report?.attempts.find(({ way }) => way === 'through')).toMatchObject({
      state: 'up',
      through: talk.engine(2).session,
      nextAt: undefined,
    })
    expect(report?.relay).toBe('none')
    expect(report?.heardAt).toBeGreaterThan(talk.network.now - 3_000)
  })
})

describe('sparing the relay', () => {
  it('ENG16 whoever finds others by an address does not connect to it, and whoever finds nobody does', () => {
    const sparing = { platform: 'node', relayUse: 'sparing' } as const
    const talk = new Talk({ people: [sparing, { ...sparing, dials: [0] }, sparing] })
    talk.start()
    talk.network.runFor(2_500)
    expect([0, 1, 2].map((index) => talk.asked(index, 'relayConnect').length)).toEqual([0, 0, 0])
    expect(talk.seen(0, 1)?.path).toBe('direct')
    // One of those who found together goes there too, so that whoever found nobody finds them.
    expect(talk.network.runUntil(() => talk.paths().every((path) => path === 'direct'), 20_000)).toBe(true)
    expect(talk.asked(2, 'relayConnect').length).toBe(1)
    expect([0, 1].map((index) => talk.asked(index, 'relayConnect').length).toSorted((x, y) => x - y)).toEqual([0, 1])
  })
})

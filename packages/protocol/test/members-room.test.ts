/** Members rooms from end to end over a simulated relay, with real cryptography. */
import { describe, expect, it } from 'vitest'
import { House, type Resident } from './house.ts'

describe('a members room', { timeout: 120_000 }, () => {
  it('ENG20 A founds, B enters a PIN, C comes by a link of B; all talk, and everybody holds the same', () => {
    const house = new House()
    const { founder: a } = house
    const b = house.comes('B', a.invites(true))
    house.until(() => a.door[0]?.pin !== undefined && b.arrival?.phase === 'pinWanted')
    expect(b.isIn).toBe(false)
    const { digits } = a.door[0]?.pin ?? { digits: '' }
    b.does({ type: 'enterPin', pin: digits })
    house.until(() => b.isIn)
    const c = house.letIn('C', b)
    house.until(() => [a, b, c].every((one) => one.members.length === 3))
    for (const one of [a, b, c]) one.says(`${one.name} is here`)
    house.until(() => [a, b, c].every((one) => one.texts.length === 3))
    expect(b.texts).toEqual(a.texts)
    expect(c.texts).toEqual(a.texts)
    const vouched = a.snapshot.members.map(({ vouchedBy }) => vouchedBy.map(({ by, method }) => [by, method]))
    expect(vouched).toEqual(expect.arrayContaining([[], [[a.id, 'pin']], [[b.id, 'link']]]))
  })

  it('ENG21 what was said before one came is read, where the room says so, and is not where it does not', () => {
    for (const history of ['all', 'sinceJoin'] as const) {
      const house = new House({ history })
      const { founder: a } = house
      a.says('before')
      house.network.runFor(1_000)
      const b = house.letIn('B', a)
      a.says('after')
      house.until(() => b.texts.includes('after'))
      house.network.runFor(5_000)
      expect(b.texts).toEqual(history === 'all' ? ['before', 'after'] : ['after'])
    }
  })

  it('ENG22 C is removed: reads nothing that comes after, and nobody shows what it says beside or after', () => {
    const house = new House()
    const { founder: a } = house
    const b = house.letIn('B', a)
    const c = house.letIn('C', a)
    house.until(() => [a, b, c].every((one) => one.members.length === 3))
    c.says('c before')
    house.until(() => a.texts.length === 1 && b.texts.length === 1)
    expect(a.does({ type: 'remove', subject: c.id, cascade: [] }).type).toBe('membershipDone')
    c.says('c beside')
    house.until(() => b.members.length === 2)
    a.says('now without c')
    b.says('indeed')
    house.until(() => a.texts.includes('indeed') && b.texts.includes('now without c'))
    house.network.runFor(10_000)
    for (const one of [a, b]) expect(one.texts.filter((text) => text.startsWith('c '))).toEqual(['c before'])
    expect(c.texts.includes('now without c')).toBe(false)
    expect(a.snapshot.removed.map(({ identity }) => identity)).toEqual([c.id])
  })

  it('ENG23 two halves: two admins act at once, and afterwards all agree and nobody who may read is locked out', () => {
    const house = new House()
    const { founder: a } = house
    const b = house.letIn('B', a)
    const c = house.letIn('C', a)
    const d = house.letIn('D', a)
    const all = [a, b, c, d]
    house.until(() => all.every((one) => one.members.length === 4))
    for (const one of [b, c]) a.does({ type: 'setRole', subject: one.id, role: 'admin' })
    house.until(() => c.snapshot.members.filter(({ role }) => role === 'admin').length === 2)
    house.until(() => b.snapshot.members.filter(({ role }) => role === 'admin').length === 2)
    house.network.relay.kill()
    house.network.partition((peer) => (peer === a.peer.index || peer === b.peer.index ? 0 : 1))
    house.network.runFor(10_000)
    // B, who came first, removes D; C removes B, and cannot.
    expect(b.does({ type: 'remove', subject: d.id, cascade: [] }).type).toBe('membershipDone')
    expect(c.does({ type: 'remove', subject: b.id, cascade: [] })).toMatchObject({ code: 'notAllowed' })
    c.does({ type: 'setPolicy', policy: { ...c.snapshot.policy, slowSeconds: 5 } })
    a.says('in one half')
    c.says('in the other')
    house.network.runFor(10_000)
    house.network.heal()
    house.network.relay.start()
    house.until(() => [a, b, c].every((one) => one.members.length === 3), 60_000)
    house.until(() => [a, b, c].every((one) => one.texts.length === 2), 60_000)
    a.says('together again')
    house.until(() => [a, b, c].every((one) => one.texts.includes('together again')), 60_000)
    expect(b.members).toEqual(a.members)
    expect(c.members).toEqual(a.members)
    expect(d.texts.includes('together again')).toBe(false)
  })

  it('ENG24 away for 20 days, two removals and five new keys: back in one catch-up', () => {
    const house = new House()
    const { founder: a } = house
    const b = house.letIn('B', a)
    const c = house.letIn('C', a)
    const d = house.letIn('D', a)
    const e = house.letIn('E', a)
    house.until(() => [a, b, c, d, e].every((one) => one.members.length === 5))
    b.stops()
    for (const one of [d, e]) {
      a.does({ type: 'remove', subject: one.id, cascade: [] })
      house.network.runFor(5_000)
      one.stops()
    }
    const epochs = new Set<string>()
    for (let day = 0; day < 20; day++) {
      // Nobody is there overnight.
      for (const one of [a, c]) one.stops()
      house.network.runFor(86_400_000)
      for (const one of [a, c]) one.starts()
      house.network.runFor(5_000)
      a.says(`day ${day}`)
      house.network.runFor(5_000)
      epochs.add(a.snapshot.epoch?.id ?? '')
    }
    expect(epochs.size).toBeGreaterThanOrEqual(5)
    b.starts()
    house.until(() => b.texts.length === 20, 60_000)
    expect(b.members).toEqual(a.members)
    b.says('I am back')
    house.until(() => a.texts.includes('I am back') && c.texts.includes('I am back'), 60_000)
  })

  it('ENG25 an ex-member that knows an older lobby is answered by nobody', () => {
    const house = new House()
    const { founder: a } = house
    const b = house.letIn('B', a)
    const c = house.letIn('C', a)
    house.until(() => [a, b, c].every((one) => one.members.length === 3))
    c.stops()
    a.does({ type: 'remove', subject: c.id, cascade: [] })
    house.until(() => b.members.length === 2)
    house.network.runFor(5_000)
    const before = c.peer.events.length
    c.starts()
    house.network.runFor(30_000)
    const linked = c.peer.events.slice(before).filter((event) => event.type === 'peer' && event.peer.state === 'linked')
    expect(linked).toEqual([])
    a.says('quietly')
    house.network.runFor(5_000)
    expect(c.texts).toEqual([])
  })

  it('ENG31 an ex-member that comes back is told that it may be out, and a member that was away as long is not', () => {
    const house = new House()
    const { founder: a } = house
    const b = house.letIn('B', a)
    const c = house.letIn('C', a)
    const d = house.letIn('D', a)
    house.until(() => [a, b, c, d].every((one) => one.members.length === 4))
    for (const away of [c, d]) away.stops()
    a.does({ type: 'remove', subject: c.id, cascade: [] })
    house.until(() => b.members.length === 3)
    house.network.runFor(5_000)
    const told = (one: Resident): readonly boolean[] =>
      one.peer.events.flatMap((event) => (event.type === 'unanswered' ? [event.unanswered] : []))
    // D first: as long as it had not heard, it would link with C, and then tell it.
    d.starts()
    house.until(() => d.members.length === 3)
    house.network.runFor(5_000)
    c.starts()
    house.until(() => told(c).length > 0, 120_000)
    house.network.runFor(30_000)
    expect([c, d, a, b].map(told)).toEqual([[true], [], [], []])
    // Nothing more than that: by whom it was removed, and that it was, it cannot know.
    expect(c.members).toHaveLength(4)
    // Taken back when it is a member again.
    const again = b.invites(false)
    c.stops()
    const back = house.comes('C', again)
    house.until(() => b.door.length === 1)
    b.does({ type: 'vouch', subject: back.id, method: 'link' })
    house.until(() => back.isIn && d.members.length === 4, 40_000)
    expect(told(back)).toEqual([])
  })

  it('ENG26 a room that asks for two vouches refuses D with one, and takes it with two', () => {
    const house = new House()
    const { founder: a } = house
    const b = house.letIn('B', a)
    a.does({ type: 'setPolicy', policy: { ...a.snapshot.policy, vouches: 2 } })
    house.until(() => b.snapshot.policy.vouches === 2)
    const d = house.comes('D', a.invites(false))
    house.until(() => d.arrival?.phase === 'vouchesWanted')
    house.network.runFor(10_000)
    expect([a, b].map((one) => one.members.includes(d.id))).toEqual([false, false])
    house.until(() => b.door.length === 1)
    expect(b.does({ type: 'vouch', subject: d.id, method: 'sas' }).type).toBe('membershipDone')
    house.until(() => d.isIn && a.members.length === 3)
  })
})

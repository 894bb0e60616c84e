/** Somebody is removed while it is away and writing, and with it whom it brought in; over a simulated relay, with real cryptography. */
import { describe, expect, it } from 'vitest'
import { House } from './house.ts'

describe('a removal', { timeout: 120_000 }, () => {
  it('ENG27 C, removed while it is offline and writing: nobody shows what it wrote past the cut, and its vouchee falls with it', () => {
    const house = new House()
    const { founder: a } = house
    const b = house.letIn('B', a)
    const c = house.letIn('C', b)
    const d = house.letIn('D', c)
    const all = [a, b, c, d]
    house.until(() => all.every((one) => one.members.length === 4))
    c.says('before the cut')
    house.until(() => all.every((one) => one.texts.length === 1))
    // C and D are cut off from the others and go on; who they are to the others is decided meanwhile.
    house.network.relay.kill()
    house.network.partition((peer) => (peer === a.peer.index || peer === b.peer.index ? 0 : 1))
    house.network.runFor(10_000)
    c.says('past the cut')
    d.says('from whom C brought in')
    house.network.runFor(5_000)
    expect(a.does({ type: 'remove', subject: c.id, cascade: [d.id] }).type).toBe('membershipDone')
    a.says('without them')
    house.network.runFor(5_000)
    house.network.heal()
    house.network.relay.start()
    house.network.runFor(60_000)
    for (const one of [a, b]) {
      expect(one.members).toEqual([a.id, b.id].sort())
      expect(one.texts).toEqual(['before the cut', 'without them'])
    }
    for (const one of [c, d]) expect(one.texts.includes('without them')).toBe(false)
    // A new session is no way back in: C starts again, with all it knew, and writes.
    c.stops()
    c.starts()
    house.network.runFor(5_000)
    c.says('once more')
    house.network.runFor(20_000)
    for (const one of [a, b]) expect(one.texts).toEqual(['before the cut', 'without them'])
  })

  it('ENG28 whoever was removed comes back when somebody adds it anew, and is shown again from there on', () => {
    const house = new House()
    const { founder: a } = house
    const b = house.letIn('B', a)
    const c = house.letIn('C', a)
    house.until(() => [a, b, c].every((one) => one.members.length === 3))
    c.says('first time')
    house.until(() => b.texts.length === 1)
    a.does({ type: 'remove', subject: c.id, cascade: [] })
    house.until(() => b.members.length === 2)
    c.stops()
    const again = house.comes('C', b.invites(false))
    // An invite alone does not do it for who was out: somebody has to say so.
    house.until(() => b.door.length === 1)
    expect(again.isIn).toBe(false)
    expect(b.does({ type: 'vouch', subject: again.id, method: 'link' }).type).toBe('membershipDone')
    house.until(() => again.isIn && a.members.length === 3, 40_000)
    house.network.runFor(5_000)
    again.says('second time')
    house.until(() => a.texts.includes('second time') && b.texts.includes('second time'), 40_000)
    expect(a.texts).toEqual(['first time', 'second time'])
  })
})

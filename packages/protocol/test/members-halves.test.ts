/** Both halves of a parted room remove somebody, so both have moved their lobby; over a simulated relay, with real cryptography. */
import { expect, it } from 'vitest'
import { House } from './house.ts'

it(
  'ENG29 two halves that each removed somebody find one another in the lobby both knew, and go on as one',
  { timeout: 120_000 },
  () => {
    const house = new House()
    const { founder: a } = house
    const b = house.letIn('B', a)
    const c = house.letIn('C', a)
    const d = house.letIn('D', a)
    // By a PIN, so that it is C on whose word it stands, and nobody else's who answers first.
    const e = house.comes('E', c.invites(true))
    house.until(() => c.door[0]?.pin !== undefined && e.arrival?.phase === 'pinWanted')
    e.does({ type: 'enterPin', pin: c.door[0]?.pin?.digits ?? '' })
    const people = [a, b, c, d, e]
    house.until(() => people.every((one) => one.members.length === 5))
    house.network.relay.kill()
    const half = [a, b, e].map(({ peer }) => peer.index)
    house.network.partition((peer) => (half.includes(peer) ? 0 : 1))
    house.network.runFor(10_000)
    expect(a.does({ type: 'remove', subject: d.id, cascade: [] }).type).toBe('membershipDone')
    expect(c.does({ type: 'remove', subject: e.id, cascade: [] }).type).toBe('membershipDone')
    house.network.runFor(10_000)
    house.network.heal()
    house.network.relay.start()
    const left = [a, b, c]
    house.until(() => left.every((one) => one.members.length === 3), 300_000)
    // Neither half's key will do: each was given to somebody the other half removed. One makes a new one.
    house.until(() => left.every(({ snapshot }) => snapshot.epoch?.recipients === 3))
    a.says('together again')
    house.until(() => left.every((one) => one.texts.includes('together again')), 60_000)
    for (const gone of [d, e]) expect(gone.texts).toEqual([])
  },
)

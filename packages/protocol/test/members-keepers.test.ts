/** Keepers of members rooms in whole rooms, with real cryptography and a simulated clock. */
import { describe, expect, it } from 'vitest'
import { formatHex } from '../src/codec/text.ts'
import type { MadeKeeperTicket } from '../src/engine/membership-io.ts'
import type { SimPeer } from '../src/sim/peer.ts'
import { KeptHouse, hour } from './kept-house.ts'

/** Does anything a keeper stores hold these bytes? */
function holds(keeper: SimPeer, needle: Uint8Array): boolean {
  const { records } = keeper.store.read({ prefix: '', limit: 100_000 })
  return records.some(
    ({ key, value }) => Buffer.from(value).includes(Buffer.from(needle)) || key.includes(formatHex(needle)),
  )
}

describe('keepers of a members room', () => {
  it('KEE10 who comes back after a removal and new keys reads everything inside the window, from ten keepers alone', () => {
    const house = new KeptHouse()
    const { network, founder: ana } = house
    const ben = house.letIn('Ben', ana)
    const cleo = house.letIn('Cleo', ana)
    const dan = house.letIn('Dan', ana)
    const ticket = house.ticketBy(ana)
    const keepers = Array.from({ length: 10 }, (_, i) => house.keeper(`k${i}`, ticket))
    const all = (count: number) => (): boolean => keepers.every((keeper) => house.entries(keeper) === count)
    ben.says('hello')
    house.until(all(2))
    house.leaves(cleo)
    ana.says('long ago')
    house.until(all(4))
    network.sleep(4 * hour)
    network.runFor(5_000)
    expect(ana.does({ type: 'remove', subject: dan.id, cascade: [] }).type).toBe('membershipDone')
    network.runFor(5_000)
    const eve = house.letIn('Evangeline', ana)
    ana.says('Dan is gone')
    ben.says('in the afternoon')
    eve.says('hello, I am new')
    house.until(all(8), 40_000)
    for (const one of [ana, ben, eve]) house.leaves(one)
    network.sleep(3 * hour)

    cleo.starts()
    house.until(() => cleo.texts.includes('hello, I am new') && cleo.peer.sync?.phase === 'synced', 90_000)
    network.runFor(2_000)
    // What was said longer ago than the window reaches is nowhere any more, and no gap.
    expect(cleo.texts.toSorted()).toEqual(['Dan is gone', 'hello', 'hello, I am new', 'in the afternoon'])
    expect(cleo.peer.sync).toMatchObject({ phase: 'synced', gaps: 0 })
    expect(cleo.members).toEqual([ana.id, ben.id, cleo.id, eve.id].sort())
    for (const keeper of keepers) {
      expect(holds(keeper, new TextEncoder().encode('afternoon'))).toBe(false)
      expect(holds(keeper, new TextEncoder().encode('Evangeline'))).toBe(false)
    }
  }, 120_000)

  it('KEE11 who was removed cannot write to a keeper, nor make it forget, nor learn where the room went', () => {
    const house = new KeptHouse()
    const { network, founder: ana } = house
    const dan = house.letIn('Dan', ana)
    const ticket = house.ticketBy(ana)
    const keeper = house.keeper('k', ticket)
    network.runFor(10_000)
    dan.says('while I was in')
    network.runFor(10_000)
    const before = house.entries(keeper)
    expect(before).toBeGreaterThan(1)
    ana.does({ type: 'remove', subject: dan.id, cascade: [] })
    // A machine of Dan's that takes itself for a keeper, in the lobby Dan knows.
    network.runFor(10_000)
    ana.says('now')
    network.runFor(10_000)
    const after = house.entries(keeper)
    expect(after).toBe(before + 2)
    const impostor = house.keeper('impostor', { ...ticket, ticket: forged(ticket.ticket) })
    dan.says('junk')
    network.runFor(30_000)
    expect(house.entries(keeper)).toBe(after)
    expect(dan.texts).not.toContain('now')
    expect(house.entries(impostor)).toBe(0)
    expect([...impostor.store.read({ prefix: 'w/l/', limit: 10 }).records]).toEqual([])
    expect([...keeper.store.read({ prefix: 'w/l/', limit: 10 }).records].length).toBe(2)
  }, 60_000)

  it('KEE12 a keeper that was away when the room moved is told where; one whose ticket was taken back is not', () => {
    const house = new KeptHouse()
    const { network, founder: ana } = house
    const dan = house.letIn('Dan', ana)
    const kept = house.ticketBy(ana)
    const other = house.ticketBy(ana)
    const keeper = house.keeper('k0', kept)
    const turned = house.keeper('k1', other)
    network.runFor(15_000)
    ana.says('first')
    network.runFor(5_000)
    expect([house.entries(keeper), house.entries(turned)]).toEqual([2, 2])
    network.crash(keeper)
    ana.does({ type: 'remove', subject: dan.id, cascade: [] })
    network.runFor(10_000)
    expect(ana.does({ type: 'revokeInvite', invite: other.id }).type).toBe('membershipDone')
    network.runFor(10_000)
    ana.says('second')
    network.runFor(10_000)
    network.start(keeper)
    house.until(() => house.entries(keeper) === 3, 60_000)
    expect(house.entries(turned)).toBe(2)
    expect(ana.snapshot.keeperTickets.map(({ id }) => id)).toEqual([kept.id])
  }, 60_000)
})

/** The same room and lobby, under a key nobody in the room has made. */
function forged(ticket: MadeKeeperTicket['ticket']): MadeKeeperTicket['ticket'] {
  return { ...ticket, members: ticket.members && { ...ticket.members, seed: new Uint8Array(32).fill(9) } }
}

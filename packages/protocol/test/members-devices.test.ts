/** Another device of a member comes into a members room, and is taken back; over a simulated relay, with real cryptography. */
import { describe, expect, it } from 'vitest'
import { createNativeCrypto } from '../../peer/src/node/crypto.ts'
import { formatHex, parseHex } from '../src/codec/text.ts'
import type { Engine } from '../src/engine/engine.ts'
import type { Persona } from '../src/engine/options.ts'
import { revokeDevice } from '../src/identity/revocation.ts'
import { certifyDevice, createDevice, createIdentity } from '../src/identity/session.ts'
import type { Policy } from '../src/members/policy.ts'
import { House, type Resident } from './house.ts'
import { KeptHouse } from './kept-house.ts'

const crypto = createNativeCrypto()
const startMs = 1_700_000_000_000

/** A founder whose identity is at hand, and two devices of hers: the second is not known to the room yet. */
function twoDevices(policy: Partial<Policy> = {}) {
  const identity = createIdentity(crypto)
  const persona = (): Persona => {
    const device = createDevice(crypto)
    const keys = { sign: device.sign.publicKey, agree: device.agree.publicKey }
    return { author: identity.publicKey, device, statements: [certifyDevice(crypto, identity, keys, startMs)] }
  }
  const personas = { A: persona(), A2: persona() }
  const house = new KeptHouse(policy, { startMs }, personas)
  const addDevice = (): Resident => {
    const { statements, device } = personas.A2
    const certificate = statements[0] as Uint8Array
    const told = house.founder.does({ type: 'addDevice', certificate, agree: device.agree.publicKey })
    if (told.type !== 'membershipDone' || told.lobby === undefined) throw new Error('no lobby')
    return house.device('A2', told.lobby)
  }
  const takeBack = (): void => {
    const device = personas.A2.device.sign.publicKey
    const heads = (house.founder.peer.engine as Engine).headsOfDevice(formatHex(device))
    const listed = heads.map(({ session, seq }) => ({ session: parseHex(session) as Uint8Array, seq }))
    const statement = revokeDevice(crypto, identity, device, listed, house.network.now)
    expect(house.founder.does({ type: 'revokeDevice', statement }).type).toBe('membershipDone')
  }
  return { house, personas, addDevice, takeBack }
}

describe('devices in a members room', { timeout: 120_000 }, () => {
  it('DEV5 a device that was added reads what was said before, and writes as the same person', () => {
    const { house, addDevice } = twoDevices()
    const { founder: a } = house
    const b = house.letIn('B', a)
    a.says('from the first device')
    house.until(() => b.texts.length === 1)
    const a2 = addDevice()
    house.until(() => a2.isIn && a2.texts.length === 1)
    a2.says('from the second')
    house.until(() => [a, b].every((one) => one.texts.length === 2))
    const authors = new Set([...b.peer.shown.values()].map(({ author }) => author))
    expect([...authors]).toEqual([a.id])
    expect(b.snapshot.members.find(({ identity }) => identity === a.id)?.devices).toHaveLength(2)
  })

  it('DEV13 somebody who lost every device and has the identity comes back by an invite as the member they were', () => {
    const { house, personas } = twoDevices()
    const { founder: a } = house
    const b = house.letIn('B', a)
    a.says('before it was lost')
    house.until(() => b.texts.length === 1)
    a.stops()
    expect(personas.A2.author).toEqual(personas.A.author)
    const back = house.comes('A2', b.invites(true))
    house.until(() => back.texts.length === 1, 60_000)
    expect(back.snapshot).toMatchObject({ standing: 'in', role: 'founder' })
    back.says('here again')
    house.until(() => b.texts.includes('here again'), 40_000)
    expect(b.members).toHaveLength(2)
    expect(b.snapshot.members.find(({ identity }) => identity === a.id)?.devices).toHaveLength(2)
    // Nobody was asked for a PIN: the identity is what is proved.
    expect(b.door).toEqual([])
    expect(back.does({ type: 'setPolicy', policy: { ...back.snapshot.policy, vouches: 2 } }).type).toBe(
      'membershipDone',
    )
    house.until(() => b.snapshot.policy.vouches === 2)
  })

  it('DEV6 a device that was taken back reads nothing that is said later, and what it says is shown to nobody', () => {
    const { house, addDevice, takeBack } = twoDevices()
    const { founder: a } = house
    const b = house.letIn('B', a)
    const a2 = addDevice()
    house.until(() => a2.isIn)
    a2.says('while it was good')
    house.until(() => [a, b].every((one) => one.texts.length === 1))
    // It is stolen: away while it is taken back, and writing.
    house.network.relay.kill()
    house.network.partition((peer) => (peer === a2.peer.index ? 1 : 0))
    house.network.runFor(5_000)
    a2.says('by the thief')
    const before = a.snapshot.epoch?.id
    takeBack()
    a.says('after it')
    house.network.runFor(5_000)
    house.network.heal()
    house.network.relay.start()
    house.network.runFor(60_000)
    for (const one of [a, b]) {
      expect(one.texts).toEqual(['while it was good', 'after it'])
      expect(one.snapshot.epoch?.id).not.toBe(before)
      expect(one.snapshot.members.find(({ identity }) => identity === a.id)?.devices).toHaveLength(1)
    }
    expect(a2.texts).not.toContain('after it')
    // Nor by starting again with all it knew.
    a2.stops()
    a2.starts()
    house.network.runFor(20_000)
    a2.says('once more')
    house.network.runFor(20_000)
    expect(a2.texts).not.toContain('after it')
    for (const one of [a, b]) expect(one.texts).toEqual(['while it was good', 'after it'])
  })

  it('KEE16 what a device writes after it was taken back no keeper takes; what it wrote before stays', () => {
    const { house, addDevice, takeBack } = twoDevices()
    const { network, founder: a } = house
    const b = house.letIn('B', a)
    const a2 = addDevice()
    house.until(() => a2.isIn)
    const keeper = house.keeper('k', house.ticketBy(a))
    network.runFor(10_000)
    for (const one of [a, a2]) one.says('while it was good')
    network.runFor(10_000)
    const before = house.entries(keeper)
    expect(before).toBe(4)
    network.partition((peer) => (peer === a2.peer.index ? 1 : 0))
    network.runFor(5_000)
    a2.says('by the thief')
    takeBack()
    a.says('after it')
    network.runFor(20_000)
    expect(house.entries(keeper)).toBe(before + 1)
    // The thief meets the keeper when nobody else is there.
    for (const one of [a, b]) house.leaves(one)
    network.runFor(5_000)
    network.heal()
    network.runFor(60_000)
    a2.says('once more')
    network.runFor(30_000)
    expect(house.entries(keeper)).toBe(before + 1)
    expect(a2.texts).not.toContain('after it')
  })

  it('DEV7 a device that is here when it is taken back is told, and says nothing more', () => {
    const { house, addDevice, takeBack } = twoDevices()
    const { founder: a } = house
    const a2 = addDevice()
    house.until(() => a2.isIn)
    a2.says('here')
    house.until(() => a.texts.length === 1)
    takeBack()
    house.until(() => a2.snapshot.deviceRevoked === true)
    a2.says('still here')
    house.network.runFor(5_000)
    expect(a2.peer.events.findLast((event) => event.type === 'postRefused')).toBeDefined()
    expect(a.texts).toEqual(['here'])
  })

  it('EPO18 a device goes on with another half, also after a start with one the others do not know', () => {
    const house = new House()
    const { founder: a } = house
    const b = house.letIn('B', a)
    const c = house.letIn('C', b)
    const d = house.letIn('D', b)
    house.until(() => [a, b, c, d].every((one) => one.members.length === 4))
    const fresh = crypto.agreeKeyPair(crypto.random(32))
    // The old one is gone at once: only what is sealed for the new one can be opened.
    expect(a.does({ type: 'turnAgree', agree: fresh, older: [] }).type).toBe('membershipDone')
    house.network.runFor(3_000)
    expect(b.does({ type: 'remove', subject: c.id, cascade: [] }).type).toBe('membershipDone')
    b.says('for the new half')
    house.until(() => a.texts.includes('for the new half'))
    // It starts with the half it had before, and says so.
    a.stops()
    a.starts()
    house.network.runFor(10_000)
    expect(b.does({ type: 'remove', subject: d.id, cascade: [] }).type).toBe('membershipDone')
    b.says('for the one before')
    house.until(() => a.texts.includes('for the one before'))
  })
})

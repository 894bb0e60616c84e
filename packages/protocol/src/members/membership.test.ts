import { describe, expect, it } from 'vitest'
import { createSeededCrypto } from '../crypto/seeded.ts'
import { certifyDevice, createDevice } from '../identity/session.ts'
import { revokeDevice } from '../identity/revocation.ts'
import { createCheapCrypto } from './cheap-fixture.ts'
import {
  OneRoom,
  type Somebody,
  adding,
  createRoomOperation,
  createSomebody,
  labTime,
  removing,
  say,
  vouching,
} from './members-fixture.ts'
import { Membership } from './membership.ts'
import { defaultPolicy } from './policy.ts'
import type { Operation } from './operation.ts'

const admin = 'admin'

describe('membership', () => {
  const crypto = createCheapCrypto('membership')

  it('MEM1 lets the room begin with one create: a forged second one is refused', () => {
    const room = new OneRoom(crypto)
    const mallory = room.somebody('mallory')
    expect(room.members.receive(createRoomOperation(crypto, mallory).bytes).taken).toBe('refused')
    const other = new OneRoom(crypto)
    const foreign = other.add(other.founder, mallory)
    expect(room.members.receive(foreign.bytes).taken).toBe('refused')
    expect(room.names()).toEqual(['founder'])
  })

  it('MEM2 takes only what the device signed, byte for byte', () => {
    const room = new OneRoom(crypto)
    const bob = room.somebody('bob')
    const { bytes } = say(crypto, room.founder, room.room, room.members.heads(), adding(bob))
    for (let at = 0; at < bytes.length; at += 7) {
      const altered = bytes.slice()
      altered[at] = (altered[at] as number) ^ 1
      expect(['malformed', 'forged', 'refused', 'waiting']).toContain(room.members.receive(altered).taken)
    }
    expect(room.has(bob)).toBe(false)
    expect(room.members.receive(bytes).taken).toBe('added')
    expect(room.has(bob)).toBe(true)
  })

  it('MEM3 lets nobody speak for an identity with a device it did not certify', () => {
    const room = new OneRoom(crypto)
    const mallory = room.somebody('mallory')
    room.add(room.founder, mallory)
    const bob = room.somebody('bob')
    room.add(room.founder, bob)
    const asFounder = say(
      crypto,
      mallory,
      room.room,
      room.members.heads(),
      removing(bob),
      room.founder.identity.publicKey,
    )
    room.members.receive(asFounder.bytes)
    expect(room.has(bob)).toBe(true)
    const borrowed = { ...adding(room.somebody('eve')), certificate: mallory.certificate }
    expect(room.members.receive(say(crypto, room.founder, room.room, room.members.heads(), borrowed).bytes).taken).toBe(
      'forged',
    )
  })

  it('MEM4 keeps operations with unknown parents waiting, and forged ones for ever', () => {
    const room = new OneRoom(crypto)
    const [bob, carol] = [room.somebody('bob'), room.somebody('carol')]
    const first = say(crypto, room.founder, room.room, [room.create.id], adding(bob))
    const second = say(crypto, bob, room.room, [first.id], adding(carol))
    expect(room.members.receive(second.bytes).taken).toBe('waiting')
    expect(room.members.missing()).toEqual([first.id])
    const forged = say(crypto, bob, room.room, ['ab'.repeat(32)], removing(room.founder))
    expect(room.members.receive(forged.bytes).taken).toBe('waiting')
    room.members.receive(first.bytes)
    expect(room.names(room.members, [bob, carol])).toEqual(['bob', 'carol', 'founder'])
  })

  it('MEM5 lets nobody remove whom they do not outrank: a junior removing a senior is void', () => {
    const room = new OneRoom(crypto)
    const [senior, junior] = [room.somebody('senior'), room.somebody('junior')]
    room.add(room.founder, senior)
    room.add(senior, junior)
    room.say(room.founder, { type: 'role', subject: junior.id, role: admin })
    room.say(junior, removing(senior))
    room.say(junior, removing(room.founder))
    expect(room.names(room.members, [senior, junior])).toEqual(['founder', 'junior', 'senior'])
    room.say(senior, removing(junior))
    expect(room.has(junior)).toBe(false)
  })

  it('MEM5 lets members take back whom they brought in, and only admins remove others below them', () => {
    const room = new OneRoom(crypto)
    const [a, b, c] = [room.somebody('a'), room.somebody('b'), room.somebody('c')]
    room.add(room.founder, a)
    room.add(room.founder, b)
    room.add(b, c)
    room.say(a, removing(c))
    expect(room.has(c)).toBe(true)
    room.say(b, removing(c))
    expect(room.has(c)).toBe(false)
  })

  it('MEM6 voids what the removed one wrote beside its removal: a backdated removal of its remover', () => {
    const room = new OneRoom(crypto)
    const [alice, mallory, sock] = [room.somebody('alice'), room.somebody('mallory'), room.somebody('sock')]
    room.add(room.founder, alice)
    room.say(room.founder, { type: 'role', subject: alice.id, role: admin })
    const before = room.add(room.founder, mallory)
    const made = room.say(room.founder, { type: 'role', subject: mallory.id, role: admin })
    room.say(alice, removing(mallory))
    room.say(mallory, removing(alice), [made])
    const sneaked = room.add(mallory, sock, [before])
    room.add(sock, room.somebody('another'), [sneaked])
    expect(room.names(room.members, [alice])).toEqual(['alice', 'founder'])
  })

  it('MEM7 does not raise a rank by backdated adds', () => {
    const room = new OneRoom(crypto)
    const [alice, mallory, sock] = [room.somebody('alice'), room.somebody('mallory'), room.somebody('sock')]
    room.add(room.founder, alice)
    const second = room.add(room.founder, mallory)
    const promoted = room.say(room.founder, { type: 'role', subject: mallory.id, role: admin })
    // Dated right behind its own admission: still below mallory, who is below alice.
    const puppet = room.add(mallory, sock, [second])
    const raised = room.say(mallory, { type: 'role', subject: sock.id, role: admin }, [promoted, puppet])
    room.say(sock, removing(alice), [raised])
    expect(room.has(alice)).toBe(true)
    expect(room.has(sock)).toBe(true)
  })

  it('MEM8 voids what a demoted admin wrote as one beside the demotion', () => {
    const room = new OneRoom(crypto)
    const [mallory, bob] = [room.somebody('mallory'), room.somebody('bob')]
    room.add(room.founder, mallory)
    room.add(room.founder, bob)
    const up = room.say(room.founder, { type: 'role', subject: mallory.id, role: admin })
    room.say(room.founder, { type: 'role', subject: mallory.id, role: 'member' })
    room.say(mallory, removing(bob), [up])
    expect(room.has(bob)).toBe(true)
    expect(room.members.isAdmin(mallory.id)).toBe(false)
  })

  it('MEM9 cannot be knotted: adds and removals in a circle leave those who were there', () => {
    const room = new OneRoom(crypto)
    const [a, b] = [room.somebody('a'), room.somebody('b')]
    const one = room.add(room.founder, a)
    const two = room.add(a, b, [one])
    room.add(b, a, [two])
    room.say(b, removing(a), [two])
    expect(room.names(room.members, [a, b])).toEqual(['a', 'b', 'founder'])
  })

  it('MEM10 lets a later add undo a removal, and not one beside it', () => {
    const room = new OneRoom(crypto)
    const [a, bob] = [room.somebody('a'), room.somebody('bob')]
    room.add(room.founder, a)
    const base = room.add(room.founder, bob)
    room.say(room.founder, removing(bob), [base])
    room.add(a, bob, [base])
    expect(room.has(bob)).toBe(false)
    room.add(a, bob)
    expect(room.has(bob)).toBe(true)
  })

  it('MEM11 voids adds by a void member, and what hangs on them', () => {
    const room = new OneRoom(crypto)
    const [m, x, y] = [room.somebody('m'), room.somebody('x'), room.somebody('y')]
    const base = room.add(room.founder, m)
    room.say(room.founder, removing(m))
    const one = room.add(m, x, [base])
    const two = room.add(x, y, [one])
    room.say(y, removing(room.founder), [two])
    expect(room.names()).toEqual(['founder'])
  })

  it('MEM12 wants k words of different members: a removed voucher counts if it spoke before', () => {
    const room = new OneRoom(crypto, { vouches: 2 })
    const [a, b, x] = [room.somebody('a'), room.somebody('b'), room.somebody('x')]
    // Alone, the founder cannot let anybody in where two have to vouch.
    room.say(room.founder, { type: 'policy', policy: { ...defaultPolicy, vouches: 1 } })
    room.add(room.founder, a)
    room.add(room.founder, b)
    room.say(room.founder, { type: 'policy', policy: { ...defaultPolicy, vouches: 2 } })
    const add = room.add(a, x)
    expect(room.has(x)).toBe(false)
    room.say(a, vouching(x, add))
    room.say(x, vouching(x, add))
    expect(room.has(x)).toBe(false)
    expect(room.members.pending().map(({ needed }) => needed)).toEqual([2])
    const word = room.say(b, vouching(x, add))
    expect(room.has(x)).toBe(true)
    room.say(room.founder, removing(b), [word])
    expect(room.has(x)).toBe(true)
  })

  it('MEM12 does not count the word of a voucher that was removed beside it', () => {
    const room = new OneRoom(crypto, { vouches: 1 })
    const [a, b, x] = [room.somebody('a'), room.somebody('b'), room.somebody('x')]
    room.add(room.founder, a)
    room.add(room.founder, b)
    const rule = room.say(room.founder, { type: 'policy', policy: { ...defaultPolicy, vouches: 2 } })
    const add = room.add(a, x)
    room.say(room.founder, removing(b), [rule])
    room.say(b, vouching(x, add), [add])
    expect(room.has(x)).toBe(false)
  })

  it('MEM13 holds an add to a rule it claims not to have heard of', () => {
    const room = new OneRoom(crypto)
    const [m, sock] = [room.somebody('m'), room.somebody('sock')]
    const base = room.add(room.founder, m)
    room.say(room.founder, { type: 'policy', policy: { ...defaultPolicy, whoMayAdd: 'admins' } }, [base])
    room.add(m, sock, [base])
    expect(room.has(sock)).toBe(false)
  })

  it('MEM14 removes those named with the removed one, and only whom the remover outranks', () => {
    const room = new OneRoom(crypto)
    const [a, b, c, other] = ['a', 'b', 'c', 'other'].map((name) => room.somebody(name)) as [
      Somebody,
      Somebody,
      Somebody,
      Somebody,
    ]
    room.add(room.founder, other)
    room.add(room.founder, a)
    room.add(a, b)
    room.add(b, c)
    room.say(a, removing(b, c, other))
    expect(room.names(room.members, [a, b, c, other])).toEqual(['a', 'founder', 'other'])
  })

  it('MEM15 takes back a stolen device of the founder by its identity, beside whatever the thief wrote', () => {
    const room = new OneRoom(crypto)
    const [bob, sock] = [room.somebody('bob'), room.somebody('sock')]
    const base = room.add(room.founder, bob)
    const phone = createDevice(crypto)
    const keys = { sign: phone.sign.publicKey, agree: phone.agree.publicKey }
    const certificate = certifyDevice(crypto, room.founder.identity, keys, labTime)
    const onPhone = { ...room.founder, device: phone }
    room.say(onPhone, { type: 'device', agree: phone.agree.publicKey, certificate })
    const statement = revokeDevice(crypto, room.founder.identity, room.founder.device.sign.publicKey, [], labTime)
    room.say(onPhone, { type: 'revocation', statement })
    room.say(room.founder, removing(bob), [base])
    room.add(room.founder, sock, [base])
    expect(room.names(room.members, [bob])).toEqual(['bob', 'founder'])
    expect(room.members.devicesOf(room.founder.id)).toHaveLength(1)
    room.add(onPhone, sock)
    expect(room.has(sock)).toBe(true)
  })

  it('MEM16 hides what a removed member said beyond the heads of its removal, in any session', () => {
    const room = new OneRoom(crypto)
    const bob = room.somebody('bob')
    room.add(room.founder, bob)
    const [known, fresh] = ['11'.repeat(32), '22'.repeat(32)]
    const said = { author: bob.id, device: '00', epoch: '', session: known }
    expect(room.members.counts({ ...said, seq: 9 })).toBe(true)
    room.say(room.founder, { type: 'remove', subjects: [bob.id], heads: [{ session: known, seq: 3 }] })
    expect(room.members.counts({ ...said, seq: 3 })).toBe(true)
    expect(room.members.counts({ ...said, seq: 4 })).toBe(false)
    expect(room.members.counts({ ...said, session: fresh, seq: 0 })).toBe(false)
    expect(room.members.counts({ ...said, author: '33'.repeat(32), seq: 0 })).toBe(false)
    // Come again, it speaks under an epoch that was made after its removal, and only there.
    room.add(room.founder, bob)
    const epoch = 'ee'.repeat(32)
    const lockboxes = [] as const
    room.say(room.founder, { type: 'rekey', epoch, nonce: new Uint8Array(24), sealed: new Uint8Array(40), lockboxes })
    expect(room.members.counts({ ...said, session: fresh, seq: 0, epoch })).toBe(true)
    expect(room.members.counts({ ...said, session: fresh, seq: 0 })).toBe(false)
  })

  it('MEM17 answers the same for the same operations in a thousand orders', () => {
    const room = new OneRoom(crypto)
    const people = ['a', 'b', 'c', 'd', 'e'].map((name) => room.somebody(name))
    const [a, b, c, d, e] = people as [Somebody, Somebody, Somebody, Somebody, Somebody]
    room.add(room.founder, a)
    const two = room.add(room.founder, b)
    const up = room.say(room.founder, { type: 'role', subject: a.id, role: admin }, [two])
    const three = room.add(a, c, [up])
    room.say(room.founder, { type: 'role', subject: b.id, role: admin }, [three])
    room.add(b, d, [two])
    room.say(a, removing(b), [three])
    room.say(b, removing(c), [two])
    room.add(c, e, [three])
    room.say(a, { type: 'leave', heads: [] })
    const answers = new Set<string>()
    const random = createSeededCrypto('orders').random
    for (let run = 0; run < 1000; run++) {
      const order = [...room.operations]
      for (let i = order.length - 1; i > 0; i--) {
        const j = ((random(2)[0] ?? 0) * 256 + (random(1)[0] ?? 0)) % (i + 1)
        ;[order[i], order[j]] = [order[j] as Operation, order[i] as Operation]
      }
      const replica = room.replica()
      // Asked in between, so that what was settled early is settled on.
      for (const op of order) {
        replica.take(op)
        replica.isMember(room.founder.id)
      }
      answers.add(room.names(replica, people).join())
    }
    expect([...answers]).toEqual([room.names(room.members, people).join()])
  })

  it('MEM18 bears a flood of 10,000 operations by one member, and throws its author out', () => {
    const room = new OneRoom(crypto)
    const m = room.somebody('m')
    const base = room.add(room.founder, m)
    const invite = { type: 'revokeInvite', invite: '00'.repeat(16) } as const
    let last = base
    let refused = 0
    const replica = room.replica()
    for (const op of room.operations) replica.take(op)
    for (let i = 0; i < 10_000; i++) {
      const op = say(crypto, m, room.room, [i % 2 === 0 ? last.id : base.id], invite)
      const { taken } = replica.take(op)
      if (taken === 'refused') refused++
      else if (i % 2 === 0) last = op
    }
    expect(replica.size).toBeLessThanOrEqual(10_002)
    const removal = say(crypto, room.founder, room.room, [base.id], removing(m))
    expect(replica.take(removal).taken).toBe('added')
    expect(replica.isMember(m.id)).toBe(false)
    expect(refused).toBeGreaterThan(0)
  })

  it('MEM19 shows invites with who came by them, and void ones as revoked', () => {
    const room = new OneRoom(crypto)
    const [a, b] = [room.somebody('a'), room.somebody('b')]
    room.add(room.founder, a)
    const meet = crypto.random(32)
    room.say(a, { type: 'invite', meet, key: crypto.random(32), expires: labTime, uses: 2, asksPin: true })
    const [invite] = room.members.invites()
    const id = invite?.offered.id ?? ''
    room.say(a, adding(b, 'link', id))
    expect(room.members.invite(id)).toMatchObject({ by: a.id, revoked: false, usedBy: [b.id], asksPin: true })
    room.say(b, { type: 'revokeInvite', invite: id })
    expect(room.members.invite(id)?.revoked).toBe(false)
    room.say(room.founder, { type: 'revokeInvite', invite: id })
    expect(room.members.invite(id)?.revoked).toBe(true)
  })

  it('MEM20 lets anybody go, and nothing said after counts', () => {
    const room = new OneRoom(crypto)
    const [a, b] = [room.somebody('a'), room.somebody('b')]
    const base = room.add(room.founder, a)
    room.say(a, { type: 'leave', heads: [] })
    room.add(a, b, [base])
    room.add(a, b)
    expect(room.names()).toEqual(['founder'])
    expect(room.members.isMember(createSomebody(crypto, 'nobody').id)).toBe(false)
  })
})

it('MEM1 names a room by the hash of its beginning', () => {
  const crypto = createSeededCrypto('real')
  const room = new OneRoom(crypto)
  const replica = new Membership(crypto, room.room)
  expect(replica.receive(room.create.bytes).taken).toBe('added')
  expect(new Membership(crypto, crypto.random(32)).receive(room.create.bytes).taken).toBe('refused')
})

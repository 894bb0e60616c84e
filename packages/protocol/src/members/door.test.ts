import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { junk, otherPin, SmallRoom } from './admission-fixture.ts'
import type { Offering, Person } from './admission-fixture.ts'
import { admissionTags, decodeAdmission, encodeAdmission } from './admission-wire.ts'
import { Door, inviterFirstMs, maxAtDoor } from './door.ts'
import { edgesOf } from './edges.ts'
import { drawPin, maxPinTries, parsePin, pinLifeMs, PinAnswering, PinAsking } from './pin.ts'

function anyRoom(
  seed: string,
  asksPin = true,
): { room: SmallRoom; a: Person; b: Person; invite: Offering; link: string } {
  const room = new SmallRoom(seed)
  const [a, b] = [room.member('A'), room.person('B')] as const
  const invite = room.invite(a, { asksPin })
  return { room, a, b, invite, link: room.meet(a, b, invite) }
}

describe('the seed’s flow (S2-07 … S2-21)', () => {
  const room = new SmallRoom('S2')
  const [a, b, c] = [room.member('A'), room.person('B'), room.person('C')] as const
  const shown = (person: Person): unknown => room.arrivals.get(person.id)!.state
  let k: Offering, l: Offering

  it('S2-10 S2-17 INV4 A founds the room; without an invite nobody is let in, not even by itself', () => {
    const unknown = { ...room.invite(a, { asksPin: true }), id: 'ff'.repeat(16) }
    const link = room.meet(a, b, unknown)
    expect(shown(b)).toEqual({ phase: 'refused', reason: 'unknown' })
    expect(room.closed.has(link)).toBe(true)
    expect(room.members).toEqual(new Set([a.id]))
    room.arrivals.clear()
  })

  it('S2-18 INV4 A invites B with key K by another road; B comes with it and A asks for a PIN', () => {
    k = room.invite(a, { asksPin: true })
    room.meet(a, b, k)
    // S2-11: connected, but not verified.
    expect(shown(b)).toEqual({ phase: 'pinWanted', by: a.id, name: 'A', triesLeft: maxPinTries, wrong: 0 })
    expect(room.members.has(b.id)).toBe(false)
  })

  it('S2-12 PIN1 only when B has answered the challenge is it let in', () => {
    expect(room.enter(b, room.pinOf(a, b)!)).toBe(true)
    expect(shown(b)).toEqual({ phase: 'in' })
    expect(room.vouches).toEqual([{ by: a.id, for: b.id, method: 'pin' }])
    expect(room.welcomed).toEqual([`${a.id} ${b.id}`])
    room.openDoor(b)
  })

  it('S2-19 INV4 B invites C with key L and tells A of it; C with L is accepted by both A and B', () => {
    l = room.invite(b, { asksPin: true })
    room.meet(a, c, l)
    room.meet(b, c, l)
    // S2-13: B, who invited, poses its challenge at once; A poses one of its own.
    expect(shown(c)).toEqual({ phase: 'pinWanted', by: b.id, name: 'B', triesLeft: maxPinTries, wrong: 0 })
    expect(room.enter(c, room.pinOf(b, c)!)).toBe(true)
    expect(room.vouch(a, c, 'pin')).toBe(true)
    expect(room.pinOf(a, c)).not.toBe(undefined)
    expect(room.arrivals.get(c.id)!.state).toEqual({ phase: 'in' })
    room.enter(c, room.pinOf(a, c)!)
    expect(room.vouches.filter((vouch) => vouch.for === c.id).map(({ by }) => by)).toEqual([b.id, a.id])
    room.openDoor(c)
    for (const self of [a, b, c]) {
      const challengers = new Set(room.vouches.filter((vouch) => vouch.for === self.id).map(({ by }) => by))
      const { members, vouches } = room
      const sources = { self: self.id, founder: a.id, members, vouches, challengers, vouchesNeeded: () => 1 }
      for (const rule of ['own', 'trusted'] as const) expect(edgesOf({ ...sources, rule }).size).toBe(2)
    }
  })

  it('S2-20 INV5 whoever comes with a key that nobody gave is refused by everybody', () => {
    const e = room.person('E')
    const forged = { ...k, id: 'ab'.repeat(16) }
    for (const host of [a, b, c]) room.meet(host, e, forged)
    expect(shown(e)).toEqual({ phase: 'refused', reason: 'unknown' })
    expect(room.members.has(e.id)).toBe(false)
  })

  it('S2-21 INV4 and so on: C invites D', () => {
    const d = room.person('D')
    const m = room.invite(c, { asksPin: true })
    room.meet(c, d, m)
    room.enter(d, room.pinOf(c, d)!)
    expect(shown(d)).toEqual({ phase: 'in' })
  })
})

describe('a room that asks for two vouchers', () => {
  it('INV6 S2-13 one vouch does not let D in; a second member runs a PIN of its own, and then it does', () => {
    const room = new SmallRoom('two')
    room.vouchesNeeded = 2
    const [a, b, d] = [room.member('A'), room.member('B'), room.person('D')] as const
    const invite = room.invite(a, { asksPin: true })
    room.meet(a, d, invite)
    room.meet(b, d, invite)
    const ofA = room.pinOf(a, d)!
    expect(room.pinOf(b, d)).toBe(undefined)
    room.enter(d, ofA)
    expect(room.members.has(d.id)).toBe(false)
    expect(room.arrivals.get(d.id)!.state).toEqual({ phase: 'vouchesWanted', have: 1, need: 2 })
    expect(room.welcomed).toEqual([])
    room.vouch(b, d, 'pin')
    const ofB = room.pinOf(b, d)!
    // The PIN of A is none with B.
    room.enter(d, ofA === ofB ? otherPin(ofB) : ofA)
    expect(room.members.has(d.id)).toBe(false)
    room.enter(d, ofB)
    expect(room.members.has(d.id)).toBe(true)
    expect(room.welcomed.length).toBe(2)
  })

  it('INV6 a link alone is the inviter’s word only: no other member vouches without being asked', () => {
    const room = new SmallRoom('two by link')
    room.vouchesNeeded = 2
    const [a, b, d] = [room.member('A'), room.member('B'), room.person('D')] as const
    const invite = room.invite(a, { asksPin: false })
    room.meet(a, d, invite)
    room.meet(b, d, invite)
    expect(room.vouches).toEqual([{ by: a.id, for: d.id, method: 'link' }])
    expect(room.members.has(d.id)).toBe(false)
    room.vouch(b, d, 'sas')
    expect(room.members.has(d.id)).toBe(true)
  })
})

describe('who answers for whom a link alone lets in', () => {
  const meetAll = (seed: string, isInviterHere: boolean): { room: SmallRoom; a: Person; b: Person; d: Person } => {
    const room = new SmallRoom(seed)
    const [a, b, d] = [room.member('A'), room.member('B'), room.person('D')] as const
    if (isInviterHere) room.here.add(a.id)
    const invite = room.invite(a, { asksPin: false })
    room.meet(b, d, invite)
    if (isInviterHere) {
      expect(room.members.has(d.id)).toBe(false)
      room.meet(a, d, invite)
    }
    return { room, a, b, d }
  }

  it('INV4 whoever gave it away, when they are here, though another member was met first', () => {
    const { room, a, d } = meetAll('inviter first', true)
    room.now += inviterFirstMs
    room.refresh()
    expect(room.vouches).toEqual([{ by: a.id, for: d.id, method: 'link' }])
  })

  it('INV4 another member at once when they are not here, and soon when they do not answer or have gone', () => {
    const away = meetAll('inviter away', false)
    expect(away.room.vouches).toEqual([{ by: away.b.id, for: away.d.id, method: 'link' }])
    for (const passes of ['gone', 'silent'] as const) {
      const room = new SmallRoom(passes)
      const [a, b, d] = [room.member('A'), room.member('B'), room.person('D')] as const
      room.here.add(a.id)
      room.meet(b, d, room.invite(a, { asksPin: false }))
      room.refresh()
      expect(room.members.has(d.id)).toBe(false)
      if (passes === 'gone') room.here.delete(a.id)
      else room.now += inviterFirstMs
      room.refresh()
      expect(room.vouches).toEqual([{ by: b.id, for: d.id, method: 'link' }])
    }
  })

  it('INV4 nobody but the inviter, when the room has come to ask for more while they were waited for', () => {
    const room = new SmallRoom('stricter')
    const [a, b, d] = [room.member('A'), room.member('B'), room.person('D')] as const
    room.here.add(a.id)
    room.meet(b, d, room.invite(a, { asksPin: false }))
    room.vouchesNeeded = 2
    room.now += inviterFirstMs
    room.refresh()
    expect(room.vouches).toEqual([])
  })
})

describe('invites', () => {
  it.each(['expired', 'revoked', 'used', 'burnt'] as const)('INV5 one that is %s lets nobody in', (reason) => {
    const { room, a, b, invite } = anyRoom(reason)
    const late = room.person('late')
    if (reason === 'used') room.enter(b, room.pinOf(a, b)!)
    if (reason === 'revoked') invite.revoked = true
    if (reason === 'burnt') for (let i = 0; i < maxPinTries; i++) room.enter(b, otherPin(room.pinOf(a, b)!))
    if (reason === 'expired') room.now = invite.expires
    room.meet(a, late, invite)
    const { state } = room.arrivals.get(late.id)!
    // Burning an invite revokes it.
    expect(state.phase === 'refused' && state.reason).toBe(reason === 'burnt' ? 'revoked' : reason)
    expect(room.members.has(late.id)).toBe(false)
  })

  it.each(['expired', 'revoked', 'used'] as const)(
    'INV5 one that becomes %s sends away who waits at the door',
    (reason) => {
      const { room, a, b, invite, link } = anyRoom(`waits ${reason}`)
      const other = room.person('other')
      room.meet(a, other, invite)
      const [pin, ofOther] = [room.pinOf(a, b)!, room.pinOf(a, other)!]
      if (reason === 'revoked') invite.revoked = true
      if (reason === 'expired') room.now = invite.expires
      if (reason === 'used') room.enter(other, ofOther)
      room.refresh()
      expect(room.closed.has(link)).toBe(true)
      expect(room.enter(b, pin)).toBe(false)
      expect(room.arrivals.get(b.id)!.state).toEqual({ phase: 'refused', reason })
    },
  )

  it('INV7 whoever was let in and lost the link before the welcome comes back and gets it', () => {
    const { room, a, b, invite, link } = anyRoom('again')
    room.enter(b, room.pinOf(a, b)!)
    room.hangUp(link)
    room.now = invite.expires + 1
    room.meet(a, b, invite)
    expect(room.arrivals.get(b.id)!.state).toEqual({ phase: 'in' })
    expect(room.welcomed.length).toBe(2)
    expect(room.vouches.length).toBe(1)
  })

  it('INV7 two members admit at once: one member, one use', () => {
    const room = new SmallRoom('at once')
    const [a, b, c] = [room.member('A'), room.member('B'), room.person('C')] as const
    const invite = room.invite(a, { asksPin: false, uses: 1 })
    room.meet(b, c, invite)
    room.meet(a, c, invite)
    expect([...room.added]).toEqual([[c.id, invite.id]])
    const late = room.person('late')
    room.meet(a, late, invite)
    expect(room.arrivals.get(late.id)!.state).toEqual({ phase: 'refused', reason: 'used' })
  })

  it('INV10 whoever was removed does not come back by the invite it came by, nor by a link alone', () => {
    const room = new SmallRoom('removed')
    const [a, b] = [room.member('A'), room.person('B')] as const
    const invite = room.invite(a, { asksPin: false, uses: 5 })
    room.hangUp(room.meet(a, b, invite))
    expect(room.members.has(b.id)).toBe(true)
    room.members.delete(b.id)
    room.removed.add(b.id)
    room.vouches.length = 0
    room.arrivals.clear()
    room.meet(a, b, invite)
    expect(room.arrivals.get(b.id)!.state).toEqual({ phase: 'refused', reason: 'used' })
    // Another one leads to the door, and somebody has to say so.
    room.arrivals.clear()
    const other = room.invite(a, { asksPin: false })
    room.meet(a, b, other)
    expect([room.members.has(b.id), room.doors.get(a.id)!.newcomers().length]).toEqual([false, 1])
    room.vouch(a, b, 'sas')
    expect(room.members.has(b.id)).toBe(true)
  })

  it('INV8 whom somebody declines is sent away, and not let in by that member again', () => {
    const { room, a, b, invite, link } = anyRoom('declined')
    const pin = room.pinOf(a, b)!
    room.hostDid(a, room.doors.get(a.id)!.decline(b.id))
    expect([room.closed.has(link), room.enter(b, pin)]).toEqual([true, false])
    room.meet(a, b, invite)
    expect(room.arrivals.get(b.id)!.state).toEqual({ phase: 'refused', reason: 'declined' })
  })

  it('INV9 the door has room for so many; the rest is sent away and may come again', () => {
    const room = new SmallRoom('crowd')
    const a = room.member('A')
    const invite = room.invite(a, { asksPin: true, uses: 100 })
    const links = Array.from({ length: maxAtDoor + 1 }, (_, i) => room.meet(a, room.person(`${i}`), invite))
    expect(room.doors.get(a.id)!.newcomers().length).toBe(maxAtDoor)
    expect(room.closed.has(links.at(-1)!)).toBe(true)
    room.hangUp(links[0]!)
    room.meet(a, room.person('again'), invite)
    expect(room.doors.get(a.id)!.newcomers().length).toBe(maxAtDoor)
  })

  it('INV9 nonsense on the link ends it and never throws', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 120 }), { maxLength: 4 }), fc.nat(7), (frames, tag) => {
        const { room, link } = anyRoom('nonsense')
        for (const frame of frames) {
          if (frame.length > 0) frame[0] = admissionTags.from + tag
          room.deliver(link, frame, 'host')
          room.deliver(link, frame, 'guest')
        }
        return room.members.size === 1
      }),
      { numRuns: 60 },
    )
  })

  it('INV9 every message is read as it was written, and none that is cut or longer', () => {
    const tag = new Uint8Array(64).fill(7)
    for (const message of [
      { type: 'standing', needed: 3, have: 1, pinShown: true, isIn: false, triesLeft: 2 } as const,
      { type: 'share', share: tag.subarray(32) } as const,
      { type: 'answer', share: tag.subarray(32), tag } as const,
      { type: 'confirm', tag } as const,
      { type: 'confirm', tag: undefined } as const,
      { type: 'wrong', triesLeft: 1 } as const,
      { type: 'refused', reason: 'burnt' } as const,
    ]) {
      const bytes = encodeAdmission(message)
      expect(decodeAdmission(bytes)).toEqual({ ok: true, value: message })
      expect(decodeAdmission(Uint8Array.of(...bytes, 0)).ok).toBe(false)
      if (bytes.length > 1 && message.type !== 'confirm') expect(decodeAdmission(bytes.subarray(0, -1)).ok).toBe(false)
    }
  })
})

describe('PIN', () => {
  it('PIN8 of several members who ask, whoever asked first gets what was entered', () => {
    const room = new SmallRoom('who asked first')
    room.vouchesNeeded = 2
    const [a, b, c] = [room.member('A'), room.member('B'), room.person('C')] as const
    const invite = room.invite(b, { asksPin: true })
    room.meet(a, c, invite)
    room.meet(b, c, invite)
    room.vouch(a, c, 'pin')
    expect(room.arrivals.get(c.id)!.state).toMatchObject({ phase: 'pinWanted', by: b.id })
    room.enter(c, room.pinOf(b, c)!)
    expect(room.arrivals.get(c.id)!.state).toMatchObject({ phase: 'pinWanted', by: a.id, wrong: 0 })
    room.enter(c, room.pinOf(a, c)!)
    expect(room.members.has(c.id)).toBe(true)
  })

  it('PIN2 a wrong PIN lets nobody in and counts', () => {
    const { room, a, b } = anyRoom('wrong')
    room.enter(b, otherPin(room.pinOf(a, b)!))
    expect(room.arrivals.get(b.id)!.state).toEqual({ phase: 'pinWanted', by: a.id, name: 'A', triesLeft: 2, wrong: 1 })
    expect(room.members.has(b.id)).toBe(false)
    room.enter(b, room.pinOf(a, b)!)
    expect(room.members.has(b.id)).toBe(true)
  })

  it('PIN3 after the third wrong one the invite is burnt: a fourth try is not answered, right or not', () => {
    const { room, a, b, invite, link } = anyRoom('fourth')
    const pin = room.pinOf(a, b)!
    for (let i = 0; i < maxPinTries; i++) room.enter(b, otherPin(pin))
    expect(invite.revoked).toBe(true)
    expect(room.closed.has(link)).toBe(true)
    expect(room.enter(b, pin)).toBe(false)
    // Coming again, as somebody else, does not help.
    room.meet(a, room.person('B again'), invite)
    expect(room.members.size).toBe(1)
  })

  it('PIN3 tries on two links at once count together', () => {
    const { room, a, b, invite } = anyRoom('two links')
    const e = room.person('E')
    room.meet(a, e, invite)
    room.enter(b, otherPin(room.pinOf(a, b)!))
    room.enter(e, otherPin(room.pinOf(a, e)!))
    expect(room.triesLeft(a, b)).toBe(1)
    room.enter(b, otherPin(room.pinOf(a, b)!))
    expect(invite.revoked).toBe(true)
    expect(room.doors.get(a.id)!.newcomers()).toEqual([])
  })

  it('PIN4 hanging up after our share counts as a try', () => {
    const { room, a, b, invite } = anyRoom('hang up')
    for (let i = 0; i < maxPinTries; i++) {
      const link = room.meet(a, b, invite)
      // The guess is compared at home with what came back, and nothing is confirmed.
      room.tap(link, { toHost: (bytes) => (bytes[0] === 0x6b ? undefined : bytes) })
      room.deliver(link, encodeAdmission({ type: 'share', share: aShare(room, b) }), 'host')
      room.hangUp(link)
    }
    expect(invite.revoked).toBe(true)
  })

  it('PIN4 a second share before the first was confirmed is another try', () => {
    const { room, b, invite, link } = anyRoom('again and again')
    room.tap(link, { toGuest: () => undefined })
    for (let i = 0; i < maxPinTries + 1; i++) {
      room.deliver(link, encodeAdmission({ type: 'share', share: aShare(room, b) }), 'host')
    }
    expect(invite.revoked).toBe(true)
  })

  it('PIN4 a try that was right is none: the next person by the same invite has three again', () => {
    const room = new SmallRoom('several')
    const [a, b, c] = [room.member('A'), room.person('B'), room.person('C')] as const
    const invite = room.invite(a, { asksPin: true, uses: 2 })
    room.meet(a, b, invite)
    room.enter(b, room.pinOf(a, b)!)
    room.meet(a, c, invite)
    expect(room.triesLeft(a, c)).toBe(maxPinTries)
  })

  it('PIN5 a man in the middle with two sessions gets nothing, though the PIN was entered right', () => {
    const room = new SmallRoom('middle')
    const [a, b, m] = [room.member('A'), room.person('B'), room.person('M')] as const
    const invite = room.invite(a, { asksPin: true })
    // M holds the invite too: one link with A, as a newcomer, and one with B, as a member. Two handshakes, two hashes.
    const withA = room.meet(a, m, invite)
    const pin = room.pinOf(a, m)!
    const arrival = room.arrival(b, invite)
    const { session, identity, name } = m
    arrival.met({ id: 'middle', session, identity, name, handshakeHash: room.crypto.random(32) }, room.now)
    const standing = { type: 'standing', needed: 1, have: 0, pinShown: true, isIn: false, triesLeft: 3 } as const
    arrival.receive('middle', encodeAdmission(standing))
    const answers: Uint8Array[] = []
    room.tap(withA, { toGuest: (bytes) => void answers.push(bytes) })
    const [share] = arrival.enterPin(pin)!
    expect(share?.type).toBe('send')
    if (share?.type === 'send') room.deliver(withA, share.bytes, 'host')
    // A's answer is passed back to B, whose own handshake has another hash: it is no proof there, and B proves nothing.
    const [confirm] = arrival.receive(
      'middle',
      answers.find((bytes) => bytes[0] === 0x6a)!,
    )
    expect(confirm).toMatchObject({ type: 'send', bytes: encodeAdmission({ type: 'confirm', tag: undefined }) })
    if (confirm?.type === 'send') room.deliver(withA, confirm.bytes, 'host')
    expect(room.members).toEqual(new Set([a.id]))
    expect(room.triesLeft(a, m)).toBe(2)
  })

  it('PIN5 the man in the middle cannot put another identity behind the same handshake either', () => {
    const room = new SmallRoom('identity')
    const { crypto } = room
    const [b, m, a] = [room.person('B'), room.person('M'), room.person('A')] as const
    const both = { handshakeHash: crypto.random(32), roomId: room.roomId, inviteId: crypto.random(16), member: a }
    const asking = new PinAsking(crypto, { ...both, newcomer: b }, '123456')
    const honest = PinAnswering.of(crypto, { ...both, newcomer: b }, '123456', asking.share)!
    expect(honest.confirmed(asking.answered(honest.share, honest.tag)!)).toBe(true)
    const forged = PinAnswering.of(
      crypto,
      { ...both, newcomer: { ...b, identity: m.identity } },
      '123456',
      asking.share,
    )!
    expect(asking.answered(forged.share, forged.tag)).toBe(undefined)
  })

  it('PIN6 a share that is none is not answered and costs no try', () => {
    const { room, a, b, link, invite } = anyRoom('invalid')
    const heard: Uint8Array[] = []
    room.tap(link, { toGuest: (bytes) => void heard.push(bytes) })
    room.deliver(link, junk, 'host')
    expect([room.closed.has(link), heard.some((bytes) => bytes[0] === 0x6a)]).toEqual([true, false])
    room.meet(a, b, invite)
    expect(room.triesLeft(a, b)).toBe(maxPinTries)
  })

  it('PIN7 what is played again on another link, or thrown back, confirms nothing', () => {
    const { room, a, b, invite, link } = anyRoom('replay')
    const sent: Uint8Array[] = []
    // The right PIN, but the last word is kept from A, to be said on another link.
    room.tap(link, {
      toHost: (bytes) => {
        sent.push(bytes)
        return bytes[0] === 0x6b ? undefined : bytes
      },
    })
    room.enter(b, room.pinOf(a, b)!)
    expect(sent.map((bytes) => bytes[0])).toEqual([0x69, 0x6b])
    const e = room.person('E')
    const other = room.meet(a, e, invite)
    for (const bytes of sent) room.deliver(other, bytes, 'host')
    expect(room.members.has(e.id)).toBe(false)
    // Reflection: the member's own answer thrown back at it.
    const answers: Uint8Array[] = []
    const third = room.meet(a, room.person('F'), invite)
    room.tap(third, { toGuest: (bytes) => void answers.push(bytes) })
    room.deliver(third, sent[0]!, 'host')
    const answer = decodeAdmission(answers.find((bytes) => bytes[0] === 0x6a) ?? new Uint8Array())
    if (answer.ok && answer.value.type === 'answer') {
      room.deliver(third, encodeAdmission({ type: 'confirm', tag: answer.value.tag }), 'host')
    }
    expect(room.members).toEqual(new Set([a.id]))
  })

  it('PIN8 a PIN counts for two minutes and once', () => {
    const { room, a, b } = anyRoom('two minutes')
    const pin = room.pinOf(a, b)!
    room.now += pinLifeMs
    room.enter(b, pin)
    expect(room.members.has(b.id)).toBe(false)
    room.refresh()
    expect(room.pinOf(a, b)).toBe(undefined)
    expect(room.arrivals.get(b.id)!.state).toEqual({ phase: 'meeting' })
    room.vouch(a, b, 'pin')
    expect(room.pinOf(a, b)).not.toBe(undefined)
    room.enter(b, room.pinOf(a, b)!)
    expect(room.members.has(b.id)).toBe(true)
    expect(room.triesLeft(a, b)).toBe(undefined)
  })

  it('PIN9 every PIN is six digits, drawn evenly; what people type around the digits does not matter', () => {
    const { crypto } = new SmallRoom('draw')
    const drawn = Array.from({ length: 3000 }, () => drawPin(crypto.random))
    expect(drawn.every((pin) => /^[0-9]{6}$/.test(pin))).toBe(true)
    const firsts = drawn.reduce((counts, pin) => counts.set(pin[0], (counts.get(pin[0]) ?? 0) + 1), new Map())
    expect(Math.min(...firsts.values())).toBeGreaterThan(200)
    // Values that would make small numbers likelier are drawn again.
    let calls = 0
    const stuck = drawPin(() => (calls++ === 0 ? new Uint8Array(3).fill(0xff) : new Uint8Array(3)))
    expect([stuck, calls]).toEqual(['000000', 2])
    expect([' 123 456 ', '123-456', '12345', '1234567', '12345a'].map(parsePin)).toEqual([
      '123456',
      '123456',
      undefined,
      undefined,
      undefined,
    ])
  })

  it('PIN9 a door of which the member may not admit shows no PIN', () => {
    const { room, b, invite } = anyRoom('may not')
    const z = room.person('Z')
    const door = new Door({
      crypto: room.crypto,
      roomId: room.roomId,
      ...z,
      view: {
        invite: () => ({ ...invite, usedBy: [] }),
        standing: () => ({ have: 0, isIn: false, iVouched: false, wasOut: false }),
        vouchesNeeded: () => 1,
        mayAdmit: () => false,
        isHere: () => false,
      },
    })
    const hash = room.crypto.random(32)
    const link = {
      id: 'x',
      invite: invite.id,
      session: b.session,
      identity: b.identity,
      name: 'B',
      handshakeHash: hash,
    }
    expect(door.arrived(link, room.now).some(({ type }) => type === 'admit')).toBe(false)
    expect(door.vouch(b.id, 'pin', room.now)).toBe(undefined)
    expect(door.newcomers()[0]?.pin).toBe(undefined)
  })
})

/** A newcomer's share for some guess; only its being well-formed matters. */
function aShare(room: SmallRoom, guest: Person): Uint8Array {
  const side = { session: guest.session, identity: guest.identity }
  const context = { handshakeHash: room.crypto.random(32), roomId: room.roomId, inviteId: new Uint8Array(16) }
  return new PinAsking(room.crypto, { ...context, newcomer: side, member: side }, '000000').share
}

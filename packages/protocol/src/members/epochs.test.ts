import { describe, expect, it } from 'vitest'
import type { Crypto } from '../crypto/crypto.ts'
import { createSeededCrypto } from '../crypto/seeded.ts'
import { dayMs } from '../identity/session.ts'
import type { Millis } from '../machine.ts'
import { formatHex } from '../codec/text.ts'
import { Epochs, catchUpMs, maxEpochAgeMs, maxEpochMessages } from './epochs.ts'
import { epochIdOf, openContents, openLockbox, sealContents, sealLockboxes } from './lockbox.ts'
import { OneRoom, type Somebody, adding, createSomebody, labTime, removing } from './members-fixture.ts'
import { Membership } from './membership.ts'
import type { Operation } from './operation.ts'
import type { Policy } from './policy.ts'

/** A member with its own replica and its own keys. */
class Holder {
  readonly who: Somebody
  readonly members: Membership
  readonly epochs: Epochs
  constructor(crypto: Crypto, room: Uint8Array, who: Somebody) {
    this.who = who
    this.members = new Membership(crypto, room)
    const { sign, agree } = who.device
    this.epochs = new Epochs(crypto, this.members, room, formatHex(sign.publicKey), [agree])
  }

  hear(...from: readonly Holder[]): this {
    for (const other of from) for (const { bytes } of other.members.operations()) this.members.receive(bytes)
    return this
  }

  say(body: Parameters<Membership['write']>[1], now: Millis = labTime): Operation {
    return this.members.write({ author: this.who.identity.publicKey, device: this.who.device.sign }, body, now)
  }

  renew(now: Millis = labTime): void {
    for (const body of this.epochs.renew(now)) this.say(body, now)
  }

  sends(): string | undefined {
    return this.epochs.sending()?.id
  }
}

function together(seed: string, names: readonly string[], policy: Partial<Policy> = {}): readonly Holder[] {
  const crypto = createSeededCrypto(seed)
  const room = new OneRoom(crypto, policy)
  const people = names.map((name) => room.somebody(name))
  for (const somebody of people) room.add(room.founder, somebody)
  const holders = [room.founder, ...people].map((who) => new Holder(crypto, room.room, who))
  for (const holder of holders) for (const op of room.operations) holder.members.receive(op.bytes)
  const [founder] = holders
  founder?.renew()
  for (const holder of holders) holder.hear(founder as Holder)
  return holders
}

describe('epochs', () => {
  it('EPO1 gives every device a lockbox, and everybody sends under what all can read', () => {
    const [founder, a, b] = together('all', ['a', 'b']) as [Holder, Holder, Holder]
    expect(founder.sends()).toBeDefined()
    expect([a.sends(), b.sends()]).toEqual([founder.sends(), founder.sends()])
    expect(founder.epochs.info()?.recipients).toBe(3)
    expect(founder.epochs.need(labTime)).toBe('none')
  })

  it('EPO2 refuses a lockbox for another device, and a key that is not what the epoch commits to', () => {
    const crypto = createSeededCrypto('boxes')
    const room = crypto.random(32)
    const [mine, other] = [createSomebody(crypto, 'me'), createSomebody(crypto, 'other')]
    const certified = { identity: mine.id, device: mine.id, agree: mine.device.agree.publicKey }
    const key = crypto.random(32)
    const [box] = sealLockboxes(crypto, room, [certified], [key])
    if (box === undefined) throw new Error('no lockbox')
    const epoch = epochIdOf(crypto, key)
    expect(openLockbox(crypto, room, epoch, box, mine.device.agree)).toEqual([key])
    expect(openLockbox(crypto, room, epoch, box, other.device.agree)).toBeUndefined()
    expect(openLockbox(crypto, crypto.random(32), epoch, box, mine.device.agree)).toBeUndefined()
    expect(openLockbox(crypto, room, epochIdOf(crypto, crypto.random(32)), box, mine.device.agree)).toBeUndefined()
    // Sealed for this epoch, and holding another key than it commits to.
    const wrong = sealLockboxes(crypto, room, [certified], [crypto.random(32)])[0]
    expect(wrong && openLockbox(crypto, room, epoch, wrong, mine.device.agree)).toBeUndefined()
    const nonce = crypto.random(24)
    const sealed = sealContents(crypto, key, nonce, { lobbySecret: room, earlier: [] })
    expect(openContents(crypto, key, nonce, sealed)?.lobbySecret).toEqual(room)
    expect(openContents(crypto, crypto.random(32), nonce, sealed)).toBeUndefined()
  })

  it('EPO3 does not send under an epoch that somebody can read who is no member', () => {
    const [founder, a] = together('extra', ['a', 'b']) as [Holder, Holder]
    const crypto = createSeededCrypto('extra-key')
    const before = founder.sends()
    const stranger = createSomebody(crypto, 'stranger')
    const key = crypto.random(32)
    const devices = [...founder.members.members()].flatMap(({ identity }) => founder.members.devicesOf(identity))
    const stranger1 = { identity: stranger.id, device: stranger.id, agree: stranger.device.agree.publicKey }
    const lockboxes = sealLockboxes(crypto, crypto.random(32), [...devices, stranger1], [key])
    const nonce = crypto.random(24)
    const sealed = sealContents(crypto, key, nonce, { lobbySecret: crypto.random(32), earlier: [] })
    founder.epochs.hold(key)
    a.say({ type: 'rekey', epoch: epochIdOf(crypto, key), nonce, sealed, lockboxes })
    expect(founder.hear(a).sends()).toBe(before)
  })

  it('EPO3 prefers the epoch that most members can read: a missing recipient', () => {
    const [founder, a, b] = together('missing', ['a', 'b']) as [Holder, Holder, Holder]
    const before = founder.sends()
    const crypto = createSeededCrypto('missing-key')
    const key = crypto.random(32)
    const nonce = crypto.random(24)
    const devices = [founder, a].flatMap(({ who }) => founder.members.devicesOf(who.id))
    const room = founder.members.operations()[1]?.room ?? new Uint8Array(32)
    const lockboxes = sealLockboxes(crypto, room, devices, [key])
    const sealed = sealContents(crypto, key, nonce, { lobbySecret: crypto.random(32), earlier: [] })
    a.say({ type: 'rekey', epoch: epochIdOf(crypto, key), nonce, sealed, lockboxes })
    expect(founder.hear(a).epochs.keyOf(epochIdOf(crypto, key))).toEqual(key)
    expect([founder.sends(), b.hear(a).sends()]).toEqual([before, before])
  })

  it('EPO4 does not count a rekey by who is no member, or was removed beside it', () => {
    const [founder, a, b] = together('foreign', ['a', 'b']) as [Holder, Holder, Holder]
    const before = a.sends()
    // b makes a key while it is being removed.
    founder.say(removing(b.who))
    b.renew(labTime + 2 * maxEpochAgeMs)
    const own = b.sends()
    expect(own).not.toBe(before)
    a.hear(founder, b)
    expect(a.sends()).toBeUndefined()
    expect(a.epochs.isKnown(own ?? '')).toBe(false)
  })

  it('EPO5 changes the key and the lobby when somebody is removed, and the removed one reads neither', () => {
    const [founder, a, b] = together('removal', ['a', 'b']) as [Holder, Holder, Holder]
    const before = founder.epochs.lobbies(labTime).current
    founder.say(removing(b.who))
    expect(founder.sends()).toBeUndefined()
    expect(founder.epochs.need(labTime)).toBe('rekey')
    founder.renew()
    b.hear(founder)
    a.hear(founder)
    expect(a.sends()).toBe(founder.sends())
    expect(b.epochs.keyOf(founder.sends() ?? '')).toBeUndefined()
    const { current, earlier } = a.epochs.lobbies(labTime)
    expect(current?.id).not.toBe(before?.id)
    expect(earlier.map(({ id }) => id)).toEqual([before?.id])
    expect(b.epochs.lobbies(labTime).current?.id).toBe(before?.id)
    expect(a.epochs.lobbies(labTime + catchUpMs + 1).earlier).toEqual([])
  })

  it('EPO6 lets two rekeys at once be: everybody reads both and sends under the same', () => {
    const [founder, a, b] = together('concurrent', ['a', 'b', 'c']) as [Holder, Holder, Holder]
    founder.say(removing(createSomebody(createSeededCrypto('x'), 'x')))
    const later = labTime + maxEpochAgeMs + 1
    founder.renew(later)
    a.renew(later)
    const [one, two] = [founder.sends(), a.sends()]
    expect(one).not.toBe(two)
    founder.hear(a)
    a.hear(founder)
    b.hear(a, founder)
    expect(founder.sends()).toBe(a.sends())
    expect(b.sends()).toBe(a.sends())
    expect([one, two].map((id) => b.epochs.keyOf(id ?? '') !== undefined)).toEqual([true, true])
  })

  it('EPO7 heals a storm of rekeys after a partition: one key more, and everybody is in it', () => {
    const holders = together('storm', ['a', 'b', 'c', 'd', 'e'])
    const [founder, a, b, c, d, e] = holders as [Holder, Holder, Holder, Holder, Holder, Holder]
    founder.say({ type: 'role', subject: a.who.id, role: 'admin' })
    for (const holder of holders) holder.hear(founder)
    // In one half the founder removes d, in the other a removes e; each half goes on under keys of its own.
    founder.say(removing(d.who))
    a.say(removing(e.who))
    founder.renew()
    b.hear(founder).renew()
    a.renew()
    c.hear(a).renew()
    const remaining = [founder, a, b, c]
    for (const holder of remaining) holder.hear(...remaining)
    // Neither half's key will do: each was given to somebody the other half removed.
    expect(remaining.map((holder) => holder.sends())).toEqual([undefined, undefined, undefined, undefined])
    a.renew()
    for (const holder of remaining) holder.hear(...remaining)
    expect(new Set(remaining.map((holder) => holder.sends())).size).toBe(1)
    expect(a.sends()).toBeDefined()
    for (const holder of remaining) expect(holder.epochs.need(labTime)).toBe('none')
    for (const gone of [d, e]) expect(gone.hear(...remaining).epochs.keyOf(a.sends() ?? '')).toBeUndefined()
    for (const holder of remaining)
      expect(holder.epochs.lobbies(labTime).current).toEqual(a.epochs.lobbies(labTime).current)
  })

  it('EPO8 lets who knows less send under what it knows, until it hears', () => {
    const [founder, a, b] = together('stale', ['a', 'b']) as [Holder, Holder, Holder]
    const before = a.sends()
    founder.say(removing(b.who))
    founder.renew()
    expect(a.sends()).toBe(before)
    expect(a.hear(founder).sends()).toBe(founder.sends())
  })

  it('EPO9 grants a newcomer the epoch there is, and with it all before, where the room says so', () => {
    const [founder, a] = together('grant', ['a']) as [Holder, Holder]
    const first = founder.sends() ?? ''
    founder.renew(labTime + maxEpochAgeMs + 1)
    const crypto = createSeededCrypto('grant-newcomer')
    const n = new Holder(crypto, founder.members.operations()[1]?.room ?? new Uint8Array(), createSomebody(crypto, 'n'))
    a.hear(founder)
    a.say(adding(n.who))
    const now = labTime + maxEpochAgeMs + 2
    expect(a.epochs.need(now)).toBe('grant')
    const before = a.sends()
    a.renew(now)
    expect(a.sends()).toBe(before)
    expect(n.hear(a).sends()).toBe(before)
    expect(n.epochs.keyOf(first)).toBeDefined()
    expect(a.epochs.need(now)).toBe('none')
  })

  it('EPO10 gives a newcomer no earlier key where it reads from its joining on, whoever offers', () => {
    const [founder, a] = together('since', ['a'], { history: 'sinceJoin' }) as [Holder, Holder]
    const before = founder.sends() ?? ''
    const crypto = createSeededCrypto('since-newcomer')
    const n = new Holder(crypto, founder.members.operations()[1]?.room ?? new Uint8Array(), createSomebody(crypto, 'n'))
    a.say(adding(n.who))
    expect(a.epochs.need(labTime)).toBe('rekey')
    a.renew()
    n.hear(a, founder)
    expect(n.sends()).toBe(a.sends())
    expect(n.epochs.keyOf(before)).toBeUndefined()
    expect(founder.hear(a).epochs.keyOf(before)).toBeDefined()
  })

  it('EPO11 hands on the keys of so many days and erases older ones', () => {
    const [founder, a] = together('days', ['a'], { history: { days: 3 } }) as [Holder, Holder]
    const ids: string[] = [founder.sends() ?? '']
    for (let day = 1; day <= 9; day++) {
      founder.renew(labTime + day * (maxEpochAgeMs + 1))
      ids.push(founder.sends() ?? '')
    }
    const now = labTime + 9.5 * dayMs
    a.hear(founder)
    const gone = a.epochs.expire(now)
    expect(gone).toEqual(ids.slice(0, 6))
    expect(ids.map((id) => a.epochs.keyOf(id) !== undefined)).toEqual(ids.map((_, i) => i >= 6))
    expect(a.sends()).toBe(ids[9])
    founder.epochs.expire(now)
    const crypto = createSeededCrypto('days-newcomer')
    const n = new Holder(crypto, founder.members.operations()[1]?.room ?? new Uint8Array(), createSomebody(crypto, 'n'))
    founder.say(adding(n.who), now)
    founder.renew(now)
    n.hear(founder)
    expect(ids.map((id) => n.epochs.keyOf(id) !== undefined)).toEqual(ids.map((_, i) => i >= 6))
  })

  it('EPO12 wants a new key after a day, and after 5,000 messages', () => {
    const [founder] = together('age', ['a']) as [Holder]
    expect(founder.epochs.need(labTime + maxEpochAgeMs)).toBe('none')
    expect(founder.epochs.need(labTime + maxEpochAgeMs + 1)).toBe('rekey')
    const id = founder.sends() ?? ''
    for (let i = 0; i <= maxEpochMessages; i++) founder.epochs.count(id)
    expect(founder.epochs.need(labTime)).toBe('rekey')
  })

  it('EPO13 goes on with a new agree key of a device', () => {
    const [founder, a] = together('rotation', ['a']) as [Holder, Holder]
    const crypto = createSeededCrypto('rotation-key')
    const fresh = crypto.agreeKeyPair(crypto.random(32))
    a.say({ type: 'device', agree: fresh.publicKey, certificate: new Uint8Array(0) })
    founder.hear(a).renew(labTime + maxEpochAgeMs + 1)
    a.hear(founder)
    expect(a.epochs.keyOf(founder.sends() ?? '')).toBeUndefined()
    a.epochs.setOwn([a.who.device.agree, fresh])
    expect(a.sends()).toBe(founder.sends())
  })

  it('EPO14 catches up in one go after 20 days, two removals and five rekeys', () => {
    const [founder, a, b, c] = together('away', ['a', 'b', 'c']) as [Holder, Holder, Holder, Holder]
    let now = labTime
    const ids = [founder.sends() ?? '']
    const step = (): void => {
      now += 4 * dayMs
      founder.renew(now)
      ids.push(founder.sends() ?? '')
    }
    step()
    founder.say(removing(b.who), now)
    step()
    step()
    founder.say(removing(c.who), now)
    step()
    step()
    const met = a.epochs.lobbies(labTime).current?.id
    expect(founder.epochs.lobbies(now).earlier.map(({ id }) => id)).toContain(met)
    a.hear(founder)
    expect(ids.map((id) => a.epochs.keyOf(id) !== undefined)).toEqual(ids.map(() => true))
    expect(a.sends()).toBe(founder.sends())
    expect(a.epochs.lobbies(now).current).toEqual(founder.epochs.lobbies(now).current)
  })

  it('EPO15 does not go back to an epoch from before a removal when the removed one has come again', () => {
    const [founder, a, b] = together('again', ['a', 'b']) as [Holder, Holder, Holder]
    const before = founder.sends()
    founder.say(removing(b.who))
    founder.renew()
    const after = founder.sends()
    founder.say(adding(b.who))
    expect(founder.sends()).toBe(after)
    founder.renew()
    expect([a, b].map((one) => one.hear(founder).sends())).toEqual([after, after])
    expect(before).not.toBe(after)
  })
})

import { describe, expect, it } from 'vitest'
import { crypto, seedOf } from '../../test/relay-house.ts'
import { encodeCard, readCard } from '../discovery/card.ts'
import type { SignalType } from '../discovery/signal.ts'
import { Contacts, knownOf, maxContacts } from './contacts.ts'
import type { Known } from './contacts.ts'
import { dialMs, knockMs, Knocks, maxWelcomed, urgentKnockMs, welcomeMs } from './knocks.ts'

const room = seedOf(1).subarray(0, 16)

function peer(seed: number): Known {
  const pair = crypto.signKeyPair(seedOf(seed))
  const about = { kem: seedOf(seed + 100), platform: 'node', rootCapable: false, webrtc: true, created: 1 } as const
  return knownOf({ session: pair.publicKey, ...about }, encodeCard(crypto, room, pair, about))
}

const ana = peer(2)
const ben = peer(3)

class Rig {
  readonly said: {
    readonly to: string
    readonly type: SignalType
    readonly name: string
    readonly bytes: Uint8Array
  }[] = []
  readonly dialled: string[] = []
  readonly failed: string[] = []
  readonly welcomed: string[] = []
  readonly learned: string[] = []
  hasPlace = true
  readonly knocks: Knocks

  constructor(own: Known) {
    this.knocks = new Knocks({
      random: (length) => new Uint8Array(length).fill(this.said.length + 1),
      card: () => own.card,
      signal: (to, type, name, bytes) => this.said.push({ to: to.session, type, name, bytes }),
      dial: (to) => this.dialled.push(to.session),
      admits: () => this.hasPlace,
      referral: () => [peer(4).card, peer(5).card],
      welcomed: (session) => this.welcomed.push(session),
      failed: (session, why) => this.failed.push(`${session.slice(0, 4)} ${why}`),
      learned: (card) => {
        const about = readCard(card)
        if (about === undefined) return undefined
        const known = knownOf(about, card)
        this.learned.push(known.session)
        return known
      },
    })
  }

  get last(): { readonly type: SignalType; readonly name: string; readonly bytes: Uint8Array } {
    return this.said.at(-1) as { type: SignalType; name: string; bytes: Uint8Array }
  }
}

describe('knocks', () => {
  it('ENG14 only a welcome leads to a dial, on both sides', () => {
    const [a, b] = [new Rig(ana), new Rig(ben)]
    a.knocks.knock(ben, 'low', 0)
    a.knocks.knock(ben, 'low', 10)
    expect([a.said.length, a.dialled]).toEqual([1, []])
    b.knocks.knocked(ana.session, a.last.name, a.last.bytes, 50)
    expect([b.last.type, b.last.name, b.dialled]).toEqual(['welcome', a.last.name, [ana.session]])
    a.knocks.answered(ben.session, 'welcome', b.last.name, b.last.bytes, 100)
    expect(a.dialled).toEqual([ben.session])
    expect([a.welcomed, b.welcomed]).toEqual([[ben.session], [ana.session]])
    expect([...a.knocks.welcome()].map(({ to }) => to.session)).toEqual([ben.session])
    expect([a.knocks.expects(ben.session, 200), b.knocks.expects(ana.session, 200)]).toEqual([true, true])
    a.knocks.linked(ben.session)
    a.knocks.tick(1_000_000)
    expect([a.failed, [...a.knocks.welcome()]]).toEqual([[], []])
    expect(b.knocks.expects(ana.session, 50 + welcomeMs)).toBe(false)
  })

  it('ENG14 whoever has no place says so, and names others', () => {
    const [a, b] = [new Rig(ana), new Rig(ben)]
    b.hasPlace = false
    a.knocks.knock(ben, 'low', 0)
    b.knocks.knocked(ana.session, a.last.name, a.last.bytes, 50)
    a.knocks.answered(ben.session, 'busy', b.last.name, b.last.bytes, 100)
    expect([b.dialled, a.dialled]).toEqual([[], []])
    expect(a.failed).toEqual([`${ben.session.slice(0, 4)} busy`])
    expect(a.learned).toEqual([peer(4).session, peer(5).session])
  })

  it('ENG14 two that knock at each other are welcome, also where there is no place', () => {
    const [a, b] = [new Rig(ana), new Rig(ben)]
    b.hasPlace = false
    a.knocks.knock(ben, 'low', 0)
    b.knocks.knock(ana, 'low', 0)
    b.knocks.knocked(ana.session, a.last.name, a.last.bytes, 50)
    expect(b.last.type).toBe('welcome')
  })

  it('ENG14 silence, a vain dial and a link that does not come are told once, sooner when it is urgent', () => {
    const a = new Rig(ana)
    const short = ben.session.slice(0, 4)
    a.knocks.knock(ben, 'high', 0)
    a.knocks.tick(urgentKnockMs - 1)
    expect(a.failed).toEqual([])
    a.knocks.tick(urgentKnockMs)
    a.knocks.knock(ben, 'low', 10_000)
    a.knocks.tick(10_000 + knockMs)
    a.knocks.knock(ben, 'low', 20_000)
    a.knocks.answered(ben.session, 'welcome', a.last.name, new Uint8Array(0), 20_100)
    a.knocks.dialFailed(ben.session, 21_000)
    a.knocks.knock(ben, 'low', 30_000)
    a.knocks.answered(ben.session, 'welcome', a.last.name, new Uint8Array(0), 30_100)
    a.knocks.tick(30_100 + dialMs)
    a.knocks.tick(90_000)
    expect(a.failed).toEqual([`${short} timeout`, `${short} timeout`, `${short} failed`, `${short} failed`])
  })

  it('ENG14 answers of others, to other knocks, and cards of others change nothing', () => {
    const [a, b] = [new Rig(ana), new Rig(ben)]
    a.knocks.knock(ben, 'low', 0)
    a.knocks.answered(peer(9).session, 'welcome', a.last.name, new Uint8Array(0), 10)
    a.knocks.answered(ben.session, 'welcome', '00'.repeat(8), new Uint8Array(0), 10)
    expect(a.dialled).toEqual([])
    // Somebody knocks with the card of another.
    b.knocks.knocked(peer(9).session, a.last.name, a.last.bytes, 50)
    b.knocks.knocked(ana.session, a.last.name, a.last.bytes.subarray(0, 50), 50)
    expect(b.said).toEqual([])
    for (let i = 0; i < 2 * maxWelcomed; i++) {
      const knocker = peer(20 + i)
      b.knocks.knocked(knocker.session, 'name', Uint8Array.of(0, ...knocker.card), 100)
    }
    const welcome = Array.from({ length: 2 * maxWelcomed }, (_, i) => b.knocks.expects(peer(20 + i).session, 200))
    expect(welcome.filter(Boolean).length).toBe(maxWelcomed)
  })
})

describe('contacts', () => {
  it('GOS101 a card is opened once, the newest of a session counts, and a bounded number is kept', () => {
    let opened = 0
    const contacts = new Contacts((card) => {
      opened++
      return readCard(card)
    })
    const pair = crypto.signKeyPair(seedOf(2))
    const cardOf = (created: number): Uint8Array =>
      encodeCard(crypto, room, pair, { kem: seedOf(5), platform: 'node', rootCapable: false, webrtc: true, created })
    contacts.learn(cardOf(5))
    contacts.learn(cardOf(5))
    expect(opened).toBe(1)
    expect(contacts.learn(cardOf(3))?.card).toEqual(cardOf(5))
    expect(contacts.learn(cardOf(7))?.card).toEqual(cardOf(7))
    expect(contacts.learn(new Uint8Array(20))).toBeUndefined()
    for (let i = 0; i < 3 * maxContacts; i++) contacts.learn(peer(i % 250).card)
    expect(contacts.size).toBeLessThanOrEqual(maxContacts)
  })
})

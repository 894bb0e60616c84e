import { describe, expect, it } from 'vitest'
import { crypto, enter, House, keyOf, seedOf } from '../../test/relay-house.ts'
import { relayLimits } from './limits.ts'

describe('signal exchange', () => {
  it('REL30 carries a signal to the session it is for, unaltered, with the proved key of the sender', () => {
    const house = new House()
    const [a, b, c] = [house.join(1), house.join(2), house.join(3)]
    const bytes = crypto.random(1024)
    house.tell(a, { type: 'signal', to: keyOf(b), bytes, expires: house.now + 60_000 })
    expect(b.of('signal')).toEqual([{ type: 'signal', from: keyOf(a), bytes }])
    expect(c.of('signal')).toEqual([])
    expect(a.events.map(({ type }) => type)).toEqual(['ready'])
  })

  it('REL31 refuses a signal that is over, or would live too long, or is too large', () => {
    const house = new House()
    const [a, b] = [house.join(1), house.join(2)]
    const to = keyOf(b)
    house.tell(a, { type: 'signal', to, bytes: seedOf(1), expires: house.now })
    house.tell(a, { type: 'signal', to, bytes: seedOf(1), expires: house.now + 65_001 })
    house.tell(a, { type: 'signal', to, bytes: new Uint8Array(17 * 1024 + 1), expires: house.now + 1_000 })
    expect(a.of('refused').map(({ code }) => code)).toEqual(['signalExpired', 'signalTooLong', 'tooLarge'])
    expect(a.of('refused')[0]).toMatchObject({ about: 'signal', subject: to })
    expect(b.of('signal')).toEqual([])
  })

  it('REL32 carries a signal once; what it remembers is bounded and forgotten with the signal', () => {
    const house = new House({ signalsRemembered: 10 })
    const [a, b] = [house.join(1), house.join(2)]
    const send = (fill: number): void =>
      house.tell(a, { type: 'signal', to: keyOf(b), bytes: seedOf(fill), expires: house.now + 30_000 })
    send(1)
    send(1)
    expect(a.of('refused').map(({ code }) => code)).toEqual(['signalReplayed'])
    for (let i = 2; i < 40; i++) send(i)
    expect(b.of('signal')).toHaveLength(39)
    expect(house.server.counts.signals).toBe(10)
    house.pass(31_500)
    expect(house.server.counts.signals).toBe(0)
  })

  it('REL33 says when nobody is there', () => {
    const house = new House()
    const a = house.join(1)
    house.tell(a, { type: 'signal', to: seedOf(9), bytes: seedOf(1), expires: house.now + 1_000 })
    house.tell(a, { type: 'direct', to: seedOf(9), bytes: seedOf(1) })
    expect(a.of('absent').map(({ to }) => to)).toEqual([seedOf(9), seedOf(9)])
    expect(house.server.counts.signals).toBe(0)
  })

  it('REL34 a probe goes to the socket and back', () => {
    const house = new House()
    const [a, b] = [house.join(1), house.join(2)]
    house.tell(a, { type: 'probe', to: keyOf(b) })
    expect(b.heard('probe')).toHaveLength(1)
    expect(a.of('alive')).toEqual([{ type: 'alive', session: keyOf(b), alive: true }])
    b.deaf = true
    house.tell(a, { type: 'probe', to: keyOf(b) })
    house.pass(4_000)
    expect(a.of('alive')).toHaveLength(1)
    house.pass(2_500)
    expect(a.of('alive')[1]).toEqual({ type: 'alive', session: keyOf(b), alive: false })
    house.tell(a, { type: 'probe', to: keyOf(b) })
    house.hangUp(b)
    expect(a.of('alive')[2]?.alive).toBe(false)
    house.tell(a, { type: 'probe', to: keyOf(b) })
    expect(a.of('alive')[3]?.alive).toBe(false)
    expect(house.server.counts.probes).toBe(0)
  })

  it('REL34 nobody answers a probe for somebody else', () => {
    const house = new House()
    const [a, b, c] = [house.join(1), house.join(2), house.join(3)]
    b.deaf = true
    house.tell(a, { type: 'probe', to: keyOf(b) })
    house.ask(c, { type: 'here', token: b.heard('probe')[0]!.token })
    expect(a.of('alive')).toEqual([])
  })

  it('REL35 direct frames go between sessions that share a topic, only', () => {
    const house = new House()
    const [a, b] = [house.join(1), house.join(2)]
    enter(house, a, 1)
    enter(house, b, 2)
    house.tell(a, { type: 'direct', to: keyOf(b), bytes: seedOf(1) })
    expect(a.of('refused')[0]).toMatchObject({ code: 'notTogether', about: 'direct', subject: keyOf(b) })
    enter(house, b, 1)
    house.tell(a, { type: 'direct', to: keyOf(b), bytes: seedOf(1) })
    house.tell(a, { type: 'direct', to: keyOf(b), bytes: new Uint8Array(relayLimits.directBytes + 1) })
    expect(b.of('direct')).toEqual([{ type: 'direct', from: keyOf(a), bytes: seedOf(1) }])
    expect(a.of('refused')[1]?.code).toBe('tooLarge')
  })

  it('REL36 nobody can push another off by sending it more than it reads', () => {
    const house = new House()
    const [a, b] = [house.join(1), house.join(2)]
    enter(house, a)
    enter(house, b)
    const send = (): void => {
      house.tell(a, { type: 'direct', to: keyOf(b), bytes: seedOf(1) })
      house.tell(a, { type: 'signal', to: keyOf(b), bytes: crypto.random(1024), expires: house.now + 1_000 })
      house.tell(a, { type: 'probe', to: keyOf(b) })
    }
    house.give({ type: 'congested', connection: b.number, congested: true })
    send()
    expect(a.of('refused').map(({ code, about }) => `${code} ${about}`)).toEqual([
      'busy direct',
      'busy signal',
      'busy probe',
    ])
    expect(b.of('direct')).toEqual([])
    house.give({ type: 'congested', connection: b.number, congested: false })
    send()
    expect([b.of('direct').length, b.of('signal').length, a.of('alive').length]).toEqual([1, 1, 1])
  })
})

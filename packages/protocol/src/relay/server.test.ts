import { describe, expect, it } from 'vitest'
import { enter, fakeEntry, House, keyOf, nobody, roomTopic, seedOf, startMs } from '../../test/relay-house.ts'
import { relayLimits } from './limits.ts'
import { encodeRequest } from './request.ts'

describe('connections', () => {
  it('REL3 every hello has its own nonce and connection id', () => {
    const house = new House()
    const hellos = [house.connect(), house.connect()].map((line) => line.heard('hello')[0]!)
    expect(hellos[0]!.nonce).not.toEqual(hellos[1]!.nonce)
    expect(hellos[0]!.connection).not.toEqual(hellos[1]!.connection)
    expect(hellos[0]!.time).toBe(startMs)
  })

  it('REL4 a proof made for one connection is refused on another', () => {
    const house = new House()
    const [a, b] = [house.connect(), house.connect()]
    const thief = house.join(1)
    // The frame `thief` sent is lost to us, so make one the same way through a client on line a, and say it on line b.
    const line = house.join(2)
    const captured: Uint8Array[] = []
    line.client!.handle({ type: 'down' }, house.now)
    line.client!.handle({ type: 'up' }, house.now)
    for (const output of line.client!.handle({ type: 'frame', bytes: a.raw[0]! }, house.now)) {
      if (output.type === 'transmit') captured.push(output.bytes)
    }
    house.say(b, captured[0]!)
    expect(b.closed).toEqual({ code: 4004, reason: 'badProof' })
    house.say(a, captured[0]!)
    expect(a.heard('welcome')).toHaveLength(1)
    expect(thief.closed).toBeUndefined()
  })

  it('REL5 a client that knows the relay by another name is told so', () => {
    const house = new House()
    const line = house.join(1, 'https://elsewhere.example')
    expect(line.of('refused')[0]?.code).toBe('wrongHost')
    expect(line.closed?.code).toBe(4005)
  })

  it('REL5 configured names go before the name the socket was opened with', () => {
    const house = new House({}, ['chat.example', 'relay.example'])
    expect(house.join(1).of('ready')).toHaveLength(1)
    expect(house.join(2, 'https://chat.example').of('ready')).toHaveLength(1)
    expect(house.join(3, 'https://elsewhere.example').of('refused')[0]?.code).toBe('wrongHost')
  })

  it('REL7 nothing is heard before the proof, and no second proof after it', () => {
    const house = new House()
    const early = house.connect()
    house.ask(early, { type: 'ping', token: 1 })
    expect(early.closed).toEqual({ code: 4003, reason: 'outOfTurn' })
    const late = house.join(1)
    const again = {
      type: 'authenticate',
      session: keyOf(late),
      nonce: seedOf(1),
      signature: new Uint8Array(64),
    } as const
    house.ask(late, { ...again, host: 'relay.example' })
    expect(late.closed?.reason).toBe('outOfTurn')
  })

  it('REL8 who does not prove itself within 10 s is closed', () => {
    const house = new House()
    const line = house.connect()
    const proved = house.join(1)
    house.pass(9_000)
    expect(line.closed).toBeUndefined()
    house.pass(2_500)
    expect(line.closed).toEqual({ code: 4006, reason: 'tooSlow' })
    expect(proved.closed).toBeUndefined()
  })

  it('REL9 the newer socket of a session replaces the older', () => {
    const house = new House()
    const other = house.join(2)
    const older = house.join(1)
    enter(house, other)
    enter(house, older)
    const newer = house.join(1)
    expect(older.closed).toEqual({ code: 4007, reason: 'replaced' })
    enter(house, newer)
    expect(other.events.map(({ type }) => type)).toEqual(['ready', 'peers', 'joined', 'left', 'joined'])
    const [first, second] = other.of('joined')
    expect(first!.peer.session).toEqual(second!.peer.session)
    expect(first!.peer.connection).not.toEqual(second!.peer.connection)
    house.give({ type: 'closed', connection: older.number })
    expect(house.server.counts.sessions).toBe(2)
  })

  it('REL10 a full relay says so', () => {
    const house = new House({ connections: 2 })
    house.join(1)
    house.join(2)
    const third = house.join(3)
    expect(third.heard('refused')[0]?.code).toBe('relayFull')
    expect(third.closed?.code).toBe(4008)
  })
})

describe('limits', () => {
  it('REL50 who publishes too fast is told how long to wait, and is heard after it', () => {
    const house = new House({ publishesPerConnection: { perS: 10, burst: 5 } })
    const [a, b] = [house.join(1), house.join(2)]
    enter(house, a)
    enter(house, b)
    const publish = (fill: number): void =>
      house.tell(a, { type: 'publish', topic: roomTopic(1).topic, entry: fakeEntry(300, fill) })
    for (let i = 0; i < 7; i++) publish(i)
    expect(b.of('entry')).toHaveLength(5)
    const refused = a.of('refused').map(({ code, retryAfterMs }) => `${code} ${retryAfterMs}`)
    expect(refused).toEqual(['rateLimited 100', 'rateLimited 100'])
    house.pass(100)
    publish(8)
    expect(b.of('entry')).toHaveLength(6)
    expect(a.closed).toBeUndefined()
  })

  it('REL50 a topic has a rate of its own, in entries and in bytes', () => {
    const perTopic = new House({ publishesPerTopic: { perS: 1, burst: 3 } })
    const perBytes = new House({ publishedBytesPerTopic: { perS: 1_000, burst: 1_000 } })
    for (const house of [perTopic, perBytes]) {
      const lines = [house.join(1), house.join(2)] as const
      for (const line of lines) enter(house, line)
      for (let i = 0; i < 4; i++) {
        house.tell(lines[i % 2]!, { type: 'publish', topic: roomTopic(1).topic, entry: fakeEntry(300, i) })
      }
      const refused = lines.flatMap((line) => line.of('refused'))
      expect(refused.map(({ code }) => code)).toEqual(['rateLimited'])
      expect(refused[0]!.retryAfterMs).toBeGreaterThan(0)
    }
  })

  it('REL50 who enters again and again is told to wait: each time is told to everybody', () => {
    const house = new House({ entersPerConnection: { perS: 1, burst: 3 } })
    const [a, b] = [house.join(1), house.join(2)]
    enter(house, a)
    for (let i = 0; i < 5; i++) enter(house, b, 1, seedOf(i))
    expect(a.of('joined')).toHaveLength(3)
    expect(b.of('refused')[0]).toMatchObject({ code: 'rateLimited', about: 'enter', retryAfterMs: 1_000 })
    house.pass(1_000)
    enter(house, b, 1, seedOf(9))
    expect(a.of('joined')).toHaveLength(4)
  })

  it('REL51 who sends too much is not read for a while; who goes on all the same is closed', () => {
    const house = new House({ framesPerConnection: { perS: 10, burst: 50 } })
    const a = house.join(1)
    for (let i = 0; i < 40; i++) house.ask(a, { type: 'ping', token: i })
    expect(a.holds).toHaveLength(10)
    expect(a.heard('pong')).toHaveLength(40)
    expect(a.holds.at(-1)).toBe(house.now + 1_000)
    for (let i = 0; i < 200; i++) house.ask(a, { type: 'ping', token: i })
    expect(a.closed).toEqual({ code: 4009, reason: 'flooding' })
  })

  it('REL2 an oversize frame is answered and closed', () => {
    const house = new House()
    const a = house.join(1)
    house.say(a, new Uint8Array(relayLimits.frameBytes + 1))
    expect(a.heard('refused')[0]?.code).toBe('tooLarge')
    expect(a.closed).toEqual({ code: 4002, reason: 'tooLarge' })
  })

  it('REL53 10,000 mutated frames: no throw, a coded answer or a closed connection, and nothing is left behind', () => {
    const house = new House({ authenticateWithinMs: 60_000_000 })
    const witness = house.join(90)
    enter(house, witness)
    const good = [
      encodeRequest({ type: 'ping', token: 7 }),
      encodeRequest({ type: 'probe', to: keyOf(witness) }),
      encodeRequest({ type: 'publish', topic: roomTopic(1).topic, entry: fakeEntry(300) }),
      encodeRequest({ type: 'signal', to: keyOf(witness), expires: house.now + 9_000, bytes: seedOf(1) }),
      encodeRequest({ type: 'direct', to: keyOf(witness), bytes: seedOf(1) }),
      encodeRequest({ type: 'leave', topic: roomTopic(1).topic }),
      encodeRequest({ type: 'here', token: 3 }),
    ]
    let line = house.connect()
    let state = 12_345
    const chance = (below: number): number => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) % below
    for (let i = 0; i < 10_000; i++) {
      if (line.closed !== undefined) {
        house.lines.delete(line.number)
        if (chance(12) > 0) line = house.connect()
        else {
          line = house.join(1 + chance(40))
          enter(house, line)
        }
      }
      let bytes = Uint8Array.from(good[chance(good.length)]!)
      for (let k = chance(4); k > 0; k--) bytes[chance(bytes.length)] = chance(256)
      if (chance(5) === 0) bytes = bytes.subarray(0, chance(bytes.length))
      const before = line.answers.length
      house.say(line, bytes)
      if (line.closed !== undefined) {
        expect(line.answers.length).toBeGreaterThan(before)
        expect(line.answers.at(-1)?.type).toBe('refused')
      }
      house.now += 5
    }
    expect(witness.closed).toBeUndefined()
    expect(house.server.counts.connections).toBeLessThanOrEqual(2 + 40)
    for (const open of house.lines.values()) house.give({ type: 'closed', connection: open.number })
    house.pass(120_000)
    expect(house.server.counts).toEqual(nobody)
  }, 30_000)
})

import { describe, expect, it } from 'vitest'
import { crypto, fakeEntry, House, type Line, roomTopic, seedOf, startMs } from '../../test/relay-house.ts'
import { formatHex } from '../codec/text.ts'
import { relayLimits } from './limits.ts'
import { verifyReceipt } from './receipt.ts'
import { encodeRequest } from './request.ts'

const nobody = { connections: 0, sessions: 0, topics: 0, signals: 0, probes: 0 }

function enter(house: House, line: Line, room = 1, announcement = seedOf(50)): void {
  house.tell(line, { type: 'enter', keys: roomTopic(room, house.now), announcement })
}

function keyOf(line: Line): Uint8Array {
  return line.session!.publicKey
}

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

describe('room exchange', () => {
  it('REL20 whoever asks for the list is on it from then on', () => {
    const house = new House()
    const [first, second] = [house.join(1), house.join(2)]
    enter(house, first, 1, seedOf(61))
    expect(first.of('peers')[0]!.peers).toEqual([])
    enter(house, second, 1, seedOf(62))
    expect(second.of('peers')[0]!.peers).toEqual([
      { session: keyOf(first), connection: first.of('ready')[0]!.connection, announcement: seedOf(61) },
    ])
    expect(first.of('joined')[0]!.peer).toEqual({
      session: keyOf(second),
      connection: second.of('ready')[0]!.connection,
      announcement: seedOf(62),
    })
  })

  it('REL20 who is in another topic, or only connected, hears nothing of it', () => {
    const house = new House()
    const [a, b, c] = [house.join(1), house.join(2), house.join(3)]
    enter(house, b, 2)
    enter(house, a, 1)
    house.tell(a, { type: 'publish', topic: roomTopic(1).topic, entry: fakeEntry() })
    expect(b.events.map(({ type }) => type)).toEqual(['ready', 'peers'])
    expect(c.events.map(({ type }) => type)).toEqual(['ready'])
  })

  it('REL22 the newest 100 are told, oldest of them first', () => {
    const house = new House()
    for (let i = 1; i <= 120; i++) enter(house, house.join(i))
    const last = house.join(200)
    enter(house, last)
    const told = last.of('peers')[0]!.peers.map(({ session }) => formatHex(session))
    const expected = [...house.lines.values()].slice(20, 120).map((line) => formatHex(keyOf(line)))
    expect(told).toEqual(expected)
  })

  it('REL23 joining, renewing and leaving are pushed to the others, to nobody twice', () => {
    const house = new House()
    const [a, b] = [house.join(1), house.join(2)]
    enter(house, a)
    enter(house, b)
    enter(house, b)
    expect(a.of('joined')).toHaveLength(1)
    enter(house, b, 1, seedOf(77))
    expect(a.of('joined')[1]!.peer.announcement).toEqual(seedOf(77))
    house.tell(b, { type: 'leave', topic: roomTopic(1).topic })
    house.tell(b, { type: 'leave', topic: roomTopic(1).topic })
    expect(a.of('left').map(({ session }) => session)).toEqual([keyOf(b)])
    expect(b.of('left')).toEqual([])
  })

  it('REL24 memberships end with their time, and no later than 13 minutes ahead', () => {
    const house = new House()
    const [a, b] = [house.join(1), house.join(2)]
    const { until, ...keys } = roomTopic(1)
    house.tell(a, {
      type: 'enter',
      keys: { ...keys, until: house.now + relayLimits.topicLifeMs + 1 },
      announcement: seedOf(1),
    })
    house.tell(a, { type: 'enter', keys: { ...keys, until: house.now }, announcement: seedOf(1) })
    const refused = a.of('refused').map(({ code, about }) => `${code} ${about}`)
    expect(refused).toEqual(['topicExpired enter', 'topicExpired enter'])
    house.tell(a, { type: 'enter', keys: { ...keys, until: house.now + 60_000 }, announcement: seedOf(1) })
    house.tell(b, { type: 'enter', keys: { ...keys, until }, announcement: seedOf(1) })
    house.pass(61_500)
    expect(b.of('left').map(({ session }) => session)).toEqual([keyOf(a)])
    house.tell(a, { type: 'publish', topic: keys.topic, entry: fakeEntry() })
    expect(a.of('refused').at(-1)?.code).toBe('notMember')
    house.pass(until - house.now + 1_500)
    expect(house.server.counts.topics).toBe(0)
  })

  it('REL25 topics per connection, members per topic and announcements have limits', () => {
    const house = new House({ topicsPerConnection: 2, membersPerTopic: 2, announcementBytes: 40 })
    const [a, b, c] = [house.join(1), house.join(2), house.join(3)]
    for (const room of [1, 2, 3, 2]) enter(house, a, room)
    expect(a.of('refused').map(({ code, subject }) => [code, subject])).toEqual([['tooManyTopics', roomTopic(3).topic]])
    enter(house, b, 1)
    enter(house, c, 1)
    expect(c.of('refused')[0]?.code).toBe('topicFull')
    enter(house, c, 4, new Uint8Array(41))
    enter(house, c, 4, new Uint8Array(0))
    expect(c.of('refused').map(({ code }) => code)).toEqual(['topicFull', 'tooLarge', 'tooLarge'])
  })

  it('REL26 a closed connection is in no topic any more', () => {
    const house = new House()
    const [a, b] = [house.join(1), house.join(2)]
    for (const line of [a, b]) for (const room of [1, 2]) enter(house, line, room)
    house.hangUp(b)
    expect(a.of('left')).toHaveLength(2)
    house.hangUp(a)
    expect(house.server.counts).toEqual(nobody)
  })
})

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

describe('text relay', () => {
  it('REL42 gives the entry with its receipt to all others, and the receipt to the one who published', () => {
    const house = new House()
    const lines = [house.join(1), house.join(2), house.join(3)] as const
    for (const line of lines) enter(house, line)
    const entry = fakeEntry()
    const { topic } = roomTopic(1)
    house.tell(lines[0], { type: 'publish', topic, entry })
    const [receipt] = lines[0].of('receipt')
    expect(receipt?.digest).toEqual(crypto.sha256(entry))
    for (const line of lines.slice(1)) {
      expect(line.of('entry')).toEqual([{ type: 'entry', topic, bytes: entry, receipt: receipt!.receipt }])
    }
    expect(lines[0].of('entry')).toEqual([])
    const read = verifyReceipt(crypto, receipt!.receipt)
    expect(read.ok && read.value).toMatchObject({
      relayKey: house.relayKey.publicKey,
      sender: keyOf(lines[0]),
      digest: crypto.sha256(entry),
      time: house.now,
    })
  })

  it('REL40 only members publish', () => {
    const house = new House()
    const [a, b] = [house.join(1), house.join(2)]
    enter(house, b)
    house.tell(a, { type: 'publish', topic: roomTopic(1).topic, entry: fakeEntry() })
    const digest = crypto.sha256(fakeEntry())
    expect(a.of('refused')[0]).toMatchObject({ code: 'notMember', about: 'publish', subject: digest })
    expect(b.of('entry')).toEqual([])
  })

  it('REL41 looks at size and version of an entry and at nothing else', () => {
    const house = new House()
    const [a, b] = [house.join(1), house.join(2)]
    enter(house, a)
    enter(house, b)
    const publish = (entry: Uint8Array): void => house.tell(a, { type: 'publish', topic: roomTopic(1).topic, entry })
    publish(fakeEntry(212))
    publish(fakeEntry(relayLimits.entryBytes + 1))
    const husk = fakeEntry()
    husk[0] = 0x81
    publish(husk)
    expect(a.of('refused').map(({ code }) => code)).toEqual(['badEntry', 'tooLarge', 'badEntry'])
    publish(fakeEntry(213))
    publish(fakeEntry(relayLimits.entryBytes))
    expect(b.of('entry').map(({ bytes }) => bytes.length)).toEqual([213, relayLimits.entryBytes])
    expect(b.raw.at(-1)!.length).toBeLessThanOrEqual(relayLimits.frameBytes)
  })

  it('REL44 receipts of one relay come in order though its clock steps back', () => {
    const house = new House()
    const a = house.join(1)
    enter(house, a)
    for (let i = 0; i < 20; i++) {
      house.now += i % 3 === 0 ? -700 : 50
      house.tell(a, { type: 'publish', topic: roomTopic(1).topic, entry: fakeEntry(300, i) })
    }
    const ids = a.of('receipt').map(({ receipt }) => {
      const read = verifyReceipt(crypto, receipt)
      return read.ok ? read.value.id : ''
    })
    expect(ids).toHaveLength(20)
    expect(ids).toEqual([...new Set(ids)].toSorted())
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

import { describe, expect, it } from 'vitest'
import { crypto, enter, fakeEntry, House, keyOf, nobody, roomTopic, seedOf } from '../../test/relay-house.ts'
import { formatHex } from '../codec/text.ts'
import { relayLimits } from './limits.ts'
import { verifyReceipt } from './receipt.ts'

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

  it('REL23 in a large topic whoever comes and those it is told of know of each other, and nobody else is told', () => {
    const house = new House()
    const lines = Array.from({ length: 112 }, (_, i) => house.join(i + 1))
    for (const line of lines) enter(house, line)
    const [first, early, late, last] = [lines[0]!, lines[10]!, lines[11]!, lines[111]!]
    expect(first.of('joined')).toHaveLength(100)
    expect(late.of('joined')).toHaveLength(100)
    expect(early.of('joined').map(({ peer }) => peer.session)).not.toContainEqual(keyOf(last))
    house.tell(last, { type: 'leave', topic: roomTopic(1).topic })
    expect([early.of('left'), late.of('left')].map(({ length }) => length)).toEqual([0, 1])
    house.tell(first, { type: 'leave', topic: roomTopic(1).topic })
    expect(lines[100]!.of('left').map(({ session }) => session)).toContainEqual(keyOf(first))
    expect(lines[101]!.of('left').map(({ session }) => session)).not.toContainEqual(keyOf(first))
    // Who enters again becomes one of the newest, and they are told of it although it is what it was.
    enter(house, lines[1]!)
    expect(lines[110]!.of('joined').map(({ peer }) => peer.session)).toContainEqual(keyOf(lines[1]!))
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

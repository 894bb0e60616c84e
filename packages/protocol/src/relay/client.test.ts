import { describe, expect, it } from 'vitest'
import { crypto, host, House, origin, roomTopic, seedOf, startMs } from '../../test/relay-house.ts'
import { encodeAnswer } from './answer.ts'
import { RelayClient, type RelayClientOutput, relayAnswerWithinMs, relayPingMs } from './client.ts'
import { decodeRequest } from './request.ts'
import { proveEntrance } from './wire.ts'

function eventsOf(outputs: readonly RelayClientOutput[]): string[] {
  return outputs.flatMap((output) => (output.type === 'event' ? [output.event.type] : []))
}

describe('relay client', () => {
  it('REL6 is ready once both have proved their keys', () => {
    const house = new House()
    const line = house.join(1)
    const [ready] = line.of('ready')
    expect(ready?.relayKey).toEqual(house.relayKey.publicKey)
    expect(ready?.connection).toEqual(line.heard('hello')[0]?.connection)
    expect(ready?.offsetMs).toBe(0)
    expect(house.server.counts.sessions).toBe(1)
  })

  it('REL6 turns away from a relay that only repeats what another one said', () => {
    // Whole conversation with the honest relay, played again to the same session by somebody in between.
    const house = new House()
    const honest = house.join(1)
    const [hello, welcome] = honest.raw as [Uint8Array, Uint8Array]
    const client = new RelayClient({ crypto, origin, session: crypto.signKeyPair(seedOf(1)) })
    client.handle({ type: 'up' }, startMs)
    client.handle({ type: 'frame', bytes: hello }, startMs)
    expect(eventsOf(client.handle({ type: 'frame', bytes: welcome }, startMs))).toEqual(['silent'])
  })

  it('REL6 turns away from a relay that changed the hello', () => {
    const house = new House()
    const line = house.connect()
    const hello = line.heard('hello')[0]!
    const client = new RelayClient({ crypto, origin, session: crypto.signKeyPair(seedOf(1)) })
    client.handle({ type: 'up' }, startMs)
    const bytes = encodeAnswer({ ...hello, entryBytes: 1 })
    const [proof] = client.handle({ type: 'frame', bytes }, startMs)
    house.say(line, (proof as { bytes: Uint8Array }).bytes)
    expect(line.heard('refused')[0]?.code).toBe('badProof')
    expect(line.closed?.code).toBe(4004)
  })

  it('REL21 its entrance proof is worth nothing at another relay, on another connection or for another topic', () => {
    const [topic, other] = [roomTopic(1), roomTopic(2)]
    const house = new House()
    const line = house.join(1)
    const nonce = line.heard('hello')[0]!.nonce
    const key = { publicKey: topic.topic, secretKey: topic.secretKey }
    const proofs = [
      proveEntrance(crypto, key, nonce, 'elsewhere.example'),
      proveEntrance(crypto, key, house.connect().heard('hello')[0]!.nonce, host),
      proveEntrance(crypto, { ...key, secretKey: other.secretKey }, nonce, host),
      proveEntrance(crypto, { publicKey: other.topic, secretKey: other.secretKey }, nonce, host),
    ]
    for (const proof of proofs) {
      house.ask(line, { type: 'enter', topic: topic.topic, until: topic.until, proof, announcement: seedOf(1) })
    }
    expect(line.heard('refused').map(({ code }) => code)).toEqual(Array(4).fill('badEntrance'))
    expect(line.closed).toBeUndefined()
    const proof = proveEntrance(crypto, key, nonce, host)
    house.ask(line, { type: 'enter', topic: topic.topic, until: topic.until, proof, announcement: seedOf(1) })
    expect(line.heard('peers')).toHaveLength(1)
  })

  it('REL11 measures the clock of the relay and translates the life of a signal', () => {
    const house = new House()
    const topic = roomTopic(1)
    const target = house.join(2)
    const line = house.connect()
    const skewMs = 11 * 60_000
    const client = new RelayClient({ crypto, origin, session: crypto.signKeyPair(seedOf(1)) })
    const sent: Uint8Array[] = []
    const give = (input: Parameters<RelayClient['handle']>[0]): readonly RelayClientOutput[] => {
      const outputs = client.handle(input, house.now + skewMs)
      for (const output of outputs) if (output.type === 'transmit') sent.push(output.bytes)
      return outputs
    }
    give({ type: 'up' })
    give({ type: 'frame', bytes: line.raw[0]! })
    house.say(line, sent[0]!)
    const ready = give({ type: 'frame', bytes: line.raw[1]! })[0]
    expect(ready).toMatchObject({ event: { type: 'ready', offsetMs: -skewMs } })
    give({ type: 'enter', keys: topic, announcement: seedOf(1) })
    expect(decodeRequest(sent[1]!)).toMatchObject({ type: 'enter', until: topic.until })
    const to = target.session!.publicKey
    give({ type: 'signal', to, bytes: seedOf(5), expires: house.now + skewMs + 60_000 })
    expect(decodeRequest(sent[2]!)).toMatchObject({ type: 'signal', expires: house.now + 60_000 })
    house.say(line, sent[2]!)
    expect(target.of('signal')).toHaveLength(1)
  })

  it('RDV3 two members with clocks eleven minutes wrong meet once they take the time of the relay', () => {
    for (const skewMs of [11 * 60_000, -11 * 60_000]) {
      const house = new House()
      const honest = house.join(2)
      house.tell(honest, { type: 'enter', keys: roomTopic(1), announcement: seedOf(2) })
      const wrong = house.join(1, origin, skewMs)
      const slotOwn = roomTopic(1, house.now + skewMs)
      house.tell(wrong, { type: 'enter', keys: slotOwn, announcement: seedOf(1) })
      expect(wrong.of('peers').flatMap(({ peers }) => peers)).toEqual([])
      const corrected = house.now + skewMs + wrong.of('ready')[0]!.offsetMs
      house.tell(wrong, { type: 'enter', keys: roomTopic(1, corrected), announcement: seedOf(1) })
      expect(
        wrong
          .of('peers')
          .at(-1)!
          .peers.map(({ session }) => session),
      ).toEqual([honest.session!.publicKey])
    }
  })

  it('REL12 pings an idle relay, and calls one that does not answer silent', () => {
    const house = new House()
    const line = house.join(1)
    house.pass(relayPingMs * 3 + 1_000)
    expect(line.of('clock')).toHaveLength(3)
    expect(line.of('silent')).toHaveLength(0)
    line.deaf = true
    house.pass(relayPingMs + relayAnswerWithinMs)
    expect(line.of('silent')).toHaveLength(1)
  })

  it('REL12 doubts the relay at once after waking', () => {
    const house = new House()
    const line = house.join(1)
    line.deaf = true
    house.tell(line, { type: 'woke' })
    house.pass(3_000)
    expect(line.of('silent')).toHaveLength(1)
  })

  it('REL12 calls a relay silent that never says hello', () => {
    const client = new RelayClient({ crypto, origin, session: crypto.signKeyPair(seedOf(1)) })
    const [timer] = client.handle({ type: 'up' }, startMs)
    expect(timer).toMatchObject({ type: 'timer', at: startMs + relayAnswerWithinMs })
    const fired = { type: 'timerFired', name: (timer as { name: string }).name } as const
    expect(eventsOf(client.handle(fired, startMs + relayAnswerWithinMs))).toEqual(['silent'])
  })

  it('REL13 enters its topics again after a reconnect, but not those that are over', () => {
    const house = new House()
    const line = house.join(1)
    const [now, later] = [roomTopic(1), roomTopic(1, startMs + 600_000)]
    house.tell(line, { type: 'enter', keys: now, announcement: seedOf(1) })
    house.tell(line, { type: 'enter', keys: { ...later, until: startMs + 700_000 }, announcement: seedOf(1) })
    expect(house.server.counts.topics).toBe(2)
    house.hangUp(line)
    expect(house.server.counts.topics).toBe(0)
    house.now = now.until
    const again = house.connect()
    const { client } = line
    again.client = client
    house.tell(again, { type: 'up' })
    house.tell(again, { type: 'frame', bytes: again.raw[0]! })
    expect(again.of('peers').map(({ topic }) => topic)).toEqual([later.topic])
  })

  it('REL1 whatever a relay says, the client does not throw', () => {
    const house = new House()
    for (let i = 0; i < 300; i++) {
      const line = house.join(1 + (i % 5))
      const bytes = Uint8Array.from(crypto.random(1 + (i % 90)))
      bytes[0] = 1
      if (i % 2 === 0) bytes[1] = 0x41 + (i % 14)
      house.tell(line, { type: 'frame', bytes })
      house.hangUp(line)
    }
    expect(house.server.counts).toEqual({ connections: 0, sessions: 0, topics: 0, signals: 0, probes: 0 })
  })
})

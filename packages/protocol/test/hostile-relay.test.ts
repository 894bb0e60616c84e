/**
 * A relay that lies, one lie at a time, between three people who talk. Real cryptography, simulated network.
 */
import { describe, expect, it } from 'vitest'
import { createNativeCrypto } from '../../peer/src/node/crypto.ts'
import { Engine } from '../src/engine/engine.ts'
import type { EngineEvent } from '../src/engine/output.ts'
import { decodeAnswer, encodeAnswer } from '../src/relay/answer.ts'
import type { Answer } from '../src/relay/answer.ts'
import { makeReceipt, ReceiptIds } from '../src/relay/receipt.ts'
import { createPersona } from '../src/sim/chaos.ts'
import { Network } from '../src/sim/network.ts'
import type { SimPeer } from '../src/sim/peer.ts'
import type { SeededRandom } from '../src/sim/random.ts'

const secret = Uint8Array.from({ length: 32 }, (_, i) => i)

interface Talk {
  readonly network: Network
  readonly peers: readonly SimPeer[]
  say(peer: number, text: string): void
  everybodyShows(texts: readonly string[]): boolean
  events<T extends EngineEvent['type']>(type: T): Extract<EngineEvent, { type: T }>[]
}

/** Three people in a room; `direct` says whether their machines can link directly. */
function talk(seed: number, direct = true): Talk {
  const network = new Network({
    seed,
    createCrypto: (random) => ({ ...createNativeCrypto(), random }),
    keepEvents: true,
    canLink: () => direct,
  })
  const crypto = { ...createNativeCrypto(), random: network.random.fork().bytes }
  const peers = ['ana', 'ben', 'cleo'].map((name) => {
    const persona = createPersona(crypto, network.now)
    return network.add(name, (given) => {
      const options = {
        crypto: given.crypto,
        secret,
        persona,
        name,
        platform: 'browser',
        relayOrigin: 'https://relay.example',
      } as const
      return new Engine(options, given.now)
    })
  })
  let tag = 0
  return {
    network,
    peers,
    say: (peer, text) =>
      network.give(peers[peer] as SimPeer, { type: 'post', tag: ++tag, content: { type: 'text', text } }),
    everybodyShows: (texts) =>
      peers.every(
        (peer) =>
          [...peer.shown.values()]
            .map(({ text }) => text)
            .sort()
            .join('|') === [...texts].sort().join('|'),
      ),
    events: (type) =>
      peers.flatMap((peer) =>
        peer.events.filter((event): event is Extract<EngineEvent, { type: typeof type }> => event.type === type),
      ),
  }
}

function start({ network, peers }: Talk): void {
  for (const peer of peers) network.start(peer)
}

/** Meddles with what the relay says to its clients. */
function onAnswers(
  meddle: (answer: Answer, bytes: Uint8Array, random: SeededRandom, towards: number) => readonly Uint8Array[],
) {
  return (towards: number, bytes: Uint8Array, random: SeededRandom): readonly Uint8Array[] => {
    const answer = decodeAnswer(bytes)
    return answer === undefined ? [bytes] : meddle(answer, bytes, random, towards)
  }
}

function flipOneBit(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  const copy = bytes.slice()
  const at = random.between(0, copy.length - 1)
  copy[at] = (copy[at] as number) ^ (1 << random.between(0, 7))
  return copy
}

const texts = ['one', 'two', 'three', 'four', 'five', 'six']

function exchange(room: Talk): void {
  for (const [index, text] of texts.entries()) {
    room.say(index % 3, text)
    room.network.runFor(400)
  }
}

describe('a hostile relay', () => {
  it('ENG2 honest, for comparison: everybody is linked directly and every receipt is valid', () => {
    const room = talk(1)
    start(room)
    room.network.runFor(5_000)
    exchange(room)
    room.network.runFor(5_000)
    expect(room.everybodyShows(texts)).toBe(true)
    expect(room.peers.every((peer) => [...peer.shown.values()].every(({ receipt }) => receipt))).toBe(true)
    const last = new Map(room.events('peer').map(({ peer }) => [peer.session, peer.path]))
    expect([...last.values()]).toEqual(['direct', 'direct', 'direct'])
  })

  it('ENG11 that swaps signals never gets into a link, and text still arrives; later signals go inside the links over it', () => {
    const room = talk(2)
    const seen: { readonly towards: number; readonly bytes: Uint8Array }[] = []
    room.network.relay.meddle = onAnswers((answer, bytes, random, towards) => {
      if (answer.type !== 'signal') return [bytes]
      seen.push({ towards, bytes: answer.bytes })
      // A signal for somebody else, or this one altered, in the name of the sender. (One for the same peer, held back for
      // a while, would be nothing but late.)
      const others = seen.filter((other) => other.towards !== towards).map((other) => other.bytes)
      const altered = flipOneBit(answer.bytes, random)
      const swapped = random.chance(0.5) ? random.pick([...others, altered]) : altered
      return [encodeAnswer({ ...answer, bytes: swapped })]
    })
    start(room)
    room.network.runFor(20_000)
    exchange(room)
    expect(seen.length).toBeGreaterThanOrEqual(3)
    expect(room.events('peer').some(({ peer }) => peer.path === 'direct')).toBe(false)
    expect(room.everybodyShows(texts)).toBe(true)
    // The next attempts are signalled end to end, where the relay can swap nothing.
    const areDirect = (): boolean => {
      const last = new Map(room.events('peer').map(({ peer }) => [peer.session, peer.path]))
      return [...last.values()].every((path) => path === 'direct')
    }
    expect(room.network.runUntil(areDirect, 60_000)).toBe(true)
  })

  it('ENG11 that hands out other connection ids is caught by the link handshake', () => {
    const room = talk(3, false)
    room.network.relay.meddle = onAnswers((answer, bytes, random) => {
      const altered = <T extends { readonly connection: Uint8Array }>(peer: T): T => ({
        ...peer,
        connection: flipOneBit(peer.connection, random),
      })
      if (answer.type === 'joined') return [encodeAnswer({ ...answer, peer: altered(answer.peer) })]
      if (answer.type === 'peers') return [encodeAnswer({ ...answer, peers: answer.peers.map(altered) })]
      return [bytes]
    })
    start(room)
    room.network.runFor(120_000)
    expect(room.events('peer').some(({ peer }) => peer.state === 'linked')).toBe(false)
    expect(room.events('notice').some(({ code }) => code === 'linkRefused')).toBe(true)
  })

  it('ENG11 that names people who are not here makes nobody appear', () => {
    const room = talk(4)
    const impostor = createNativeCrypto().signKeyPair(new Uint8Array(32).fill(9))
    room.network.relay.meddle = onAnswers((answer, bytes) =>
      answer.type === 'joined'
        ? [bytes, encodeAnswer({ ...answer, peer: { ...answer.peer, session: impostor.publicKey } })]
        : [bytes],
    )
    start(room)
    room.network.runFor(10_000)
    const sessions = new Set(room.events('peer').map(({ peer }) => peer.session))
    expect(sessions.size).toBe(3)
  })

  it('ENG11 that repeats everything doubles nothing', () => {
    const room = talk(5)
    const old: Uint8Array[] = []
    room.network.relay.meddle = onAnswers((answer, bytes, random) => {
      // Repeating the greeting only makes a client hang up and try again.
      if (answer.type === 'hello' || answer.type === 'welcome') return [bytes]
      old.push(bytes)
      return [bytes, bytes, random.pick(old)]
    })
    start(room)
    room.network.runFor(8_000)
    exchange(room)
    room.network.runFor(15_000)
    expect(room.everybodyShows(texts)).toBe(true)
  })

  it('ENG11 that holds frames back and lets them go in another order loses nothing', () => {
    const room = talk(6)
    const held: Uint8Array[] = []
    room.network.relay.meddle = onAnswers((answer, bytes, random) => {
      if (answer.type !== 'entry' && answer.type !== 'signal') return [bytes]
      held.push(bytes)
      if (held.length < 4) return []
      return held.splice(0).sort(() => random.next() - 0.5)
    })
    start(room)
    room.network.runFor(8_000)
    exchange(room)
    room.network.runFor(20_000)
    expect(room.everybodyShows(texts)).toBe(true)
  })

  // Of seed 7 two meet only after 84 s: a relay link dies with its first missing frame, and so do most attempts.
  it.each([7, 11])('ENG11 that drops a third of everything loses nothing (seed %i)', (seed) => {
    const room = talk(seed)
    room.network.relay.meddle = (_, bytes, random) => (random.chance(0.33) ? [] : [bytes])
    start(room)
    room.network.runFor(40_000)
    exchange(room)
    expect(room.network.runUntil(() => room.everybodyShows(texts), 120_000)).toBe(true)
  })

  it('ENG11 that drops every entry of its fan-out, for people who can only meet there, loses nothing', () => {
    const room = talk(8, false)
    room.network.relay.meddle = onAnswers((answer, bytes) => (answer.type === 'entry' ? [] : [bytes]))
    start(room)
    room.network.runFor(8_000)
    exchange(room)
    expect(room.network.runUntil(() => room.everybodyShows(texts), 30_000)).toBe(true)
  })

  it('ENG7 that forges receipts, or shows those of another entry, has none of them counted', () => {
    const room = talk(9)
    const crypto = createNativeCrypto()
    const otherRelay = crypto.signKeyPair(new Uint8Array(32).fill(5))
    const ids = new ReceiptIds(crypto.random)
    const genuine: Uint8Array[] = []
    room.network.relay.meddle = onAnswers((answer, bytes, random) => {
      if (answer.type !== 'entry' && answer.type !== 'receipt') return [bytes]
      genuine.push(answer.receipt)
      const digest = answer.type === 'entry' ? crypto.sha256(answer.entry) : new Uint8Array(32)
      const about = { id: ids.next(room.network.now), sender: new Uint8Array(32), digest, time: room.network.now }
      const receipt = random.pick([
        makeReceipt(crypto, otherRelay, about),
        flipOneBit(answer.receipt, random),
        genuine[0] === answer.receipt ? flipOneBit(answer.receipt, random) : (genuine[0] as Uint8Array),
      ])
      return [encodeAnswer({ ...answer, receipt })]
    })
    start(room)
    room.network.runFor(8_000)
    exchange(room)
    room.network.runFor(10_000)
    expect(genuine.length).toBeGreaterThan(5)
    expect(room.everybodyShows(texts)).toBe(true)
    const receipted = room.peers.flatMap((peer) => [...peer.shown.values()].filter(({ receipt }) => receipt))
    // Only the very first entry may hold a genuine one: it was shown again and again.
    expect(new Set(receipted.map(({ id }) => id)).size).toBeLessThanOrEqual(1)
  })

  it('ENG11 that alters entries shows nobody a word that was not written', () => {
    const room = talk(10)
    room.network.relay.meddle = onAnswers((answer, bytes, random) =>
      answer.type === 'entry' ? [encodeAnswer({ ...answer, entry: flipOneBit(answer.entry, random) })] : [bytes],
    )
    start(room)
    room.network.runFor(8_000)
    exchange(room)
    expect(room.network.runUntil(() => room.everybodyShows(texts), 30_000)).toBe(true)
  })

  it('ENG8 that lies about the time cannot park what people say once they are linked', () => {
    const room = talk(11)
    room.network.relay.skewMs = 3_600_000
    start(room)
    room.network.runFor(20_000)
    exchange(room)
    expect(room.network.runUntil(() => room.everybodyShows(texts), 30_000)).toBe(true)
    expect(
      room.peers.every((peer) =>
        [...peer.shown.values()].every(({ time }) => Math.abs(time - room.network.now) < 120_000),
      ),
    ).toBe(true)
  })
})

/** A pair that cannot link talks through a member that both are linked with; the member can only read what it is told. */
import { describe, expect, it } from 'vitest'
import { createNativeCrypto } from '../../peer/src/node/crypto.ts'
import { formatHex } from '../src/codec/text.ts'
import type { Crypto } from '../src/crypto/crypto.ts'
import { carryTags, decodeCarried } from '../src/gossip/carry-wire.ts'
import type { CircuitFrame } from '../src/gossip/carry-wire.ts'
import type { Random } from '../src/machine.ts'
import { Talk, countedTexts } from './talk.ts'

const terminal = { platform: 'node', relay: false } as const
/** The first and the second only know the third's address, and cannot link with each other. */
const people = [{ ...terminal, dials: [2], webrtc: false }, { ...terminal, dials: [2], webrtc: false }, terminal]
const throughOthers = (a: number, b: number): boolean => a >= 2 || b >= 2
const pair = [
  [0, 1],
  [1, 0],
] as const

function areLinkedThrough(talk: Talk, carrier: number): boolean {
  return pair.every(([a, b]) => talk.seen(a, b)?.through === talk.engine(carrier).session)
}

/** Two browsers and a third that met at a relay which is gone since. Their links are WebRTC: what the third carries is in its frames. */
function browsersWithoutRelay(
  options: { readonly carriers?: number; readonly createCrypto?: (random: Random) => Crypto } = {},
): Talk {
  const { carriers = 1, ...network } = options
  const browsers = Array.from({ length: 2 + carriers }, () => ({}))
  const talk = new Talk({ people: browsers, canLink: throughOthers, ...network })
  talk.start()
  talk.network.runFor(10_000)
  expect(pair.map(([a, b]) => talk.seen(a, b)?.path)).toEqual(['relay', 'relay'])
  talk.network.relay.kill()
  return talk
}

/** A link frame that carries a whole payload: code, priority, payload. */
function circuitIn(frame: Uint8Array): CircuitFrame | undefined {
  if (frame[0] !== 0x10 || frame[2] !== carryTags.circuit) return undefined
  const carried = decodeCarried(frame.subarray(2))
  return carried.ok && carried.value.type === 'circuit' ? carried.value : undefined
}

function contains(haystack: Uint8Array, needle: Uint8Array): boolean {
  return formatHex(haystack).includes(formatHex(needle))
}

describe('circuits', () => {
  it('GOS90 a pair that cannot link and has no relay is linked through a member, and all know through whom', () => {
    const talk = new Talk({ people, canLink: throughOthers })
    talk.start()
    expect(talk.network.runUntil(() => areLinkedThrough(talk, 2), 10_000)).toBe(true)
    talk.network.runFor(5_000)
    const [first, second, third] = talk.people.map((_, i) => talk.engine(i).session)
    for (const [a, b] of pair)
      expect(talk.seen(a, b)).toMatchObject({ path: 'through', state: 'linked', through: third })
    for (const engine of [0, 2].map((i) => talk.engine(i))) {
      const drawn = engine.map().links.find(({ a, b }) => [a, b].includes(first ?? '') && [a, b].includes(second ?? ''))
      expect(drawn).toMatchObject({ path: 'through', through: third })
      expect(engine.map().gaps).toEqual([])
    }
    const report = talk.engine(0).reachReport(second ?? '', talk.network.now)
    expect(report).toMatchObject({ path: 'through', through: third })
    expect(report?.attempts.find(({ way }) => way === 'through')).toMatchObject({ state: 'up', through: third })
    expect(report?.attempts.find(({ way }) => way === 'webrtc')?.state).toBe('off')
    talk.give(0, { type: 'setTyping', typing: true })
    talk.say(1, 'can you hear me?')
    talk.network.runFor(1_000)
    expect(talk.texts(0)).toEqual(['can you hear me?'])
    expect(talk.events(1, 'typing').at(-1)).toMatchObject({ session: first, typing: true })
  })

  it('GOS90 a pair that reached each other over the relay does so through a member when the relay goes', () => {
    const talk = browsersWithoutRelay()
    expect(talk.network.runUntil(() => areLinkedThrough(talk, 2), 40_000)).toBe(true)
    talk.say(0, 'who needs a relay')
    talk.network.runFor(1_000)
    expect(talk.everybodyShows(['who needs a relay'])).toBe(true)
    // It comes back: the lesser way is given up.
    talk.network.relay.start()
    expect(talk.network.runUntil(() => pair.every(([a, b]) => talk.seen(a, b)?.path === 'relay'), 60_000)).toBe(true)
  })

  it('GOS91 the carrier sees only ciphertext: neither what is said nor any key of the two is in anything it handles', () => {
    const secrets = new Map<string, Set<string>>()
    let made = 0
    // Real cryptography that notes every secret it makes or agrees on, by program.
    const createCrypto = (random: Random): Crypto => {
      const native = { ...createNativeCrypto(), random }
      const noted = new Set<string>()
      secrets.set(String(made++), noted)
      const note = <T extends Uint8Array | undefined>(bytes: T): T => {
        if (bytes !== undefined) noted.add(formatHex(bytes))
        return bytes
      }
      return {
        ...native,
        signKeyPair: (seed) => native.signKeyPair(note(seed)),
        agreeKeyPair: (seed) => native.agreeKeyPair(note(seed)),
        agree: (secret, key) => note(native.agree(secret, key)),
        chachaSeal: (key, nonce, aad, plain) => native.chachaSeal(note(key), nonce, aad, plain),
      }
    }
    const talk = browsersWithoutRelay({ createCrypto })
    expect(talk.network.runUntil(() => areLinkedThrough(talk, 2), 40_000)).toBe(true)
    const since = talk.network.now
    for (const text of countedTexts(3)) talk.say(0, text)
    talk.give(1, { type: 'setName', name: 'a name of my own' })
    talk.network.runFor(10_000)

    // The network's own, and then those of the programs in the order they started.
    const [first, second, carrier] = ['1', '2', '3'].map((program) => secrets.get(program) ?? new Set<string>())
    const shared = [...(first ?? [])].filter((secret) => second?.has(secret) === true && secret.length === 64)
    expect(shared.length).toBeGreaterThan(0)
    const ofTheTwo = shared.filter((secret) => carrier?.has(secret) !== true)
    // Of the two alone: the agreed secret and the keys of their link.
    expect(ofTheTwo.length).toBeGreaterThan(2)
    const steps = talk.steps[2] ?? []
    const handled = steps.flatMap(({ input, outputs }) => [input, ...outputs])
    const frames = handled.flatMap((step) => ('bytes' in step ? [step.bytes] : []))
    expect(frames.length).toBeGreaterThan(100)
    const all = frames.map(formatHex).join(' ')
    for (const secret of [...(first ?? []), ...(second ?? [])]) {
      if (secret.length === 64 && carrier?.has(secret) !== true) expect(all.includes(secret)).toBe(false)
    }
    // What passes by says nothing of what the two say to everybody, entries and names, sealed though entries are.
    const carried = talk.asked(2, 'transmit', since).flatMap(({ bytes }) => {
      const circuit = circuitIn(bytes)
      return circuit?.kind === 'data' ? [circuit.bytes] : []
    })
    expect(carried.length).toBeGreaterThan(10)
    const entries = talk
      .asked(0, 'transmit', since)
      .flatMap(({ bytes }) => (bytes[2] === 2 ? [bytes.subarray(60, 120)] : []))
    expect(entries.length).toBeGreaterThan(0)
    const said = [...entries, ...['message 1', 'a name of my own'].map((text) => new TextEncoder().encode(text))]
    for (const frame of carried) for (const words of said) expect(contains(frame, words)).toBe(false)
  })

  it('GOS92 when the carrier dies another member carries, and nothing that was said is lost', () => {
    const four = [
      { ...terminal, dials: [2, 3], webrtc: false },
      { ...terminal, dials: [2, 3], webrtc: false },
      terminal,
      { ...terminal, dials: [2] },
    ]
    const talk = new Talk({ people: four, canLink: throughOthers })
    talk.start()
    const carrier = (): number => [2, 3].find((index) => areLinkedThrough(talk, index)) ?? -1
    expect(talk.network.runUntil(() => carrier() > 0, 10_000)).toBe(true)
    const dead = carrier()
    talk.network.crash(talk.person(dead))
    talk.say(0, 'said while nobody carries')
    const other = 5 - dead
    expect(talk.network.runUntil(() => areLinkedThrough(talk, other), 20_000)).toBe(true)
    talk.say(1, 'said through another')
    talk.network.runFor(10_000)
    expect([0, 1].map((index) => talk.texts(index).length)).toEqual([2, 2])
  })

  it('GOS94 when a direct link comes up the circuit goes', () => {
    let canLink = false
    const three = [{ ...terminal, dials: [2] }, { ...terminal, dials: [2] }, terminal]
    const talk = new Talk({ people: three, canLink: (a, b) => canLink || throughOthers(a, b) })
    talk.start()
    expect(talk.network.runUntil(() => areLinkedThrough(talk, 2), 60_000)).toBe(true)
    canLink = true
    expect(talk.network.runUntil(() => pair.every(([a, b]) => talk.seen(a, b)?.path === 'direct'), 120_000)).toBe(true)
    talk.network.runFor(10_000)
    // Nobody seemed to leave meanwhile.
    expect(talk.events(0, 'peer').filter(({ peer }) => peer.state === 'gone')).toEqual([])
  })

  it('GOS95 entries cross a circuit once: nobody gets one twice', () => {
    const talk = new Talk({ people, canLink: throughOthers, trace: true })
    talk.start()
    expect(talk.network.runUntil(() => areLinkedThrough(talk, 2), 10_000)).toBe(true)
    talk.network.runFor(5_000)
    for (const [i, text] of countedTexts(12).entries()) {
      talk.say(i % 3, text)
      talk.network.runFor(1_000)
    }
    expect(talk.everybodyShows(countedTexts(12))).toBe(true)
    expect([0, 1, 2].flatMap((index) => talk.events(index, 'trace')).filter(({ copy }) => copy)).toEqual([])
  })
})

/** A member that carries frames and signals for others, and lies: it alters, repeats, drops and reorders them. */
import { describe, expect, it } from 'vitest'
import { concatBytes } from '../src/codec/bytes.ts'
import type { EngineLike } from '../src/sim/peer.ts'
import { maxOfferedByOne } from '../src/engine/circuits.ts'
import { carryTags, decodeCarried, encodeCircuit } from '../src/gossip/carry-wire.ts'
import type { Input } from '../src/engine/input.ts'
import type { Output } from '../src/engine/output.ts'
import { Talk, countedTexts } from './talk.ts'

/** What a carrier does to the payloads with this tag that it sends on: any number of others in their place. */
type Meddler = (payload: Uint8Array, count: number) => readonly Uint8Array[]

const headBytes = 2
/** Of a circuit frame: tag, number, kind. */
const kindOffset = 5
const dataKind = 3

/** Meddles with what goes over WebRTC links, whose frames are plain once the handshake has bound them. */
function meddling(engine: EngineLike, tag: number, meddle: () => Meddler | undefined): EngineLike {
  let count = 0
  const meddled = (output: Output): readonly Output[] => {
    const meddler = meddle()
    if (meddler === undefined || output.type !== 'transmit' || output.bytes[0] !== 0x10) return [output]
    if (output.bytes[headBytes] !== tag) return [output]
    if (tag === carryTags.circuit && output.bytes[headBytes + kindOffset] !== dataKind) return [output]
    const head = output.bytes.slice(0, headBytes)
    const payloads = meddler(output.bytes.slice(headBytes), count++)
    return payloads.map((payload) => ({ ...output, bytes: concatBytes(head, payload) }))
  }
  return { handle: (input: Input, now) => engine.handle(input, now).flatMap(meddled) }
}

function altered(payload: Uint8Array): Uint8Array {
  const copy = payload.slice()
  const at = copy.length - 3
  copy[at] = (copy[at] ?? 0) ^ 0x40
  return copy
}

let held: Uint8Array | undefined
const lies: readonly (readonly [string, Meddler])[] = [
  ['alters one frame in five', (payload, count) => [count % 5 === 4 ? altered(payload) : payload]],
  ['repeats every third frame', (payload, count) => (count % 3 === 2 ? [payload, payload] : [payload])],
  ['drops one frame in five', (payload, count) => (count % 5 === 4 ? [] : [payload])],
  ['drops everything', () => []],
  [
    'swaps neighbouring frames',
    (payload, count) => {
      if (count % 7 === 5) {
        held = payload
        return []
      }
      const late = held
      held = undefined
      return late === undefined ? [payload] : [payload, late]
    },
  ],
]

/** The first two cannot link; the third carries, a terminal and so the first choice; a fourth can as well where there is one. */
function withoutRelay(meddle: () => Meddler | undefined, tag: number, count: number): Talk {
  const talk = new Talk({
    people: Array.from({ length: count }, (_, i) => ({ platform: i === 2 ? ('node' as const) : ('browser' as const) })),
    canLink: (a, b) => a >= 2 || b >= 2,
    wrap: (engine, person) => (person === 2 ? meddling(engine, tag, meddle) : engine),
  })
  talk.start()
  talk.network.runFor(10_000)
  talk.network.relay.kill()
  return talk
}

const others = [
  [0, 1],
  [1, 0],
] as const

describe('a carrier that lies', () => {
  for (const [what, meddler] of lies) {
    it(`GOS93 ${what}: nothing forged is shown, nothing said is lost, and the pair links through another`, () => {
      held = undefined
      let isLying = false
      const talk = withoutRelay(() => (isLying ? meddler : undefined), carryTags.circuit, 4)
      const through = (): (string | undefined)[] => others.map(([a, b]) => talk.seen(a, b)?.through)
      const liar = talk.engine(2).session
      expect(talk.network.runUntil(() => through().every((session) => session === liar), 60_000)).toBe(true)
      isLying = true
      const texts = countedTexts(20)
      for (const [i, text] of texts.entries()) {
        talk.say(i % 2, text)
        talk.network.runFor(1_000)
      }
      const honest = talk.engine(3).session
      const isHonest = (): boolean => through().every((session) => session === honest)
      expect(talk.network.runUntil(isHonest, 60_000)).toBe(true)
      talk.network.runFor(20_000)
      expect(isHonest()).toBe(true)
      expect(talk.everybodyShows(texts)).toBe(true)
      for (const index of [0, 1, 3]) {
        expect(talk.events(index, 'notice').filter(({ code }) => code === 'forkFound')).toEqual([])
      }
    })
  }

  it('GOS96 one that offers circuits of a thousand strangers takes few places, and the pair links through another', () => {
    let victim: string | undefined
    const offers = (engine: EngineLike): EngineLike => ({
      handle: (input, now) => {
        const outputs = engine.handle(input, now)
        if (victim === undefined) return outputs
        const transport = victim
        victim = undefined
        const flood = Array.from({ length: 1_000 }, (_, number): Output => {
          const session = new Uint8Array(32).fill(number % 251).fill(Math.floor(number / 251), 0, 1)
          const payload = encodeCircuit({ type: 'circuit', number, kind: 'offer', session })
          const bytes = concatBytes(Uint8Array.of(0x10, 2), payload)
          return { type: 'transmit', transport, channel: 'control', bytes }
        })
        return [...outputs, ...flood]
      },
    })
    const talk = new Talk({
      people: [{}, {}, {}, {}],
      canLink: (a, b) => a >= 2 || b >= 2,
      wrap: (engine, person) => (person === 2 ? offers(engine) : engine),
    })
    talk.start()
    talk.network.runFor(10_000)
    talk.network.relay.kill()
    // Its transport towards the first person is named after that one's session.
    const named = talk.engine(0).session.slice(0, 16)
    victim = talk.asked(2, 'transmit').findLast(({ transport }) => transport.startsWith(named))?.transport
    expect(victim).toBeDefined()
    const since = talk.network.now
    talk.network.runFor(2_000)
    const answers = talk.asked(0, 'transmit', since).flatMap(({ bytes }) => {
      const carried = bytes[headBytes] === carryTags.circuit ? decodeCarried(bytes.subarray(headBytes)) : undefined
      return carried?.ok === true && carried.value.type === 'circuit' && carried.value.kind === 'close'
        ? [carried.value]
        : []
    })
    expect(answers.filter(({ code }) => code === 'full').length).toBe(1_000 - maxOfferedByOne)
    const areLinked = (): boolean => others.every(([a, b]) => talk.seen(a, b)?.path === 'through')
    expect(talk.network.runUntil(areLinked, 60_000)).toBe(true)
  })

  it('GOS93 alone, it can keep the pair apart at most: what they say still comes by the common neighbour', () => {
    let isLying = false
    const talk = withoutRelay(() => (isLying ? alterAll : undefined), carryTags.circuit, 3)
    isLying = true
    const texts = countedTexts(10)
    for (const [i, text] of texts.entries()) {
      talk.say(i % 2, text)
      talk.network.runFor(3_000)
    }
    talk.network.runFor(10_000)
    expect(talk.everybodyShows(texts)).toBe(true)
    // It tells the truth again: they find back.
    isLying = false
    const areLinked = (): boolean => others.every(([a, b]) => talk.seen(a, b)?.path === 'through')
    expect(talk.network.runUntil(areLinked, 90_000)).toBe(true)
  })
})

function alterAll(payload: Uint8Array): readonly Uint8Array[] {
  return [altered(payload)]
}

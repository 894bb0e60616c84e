/** An engine that is told nonsense: ten thousand frames that are almost right, and any input in any order. */
import { describe, expect, it } from 'vitest'
import { concatBytes } from '../src/codec/bytes.ts'
import { Engine } from '../src/engine/engine.ts'
import type { Input } from '../src/engine/input.ts'
import type { Output } from '../src/engine/output.ts'
import { createPersona } from '../src/sim/chaos.ts'
import { createSeededRandom } from '../src/sim/random.ts'
import type { SeededRandom } from '../src/sim/random.ts'
import { heapInUse, mutate } from './mutation.ts'
import { countedTexts, createTestCrypto, relayOrigin, secret, Talk } from './talk.ts'

const frames = 10_000
/** Everything four engines may hold more than before, after ten thousand frames of up to 300 kB. */
const maxGrowthBytes = 6 * 1024 * 1024
/** What one frame may bring about at most. */
const maxOutputs = 300
/** First byte of a frame with a whole payload (docs/spec/link.md). */
const wholeFrame = 0x10
const maxWholePayloadBytes = 16_384
const startMs = 1_700_000_000_000

describe('an engine under fire', () => {
  it(
    'ENG1 10,000 mutated frames at both carriers: no throw, no growth, nothing forged is shown, and talk goes on',
    { timeout: 120_000 },
    () => {
      // The first two are linked directly, the third with both over the relay, the fourth with one by a socket.
      const people = [{}, {}, {}, { platform: 'node', dials: [0] }] as const
      const talk = new Talk({ people, canLink: (a, b) => a !== 2 && b !== 2 })
      const { network } = talk
      const { random } = network
      talk.start()
      network.runFor(8_000)
      const texts = countedTexts(40)
      for (const [i, text] of texts.entries()) {
        talk.say(i % 4, text)
        network.runFor(200)
      }
      // Histories that differ, so that there are vectors, pages and proofs among what is recorded.
      network.crash(talk.person(0))
      network.runFor(20_000)
      talk.start(0)
      network.runFor(10_000)
      expect(talk.everybodyShows(texts)).toBe(true)

      const recorded = (type: 'relayFrame' | 'transportFrame'): Uint8Array[] =>
        talk.steps.flatMap((steps) => steps.flatMap(({ input }) => (input.type === type ? [input.bytes] : [])))
      const good = { relayFrame: recorded('relayFrame'), transportFrame: recorded('transportFrame') }
      const payloads = good.transportFrame.flatMap((bytes) => (bytes[0] === wholeFrame ? [bytes.slice(2)] : []))
      for (const kind of [good.relayFrame, good.transportFrame, payloads]) expect(kind.length).toBeGreaterThan(100)

      const forget = (): void => {
        for (const peer of talk.people) peer.events.length = 0
        for (const steps of talk.steps) steps.length = 0
      }
      const transports = new Map<number, string[]>(talk.people.map(({ index }) => [index, liveTransports(talk, index)]))
      let heap = 0
      let hitsOnLiveTransports = 0
      for (let i = 0; i < frames; i++) {
        if (i === frames / 5) heap = heapInUse()
        const index = random.between(0, 3)
        const live = transports.get(index) ?? []
        const input: Input =
          live.length === 0 || random.chance(0.4)
            ? { type: 'relayFrame', bytes: mutate(good.relayFrame, random) }
            : {
                type: 'transportFrame',
                transport: random.pick(live),
                bytes: random.chance(0.4)
                  ? mutate(good.transportFrame, random)
                  : frameOf(mutate(payloads, random), random),
              }
        if (input.type === 'transportFrame') hitsOnLiveTransports++
        talk.give(index, input)
        expect(talk.steps[index]?.at(-1)?.outputs.length).toBeLessThan(maxOutputs)
        if (i % 8 < 7) continue
        // Time to notice, hang up, dial and link again.
        network.runFor(1_500)
        for (const peer of talk.people)
          transports.set(peer.index, liveTransports(talk, peer.index, transports.get(peer.index)))
        forget()
      }
      expect(hitsOnLiveTransports).toBeGreaterThan(frames / 4)
      network.runFor(120_000)
      forget()
      expect(heapInUse() - heap).toBeLessThan(maxGrowthBytes)

      // Nobody shows a word that was not said, and a new word reaches everybody.
      expect(talk.everybodyShows(texts)).toBe(true)
      for (const index of [0, 1, 2, 3]) talk.say(index, `after ${index}`)
      const all = [...texts, 'after 0', 'after 1', 'after 2', 'after 3']
      expect(network.runUntil(() => talk.everybodyShows(all) && talk.everybodyIsSynced(), 30_000)).toBe(true)
    },
  )

  it('ENG1 any input in any order: 10,000 of them at engines in every phase of life', { timeout: 60_000 }, () => {
    const random = createSeededRandom(8)
    const talk = new Talk({ people: [{}, {}] })
    talk.start()
    talk.network.runFor(5_000)
    for (const text of countedTexts(10)) talk.say(0, text)
    talk.network.runFor(5_000)
    const seen = talk.steps.flatMap((steps) => steps.map(({ input }) => input))
    const records = talk.steps.flatMap((steps) =>
      steps.flatMap(({ outputs }) => outputs.flatMap((output) => (output.type === 'store' ? output.changes : []))),
    )

    const crypto = createTestCrypto(random.bytes)
    let { now } = talk.network
    let engine = newEngine()
    let asked: Output[] = []
    let heap = 0
    for (let i = 0; i < frames; i++) {
      if (i === frames / 5) heap = heapInUse()
      if (i % 500 === 0) {
        engine = newEngine()
        asked = []
      }
      now += random.pick([0, 0, 1, 40, 500, 5_000, random.chance(0.01) ? 86_400_000 : 0])
      const outputs = engine.handle(anyInput(), now)
      expect(outputs.length).toBeLessThan(maxOutputs)
      asked = [...asked, ...outputs].slice(-64)
    }
    expect(heapInUse() - heap).toBeLessThan(maxGrowthBytes)

    function anyInput(): Input {
      const { requests, names, transport } = what(asked, random)
      const request = random.chance(0.8) && requests.length > 0 ? random.pick(requests) : random.between(0, 40)
      const values = records.flatMap(({ value }) => (value === undefined ? [] : [value]))
      switch (random.between(0, 17)) {
        case 0:
          return { type: 'start' }
        case 1:
          return random.chance(0.02) ? { type: 'stop' } : { type: 'woke' }
        case 2:
          return {
            type: 'timerFired',
            name: random.pick([...names, 'tick', 'acknowledge', 'relay/ping', 'link/x/y', '', 'link/', 'nonsense']),
          }
        case 3:
          return { type: 'stored', request, ok: random.chance(0.8) }
        case 4:
        case 5: {
          const many = Array.from({ length: random.between(0, 20) }, () => {
            const { key } = random.pick(records)
            return {
              key: random.chance(0.2) ? `${random.pick(['e/', 'o/', 'f/', 'r/', 'm/relay-keys', ''])}${key}` : key,
              value: mutate(values, random),
            }
          })
          return { type: 'loaded', request, records: many, more: random.chance(0.3) }
        }
        case 6: {
          const valid = Array.from({ length: random.between(0, 50) }, () => random.chance(0.5))
          return { type: 'computed', request, result: { type: 'verify', valid } }
        }
        case 7:
          return { type: 'relayUp' }
        case 8:
          return { type: 'relayDown' }
        case 9:
          return { type: 'signalMade', transport, bytes: random.bytes(random.between(0, 300)) }
        case 10:
          return {
            type: 'transportUp',
            transport,
            kind: random.pick(['dtls', 'socket']),
            local: random.bytes(32),
            remote: random.bytes(32),
            initiator: random.pick([true, false, undefined]),
          }
        case 11:
          return {
            type: random.pick(['transportFull', 'transportDrained', 'transportDoubted', 'transportDown'] as const),
            transport,
          }
        case 12:
          return { type: 'setName', name: random.pick(['', 'x', 'ß'.repeat(40), 'long '.repeat(100)]) }
        case 13:
          return random.chance(0.5)
            ? { type: 'setTyping', typing: random.chance(0.5) }
            : { type: 'setVisible', visible: random.chance(0.5) }
        case 14:
          return {
            type: 'setAddresses',
            addresses: [
              { host: 'a', port: random.between(0, 3) },
              { host: 'b', port: 1 },
            ].slice(random.between(0, 2)),
          }
        case 15:
          return {
            type: 'post',
            tag: random.between(0, 1_000),
            content: random.pick([
              { type: 'text', text: 'said' },
              { type: 'text', text: '' },
              { type: 'delete', target: random.bytes(32) },
              { type: 'reaction', target: random.bytes(32), emoji: '👍', on: true },
            ]),
          }
        default: {
          // What happened elsewhere, here and now.
          const input = random.pick(seen)
          return 'transport' in input && random.chance(0.7) ? { ...input, transport } : input
        }
      }
    }

    function newEngine(): Engine {
      const persona = createPersona(crypto, startMs)
      const options = { crypto, secret, persona, name: 'somebody', relayOrigin, relayOnly: random.chance(0.2) }
      return new Engine(
        { ...options, platform: random.pick(['browser', 'node']), expiry: random.pick([0, 1, 2, 3]) },
        now,
      )
    }
  })
})

/** A frame of a WebRTC link that is right as far as the link goes: what is in it has to be judged behind it. */
function frameOf(payload: Uint8Array, random: SeededRandom): Uint8Array {
  return concatBytes(Uint8Array.of(wholeFrame, random.between(0, 3)), payload.slice(0, maxWholePayloadBytes))
}

/** Transports a person's engine was told of as up and not yet as down. */
function liveTransports(talk: Talk, index: number, before: readonly string[] = []): string[] {
  const live = new Set(before)
  for (const { input, outputs } of talk.steps[index] ?? []) {
    if (input.type === 'transportUp') live.add(input.transport)
    if (input.type === 'transportDown') live.delete(input.transport)
    for (const output of outputs) if (output.type === 'hangUp') live.delete(output.transport)
  }
  return [...live]
}

/** What an engine asked for lately, to be answered rightly or wrongly. */
function what(
  asked: readonly Output[],
  random: SeededRandom,
): { requests: number[]; names: string[]; transport: string } {
  const requests = asked.flatMap((output) => ('request' in output ? [output.request] : []))
  const names = asked.flatMap((output) => (output.type === 'timer' ? [output.name] : []))
  const transports = asked.flatMap((output) => ('transport' in output ? [output.transport] : []))
  return { requests, names, transport: random.pick([...transports, 'in-1', 'in-2', 'socket-x']) }
}

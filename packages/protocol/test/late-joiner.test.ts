/** People who come late, and histories that differ. */
import { describe, expect, it } from 'vitest'
import type { Output } from '../src/engine/output.ts'
import { Talk, countedTexts } from './talk.ts'

const wholeFrame = 0x10
const vectorTag = 0x20

/** First bytes of the payloads sent over WebRTC links, where frames travel as they are. */
function payloadTags(outputs: readonly Output[]): number[] {
  return outputs.flatMap((output) => {
    if (output.type !== 'transmit' || output.bytes[0] !== wholeFrame) return []
    return [output.bytes[2] ?? 0]
  })
}

/** How many exchanges a person began over WebRTC links. */
function begun(talk: Talk, index: number): number {
  const tags = (talk.steps[index] ?? []).flatMap(({ input, outputs }) =>
    // What answers a vector is not begun here; what a timer brings about is.
    input.type === 'timerFired' ? payloadTags(outputs) : [],
  )
  return tags.filter((tag) => tag === vectorTag).length
}

describe('a late joiner', () => {
  it('ENG9 gets a thousand messages, newest page first, and is told how far it is: n of n, no gaps', () => {
    const talk = new Talk({ people: [{}, {}, {}] })
    talk.start(0, 1)
    talk.network.runFor(5_000)
    const texts = countedTexts(1_000)
    for (const [i, text] of texts.entries()) {
      talk.say(i % 2, text)
      talk.network.runFor(60)
    }
    talk.network.runFor(5_000)
    expect(talk.texts(0)).toEqual(texts)

    const cameAt = talk.network.now
    talk.start(2)
    const late = talk.person(2)
    expect(talk.network.runUntil(() => late.shown.size === 1_000 && late.sync?.phase === 'synced', 10_000)).toBe(true)
    expect(talk.texts(2)).toEqual(texts)
    // A thousand messages and the two openings they build on.
    expect(late.sync).toEqual({ type: 'sync', phase: 'synced', have: 1_002, total: 1_002, gaps: 0 })

    const arrivals = (talk.steps[2] ?? []).flatMap(({ at, outputs }) =>
      outputs.flatMap((output) => {
        if (output.type !== 'event' || output.event.type !== 'timeline') return []
        return [
          { at, texts: output.event.changes.flatMap((change) => (change.type === 'put' ? [change.message.text] : [])) },
        ]
      }),
    )
    const first = arrivals.find((arrival) => arrival.texts.length > 0)
    expect(first?.texts).toContain('message 999')
    expect(first?.texts).not.toContain('message 0')
    expect((first?.at ?? Infinity) - cameAt).toBeLessThan(3_000)

    const phases = talk.events(2, 'sync').map(({ phase }) => phase)
    expect(phases.filter((phase, i) => phase !== phases[i - 1])).toEqual(['loading', 'catchingUp', 'synced'])
  })

  it('ENG9 has its receipts too, checked by itself', () => {
    const talk = new Talk({ people: [{}, {}] })
    talk.start(0)
    talk.network.runFor(3_000)
    for (const text of countedTexts(20)) talk.say(0, text)
    talk.network.runFor(3_000)
    talk.start(1)
    const receipts = (): number => [...talk.person(1).shown.values()].filter(({ receipt }) => receipt).length
    expect(talk.network.runUntil(() => receipts() === 20, 20_000)).toBe(true)
  })

  it.each([1, 4])('ENG9 asks one of many at a time (seed %i)', { timeout: 30_000 }, (seed) => {
    // So far away that one exchange takes longer than the time in which the next could begin.
    const talk = new Talk({ people: [{}, {}, {}, {}, {}], latencyMs: [600, 600], seed })
    talk.start(0, 1, 2, 3)
    talk.network.runFor(8_000)
    for (const text of countedTexts(300)) {
      talk.say(0, text)
      talk.network.runFor(20)
    }
    talk.network.runFor(5_000)
    const cameAt = talk.network.now
    talk.start(4)
    talk.network.runFor(20_000)
    expect(talk.texts(4).length).toBe(300)
    // Four could have given everything four times.
    const given = [0, 1, 2, 3].map((index) =>
      talk
        .asked(index, 'transmit', cameAt)
        .reduce((sum, { channel, bytes }) => sum + (channel === 'bulk' ? bytes.length : 0), 0),
    )
    expect(Math.max(...given)).toBeGreaterThan(300 * 200)
    expect(given.filter((bytes) => bytes > 1_000).length).toBe(1)
  })
})

describe('histories', () => {
  it('ENG9 that differ are compared without anybody writing', () => {
    const talk = new Talk({ people: [{}, {}] })
    talk.start()
    talk.network.runFor(5_000)
    talk.network.partition((index) => index, 2)
    talk.say(0, 'here')
    talk.say(1, 'there')
    talk.network.runFor(30_000)
    expect([talk.texts(0), talk.texts(1)]).toEqual([['here'], ['there']])
    talk.network.heal()
    expect(
      talk.network.runUntil(() => talk.everybodyShows(['here', 'there']) && talk.everybodyIsSynced(), 60_000),
    ).toBe(true)
  })

  it('ENG9 are not compared while people just talk', () => {
    const talk = new Talk({ people: [{}, {}, {}] })
    talk.start()
    talk.network.runFor(10_000)
    const before = [0, 1, 2].map((index) => begun(talk, index))
    for (const [i, text] of countedTexts(200).entries()) {
      talk.say(i % 3, text)
      talk.network.runFor(talk.network.random.between(50, 500))
    }
    talk.network.runFor(10_000)
    expect([0, 1, 2].map((index) => begun(talk, index))).toEqual(before)
    expect(talk.texts(0).length).toBe(200)
  })

  it('ENG9 an entry the relay swallowed is found by the digests', () => {
    const talk = new Talk({ people: [{}, {}], canLink: () => false })
    talk.start()
    talk.network.runFor(5_000)
    talk.network.relay.meddle = (_, bytes) => (bytes[1] === 0x48 ? [] : [bytes])
    talk.say(0, 'swallowed')
    talk.network.runFor(500)
    expect(talk.texts(1)).toEqual([])
    expect(talk.network.runUntil(() => talk.texts(1).length === 1, 10_000)).toBe(true)
  })
})

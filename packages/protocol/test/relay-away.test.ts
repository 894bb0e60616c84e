/** People who talk while the relay is away, and what is made good when it returns. */
import { describe, expect, it } from 'vitest'
import { decodeStatement } from '../src/identity/statement.ts'
import type { Millis } from '../src/machine.ts'
import { decodeAnswer, encodeAnswer } from '../src/relay/answer.ts'
import { decodeRequest } from '../src/relay/request.ts'
import { Talk, countedTexts } from './talk.ts'

/** Where an entry's number in its session's chain stands (docs/spec/log.md). */
const seqOffset = 41

/** The numbers of the entries a person published at the relay, oldest first, each as often as it was sent. */
function published(talk: Talk, index: number, since: Millis): number[] {
  return talk.asked(index, 'relaySend', since).flatMap(({ bytes }) => {
    const request = decodeRequest(bytes)
    if (request?.type !== 'publish') return []
    const { buffer, byteOffset } = request.entry
    return [new DataView(buffer, byteOffset).getUint32(seqOffset)]
  })
}

describe('the relay away', () => {
  it('ENG5 for a minute: talk goes on over direct links, and every message gets its receipt afterwards', () => {
    const talk = new Talk({ people: [{}, {}, {}] })
    talk.start()
    talk.network.runFor(5_000)
    talk.network.relay.kill()
    const texts = countedTexts(30)
    for (const [i, text] of texts.entries()) {
      talk.say(i % 3, text)
      talk.network.runFor(2_000)
    }
    talk.network.runFor(500)
    expect(talk.everybodyShows(texts)).toBe(true)
    const receipts = (): boolean[] =>
      talk.people.flatMap((peer) => [...peer.shown.values()].map(({ receipt }) => receipt))
    expect(receipts().some(Boolean)).toBe(false)

    const backAt = talk.network.now
    talk.network.relay.start()
    expect(talk.network.runUntil(() => receipts().every(Boolean), 60_000)).toBe(true)
    for (const index of [0, 1, 2]) {
      expect(talk.events(index, 'relay').map(({ state }) => state)).toEqual(['connecting', 'up', 'away', 'up'])
      // The opening and ten messages, in the order they were written, and each once.
      expect(published(talk, index, backAt)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    }
    expect(talk.texts(0)).toEqual(texts)
  })

  it('ENG5 entries refused because our entering got lost are published again once we are in', () => {
    const talk = new Talk({ people: [{}, {}], canLink: () => false })
    talk.start()
    talk.network.runFor(5_000)
    let refused = 0
    talk.network.relay.meddle = (_, bytes) => {
      const answer = decodeAnswer(bytes)
      // The opening and the message.
      if (answer?.type !== 'receipt' || refused === 2) return [bytes]
      refused++
      const decoded = decodeStatement(answer.receipt)
      const subject = decoded.ok ? decoded.value.subject : new Uint8Array(32)
      return [encodeAnswer({ type: 'refused', code: 'notMember', about: 'publish', subject, retryAfterMs: 0 })]
    }
    talk.say(0, 'am I in?')
    talk.network.runFor(1_000)
    expect(refused).toBe(2)
    const receipts = (): boolean[] => [...(talk.people[0]?.shown.values() ?? [])].map(({ receipt }) => receipt)
    expect(receipts()).toEqual([false])
    // Sooner than anybody is asked for receipts that are missing.
    expect(talk.network.runUntil(() => receipts().every(Boolean), 7_000)).toBe(true)
    expect(talk.events(0, 'notice')).toEqual([])
  })

  it('ENG5 from the start: it is called away after the first vain attempt, once, until it is there', () => {
    const talk = new Talk({ people: [{}] })
    talk.network.relay.kill()
    talk.start()
    talk.network.runFor(30_000)
    const states = (): string[] => talk.events(0, 'relay').map(({ state }) => state)
    expect(states()).toEqual(['connecting', 'away'])
    talk.network.relay.start()
    expect(talk.network.runUntil(() => states().length === 3, 60_000)).toBe(true)
    expect(states()).toEqual(['connecting', 'away', 'up'])
  })

  it('ENG5 entries the relay did not confirm before it went are published again, in order', () => {
    const talk = new Talk({ people: [{}, {}] })
    talk.start()
    talk.network.runFor(5_000)
    for (const text of countedTexts(5)) talk.say(0, text)
    // What was on its way goes down with the relay.
    talk.network.relay.kill()
    talk.network.runFor(200)
    const backAt = talk.network.now
    talk.network.relay.start()
    const isUp = (): boolean => talk.events(0, 'relay').filter(({ state }) => state === 'up').length === 2
    expect(talk.network.runUntil(isUp, 5_000, 10)).toBe(true)
    // At once, not when an answer has been waited for in vain.
    talk.network.runFor(500)
    expect(published(talk, 0, 0).slice(0, 6)).toEqual([0, 1, 2, 3, 4, 5])
    expect(published(talk, 0, backAt)).toEqual([0, 1, 2, 3, 4, 5])
    expect([...talk.person(0).shown.values()].every(({ receipt }) => receipt)).toBe(true)
  })

  it('ENG5 people who could only reach each other through the relay lose nothing while it is away', () => {
    const talk = new Talk({ people: [{}, {}], canLink: () => false })
    talk.start()
    talk.network.runFor(5_000)
    talk.network.relay.kill()
    const texts = countedTexts(10)
    for (const [i, text] of texts.entries()) talk.say(i % 2, text)
    talk.network.runFor(60_000)
    expect(talk.texts(0).length).toBe(5)
    talk.network.relay.start()
    expect(talk.network.runUntil(() => talk.everybodyShows(texts) && talk.everybodyIsSynced(), 60_000)).toBe(true)
  })

  it('ENG2 a relay that comes back is entered again within half a minute, and relay links with it', () => {
    const talk = new Talk({ people: [{}, {}], canLink: () => false })
    talk.start()
    talk.network.runFor(5_000)
    talk.network.relay.kill()
    talk.network.runFor(600_000)
    talk.network.relay.start()
    expect(talk.network.runUntil(() => talk.paths().every((path) => path === 'relay'), 40_000)).toBe(true)
  })
})

describe('no relay at all', () => {
  const terminal = { platform: 'node', relay: false } as const

  it('GOS4 a pair without a link reads each other through a third that has links to both', () => {
    const linked = (a: number, b: number): boolean => a === 2 || b === 2
    const talk = new Talk({
      people: [{ ...terminal, dials: [2] }, { ...terminal, dials: [2] }, terminal],
      canLink: linked,
    })
    talk.start()
    talk.network.runFor(3_000)
    expect(talk.seen(0, 1)).toBeUndefined()
    const texts = countedTexts(10)
    for (const [i, text] of texts.entries()) {
      talk.say(i % 2, text)
      const saidAt = talk.network.now
      const other = 1 - (i % 2)
      expect(talk.network.runUntil(() => talk.texts(other).includes(text), 1_000, 10)).toBe(true)
      // Passed on at once, two hops of at most 55 ms, not found later by comparing.
      expect(talk.network.now - saidAt).toBeLessThanOrEqual(120)
      talk.network.runFor(1_000)
    }
    expect(talk.everybodyShows(texts)).toBe(true)
    expect(talk.events(0, 'relay').map(({ state }) => state)).toEqual(['none'])
  })

  it('GOS3 in a full mesh every entry crosses each link of its author once, and no other link', () => {
    const talk = new Talk({ people: [{ ...terminal, dials: [1, 2] }, { ...terminal, dials: [2] }, terminal] })
    talk.start()
    talk.network.runFor(10_000)
    const since = talk.network.now
    const texts = countedTexts(12)
    for (const [i, text] of texts.entries()) {
      talk.say(i % 3, text)
      talk.network.runFor(1_500)
    }
    expect(talk.everybodyShows(texts)).toBe(true)
    // Sealed frames of this size carry entries: a beat is shorter.
    const large = [0, 1, 2].flatMap((index) =>
      talk.asked(index, 'transmit', since).filter(({ bytes }) => bytes.length > 250),
    )
    // Each of the twelve to two others, and each person's opening beside its first.
    expect(large.length).toBe((12 + 3) * 2)
  })
})

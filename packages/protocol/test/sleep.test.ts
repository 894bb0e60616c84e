/** Machines that sleep, freeze and wake, and programs that are closed and opened again. */
import { describe, expect, it } from 'vitest'
import { dialTimeoutMs } from '../src/engine/dials.ts'
import { Talk, countedTexts } from './talk.ts'

describe('after sleep', () => {
  for (const direct of [true, false]) {
    it(`ENG10 frozen for ten minutes, in step within five seconds of waking; ${direct ? 'direct links' : 'over the relay'}`, () => {
      const talk = new Talk({ people: [{}, {}, {}], canLink: () => direct })
      talk.start()
      talk.network.runFor(5_000)
      talk.say(0, 'before')
      talk.network.runFor(2_000)
      const sleeper = talk.person(2)
      talk.network.freeze(sleeper)
      const texts = countedTexts(60)
      for (const [i, text] of texts.entries()) {
        talk.say(i % 2, text)
        talk.network.runFor(10_000)
      }
      expect(talk.texts(2)).toEqual(['before'])
      talk.network.wake(sleeper)
      const inStep = (): boolean => talk.everybodyShows(['before', ...texts]) && sleeper.sync?.phase === 'synced'
      expect(talk.network.runUntil(inStep, 5_000)).toBe(true)
      // And others hear it at once.
      talk.say(2, 'good morning')
      talk.network.runFor(1_000)
      expect(talk.texts(0).at(-1)).toBe('good morning')
      expect(talk.texts(1).at(-1)).toBe('good morning')
    })
  }

  for (const direct of [true, false]) {
    it(`ENG19 a lid that is closed is seen within seconds, and when it opens; ${direct ? 'direct links' : 'over the relay'}`, () => {
      const talk = new Talk({ people: [{}, {}, {}], canLink: () => direct })
      talk.start()
      talk.network.runFor(10_000)
      const sleeper = talk.person(2)
      talk.network.freeze(sleeper)
      const isGone = (): boolean => [0, 1].every((by) => talk.seen(by, 2)?.state === 'gone')
      // 7 s of silence, and 5 s that the relay waits for an answer. It keeps the socket all the while.
      expect(talk.network.runUntil(isGone, 14_000)).toBe(true)
      talk.network.runFor(90_000)
      expect(isGone()).toBe(true)
      expect(talk.seen(0, 1)?.state).toBe('linked')
      talk.network.wake(sleeper)
      const isBack = (): boolean => [0, 1].every((by) => talk.seen(by, 2)?.state === 'linked')
      expect(talk.network.runUntil(isBack, 20_000)).toBe(true)
    })
  }

  it('ENG10 whoever slept while the relay died and every link broke is back in step within five seconds', () => {
    const talk = new Talk({ people: [{}, {}, {}] })
    talk.start()
    talk.network.runFor(5_000)
    const sleeper = talk.person(2)
    talk.network.freeze(sleeper)
    talk.network.partition((index) => (index === 2 ? 1 : 0))
    const texts = countedTexts(20)
    for (const [i, text] of texts.entries()) {
      talk.say(i % 2, text)
      talk.network.runFor(30_000)
    }
    talk.network.heal()
    talk.network.wake(sleeper)
    expect(talk.network.runUntil(() => talk.everybodyShows(texts) && sleeper.sync?.phase === 'synced', 5_000)).toBe(
      true,
    )
  })

  it('ENG10 links whose far end vanished during the sleep are found out within three seconds', () => {
    const talk = new Talk({
      people: [
        { platform: 'node', relay: false, dials: [1] },
        { platform: 'node', relay: false },
      ],
    })
    talk.start()
    talk.network.runFor(5_000)
    expect(talk.paths()).toEqual(['direct', 'direct'])
    // Nothing tells the sleeper that the other is gone: its machine just stops.
    talk.network.freeze(talk.person(1))
    talk.give(0, { type: 'woke' })
    talk.network.runFor(3_100)
    expect(talk.seen(0, 1)?.state).toBe('gone')
  })

  it('ENG10 a relay that went silent during the sleep is given up, and connected to again, within four seconds', () => {
    const talk = new Talk({ people: [{}, {}] })
    talk.start()
    talk.network.runFor(5_000)
    const sleeper = talk.person(1)
    talk.network.freeze(sleeper)
    talk.network.relay.meddle = (towards, bytes) => (towards === 1 ? [] : [bytes])
    talk.network.runFor(600_000)
    const wokeAt = talk.network.now
    talk.network.wake(sleeper)
    expect(talk.network.runUntil(() => talk.asked(1, 'relayConnect', wokeAt).length > 0, 4_000)).toBe(true)
    talk.network.relay.meddle = undefined
    talk.network.runFor(2_000)
    expect(talk.events(1, 'relay').at(-1)?.state).toBe('up')
  })

  it('ENG10 whoever could not be dialled for a long time is dialled again on waking', () => {
    let canLink = false
    const talk = new Talk({ people: [{}, {}], canLink: () => canLink })
    talk.start()
    talk.network.runFor(600_000)
    // An attempt has just been given up: the next would be half a minute or more away.
    const since = talk.network.now
    const hasGivenUp = (): boolean => [0, 1].some((index) => talk.asked(index, 'hangUp', since).length > 0)
    expect(talk.network.runUntil(hasGivenUp, 2 * dialTimeoutMs + 63_000, 100)).toBe(true)
    canLink = true
    for (const peer of talk.people) talk.network.wake(peer)
    expect(talk.network.runUntil(() => talk.paths().every((path) => path === 'direct'), 5_000)).toBe(true)
  })

  it('GOS8 a link whose far end fell silent is noticed within eight seconds', () => {
    const talk = new Talk({
      people: [
        { platform: 'node', relay: false, dials: [1] },
        { platform: 'node', relay: false },
      ],
    })
    talk.start()
    talk.network.runFor(5_000)
    talk.network.freeze(talk.person(1))
    // Its last word may be five seconds old.
    talk.network.runFor(1_500)
    expect(talk.seen(0, 1)?.state).toBe('linked')
    talk.network.runFor(6_500)
    expect(talk.seen(0, 1)?.state).toBe('gone')
  })
})

describe('closed and opened again', () => {
  it('ENG6 everybody starts again with the relay dead, and reads the history from the own store', () => {
    const talk = new Talk({ people: [{}, {}, {}] })
    talk.start()
    talk.network.runFor(5_000)
    const texts = countedTexts(40)
    for (const [i, text] of texts.entries()) {
      talk.say(i % 3, text)
      talk.network.runFor(300)
    }
    talk.network.runFor(5_000)
    const before = talk.people.map((peer) => peer.timeline())
    for (const peer of talk.people) talk.network.crash(peer)
    talk.network.relay.kill()
    talk.start()
    expect(talk.people.map((peer) => peer.shown.size)).toEqual([0, 0, 0])
    talk.network.runFor(1_000)
    expect(talk.people.map((peer) => peer.timeline())).toEqual(before)
    expect(talk.texts(0)).toEqual(texts)
    // The receipts are in the store too.
    expect([...talk.person(0).shown.values()].every(({ receipt }) => receipt)).toBe(true)
    talk.network.runFor(5_000)
    expect(talk.people.map((peer) => peer.sync?.phase)).toEqual(['alone', 'alone', 'alone'])
  })

  it('ENG6 a message is announced as durable only after the store said so', () => {
    const talk = new Talk({ people: [{}] })
    talk.start()
    talk.network.runFor(5_000)
    talk.say(0, 'one')
    talk.say(0, 'two')
    talk.network.runFor(1_000)
    const [steps = []] = talk.steps
    const stored = new Set<number>()
    const requests = new Map<string, number>()
    for (const { input, outputs } of steps) {
      if (input.type === 'stored') stored.add(input.request)
      if (input.type === 'post') {
        expect(outputs.some((output) => output.type === 'event' && output.event.type === 'posted')).toBe(false)
        const store = outputs.find((output) => output.type === 'store')
        if (store?.type === 'store') requests.set(`${input.tag}`, store.request)
      }
      for (const output of outputs) {
        if (output.type !== 'event' || output.event.type !== 'posted') continue
        const request = requests.get(`${output.event.tag}`)
        expect(request).toBeDefined()
        expect(stored.has(request ?? -1)).toBe(true)
      }
    }
    expect(talk.events(0, 'posted').map(({ tag }) => tag)).toEqual([1, 2])
  })

  it('ENG6 what was said a moment before a crash and never announced may go; what was announced is there', () => {
    const talk = new Talk({ people: [{}] })
    talk.start()
    talk.network.runFor(5_000)
    talk.say(0, 'kept')
    talk.network.runFor(100)
    expect(talk.events(0, 'posted').length).toBe(1)
    talk.say(0, 'too late')
    talk.network.crash(talk.person(0))
    talk.start()
    talk.network.runFor(1_000)
    expect(talk.events(0, 'posted').length).toBe(1)
    expect(talk.texts(0)).toEqual(['kept'])
  })
})

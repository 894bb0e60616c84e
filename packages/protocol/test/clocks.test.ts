/** Machines whose clocks are wrong. */
import { describe, expect, it } from 'vitest'
import { Talk } from './talk.ts'

const minuteMs = 60_000

describe('a wrong clock', () => {
  for (const [name, skewMs] of [
    ['ahead', 30 * minuteMs],
    ['behind', -30 * minuteMs],
  ] as const) {
    it(`ENG8 half an hour ${name}: nothing is parked on either side, and its owner is told`, () => {
      const talk = new Talk({ people: [{}, {}, { skewMs }] })
      talk.start()
      talk.network.runFor(8_000)
      expect(talk.paths().every((path) => path === 'direct')).toBe(true)
      talk.say(2, 'from the wrong time')
      talk.network.runFor(500)
      expect(talk.texts(0)).toEqual(['from the wrong time'])
      expect(talk.texts(1)).toEqual(['from the wrong time'])
      talk.say(0, 'from the right time')
      talk.network.runFor(500)
      // In the order they were said, everywhere.
      for (const index of [0, 1, 2]) expect(talk.texts(index)).toEqual(['from the wrong time', 'from the right time'])
      for (const peer of talk.people) {
        for (const { time } of peer.shown.values()) expect(Math.abs(time - talk.network.now)).toBeLessThan(5_000)
      }
      expect(talk.events(2, 'notice').map(({ code }) => code)).toEqual(['clockWrong'])
      expect(talk.events(0, 'notice')).toEqual([])
      expect(talk.events(1, 'notice')).toEqual([])
    })

    it(`ENG8 half an hour ${name}, and only one other person to ask: the right one stays right`, () => {
      for (const canLink of [true, false]) {
        const talk = new Talk({ people: [{}, { skewMs }], canLink: () => canLink })
        talk.start()
        talk.network.runFor(20_000)
        talk.say(0, 'from the right time')
        talk.say(1, 'from the wrong time')
        talk.network.runFor(500)
        expect(talk.everybodyShows(['from the right time', 'from the wrong time'])).toBe(true)
        for (const { time } of talk.person(1).shown.values())
          expect(Math.abs(time - talk.network.now)).toBeLessThan(5_000)
        expect(talk.events(0, 'notice')).toEqual([])
        expect(talk.events(1, 'notice').map(({ code }) => code)).toEqual(['clockWrong'])
      }
    })

    it(`ENG8 half an hour ${name}, while the relay is away: what it said of the time still counts`, () => {
      const talk = new Talk({ people: [{}, { skewMs }] })
      talk.start()
      talk.network.runFor(8_000)
      talk.network.relay.kill()
      talk.network.runFor(60_000)
      talk.say(1, 'from the wrong time')
      talk.say(0, 'from the right time')
      talk.network.runFor(500)
      expect(talk.everybodyShows(['from the wrong time', 'from the right time'])).toBe(true)
      for (const { time } of talk.person(0).shown.values())
        expect(Math.abs(time - talk.network.now)).toBeLessThan(5_000)
      expect(talk.events(0, 'notice')).toEqual([])
    })
  }

  // Without a relay a link is refused between clocks that differ by more than ten minutes: see LNK2.
  for (const [name, skewMs] of [
    ['ahead', 8 * minuteMs],
    ['behind', -8 * minuteMs],
  ] as const) {
    it(`ENG8 eight minutes ${name}, without a relay: of two the earlier counts, and a third decides`, () => {
      const terminal = { platform: 'node', relay: false } as const
      const talk = new Talk({ people: [{ ...terminal, dials: [1, 2] }, { ...terminal, skewMs, dials: [2] }, terminal] })
      talk.start(0, 1)
      talk.network.runFor(8_000)
      talk.say(0, 'one')
      // Offsets are measured to within half a round trip.
      talk.network.runFor(200)
      talk.say(1, 'two')
      talk.network.runFor(500)
      expect([talk.texts(0), talk.texts(1)]).toEqual([
        ['one', 'two'],
        ['one', 'two'],
      ])
      talk.start(2)
      talk.network.runFor(20_000)
      talk.say(1, 'three')
      talk.say(2, 'four')
      talk.network.runFor(500)
      for (const index of [0, 1, 2]) expect(talk.texts(index).toSorted()).toEqual(['four', 'one', 'three', 'two'])
      expect(talk.events(2, 'notice')).toEqual([])
      expect(talk.events(1, 'notice').map(({ code }) => code)).toContain('clockWrong')
    })
  }

  it('ENG8 of a few hundred milliseconds is left alone', () => {
    const talk = new Talk({ people: [{}, { skewMs: 700 }] })
    talk.start()
    talk.network.runFor(8_000)
    talk.say(1, 'hello')
    talk.network.runFor(1_000)
    const [message] = talk.person(0).shown.values()
    expect(Math.abs((message?.time ?? 0) - (talk.network.now - 1_000 + 700))).toBeLessThanOrEqual(1)
    expect(talk.events(1, 'notice')).toEqual([])
  })
})

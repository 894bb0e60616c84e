/** Who types, and what people call themselves. */
import { describe, expect, it } from 'vitest'
import { restMs, silentMs } from '../src/gossip/heartbeat.ts'
import { Talk } from './talk.ts'

function typing(talk: Talk, index: number): boolean[] {
  return talk.events(index, 'typing').map((event) => event.typing)
}

describe('typing', () => {
  it('ENG12 is seen while it goes on, over direct and relay links alike, and ends when it ends', () => {
    for (const direct of [true, false]) {
      const talk = new Talk({ people: [{}, {}], canLink: () => direct })
      talk.start()
      talk.network.runFor(6_000)
      talk.give(0, { type: 'setTyping', typing: true })
      talk.network.runFor(500)
      expect(typing(talk, 1)).toEqual([true])
      // Said again and again, or it would fade.
      talk.network.runFor(30_000)
      expect(typing(talk, 1)).toEqual([true])
      talk.give(0, { type: 'setTyping', typing: false })
      talk.network.runFor(500)
      expect(typing(talk, 1)).toEqual([true, false])
    }
  })

  it('ENG12 fades when the typist falls silent, also where the link is given more time', () => {
    const talk = new Talk({ people: [{}, {}] })
    talk.start()
    talk.network.runFor(6_000)
    // In the background a link may be silent for longer than typing is believed.
    talk.give(0, { type: 'setVisible', visible: false })
    talk.give(0, { type: 'setTyping', typing: true })
    talk.network.runFor(500)
    talk.network.freeze(talk.person(0))
    talk.network.runFor(7_500)
    expect(typing(talk, 1)).toEqual([true])
    talk.network.runFor(3_000)
    expect(typing(talk, 1)).toEqual([true, false])
    expect(talk.seen(1, 0)?.state).toBe('linked')
  })

  it('ENG12 is told to whoever links later, and forgotten with whoever leaves', () => {
    const talk = new Talk({ people: [{}, {}] })
    talk.start(0)
    talk.network.runFor(3_000)
    talk.give(0, { type: 'setTyping', typing: true })
    talk.start(1)
    talk.network.runFor(5_000)
    expect(typing(talk, 1).at(-1)).toBe(true)
    talk.give(0, { type: 'stop' })
    talk.network.runFor(1_000)
    expect(typing(talk, 1).at(-1)).toBe(false)
    expect(talk.seen(1, 0)?.state).toBe('gone')
  })
})

describe('names', () => {
  it('ENG13 a new name is seen by everybody who is here, on the person and on what they say', () => {
    const talk = new Talk({ people: [{}, {}, {}] })
    talk.start(0, 1)
    talk.network.runFor(6_000)
    talk.say(0, 'as I was')
    talk.network.runFor(1_000)
    expect(talk.seen(1, 0)?.name).toBe('person 0')
    talk.give(0, { type: 'setName', name: 'Zoë' })
    talk.network.runFor(1_000)
    expect(talk.seen(1, 0)?.name).toBe('Zoë')
    talk.say(0, 'as I am')
    talk.network.runFor(3_000)
    const names = (index: number): string[] => [...talk.person(index).shown.values()].map(({ name }) => name)
    expect(new Set(names(1))).toEqual(new Set(names(0)))
    expect([...talk.person(1).shown.values()].find(({ text }) => text === 'as I am')?.name).toBe('Zoë')

    // The first one is gone when somebody new reads the history at the second.
    talk.network.crash(talk.person(0))
    talk.network.runFor(15_000)
    talk.start(2)
    talk.network.runFor(10_000)
    expect(talk.texts(2)).toEqual(['as I was', 'as I am'])
    expect(talk.person(2).timeline()).toEqual(talk.person(1).timeline())
    expect([...talk.person(2).shown.values()].find(({ text }) => text === 'as I am')?.name).toBe('Zoë')
  })
})

describe('a small room at rest', () => {
  it('GOS102 says next to nothing, and what is said in it arrives all the same', () => {
    const talk = new Talk({ people: [{}, {}, {}, {}, {}, {}] })
    talk.start()
    talk.network.runFor(15_000)
    talk.say(0, 'before')
    talk.network.runFor(15_000)
    const from = talk.network.now
    talk.network.runFor(60_000)
    const frames = talk.steps.flat().filter(({ at }) => at > from)
    const sent = frames.flatMap(({ outputs }) => outputs).filter(({ type }) => type === 'transmit').length
    const pairs = (6 * 5) / 2
    // A question and its answer in each rest, and the lists of neighbours.
    expect(sent).toBeLessThanOrEqual(pairs * 2 * (60_000 / restMs + 4))
    expect(sent).toBeGreaterThanOrEqual(pairs * (60_000 / silentMs))
    talk.say(3, 'after')
    talk.network.runFor(1_000)
    expect(talk.everybodyShows(['before', 'after'])).toBe(true)
    // Whoever is gone without a word is missed as soon as before.
    talk.network.crash(talk.person(5))
    talk.network.runFor(silentMs + 1_000)
    expect(talk.seen(0, 5)?.state).not.toBe('linked')
  })
})

/** A pair that cannot link talks through a member that both are linked with; the member can only read what it is told. */
import { describe, expect, it } from 'vitest'
import { Talk } from './talk.ts'

const terminal = { platform: 'node', relay: false } as const
/** The first and the second only know the third's address, and cannot link with each other. */
const people = [{ ...terminal, dials: [2], webrtc: false }, { ...terminal, dials: [2], webrtc: false }, terminal]
const throughThird = (a: number, b: number): boolean => a >= 2 || b >= 2

describe('circuits', () => {
  it('GOS90 a pair that cannot link and has no relay is linked through a member, and both know through whom', () => {
    const talk = new Talk({ people, canLink: throughThird })
    talk.start()
    expect(talk.network.runUntil(() => talk.seen(0, 1)?.path === 'through', 10_000)).toBe(true)
    talk.network.runFor(5_000)
    for (const [a, b] of [
      [0, 1],
      [1, 0],
    ] as const) {
      expect(talk.seen(a, b)).toMatchObject({ path: 'through', state: 'linked', through: talk.engine(2).session })
    }
    const [first, second] = [talk.engine(0).session, talk.engine(1).session]
    const drawn = talk.engine(2).map().links
    const link = drawn.find(({ a, b }) => (a === first && b === second) || (a === second && b === first))
    expect(link).toMatchObject({ path: 'through', through: talk.engine(2).session })
    talk.give(0, { type: 'setTyping', typing: true })
    talk.say(1, 'can you hear me?')
    talk.network.runFor(1_000)
    expect(talk.texts(0)).toEqual(['can you hear me?'])
    expect(talk.events(1, 'typing').at(-1)).toMatchObject({ session: first, typing: true })
  })
})

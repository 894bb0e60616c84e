import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { maxFarEnds, maxWaiting, sayAgainMs, whisperLifeMs, Whispers } from './whispers.ts'

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Two programs, and a link that loses what `loses` says. */
class Pair {
  readonly heard: string[] = []
  readonly from: Whispers
  readonly to: Whispers
  readonly #onTheWay: (() => void)[] = []
  #frames = 0

  constructor(loses: (frame: number) => boolean) {
    const send = (arrive: () => void): void => {
      if (!loses(this.#frames++)) this.#onTheWay.push(arrive)
    }
    this.from = new Whispers({
      say: (_, number, whisper, now) =>
        send(() => {
          if (this.to.heard('from', number, now)) this.heard.push(new TextDecoder().decode(whisper))
        }),
      confirm: () => {},
    })
    this.to = new Whispers({
      say: () => {},
      confirm: (_, number, now) => send(() => this.from.confirmed('to', number, now)),
    })
  }

  does(act: () => void): void {
    act()
    for (const arrive of this.#onTheWay) arrive()
    this.#onTheWay.length = 0
  }
}

describe('whispers', () => {
  it('WHI1 come once and in order, whatever the links lose', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 20 }), fc.integer({ min: 1, max: 8 }), (lost, count) => {
        const pair = new Pair((frame) => lost[frame] === true)
        const said = Array.from({ length: count }, (_, i) => `whisper ${i}`)
        for (const text of said) pair.does(() => pair.from.say('to', bytesOf(text), 0))
        for (let now = sayAgainMs; now < whisperLifeMs; now += sayAgainMs) pair.does(() => pair.from.tick(now))
        expect(pair.heard).toEqual(said)
      }),
    )
  })

  it('WHI1 are said again at once over a new link', () => {
    const pair = new Pair((frame) => frame === 0)
    pair.does(() => pair.from.say('to', bytesOf('a request'), 0))
    pair.does(() => pair.from.linked('to', 1))
    expect(pair.heard).toEqual(['a request'])
    pair.does(() => pair.from.linked('to', 2))
    pair.does(() => pair.from.tick(sayAgainMs * 2))
    expect(pair.heard).toEqual(['a request'])
  })

  it('WHI2 are given up after a minute, and the next one is delivered all the same', () => {
    let isAway = true
    const pair = new Pair(() => isAway)
    pair.does(() => pair.from.say('to', bytesOf('too early'), 0))
    for (let now = 0; now <= whisperLifeMs; now += sayAgainMs) pair.does(() => pair.from.tick(now))
    isAway = false
    pair.does(() => pair.from.linked('to', whisperLifeMs + 1))
    pair.does(() => pair.from.say('to', bytesOf('in time'), whisperLifeMs + 2))
    expect(pair.heard).toEqual(['in time'])
  })

  it('WHI2 nobody makes us keep more than the limits, and false confirmations change nothing', () => {
    const said: number[] = []
    const whispers = new Whispers({ say: (_, number) => void said.push(number), confirm: () => {} })
    for (let i = 0; i < maxWaiting + 10; i++) whispers.say('to', bytesOf('x'), 0)
    for (const number of [0, 7, maxWaiting + 5, 0xffffffff]) whispers.confirmed('to', number, 0)
    expect(said).toEqual([1])
    for (let number = 1; number <= maxWaiting + 10; number++) whispers.confirmed('to', number, 0)
    expect(said).toHaveLength(maxWaiting)
    // Whoever whispered longest ago is forgotten, and could be heard twice.
    for (let i = 0; i <= maxFarEnds; i++) expect(whispers.heard(`far ${i}`, 1, 0)).toBe(true)
    expect(whispers.heard(`far ${maxFarEnds}`, 1, 0)).toBe(false)
    expect(whispers.heard('far 0', 1, 0)).toBe(true)
  })
})

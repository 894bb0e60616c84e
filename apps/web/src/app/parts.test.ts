import { describe, expect, it } from 'vitest'
import { look, programOf } from './parts.ts'

const page = (name: string): string =>
  `<!doctype html><head><link rel="icon" href="./icon.svg"><script type="module" crossorigin src="./assets/${name}.js"></script>`
const own = './assets/index-a1.js'

/** Answers one after the other; `undefined` is no answer. */
async function lookThrough(answers: readonly (string | undefined)[]): Promise<readonly string[]> {
  const left = [...answers]
  const seen: string[] = []
  const found = await look(own, {
    load: async () => {
      const answer = left.shift()
      if (answer === undefined) throw new TypeError('no network')
      return answer
    },
    pause: async () => void seen.push('pause'),
    onAway: () => void seen.push('away'),
  })
  return [...seen, found]
}

describe('a part that is missing', () => {
  it('is of another version when the relay names another program', async () => {
    expect(programOf(page('index-a1'))).toBe(own)
    expect(programOf('nothing of a page')).toBeUndefined()
    expect(await lookThrough([page('index-b2')])).toEqual(['renewed'])
    expect(await lookThrough([page('index-a1')])).toEqual(['same'])
  })

  it('is looked for until the relay is back, whatever answers in its place', async () => {
    expect(await lookThrough([undefined, '<h1>Sign in to the hotel</h1>', page('index-b2')])).toEqual([
      ...['away', 'pause', 'away', 'pause'],
      'renewed',
    ])
    expect(await lookThrough([undefined, page('index-a1')])).toEqual(['away', 'pause', 'same'])
  })
})

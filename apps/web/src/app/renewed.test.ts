import { describe, expect, it } from 'vitest'
import { isRenewed, programOf } from './renewed.ts'

const page = (name: string): string =>
  `<!doctype html><head><link rel="icon" href="./icon.svg"><script type="module" crossorigin src="./assets/${name}.js"></script>`

describe('a relay that was renewed', () => {
  it('names another program in its page', async () => {
    expect(programOf(page('index-a1'))).toBe('./assets/index-a1.js')
    expect(programOf('nothing of a page')).toBeUndefined()
    expect(await isRenewed('./assets/index-a1.js', async () => page('index-b2'))).toBe(true)
    expect(await isRenewed('./assets/index-a1.js', async () => page('index-a1'))).toBe(false)
  })

  it('is told from one that is away, and from a page of somebody else', async () => {
    const away = async (): Promise<string> => Promise.reject(new TypeError('no network'))
    expect(await isRenewed('./assets/index-a1.js', away)).toBe(false)
    expect(await isRenewed('./assets/index-a1.js', async () => '<h1>Sign in to the hotel</h1>')).toBe(false)
    expect(await isRenewed(undefined, async () => page('index-b2'))).toBe(false)
  })
})

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { platformOf, version } from './program.ts'

describe('what the program says of itself', () => {
  it('is the version of the package', () => {
    const file = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
    expect((JSON.parse(file) as { readonly version: string }).version).toBe(version)
  })

  it.each([
    [
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.7339.80 Safari/537.36',
      'Chromium 140 on Linux',
    ],
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0', 'Firefox 143 on Windows'],
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.3485.54',
      'Edge 140 on Windows',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1',
      'Safari 18 on iOS',
    ],
    [
      'Mozilla/5.0 (Linux; Android 15; SM-S931B secret-model) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Mobile Safari/537.36',
      'Chromium 139 on Android',
    ],
    ['Something of my own', 'browser'],
  ])('%s', (userAgent, said) => {
    expect(platformOf(userAgent)).toBe(said)
  })
})

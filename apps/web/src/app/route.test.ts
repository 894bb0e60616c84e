import { describe, expect, it } from 'vitest'
import { formatLink, parsePasted, parseRoute, secretOf } from './route.ts'

const secret = 'Lk3Jv9QmXw2TfLr8ZbNc5YhPd7SgAe4UoViMtKxBq0A'
const relay = 'https://kith.example'

describe('routes', () => {
  it.each([
    ['', { at: 'start' }],
    ['#', { at: 'start' }],
    [`#${secret}`, { at: 'room', secret }],
    [`#${secret.slice(1)}`, { at: 'malformed' }],
    [`#${secret}A`, { at: 'malformed' }],
    ['#/settings', { at: 'malformed' }],
  ])('%j', (hash, route) => {
    expect(parseRoute(hash)).toEqual(route)
  })

  it('links by the relay of this page, or by none', () => {
    expect(formatLink(secret, relay)).toBe(`${relay}/#${secret}`)
    expect(formatLink(secret, undefined)).toBe(`kith:#${secret}`)
    expect(secretOf(formatLink(secret, relay))).toBe(secret)
  })
})

describe('pasting understands what chat programs and hands produce', () => {
  it.each([
    [`https://other.example/#${secret}`, `https://other.example/#${secret}`],
    [`http://127.0.0.1:6765/#${secret}`, `http://127.0.0.1:6765/#${secret}`],
    [`  come here: https://other.example/#${secret}.  `, `https://other.example/#${secret}`],
    [`<https://other.example/#${secret}>`, `https://other.example/#${secret}`],
    [`https://pages.example/kith/#${secret}`, `https://pages.example/#${secret}`],
    [`kith:#${secret}`, `kith:#${secret}`],
    [`#${secret}`, `${relay}/#${secret}`],
    [secret, `${relay}/#${secret}`],
  ])('%j', (text, link) => {
    expect(parsePasted(text, relay)).toBe(link)
  })

  it.each([
    '',
    'hello',
    `https://other.example/#${secret.slice(2)}`,
    `https://other.example/?${secret}`,
    'javascript:#x',
  ])('refuses %j', (text) => {
    expect(parsePasted(text, relay)).toBeUndefined()
  })
})

import { describe, expect, it } from 'vitest'
import { formatLink, keyOf, parsePasted, parseRoute, secretOf } from './route.ts'

const secret = 'Lk3Jv9QmXw2TfLr8ZbNc5YhPd7SgAe4UoViMtKxBq0A'
const invite = `i-${'Zq7Rw3NfTb9_cLk2HsV-'.repeat(5)}`
const relay = 'https://kith.example'

describe('routes', () => {
  it.each([
    ['', { at: 'start' }],
    ['#', { at: 'start' }],
    [`#${secret}`, { at: 'room', key: secret }],
    [`#m-${'0af3'.repeat(16)}`, { at: 'room', key: `m-${'0af3'.repeat(16)}` }],
    [`#${invite}`, { at: 'invite', invite }],
    [`#${invite.slice(0, 40)}`, { at: 'malformed' }],
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
    expect(keyOf({ id: 'ab', kind: 'open', link: formatLink(secret, relay) })).toBe(secret)
    expect(keyOf({ id: 'ab', kind: 'members', link: '' })).toBe('m-ab')
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
    [`https://other.example/#${invite}`, `https://other.example/#${invite}`],
    [`kith:#${invite}`, `kith:#${invite}`],
    [invite, `${relay}/#${invite}`],
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

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createSeededCrypto } from '../crypto/seeded.ts'
import { fingerprint, glyphCount } from './fingerprint.ts'

const crypto = createSeededCrypto('fingerprint')

test('IDN14 a fingerprint is the same everywhere, readable, and within its ranges', () => {
  expect(fingerprint(crypto, new Uint8Array(32))).toEqual(fingerprint(createSeededCrypto('other'), new Uint8Array(32)))
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (author) => {
      const { text, hue, glyph } = fingerprint(crypto, author)
      expect(text).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/)
      expect(hue >= 0 && hue < 360 && Number.isInteger(hue)).toBe(true)
      expect(glyph >= 0 && glyph < glyphCount && Number.isInteger(glyph)).toBe(true)
    }),
  )
})

test('IDN14 known answer', () => {
  expect(fingerprint(crypto, new Uint8Array(32))).toEqual({ text: '5SF1-PMW0-P0D6-YDC4', hue: 343, glyph: 11 })
})

test('IDN14 a thousand people spread over the colours and glyphs', () => {
  const all = Array.from({ length: 1000 }, () => fingerprint(crypto, crypto.random(32)))
  expect(new Set(all.map((one) => one.text)).size).toBe(1000)
  expect(new Set(all.map((one) => Math.floor(one.hue / 30))).size).toBe(12)
  expect(new Set(all.map((one) => one.glyph)).size).toBe(glyphCount)
})

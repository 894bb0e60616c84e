import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isPrintableLine, maxGraphemeCodePoints, graphemes, printable, printableLine } from './printable.ts'

const hostile = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      '\u001b',
      '[',
      ']',
      '2',
      'J',
      '\u009b',
      '\u0007',
      '\r',
      '\n',
      '\t',
      '\u202e',
      '\u2067',
      'a',
      '日',
      '👩‍👩‍👧',
      '\u0301',
    ),
    fc.nat(0xffff).map((unit) => String.fromCharCode(unit)),
  ),
})

describe('text from other people', () => {
  it('TRM1 never holds a character a terminal obeys', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        for (const line of printable(text).split('\n')) expect(isPrintableLine(line)).toBe(true)
        expect(isPrintableLine(printableLine(text))).toBe(true)
      }),
    )
  })

  it.each([
    ['a colour', '\u001b[31mred', '[31mred'],
    ['the window title', '\u001b]0;owned\u0007', ']0;owned'],
    ['a one-byte sequence', '\u009b2J', '2J'],
    ['a clipboard write', '\u001b]52;c;aGk=\u001b\\', ']52;c;aGk=\\'],
    ['a carriage return that overwrites', 'safe\rEVIL', 'safe\nEVIL'],
    ['backspaces', 'abc\b\b\bxyz', 'abcxyz'],
    ['a bidirectional override', '\u202egpj.exe', 'gpj.exe'],
    ['a line separator', 'a\u2028b', 'a\nb'],
    ['a lone surrogate', 'a\ud800b', 'a\ufffdb'],
  ])('TRM1 takes the power from %s', (_, text, harmless) => {
    expect(printable(text)).toBe(harmless)
  })

  it('TRM1 cuts stacks of marks and leaves emoji whole', () => {
    expect([...(graphemes(printable(`z${'\u0300'.repeat(100)}`))[0] ?? '')].length).toBe(maxGraphemeCodePoints)
    const family = '👩🏽‍❤️‍💋‍👨🏿 👨‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿 日本'
    expect(printable(family)).toBe(family)
  })

  it('TRM1 leaves ordinary text alone', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', ' ', 'ä', 'ß', '€', '日', '😀', '\n') }), (text) => {
        expect(printable(text)).toBe(text)
      }),
    )
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rowWidth, span, spread, textWidth, truncateText, wrap, type Row } from './layout.ts'

const words = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '日', '👍', '🇩🇪', '\n') })
const plainText = (row: Row): string => row.map(({ text }) => text).join('')

describe('layout', () => {
  it.each([
    ['hello', 5],
    ['日本語', 6],
    ['👩‍👩‍👧', 2],
    ['🇩🇪', 2],
    ['e\u0301', 1],
    ['❤️', 2],
  ])('TRM9 measures %s', (text, width) => {
    expect(textWidth(text)).toBe(width)
  })

  it('TRM9 never makes a row wider than the window, and loses nothing but the spaces it breaks at', () => {
    fc.assert(
      fc.property(words, fc.integer({ min: 2, max: 30 }), (text, cells) => {
        const rows = wrap([span(text)], cells)
        for (const row of rows) expect(rowWidth(row)).toBeLessThanOrEqual(cells)
        expect(rows.map(plainText).join('').replaceAll(' ', '')).toBe(text.replaceAll(/[ \n]/gu, ''))
      }),
    )
  })

  it('TRM9 keeps words whole where they fit', () => {
    expect(wrap([span('one two three')], 8).map(plainText)).toEqual(['one two', 'three'])
    expect(wrap([span('日本 語日本')], 7).map(plainText)).toEqual(['日本', '語日本'])
    expect(wrap([span('abcdefghij kl')], 4).map(plainText)).toEqual(['abcd', 'efgh', 'ij', 'kl'])
    expect(wrap([span('  code')], 20).map(plainText)).toEqual(['  code'])
    expect(wrap([span('a\n\nb')], 20).map(plainText)).toEqual(['a', '', 'b'])
  })

  it('keeps styles over a break', () => {
    const bold = { bold: true }
    expect(wrap([span('aa '), span('bb cc', bold)], 5)).toEqual([[span('aa '), span('bb', bold)], [span('cc', bold)]])
  })

  it('TRM9 cuts by cells, never through a character', () => {
    expect(truncateText('日本語', 4)).toBe('日…')
    expect(truncateText('hello', 5)).toBe('hello')
    fc.assert(fc.property(words, fc.nat(10), (text, cells) => textWidth(truncateText(text, cells)) <= cells))
  })

  it('TRM9 spreads two ends over exactly the width', () => {
    fc.assert(
      fc.property(words, words, fc.integer({ min: 5, max: 40 }), (left, right, cells) => {
        const row = spread([span(left.replaceAll('\n', ''))], [span(right.replaceAll('\n', ''))], cells)
        expect(rowWidth(row)).toBe(cells)
      }),
    )
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toggleMark } from './marks.ts'

describe('marks around a selection', () => {
  it('puts them on, keeps the words selected, and takes them off', () => {
    const bold = toggleMark({ text: 'so good', start: 3, end: 7 }, '**')
    expect(bold).toEqual({ text: 'so **good**', start: 5, end: 9 })
    expect(toggleMark(bold, '**')).toEqual({ text: 'so good', start: 3, end: 7 })
  })

  it('makes bold words italic too instead of halving their marks', () => {
    expect(toggleMark({ text: '**a**', start: 2, end: 3 }, '*').text).toBe('***a***')
  })

  it('is its own opposite for any text without marks', () => {
    const words = fc.string().filter((text) => !/[*`]/.test(text))
    fc.assert(
      fc.property(words, words, words, fc.constantFrom('**', '*', '`'), (before, inside, after, mark) => {
        const selection = { text: before + inside + after, start: before.length, end: before.length + inside.length }
        expect(toggleMark(toggleMark(selection, mark), mark)).toEqual(selection)
      }),
    )
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isMentioned, mentionBegun, mentionsIn, namesFor } from './mentions.ts'

const names = ['Mara', 'Mara Lind', 'Jonas', 'Ümit', 'Bo']
const found = (text: string): readonly string[] => mentionsIn(text, names).map(({ name }) => name)

describe('a name in a message', () => {
  it('VIE11 is found behind an @, the longest that fits, whatever its capitals', () => {
    expect(found('@Mara and @jonas, look')).toEqual(['Mara', 'jonas'])
    expect(found('for @mara lind.')).toEqual(['mara lind'])
    expect(found('(@Ümit) @BO!')).toEqual(['Ümit', 'BO'])
    expect(mentionsIn('hey @Bo', names)).toEqual([{ start: 4, end: 7, name: 'Bo' }])
  })

  it('VIE11 is none inside of a word, an address, or a longer name', () => {
    expect(found('mara@Mara.example')).toEqual([])
    expect(found('@Boris @Marathon @@Bo Mara')).toEqual([])
    expect(found('@')).toEqual([])
    expect(isMentioned('@Bo', '')).toBe(false)
    expect(isMentioned('hello @bo', 'Bo')).toBe(true)
  })

  it('never overlaps and never throws, whatever is written', () => {
    const text = fc
      .array(fc.constantFrom('@', 'Bo', 'Mara', ' Lind', 'ß', '👩‍🚀', '\n', 'İ', 'x'))
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(text, (written) => {
        let at = 0
        for (const { start, end, name } of mentionsIn(written, [...names, 'İx'])) {
          expect(start).toBeGreaterThanOrEqual(at)
          expect(written.slice(start, end)).toBe(`@${name}`)
          at = end
        }
      }),
    )
  })
})

describe('a name that is being typed', () => {
  const begun = (text: string): string | undefined => mentionBegun(text, text.length)?.begun

  it('begins behind an @ that begins a word', () => {
    expect(begun('@')).toBe('')
    expect(begun('hey @mara l')).toBe('mara l')
    expect(mentionBegun('hey @mara there', 9)).toEqual({ start: 4, begun: 'mara' })
    expect(begun('mail me@mara')).toBeUndefined()
    expect(begun('@ mara')).toBeUndefined()
    expect(begun('@mara\n')).toBeUndefined()
    expect(begun('no')).toBeUndefined()
  })

  it('goes on as somebody of the room is called, by any of their names', () => {
    expect(namesFor('', names)).toEqual(names)
    expect(namesFor('ma', names)).toEqual(['Mara', 'Mara Lind'])
    expect(namesFor('mara', names)).toEqual(['Mara', 'Mara Lind'])
    expect(namesFor('mara ', names)).toEqual([])
    expect(namesFor('jonas', names)).toEqual([])
    expect(namesFor('li', names)).toEqual(['Mara Lind'])
    expect(namesFor('mara x', names)).toEqual([])
  })
})

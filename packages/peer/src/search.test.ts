import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fakeChat } from './testing/fake-fixtures.ts'
import type { Message, TimelineView } from './chat.ts'
import { excerptOf, searchBack, searchSlice, searchWords } from './search.ts'

function all(timeline: TimelineView, query: string, most = Infinity): readonly Message[] {
  const words = searchWords(query)
  const found: Message[] = []
  let before = timeline.length
  while (before > 0 && found.length < most) {
    const slice = searchBack(timeline, words, before, most - found.length)
    expect(slice.before).toBeLessThan(before)
    found.push(...slice.found)
    before = slice.before
  }
  return found
}

function marked(text: string, query: string, length = 200): string {
  return excerptOf(text, searchWords(query), length)
    .map((part) => (part.hit ? `[${part.text}]` : part.text))
    .join('')
}

describe('looking for messages', () => {
  const { timeline } = fakeChat('full').first
  const texts = (query: string): readonly string[] => all(timeline, query).map(({ text }) => text)

  it('finds what has all the words, newest first, whatever their order, capitals and accents', () => {
    expect(texts('BOAT my seat')).toEqual(['Bean may have my seat in the boat.'])
    expect(texts('tomás seat')).toEqual(texts('TOMAS seat'))
    expect(texts('tomás seat')).toHaveLength(1)
    const found = all(timeline, 'boat')
    expect(found.length).toBeGreaterThan(1)
    const places = found.map(({ id }) => timeline.indexOf(id))
    expect(places).toEqual(places.toSorted((a, b) => b - a))
  })

  it('finds nothing for nothing, for what nobody said, and nothing that was deleted', () => {
    expect(texts('   ')).toEqual([])
    expect(texts('zeppelin')).toEqual([])
    const seat = all(timeline, 'my seat')[0]
    if (seat === undefined) throw new Error('the fixture changed')
    const one = (deleted: boolean): TimelineView => ({ length: 1, at: () => ({ ...seat, deleted }), indexOf: () => 0 })
    expect(all(one(false), 'seat')).toHaveLength(1)
    expect(all(one(true), 'seat')).toHaveLength(0)
  })

  it('finds files by their names, and people by theirs', () => {
    const [first] = all(timeline, 'priya hello')
    if (first === undefined) throw new Error('the fixture changed')
    const manifest = { root: '0'.repeat(64), name: 'Boat papers 2026.pdf', type: 'application/pdf', size: 1 }
    const message = { ...first, text: '', attachments: [manifest as unknown as Message['attachments'][number]] }
    const one: TimelineView = { length: 1, at: () => message, indexOf: () => 0 }
    expect(all(one, 'papers boat')).toEqual([message])
    expect(all(one, 'papers car')).toEqual([])
  })

  it('reads slice by slice, and stops with as many as are wanted', () => {
    const one = timeline.at(0)
    const huge: TimelineView = { length: searchSlice * 3, at: () => one, indexOf: () => -1 }
    const words = searchWords('nobody ever said this')
    expect(searchBack(huge, words, huge.length, 10)).toEqual({ found: [], before: huge.length - searchSlice })
    const some = searchBack(huge, searchWords('a'), huge.length, 10)
    expect(some.found).toHaveLength(10)
    expect(some.before).toBeGreaterThan(huge.length - searchSlice)
  })
})

describe('an excerpt', () => {
  it('marks every hit as it was written', () => {
    expect(marked('Bean may have my seat in the boat.', 'boat SEAT')).toBe('Bean may have my [seat] in the [boat].')
    expect(marked('Crème brûlée', 'brulee')).toBe('Crème [brûlée]')
    expect(marked('Cre\u0300me', 'creme')).toBe('[Cre\u0300me]')
    expect(marked('ﬁne', 'fin')).toBe('[ﬁn]e')
  })

  it('begins shortly before the first hit, at a word, and ends in time', () => {
    const far = `${'so much was said before it '.repeat(9)}and then the needle in it, ${'and so on '.repeat(30)}`
    const line = marked(far, 'needle', 60)
    expect(line).toMatch(/^…\S.*\[needle\].*…$/u)
    expect(line.length).toBeLessThan(70)
  })

  it('holds for any text and query: nothing is lost, cut in half, or marked that was not looked for', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 80 }),
        fc.string({ unit: 'grapheme', maxLength: 6 }),
        (text, query) => {
          const words = searchWords(query)
          const parts = excerptOf(text, words, 1000)
          const line = text.replace(/\s+/gu, ' ').trim()
          const shown = parts.map((part) => part.text).join('')
          expect(line.endsWith(shown.replace(/^…/u, ''))).toBe(true)
          expect(() => encodeURIComponent(shown)).not.toThrow()
          if (words.length === 0) expect(parts.every(({ hit }) => !hit)).toBe(true)
        },
      ),
    )
  })
})

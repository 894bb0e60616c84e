import { FakeChat, type FakeRoomOptions } from '@kith/peer/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isPrintableLine } from '../printable.ts'
import { ownColor, personColor, personColors } from './colors.ts'
import { editorWith } from './editor.ts'
import { emptyInput } from './input.ts'
import { rowWidth, type Row } from './layout.ts'
import { Painter, paintRow } from './paint.ts'
import { invitePanel, menuPanel, textPanel } from './panels.ts'
import { render, timelineHeight, timelineLook } from './render.ts'
import type { ScreenState, Size } from './screen.ts'
import { scrollBy, topOf, windowRows } from './timeline.ts'
import { createTimes } from './times.ts'

const times = createTimes('UTC')
const noon = Date.UTC(2026, 10, 20, 12)
const minute = 60_000
const day = 24 * 60 * minute
const wide: Size = { columns: 80, rows: 24 }
const link = `https://kith.example/#${'A'.repeat(43)}`

function screenOf(options: Partial<FakeRoomOptions> = {}, state: Partial<ScreenState> = {}): ScreenState {
  const chat = new FakeChat({ rooms: [{ title: 'Lake', link, now: () => noon, ...options }] })
  const { state: room, timeline } = chat.first
  return {
    rooms: [{ state: room, timeline }],
    active: 0,
    input: emptyInput,
    scroll: undefined,
    newBelow: 0,
    numbersFrom: undefined,
    firstUnread: undefined,
    panel: undefined,
    hint: '',
    ...state,
  }
}

const plain = (row: Row): string => row.map(({ text }) => text).join('')
const lines = (screen: ScreenState, size = wide): string[] => render(screen, size, times).rows.map(plain)

describe('the screen', () => {
  it('TRM9 names who is here where there is room for it, and counts them where there is not', () => {
    const people = ['Gentle Puffin', 'Mild Sparrow', 'Wren'].map((name) => ({ name, path: 'direct' as const }))
    const screen = screenOf({ title: 'A weekend at the lake', people })
    expect(lines(screen)[0]).toContain('direct Gentle Puffin, Mild Sparrow, Wren')
    expect(lines(screen, { columns: 40, rows: 20 })[0]?.trimEnd()).toBe(' A weekend at the lake   direct 3')
  })

  it('shows days, names, grouped messages, answers, edits, deletes, reactions and delivery', () => {
    const screen = screenOf({
      people: [
        { name: 'Mara', path: 'direct' },
        { name: 'Jonas', path: 'relay' },
      ],
      messages: [
        { by: 'Mara', agoMs: day, text: 'hello' },
        { by: 'Mara', agoMs: day - minute, text: 'and again' },
        { by: 'Jonas', agoMs: 3 * minute, text: 'hi', answers: 0, edited: true, reactions: { '👍': ['Mara', ''] } },
        { agoMs: minute, text: 'mine' },
        { agoMs: minute, text: 'not yet', delivery: 'waiting' },
        { by: 'Mara', agoMs: 0, text: '', deleted: true },
      ],
    })
    expect(lines(screen).map((line) => line.trimEnd())).toMatchInlineSnapshot(`
      [
        " Lake   direct Mara · by relay Jonas",
        "────────────────────────────────────────────────────────────────────────────────",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "────────────────────────── Thursday 19 November 2026 ───────────────────────────",
        "12:00           Mara │ hello",
        "12:01                │ and again",
        "─────────────────────────── Friday 20 November 2026 ────────────────────────────",
        "11:57          Jonas │ ↪ Mara: hello",
        "                     │ hi (edited)",
        "                     │ 👍 2",
        "11:59          Robin ┃ mine ✓2",
        "11:59                ┃ not yet ·",
        "12:00           Mara │ deleted",
        "───────────────────────────────────────────────── kith.example · 6 of 6, 0 gaps",
        "you >",
      ]
    `)
  })

  it('TRM9 fills exactly the window at any size, the cursor inside it', () => {
    const messages = ['short', 'a '.repeat(200), '日本語'.repeat(40), '👩‍👩‍👧'.repeat(30), 'x'.repeat(500), 'a\nb\nc']
    const screens = [
      screenOf({ messages: messages.map((text, i) => ({ by: 'Mara', agoMs: 100 - i, text })) }),
      screenOf({}, { input: { ...emptyInput, editor: editorWith('日本 '.repeat(60)) } }),
      screenOf({ people: Array.from({ length: 40 }, (_, i) => ({ name: `Name ${i}`, path: 'direct' as const })) }),
      screenOf({}, { panel: invitePanel(link, 80, 20) }),
      screenOf({}, { panel: textPanel('long', 'word '.repeat(900), 80), hint: 'something '.repeat(30) }),
    ]
    for (const screen of screens) {
      for (const size of [wide, { columns: 20, rows: 6 }, { columns: 59, rows: 10 }, { columns: 200, rows: 60 }]) {
        const { rows, cursor } = render(screen, size, times)
        expect(rows).toHaveLength(size.rows)
        for (const row of rows) expect(rowWidth(row)).toBeLessThanOrEqual(size.columns)
        expect(cursor.row).toBeLessThan(size.rows)
        expect(cursor.column).toBeLessThan(size.columns)
      }
    }
  })

  it('TRM1 shows nothing a terminal obeys, whoever wrote it and wherever it stands', () => {
    const hostile = fc.string({
      unit: fc.constantFrom('\u001b', '\u009b', ']0;', '\u0007', '\r', '\b', '\u202e', 'x', '日', '\n', '*', '`', '_'),
    })
    // What the painter itself writes: styles only.
    const styles = /\u001b\[[0-9;]*m/gu
    fc.assert(
      fc.property(hostile, hostile, hostile, hostile, (text, name, title, emoji) => {
        const screen = screenOf(
          {
            title,
            people: [{ name, path: 'direct', typing: true }],
            messages: [
              { by: name, agoMs: 2, text, reactions: { [emoji]: [''] } },
              { by: name, agoMs: 1, text, answers: 0 },
            ],
            notices: [{ id: 1, code: 'clockWrong', about: text }],
          },
          { hint: text, panel: textPanel('who', text, 80) },
        )
        for (const narrow of [wide, { columns: 40, rows: 24 }])
          for (const row of render(screen, narrow, times).rows)
            expect(isPrintableLine(paintRow(row, true).replaceAll(styles, ''))).toBe(true)
      }),
    )
  })

  it('TRM1 the painter drops control characters even when a row has them', () => {
    expect(paintRow([{ text: 'a\u001b[2Jb\u009b\n', style: {} }], true)).toBe('a[2Jb')
  })

  it('VIE11 VIE12 sets names people are called by apart, one’s own most, and tells of it from another room', () => {
    const people = [{ name: 'Keen Wombat', path: 'direct' as const }]
    const messages = [
      { by: 'Keen Wombat', agoMs: minute, text: 'ask @keen wombat, not @robin' },
      { by: 'Keen Wombat', agoMs: 0, text: '`@Robin` and me@robin.example' },
    ]
    const screen = screenOf({ people, messages, unread: 2 })
    const called = render(screen, wide, times)
      .rows.flat()
      .filter(({ text }) => text.startsWith('@'))
    expect(called.map(({ text, style }) => [text, style.inverse === true])).toEqual([
      ['@keen wombat', false],
      ['@robin', true],
    ])
    const [room] = screen.rooms
    const elsewhere = { ...screenOf({ link: link.replace('A', 'B') }), active: 1 }
    expect(lines({ ...elsewhere, rooms: [room!, ...elsewhere.rooms] })[0]?.trimEnd()).toMatch(/Lake @2$/)
  })

  it('shows the numbers of messages while one is named, and they stay while others arrive', () => {
    const chat = new FakeChat({
      rooms: [
        {
          title: '',
          link,
          now: () => noon,
          messages: ['a', 'b', 'c'].map((text, i) => ({ by: 'Mara', agoMs: 9 - i, text })),
        },
      ],
    })
    const numbersFrom = chat.first.state.newest?.id
    chat.first.say('Mara', 'late')
    const { state, timeline } = chat.first
    const shown = lines({ ...screenOf(), rooms: [{ state, timeline }], numbersFrom })
    const numberOf = (text: string): string =>
      (shown.find((line) => line.endsWith(` ${text}`)) ?? '').slice(0, 5).trim()
    expect(['a', 'b', 'c', 'late'].map(numberOf)).toEqual(['3', '2', '1', ''])
  })

  it('marks where the unread begin, counts other rooms, says who types and what the relay does', () => {
    const chat = new FakeChat({
      rooms: [
        {
          title: 'Lake',
          link,
          relay: 'away',
          people: [{ name: 'Mara', path: 'direct', typing: true }],
          messages: [{ by: 'Mara', agoMs: 0, text: 'x' }],
        },
        { title: 'Band', link: link.replace('AAA', 'BBB'), messages: [{ by: 'Noor', agoMs: 0, text: 'y' }], unread: 1 },
      ],
    })
    const rooms = chat.state.rooms.map((state) => ({ state, timeline: chat.room(state.id)!.timeline }))
    const shown = lines({ ...screenOf(), rooms, firstUnread: rooms[0]?.timeline.at(0).id })
    expect(shown[0]).toMatch(/Lake .*direct Mara .*Band +1/u)
    expect(shown.some((line) => /─ new ─/u.test(line))).toBe(true)
    expect(shown.at(-2)).toMatch(/Mara is typing… .*kith\.example is away · 1 of 1, 0 gaps/u)
    expect(shown.join('')).not.toContain('│ y')
  })

  it('TRM6 shows the menu with its four lines and its prompt', () => {
    const input = { ...emptyInput, mode: 'menu' as const }
    const shown = lines(screenOf({}, { input, panel: menuPanel(['Lake', 'Band']) })).join('\n')
    for (const text of ['chat NAME', 'exit', 'load history', 'show history', 'Lake, Band', 'menu > '])
      expect(shown).toContain(text)
  })
})

describe('scrolling', () => {
  const messages = Array.from({ length: 200 }, (_, i) => ({
    by: 'Mara',
    agoMs: (200 - i) * 1000,
    text: `m${i} ${'word '.repeat(i % 30)}`,
  }))
  const screen = screenOf({ messages })
  const { timeline } = screen.rooms[0]!
  const look = timelineLook(screen, wide, times)
  const height = timelineHeight(screen, wide)
  const shown = (scroll: ReturnType<typeof topOf>): string[] => windowRows(timeline, scroll, height, look).map(plain)

  it('TRM9 goes up and down by rows and comes back to the same place', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -40, max: 40 }), { maxLength: 12 }), (steps) => {
        let scroll: ReturnType<typeof topOf>
        let below = 0
        for (const step of steps) {
          const before = shown(scroll)
          scroll = scrollBy(timeline, scroll, step, height, look)
          const after = shown(scroll)
          expect(after).toHaveLength(height)
          below = Math.max(0, below + step)
          if (step > 0 && step < height && after[0] !== shown(topOf(timeline, height, look))[0])
            expect(after.slice(step)).toEqual(before.slice(0, height - step))
        }
      }),
      { numRuns: 30 },
    )
  })

  it('TRM9 stops at both ends', () => {
    const top = topOf(timeline, height, look)
    expect(shown(top)[0]).toContain('20 November 2026')
    expect(scrollBy(timeline, top, 10, height, look)).toEqual(top)
    expect(scrollBy(timeline, top, -100_000, height, look)).toBeUndefined()
    expect(shown(undefined).at(-1)).toContain('word')
  })
})

describe('colours and painting', () => {
  it('has more than fourteen colours for others, none of them one’s own', () => {
    expect(new Set(personColors).size).toBeGreaterThanOrEqual(14)
    expect(personColors).not.toContain(ownColor)
    expect(personColors).toContain(personColor('ff00aa11'))
    expect(personColors).toContain(personColor('no key at all'))
  })

  it('says nothing in colour when colours are off', () => {
    const row: Row = [{ text: 'Mara', style: { color: 27, bold: true } }]
    expect(paintRow(row, true)).toContain('38;5;27')
    expect(paintRow(row, false)).toBe('\u001b[0;1mMara\u001b[0m')
  })

  it('repaints only the rows that changed', () => {
    const painter = new Painter(true)
    const first = render(screenOf(), wide, times)
    expect(painter.paint(first)).not.toBe('')
    expect(painter.paint(first)).toBe('')
    const typed = painter.paint(
      render(screenOf({}, { input: { ...emptyInput, editor: editorWith('h') } }), wide, times),
    )
    expect(typed).toContain('\u001b[24;1H')
    expect(typed).not.toContain('\u001b[1;1H')
    painter.forget()
    expect(painter.paint(first)).toContain('\u001b[1;1H')
  })

  it('shows a whole QR code or none', () => {
    const rows = (columns: number, height: number): readonly Row[] => invitePanel(link, columns, height).rows
    for (const [columns, height] of [
      [80, 20],
      [80, 40],
      [60, 40],
      [40, 40],
    ] as const) {
      const code = rows(columns, height).filter((row) => /[█▀▄]{5}/u.test(plain(row)))
      expect(code.length).toBeGreaterThan(15)
      expect(rows(columns, height).length).toBeLessThan(height)
      for (const row of rows(columns, height)) expect(rowWidth(row)).toBeLessThanOrEqual(columns)
    }
    expect(rows(80, 12).some((row) => /[█▀▄]{5}/u.test(plain(row)))).toBe(false)
    expect(rows(80, 12).map(plain).join('')).toContain(link)
  })
})

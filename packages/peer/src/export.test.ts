import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exportFileName, exportRoom, exportSlice, type ExportFormat } from './export.ts'
import { FakeChat } from './testing/fake-chat.ts'
import type { FakeMessage } from './testing/fake-room.ts'

const now = Date.UTC(2026, 10, 20, 12)
const minute = 60_000
const link = `https://kith.example/#${'A'.repeat(42)}Q`
const clock = (time: number): readonly [string, string] => {
  const iso = new Date(time).toISOString()
  return [iso.slice(0, 10), iso.slice(11, 16)]
}

function exported(format: ExportFormat, messages: readonly FakeMessage[]): string {
  const { first } = new FakeChat({
    rooms: [{ title: 'Lake', link, now: () => now, people: [{ name: 'Mara' }, { name: 'Eve' }], messages }],
  })
  return [...exportRoom(first, format, { title: 'Lake', now, clock })].join('')
}

describe('a room as a file', () => {
  it('VIE13 is what is shown, in order, with days, answers, edits and files', () => {
    const text = exported('markdown', [
      { by: 'Mara', agoMs: 24 * 60 * minute, text: 'hello\nthere', reactions: { '👍': ['Eve', ''] } },
      { agoMs: 2 * minute, text: 'hi', answers: 0, edited: true },
      { by: 'Eve', agoMs: minute, text: '', deleted: true },
    ])
    expect(text).toBe(`# Lake

2026-11-20 12:00. Messages: 3, entries: 3, gaps: 0

## 2026-11-19

**Mara**, 12:00

> hello
> there
>
> 👍 2

## 2026-11-20

**Robin**, 11:58, to Mara (edited)

> hi

**Eve**, 11:59 (deleted)

`)
  })

  it('VIE13 as JSON has every message once and opens nothing', () => {
    const messages = Array.from({ length: exportSlice * 2 + 1 }, (_, i) => ({ by: 'Mara', agoMs: i, text: `no. ${i}` }))
    const text = exported('json', messages)
    expect(text).not.toContain(link.split('#')[1])
    const parsed = JSON.parse(text) as { readonly people: unknown[]; readonly messages: { readonly text: string }[] }
    expect(parsed).toMatchObject({ format: 'kith-export', version: 1, room: { title: 'Lake', kind: 'open' } })
    expect(parsed.people).toHaveLength(3)
    expect(parsed.messages.map((message) => message.text)).toEqual(messages.map((message) => message.text))
  })

  it('VIE14 lets no text pass for a message of somebody else', () => {
    const piece = fc.constantFrom('**Mara**, 12:00', '\n', '\r', '\u2028', '\u0085', '> ', '# ', 'x', '\n\n')
    const hostile = fc.array(piece, { maxLength: 12 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(hostile, (written) => {
        const text = exported('markdown', [{ by: 'Eve', agoMs: 0, text: written }])
        const own = text.split(/[\n\r\u0085\u2028\u2029]/u).filter((line) => line !== '' && !line.startsWith('>'))
        expect(own).toEqual([
          '# Lake',
          '2026-11-20 12:00. Messages: 1, entries: 1, gaps: 0',
          '## 2026-11-20',
          '**Eve**, 12:00',
        ])
      }),
      { numRuns: 100 },
    )
  })

  it('has a name every system takes', () => {
    expect(exportFileName('Lake / house: "2026"', 'markdown')).toBe('Lake house 2026.md')
    expect(exportFileName('../..', 'json')).toMatch(/^[^./]+\.json$/u)
    expect(exportFileName('\u0000', 'json')).toBe('room.json')
  })
})

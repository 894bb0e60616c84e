import { FakeChat } from '@kith/peer/testing'
import { describe, expect, it } from 'vitest'
import { emptyInput } from './input.ts'
import { rowWidth } from './layout.ts'
import { render } from './render.ts'
import type { ScreenState } from './screen.ts'
import { createTimes } from './times.ts'

const times = createTimes('UTC')
const link = `https://kith.example/#${'A'.repeat(43)}`

function screen(people: number): ScreenState {
  const chat = new FakeChat({
    rooms: [
      {
        title: 'Lake',
        link,
        people: Array.from({ length: people }, (_, i) => ({ name: `Name ${i}`, path: 'direct' as const, rttMs: 18 })),
        messages: [
          { by: 'Name 0', agoMs: 9, text: `The timetable, ${'if somebody needs it, '.repeat(20)}`, pinnedBy: 'Name 0' },
          { agoMs: 1, text: 'hello '.repeat(40) },
        ],
      },
      { title: 'Band', link: link.replace('AAA', 'BBB'), messages: [{ by: 'Noor', agoMs: 0, text: 'y' }], unread: 2 },
    ],
  })
  const rooms = chat.state.rooms.map((state) => ({ state, timeline: chat.room(state.id)!.timeline }))
  const rest = { active: 0, scroll: undefined, newBelow: 0, numbersFrom: undefined, firstUnread: undefined, hint: '' }
  return { rooms, input: emptyInput, panel: undefined, ...rest }
}

function lines(people: number, columns: number): readonly string[] {
  const { rows } = render(screen(people), { columns, rows: 24 }, times)
  for (const row of rows) expect(rowWidth(row)).toBeLessThanOrEqual(columns)
  return rows.map((row) => row.map(({ text }) => text).join(''))
}

describe('beside the messages', () => {
  it('stand the rooms, what is pinned and who is here, where the window is wide', () => {
    const side = lines(2, 120).map((line) => line.slice(91).trimEnd())
    expect(side.slice(2, 14)).toEqual([
      ...['│ rooms', '│ ▸ Lake', '│   Band                    2', '│'],
      ...['│ pinned', '│   Name 0 The timetable, if'],
      ...['│   somebody needs it, if', '│   somebody needs it, if …', '│'],
      ...['│ direct', '│   Name 0              18 ms', '│   Name 1              18 ms'],
    ])
    expect(lines(2, 99).join('')).not.toContain('rooms')
  })

  it('says how many more there are than it has rows for', () => {
    const side = lines(40, 120)
    expect(side).toHaveLength(24)
    expect(side.some((line) => /\+\d+ more$/u.test(line.trimEnd()))).toBe(true)
  })
})

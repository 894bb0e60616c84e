import { describe, expect, it } from 'vitest'
import { descriptions } from './commands.ts'
import { helpRows } from './help-rows.ts'
import { rowsText } from './map-rows.ts'
import { rowWidth } from './screen/layout.ts'

describe('the list of what can be typed', () => {
  it.each([20, 36, 76, 116])('TRM9 fits a window of %i cells, and has every command whole', (columns) => {
    const rows = helpRows('members', columns)
    expect(Math.max(...rows.map(rowWidth))).toBeLessThanOrEqual(columns)
    const text = rowsText(rows)
    for (const { usage } of descriptions) if (usage.length < columns) expect(text).toContain(`/${usage}`)
  })

  it('TRM6 sets a command and what it does beside each other, lines below each other where there are two', () => {
    const wide = helpRows('open', 100).map((row) => row.map(({ text }) => text).join(''))
    expect(wide.find((row) => row.startsWith('/who '))).toMatch(/^\/who {10,}who is here/u)
    const narrow = helpRows('open', 36).map((row) => row.map(({ text }) => text).join(''))
    expect(narrow[narrow.indexOf('/who') + 1]).toMatch(/^ {4}who is here/u)
  })
})

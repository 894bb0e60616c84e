/** What can be typed, as rows: a command and what it does beside each other, or below where the window is narrow. */
import type { RoomKind } from '@kith/peer'
import { descriptions } from './commands.ts'
import { membersDescriptions } from './members/commands.ts'
import { span, wrap, type Row, type Style } from './screen/layout.ts'

const dim: Style = { dim: true }
/** Narrower than this, what a command does stands below it. */
const leastBeside = 28
const indent = 4

const keys = 'Ctrl+C menu · PgUp PgDn scroll · Tab completes · Alt+Enter new line · Esc closes · Ctrl+C twice leaves'

export function helpRows(kind: RoomKind, columns: number): readonly Row[] {
  const known = kind === 'members' ? [...membersDescriptions, ...descriptions] : descriptions
  const width = Math.max(...known.map(({ usage }) => usage.length)) + 3
  const isBeside = columns - width >= leastBeside
  const rows = known.flatMap(({ usage, does }): readonly Row[] => {
    const command = span(`/${isBeside ? usage.padEnd(width - 1) : usage}`, { bold: true })
    const said = wrap([span(does, dim)], columns - (isBeside ? width : indent))
    if (!isBeside) return [...wrap([command], columns), ...said.map((row): Row => [span(' '.repeat(indent)), ...row])]
    return said.map((row, i): Row => [i === 0 ? command : span(' '.repeat(width)), ...row])
  })
  return [...rows, [], ...wrap([span(keys, dim)], columns)]
}

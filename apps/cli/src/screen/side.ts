/**
 * What stands beside the messages where the window is wide enough: one's rooms, what is pinned, and who is here by how they are
 * reached. It says what commands say, without being asked.
 *
 * ```
 *  │ rooms
 *  │ ▸ Lake weekend
 *  │   Band practice        3
 *  │
 *  │ direct
 *  │   Mara             18 ms
 * ```
 */
import type { Person } from '@kith/peer'
import { peopleByPath, roomTitle } from '../people.ts'
import { printableLine } from '../printable.ts'
import { ownColor, personColor } from './colors.ts'
import { rowWidth, span, spread, truncateRow, truncateText, wrap, type Row, type Style } from './layout.ts'
import type { ScreenRoom, ScreenState } from './screen.ts'
import { displayName } from './timeline.ts'

const fromColumns = 100
const cells = 30
const maxRooms = 8
const maxPinnedRows = 3
const dim: Style = { dim: true }
const edge = span(' │ ', dim)

/** Cells it takes from the messages; none in a window that has none to give. */
export function sideWidth(columns: number): number {
  return columns >= fromColumns ? cells : 0
}

/** `rows` with the side beside them; the same rows where there is none. */
export function withSide(rows: readonly Row[], screen: ScreenState, columns: number): readonly Row[] {
  const width = sideWidth(columns)
  const room = screen.rooms[screen.active]
  if (width === 0 || room === undefined) return rows
  const side = sideRows(screen, room, width - rowWidth([edge]), rows.length)
  return rows.map((row, i) => [...spread(row, [], columns - width), edge, ...(side[i] ?? [])])
}

function sideRows(screen: ScreenState, room: ScreenRoom, width: number, height: number): readonly Row[] {
  const sections = [roomRows(screen, width), pinRows(room, width), peopleRows(room, width)]
  const rows = sections
    .filter((section) => section.length > 0)
    .flatMap((section, i) => (i > 0 ? [[], ...section] : section))
  const shown = rows.map((row) => truncateRow(row, width))
  if (shown.length <= height) return shown
  const more = rows.length - height + 1
  return [...shown.slice(0, Math.max(0, height - 1)), [span(`  +${more} more`, dim)]]
}

/** The rooms as they follow each other with Ctrl+N, from the first; the open one is always among them. */
function roomRows({ rooms, active }: ScreenState, width: number): readonly Row[] {
  if (rooms.length < 2) return []
  const first = Math.max(0, Math.min(active - (maxRooms >> 1), rooms.length - maxRooms))
  return [
    [span('rooms', dim)],
    ...rooms.slice(first, first + maxRooms).map(({ state }, i): Row => {
      const isOpen = first + i === active
      const title = truncateText(printableLine(roomTitle(state)), width - 8)
      const left = [span(isOpen ? '▸ ' : '  ', { color: ownColor }), span(title, { bold: isOpen || state.unread > 0 })]
      if (state.unread === 0 || isOpen) return left
      const called = state.mentioned === undefined ? '' : '@'
      return spread(left, [span(`${called}${state.unread}`, { bold: true, color: ownColor })], width)
    }),
  ]
}

function pinRows({ state, timeline }: ScreenRoom, width: number): readonly Row[] {
  const [newest] = state.pins
  const index = newest === undefined ? -1 : timeline.indexOf(newest)
  if (index < 0) return []
  const message = timeline.at(index)
  const said = printableLine(message.text || (message.attachments[0]?.name ?? ''))
  const name = span(displayName(message.name), { color: personColor(message.author), bold: true })
  const lines = wrap([name, span(` ${said}`)], width - 2)
  const shown = lines.slice(0, maxPinnedRows).map((line, i): Row => {
    const isCut = i === maxPinnedRows - 1 && lines.length > maxPinnedRows
    return [span('  '), ...(isCut ? endedRow(line, width - 2) : line)]
  })
  return [[span(state.pins.length > 1 ? `pinned · ${state.pins.length} in /pins` : 'pinned', dim)], ...shown]
}

/** With … at its end: there is more. */
function endedRow(row: Row, width: number): Row {
  return rowWidth(row) + 2 <= width ? [...row, span(' …')] : truncateRow([...row, span('  ')], width)
}

function peopleRows({ state }: ScreenRoom, width: number): readonly Row[] {
  const rows: Row[] = []
  for (const { word, people } of peopleByPath(state)) {
    if (rows.length > 0) rows.push([])
    rows.push([span(word, dim)], ...people.map((person) => personRow(person, width)))
  }
  return rows.length > 0 ? rows : [[span('only you are here', dim)]]
}

function personRow({ id, name, presences }: Person, width: number): Row {
  const left = [span('  '), span(displayName(name), { color: personColor(id) })]
  const quickest = Math.min(...presences.flatMap(({ rttMs }) => rttMs ?? []))
  return Number.isFinite(quickest) ? spread(left, [span(`${Math.round(quickest)} ms`, dim)], width) : left
}

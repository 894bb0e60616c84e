/**
 * The whole screen as a pure function: state in, rows and cursor out.
 *
 * ```
 *  Lake weekend   direct Mara, Jonas · by relay Aiko            Band practice 3
 * ──────────────────────────────────────────────────────────────────────────────
 *  …timeline…
 * ── Mara is typing… ─────────────────────────── kith.example · 22 of 22, 0 gaps
 * you > hello
 * ```
 */
import type { Person, RoomState } from '@kith/peer'
import { noticeText } from '../notices.ts'
import { peopleByPath, relayText, roomTitle, syncText } from '../people.ts'
import { printable, printableLine } from '../printable.ts'
import { ownColor, personColor, troubleColor } from './colors.ts'
import { layoutEditor } from './editor.ts'
import { rowWidth, span, spread, truncateRow, truncateText, wrap, type Row, type Span, type Style } from './layout.ts'
import type { Called } from './markdown.ts'
import type { Picture, ScreenState, Size } from './screen.ts'
import { sideWidth, withSide } from './side.ts'
import { displayName, windowRows, type TimelineLook } from './timeline.ts'
import type { Times } from './times.ts'

const maxInputRows = 6
const dim: Style = { dim: true }
export const chatPrompt = 'you > '
export const menuPrompt = 'menu > '

export function timelineLook(screen: ScreenState, size: Size, times: Times): TimelineLook {
  const room = screen.rooms[screen.active]
  return {
    width: size.columns - sideWidth(size.columns),
    times,
    firstUnread: screen.firstUnread,
    me: room?.state.me ?? '',
    called: room === undefined ? undefined : calledIn(room.state),
    numbersFrom: screen.numbersFrom,
  }
}

function calledIn({ people }: RoomState): Called {
  const names = people.flatMap(({ name, keeper }) => (keeper === undefined ? printableLine(name) : []))
  return { names, mine: printableLine(people.find(({ me }) => me)?.name ?? '').toLowerCase() }
}

/** Rows left for the timeline and a panel. */
export function bodyHeight(screen: Pick<ScreenState, 'input'>, size: Size): number {
  return Math.max(1, size.rows - 3 - inputRows(screen, size).rows.length)
}

/** Rows of the timeline that can be seen. */
export function timelineHeight(screen: ScreenState, size: Size): number {
  return Math.max(1, bodyHeight(screen, size) - panelRows(screen, size).length)
}

export function render(screen: ScreenState, size: Size, times: Times): Picture {
  const { columns } = size
  const room = screen.rooms[screen.active]
  const input = inputRows(screen, size)
  const body = bodyHeight(screen, size)
  const panel = panelRows(screen, size)
  const height = Math.max(0, body - panel.length)
  const timeline =
    room === undefined ? [] : windowRows(room.timeline, screen.scroll, height, timelineLook(screen, size, times))
  const empty =
    timeline.length === 0 && room !== undefined && panel.length === 0
      ? emptyRows(room.state, columns - sideWidth(columns))
      : []
  const filled = timeline.length > 0 ? timeline : empty
  const padding: Row[] = Array.from({ length: Math.max(0, height - filled.length) }, () => [])
  const rows: Row[] = [
    headerRow(screen, columns),
    [span('─'.repeat(columns), dim)],
    ...withSide([...padding, ...filled.slice(0, height)], screen, columns),
    ...panel,
    statusRow(screen, columns),
    ...input.rows,
  ]
  const cursorRow = rows.length - input.rows.length + input.cursorRow
  return {
    rows: rows.slice(0, size.rows),
    cursor: { row: Math.min(cursorRow, size.rows - 1), column: Math.min(input.cursorColumn, columns - 1) },
  }
}

function names(people: readonly { readonly id: string; readonly name: string }[], most: number): Span[] {
  const spans: Span[] = []
  for (const [i, person] of people.slice(0, most).entries()) {
    if (i > 0) spans.push(span(', ', dim))
    spans.push(span(displayName(person.name), { color: personColor(person.id) }))
  }
  if (people.length > most) spans.push(span(` +${people.length - most}`, dim))
  return spans
}

function headerRow(screen: ScreenState, columns: number): Row {
  const room = screen.rooms[screen.active]
  if (room === undefined) return [span(' kith', { bold: true })]
  const left: Span[] = [span(` ${truncateText(printableLine(roomTitle(room.state)), 28)}`, { bold: true })]
  // The side says who, and which rooms have news.
  if (sideWidth(columns) > 0) {
    const here = room.state.people.filter(({ online, keeper }) => online && keeper === undefined).length
    left.push(span(here > 1 ? `   ${here} here` : '   only you are here', dim))
    return spread(left, [], columns)
  }
  const groups = peopleByPath(room.state)
  const here = (said: (people: readonly Person[]) => readonly Span[]): Span[] =>
    groups.flatMap(({ word, people }, i) => [
      span(i === 0 ? '   ' : ' · ', dim),
      span(`${word} `, dim),
      ...said(people),
    ])
  // A name cut off after its first letters says less than how many there are.
  const named = [8, 5, 3, 2, 1].map((most) => here((people) => names(people, most)))
  left.push(
    ...(named.find((spans) => rowWidth([...left, ...spans]) <= columns) ??
      here((people) => [span(String(people.length))])),
  )
  if (groups.length === 0) left.push(span('   only you are here', dim))
  const right: Span[] = []
  for (const [i, other] of screen.rooms.entries()) {
    if (i === screen.active || other.state.unread === 0) continue
    right.push(span(` ${truncateText(printableLine(roomTitle(other.state)), 16)} `, dim))
    const called = other.state.mentioned === undefined ? '' : '@'
    right.push(span(`${called}${other.state.unread}`, { bold: true, color: ownColor }))
  }
  if (right.length > 0) right.push(span(' '))
  return spread(left, right, columns)
}

function statusRow(screen: ScreenState, columns: number): Row {
  const room = screen.rooms[screen.active]
  const rule = span('─', dim)
  if (room === undefined) return spread([], [], columns, rule)
  const { state } = room
  const notice = state.notices.at(-1)
  const typing = state.people.filter((person) => person.typing && !person.me)
  const said: Span[] = []
  if (screen.hint !== '') said.push(span(printableLine(screen.hint)))
  else if (notice !== undefined) said.push(span(`${noticeText(notice)} (Esc)`, { color: troubleColor }))
  else if (screen.scroll !== undefined)
    said.push(span(screen.newBelow > 0 ? `↓ ${screen.newBelow} new · Esc to the newest` : 'Esc to the newest'))
  else if (typing.length > 0)
    said.push(...names(typing, 2), span(typing.length === 1 ? ' is typing…' : ' are typing…', dim))
  const left: Row = said.length > 0 ? [span('── ', dim), ...said, span(' ')] : []
  const away = state.relay === 'away'
  const right: Row = [
    span(` ${printableLine(relayText(state))}`, away ? { color: troubleColor } : dim),
    span(` · ${syncText(state)} `, dim),
  ]
  // What was just said is worth more than the standing facts.
  const room4right = rowWidth(left) + rowWidth(right) + 2 <= columns || said.length === 0
  return spread(left, room4right ? right : [], columns, rule)
}

function inputRows(
  screen: Pick<ScreenState, 'input'>,
  size: Size,
): { readonly rows: readonly Row[]; readonly cursorRow: number; readonly cursorColumn: number } {
  const menu = screen.input.mode === 'menu'
  const prompt = menu ? menuPrompt : chatPrompt
  const layout = layoutEditor(screen.input.editor, size.columns - prompt.length - 1)
  const most = Math.max(1, Math.min(maxInputRows, size.rows - 5))
  const first = Math.max(0, Math.min(layout.cursorRow - most + 1, layout.lines.length - most))
  const rows = layout.lines.slice(first, first + most).map((line, i): Row => {
    const lead = first + i === 0 ? span(prompt, { bold: true, color: ownColor }) : span(' '.repeat(prompt.length))
    return [lead, span(line)]
  })
  return { rows, cursorRow: layout.cursorRow - first, cursorColumn: prompt.length + layout.cursorColumn }
}

function panelRows(screen: ScreenState, size: Size): readonly Row[] {
  const { panel } = screen
  if (panel === undefined) return []
  const title = ` ${panel.title} `
  const head = spread(
    [span('── ', dim), span(title.trim(), { bold: true }), span(' ')],
    [],
    size.columns,
    span('─', dim),
  )
  return [head, ...panel.rows.map((row) => truncateRow(row, size.columns))].slice(0, bodyHeight(screen, size))
}

/** What an empty room says: who can come in, and how. */
function emptyRows(state: RoomState, columns: number): readonly Row[] {
  const { phase } = state.sync
  const text =
    phase === 'loading' || phase === 'catchingUp'
      ? 'Opening the room…'
      : 'Nothing has been said yet. /invite shows the link for others, /help what can be typed.'
  return wrap([span(text, dim)], columns - 4).map((row) => [span('  '), ...row])
}

/** Plain text as rows of a panel. */
export function textRows(text: string, columns: number): readonly Row[] {
  return wrap([span(printable(text))], columns - 4).map((row) => [span('  '), ...row])
}

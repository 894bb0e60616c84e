/**
 * Messages as rows. Only what can be seen is laid out: the window is filled from its bottom row upwards, so 100,000
 * messages cost no more than one screen.
 */
import type { Message, TimelineView } from '@kith/peer'
import { fileLine } from '../files/file-words.ts'
import { maxNameCells, printable, printableLine } from '../printable.ts'
import { ownColor, personColor, troubleColor } from './colors.ts'
import { rowWidth, span, spread, textWidth, truncateText, wrap, type Row, type Span, type Style } from './layout.ts'
import { styleMarkdown, type Called } from './markdown.ts'
import type { Times } from './times.ts'

/** Where the bottom of the window is: `rowsBelow` rows of message `id` are hidden under it. Undefined: at the newest. */
export interface ScrollPosition {
  readonly id: string
  readonly rowsBelow: number
}

export interface TimelineLook {
  readonly width: number
  readonly times: Times
  readonly firstUnread: string | undefined
  readonly me: string
  readonly called?: Called | undefined
  /** While a command names a message: the newest message when it was begun, which is number 1. */
  readonly numbersFrom: string | undefined
}

/** Narrower windows put the name on a line of its own. */
export const columnsFromWidth = 60
const nameColumn = 14
/** Messages of one author that follow within this belong together. */
const groupMs = 5 * 60_000
const maxQuoteCells = 60

const dim: Style = { dim: true }

export function displayName(name: string): string {
  const line = truncateText(printableLine(name), maxNameCells)
  return line === '' ? 'somebody' : line
}

function nameStyle(message: Message): Style {
  return { color: message.mine ? ownColor : personColor(message.author), bold: true }
}

/** The rows of one message with the separators above it. */
export function messageRows(timeline: TimelineView, index: number, look: TimelineLook): Row[] {
  const message = timeline.at(index)
  const before = index > 0 ? timeline.at(index - 1) : undefined
  const day = look.times.day(message.time)
  const newDay = before === undefined || look.times.day(before.time) !== day
  const unreadHere = message.id === look.firstUnread
  const rows: Row[] = []
  if (newDay) rows.push(separator(day, look.width, dim))
  if (unreadHere) rows.push(separator('new', look.width, { color: ownColor, bold: true }))
  const grouped = !newDay && !unreadHere && before.author === message.author && message.time - before.time < groupMs

  const stamp = stampText(timeline, index, look)
  const numbered = look.numbersFrom !== undefined
  if (look.width >= columnsFromWidth) {
    const name = grouped ? '' : truncateText(displayName(message.name), nameColumn)
    const lead = ' '.repeat(Math.max(0, nameColumn - textWidth(name)))
    const bar = message.mine ? span(' ┃ ', { color: ownColor, bold: true }) : span(' │ ', dim)
    const first: Row = [
      span(`${stamp} `, numbered ? { bold: true } : dim),
      span(lead),
      span(name, nameStyle(message)),
      bar,
    ]
    const other: Row = [span(' '.repeat(rowWidth(first) - 3)), bar]
    const cells = look.width - rowWidth(first)
    const lines = wrap(bodySpans(timeline, message, cells, look.called), cells)
    for (const [i, line] of lines.entries()) rows.push([...(i === 0 ? first : other), ...line])
    return rows
  }
  if (!grouped || numbered)
    rows.push([
      span(message.mine ? '┃ ' : '', { color: ownColor, bold: true }),
      span(displayName(message.name), nameStyle(message)),
      span(` ${stamp}`, numbered ? { bold: true } : dim),
    ])
  const cells = look.width - 2
  for (const line of wrap(bodySpans(timeline, message, cells, look.called), cells)) rows.push([span('  '), ...line])
  return rows
}

/** The clock, or the number of the message while one is asked for. Five cells. */
function stampText(timeline: TimelineView, index: number, look: TimelineLook): string {
  if (look.numbersFrom === undefined) return look.times.clock(timeline.at(index).time)
  const number = timeline.indexOf(look.numbersFrom) - index + 1
  return number >= 1 ? String(number).padStart(5) : '     '
}

function bodySpans(timeline: TimelineView, message: Message, cells: number, called: Called | undefined): Span[] {
  const spans: Span[] = []
  if (message.replyTo !== undefined) {
    const at = timeline.indexOf(message.replyTo)
    const answered = at >= 0 ? timeline.at(at) : undefined
    const quote =
      answered === undefined
        ? 'a message that is not here'
        : `${displayName(answered.name)}: ${answered.deleted ? 'deleted' : printableLine(answered.text || (answered.attachments[0]?.name ?? ''))}`
    spans.push(span(`↪ ${truncateText(quote, Math.min(maxQuoteCells, cells - 2))}\n`, dim))
  }
  if (message.deleted) spans.push(span('deleted', { dim: true, italic: true }))
  else if (message.text !== '') spans.push(...styleMarkdown(printable(message.text), {}, called))
  for (const [i, file] of message.attachments.entries()) {
    spans.push(
      span(`${i > 0 || message.text !== '' ? '\n' : ''}${fileLine(file)}`, {
        color: file.state === 'failed' ? troubleColor : undefined,
      }),
    )
  }
  if (message.edited && !message.deleted) spans.push(span(' (edited)', dim))
  if (message.pinned !== undefined) spans.push(span(' (pinned)', dim))
  const mark = deliveryMark(message)
  if (mark !== '') spans.push(span(` ${mark}`, dim))
  if (message.reactions.length > 0) {
    const reactions = message.reactions.map(({ emoji, by }) => `${truncateText(printableLine(emoji), 12)} ${by.length}`)
    spans.push(span(`\n${reactions.join('  ')}`, dim))
  }
  return spans
}

/** Own messages: · not sent yet, ✓ sent, ✓3 held by three others, ✓3+2 and by two keepers. */
export function deliveryMark(message: Message): string {
  if (!message.mine) return ''
  switch (message.delivery) {
    case 'waiting':
      return '·'
    case 'sent':
      return '✓'
    case 'stored':
      return message.keptBy > 0 ? `✓${message.storedBy}+${message.keptBy}` : `✓${message.storedBy}`
  }
}

function separator(text: string, width: number, style: Style): Row {
  const label = ` ${text} `
  const left = Math.max(0, Math.floor((width - textWidth(label)) / 2))
  return spread([span('─'.repeat(left), style), span(label, style)], [], width, span('─', style))
}

/** The rows of the window, bottom row last; shorter than `height` when there is no more history. */
export function windowRows(
  timeline: TimelineView,
  scroll: ScrollPosition | undefined,
  height: number,
  look: TimelineLook,
): Row[] {
  const blocks: Row[][] = []
  let have = 0
  let { index, rowsBelow } = bottomOf(timeline, scroll)
  for (; index >= 0 && have < height; index--) {
    const all = messageRows(timeline, index, look)
    const block = rowsBelow > 0 ? all.slice(0, Math.max(0, all.length - rowsBelow)) : all
    rowsBelow = 0
    blocks.push(block)
    have += block.length
  }
  return blocks.toReversed().flat().slice(-height)
}

function bottomOf(timeline: TimelineView, scroll: ScrollPosition | undefined): { index: number; rowsBelow: number } {
  const index = scroll === undefined ? -1 : timeline.indexOf(scroll.id)
  // A message that expired while it was the anchor leaves the window at the newest.
  if (scroll === undefined || index < 0) return { index: timeline.length - 1, rowsBelow: 0 }
  return { index, rowsBelow: scroll.rowsBelow }
}

/** The position `rows` further up (negative: down), never past either end. */
export function scrollBy(
  timeline: TimelineView,
  scroll: ScrollPosition | undefined,
  rows: number,
  height: number,
  look: TimelineLook,
): ScrollPosition | undefined {
  if (timeline.length === 0) return undefined
  let { index, rowsBelow } = bottomOf(timeline, scroll)
  rowsBelow += rows
  while (rowsBelow < 0) {
    index++
    if (index >= timeline.length) return undefined
    rowsBelow += messageRows(timeline, index, look).length
  }
  for (let size = messageRows(timeline, index, look).length; rowsBelow >= size;) {
    index--
    if (index < 0) return topOf(timeline, height, look)
    rowsBelow -= size
    size = messageRows(timeline, index, look).length
  }
  const position = { id: timeline.at(index).id, rowsBelow }
  if (windowRows(timeline, position, height, look).length < height) return topOf(timeline, height, look)
  return index === timeline.length - 1 && rowsBelow === 0 ? undefined : position
}

/** The position at which the first row of message `from`, or of all, is the first row of the window. */
export function topOf(
  timeline: TimelineView,
  height: number,
  look: TimelineLook,
  from: number = 0,
): ScrollPosition | undefined {
  let have = 0
  for (let index = from; index < timeline.length; index++) {
    have += messageRows(timeline, index, look).length
    if (have < height) continue
    const position = { id: timeline.at(index).id, rowsBelow: have - height }
    return index === timeline.length - 1 && position.rowsBelow === 0 ? undefined : position
  }
  return undefined
}

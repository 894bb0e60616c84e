/**
 * Rows of styled text, measured in terminal cells. Wide characters take two cells and are never cut in half; words are
 * kept whole where they fit.
 */
import stringWidth from 'string-width'
import { graphemes } from '../printable.ts'

export type Rgb = readonly [red: number, green: number, blue: number]

export interface Style {
  /** Index in the 256-colour palette. */
  readonly color?: number | undefined
  readonly bold?: boolean | undefined
  readonly dim?: boolean | undefined
  readonly italic?: boolean | undefined
  readonly underline?: boolean | undefined
  readonly inverse?: boolean | undefined
  /** Two colours of a half block: the upper half and the one below it. Red, green, blue. */
  readonly pixel?: { readonly above: Rgb; readonly below: Rgb } | undefined
  /** Black on white whatever the theme, for QR codes. */
  readonly paper?: boolean | undefined
}

export interface Span {
  readonly text: string
  readonly style: Style
}

/** One line of the screen. */
export type Row = readonly Span[]

const plain: Style = {}
const widths = new Map<string, number>()
const maxCachedWidths = 20_000

const ascii = /^[\u0020-\u007e]*$/u

export function span(text: string, style: Style = plain): Span {
  return { text, style }
}

function graphemeWidth(grapheme: string): number {
  if (grapheme.length === 1 && ascii.test(grapheme)) return 1
  let width = widths.get(grapheme)
  if (width === undefined) {
    width = stringWidth(grapheme)
    if (widths.size >= maxCachedWidths) widths.clear()
    widths.set(grapheme, width)
  }
  return width
}

/** Cells `text` takes on one line. */
export function textWidth(text: string): number {
  if (ascii.test(text)) return text.length
  let width = 0
  for (const grapheme of graphemes(text)) width += graphemeWidth(grapheme)
  return width
}

export function rowWidth(row: Row): number {
  let width = 0
  for (const { text } of row) width += textWidth(text)
  return width
}

/** At most `cells` wide, with … where something was cut off. */
export function truncateText(text: string, cells: number): string {
  if (textWidth(text) <= cells) return text
  let cut = ''
  let width = 0
  for (const grapheme of graphemes(text)) {
    const next = graphemeWidth(grapheme)
    if (width + next > cells - 1) break
    cut += grapheme
    width += next
  }
  return cells > 0 ? `${cut}…` : ''
}

/** At most `cells` wide, keeping styles. */
export function truncateRow(row: Row, cells: number): Row {
  if (rowWidth(row) <= cells) return row
  const cut: Span[] = []
  let left = cells
  for (const part of row) {
    const width = textWidth(part.text)
    if (width < left) {
      cut.push(part)
      left -= width
      continue
    }
    cut.push({ text: truncateText(`${part.text} `, left), style: part.style })
    break
  }
  return cut
}

interface Cell {
  readonly grapheme: string
  readonly width: number
  readonly style: Style
}

/** Breaks at newlines, else at spaces, else anywhere. Always at least one row. */
export function wrap(spans: readonly Span[], cells: number): Row[] {
  const room = Math.max(2, cells)
  const rows: Row[] = []
  let line: Cell[] = []
  let width = 0
  const finish = (kept: readonly Cell[]): void => {
    rows.push(joinCells(kept))
  }
  for (const { text, style } of spans) {
    const pieces = text.split('\n')
    for (const [i, piece] of pieces.entries()) {
      if (i > 0) {
        finish(line)
        line = []
        width = 0
      }
      for (const grapheme of ascii.test(piece) ? piece : graphemes(piece)) {
        const cell: Cell = { grapheme, width: graphemeWidth(grapheme), style }
        if (width + cell.width > room) {
          const space = grapheme === ' ' ? line.length : lastSpace(line)
          if (space > 0) {
            finish(line.slice(0, space))
            line = line.slice(space + 1)
          } else {
            finish(line)
            line = []
          }
          width = line.reduce((sum, { width }) => sum + width, 0)
          // The space that made the break is the break.
          if (grapheme === ' ') continue
        }
        line.push(cell)
        width += cell.width
      }
    }
  }
  finish(line)
  return rows
}

/** Position of the last space that has a word in front of it, or −1. */
function lastSpace(line: readonly Cell[]): number {
  for (let i = line.length - 1; i > 0; i--) {
    if (line[i]?.grapheme !== ' ') continue
    return line.slice(0, i).some(({ grapheme }) => grapheme !== ' ') ? i : -1
  }
  return -1
}

function joinCells(cells: readonly Cell[]): Row {
  const row: Span[] = []
  let text = ''
  let style: Style | undefined
  for (const cell of cells) {
    if (cell.style !== style && style !== undefined) {
      row.push({ text, style })
      text = ''
    }
    style = cell.style
    text += cell.grapheme
  }
  if (style !== undefined) row.push({ text, style })
  return row
}

/** `left` and `right` at the two ends of a row; `left` gives way. */
export function spread(left: Row, right: Row, cells: number, fill: Span = span(' ')): Row {
  const end = truncateRow(right, cells)
  const free = cells - rowWidth(end)
  const start = truncateRow(left, Math.max(0, free - (end.length > 0 ? 1 : 0)))
  const gap = Math.max(0, free - rowWidth(start))
  return [...start, { text: fill.text.repeat(gap), style: fill.style }, ...end]
}

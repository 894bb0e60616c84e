/** What is shown above the input for a while: the menu, texts, an invite. */
import { descriptions } from '../commands.ts'
import { qrRows } from '../invite.ts'
import { printable } from '../printable.ts'
import { span, wrap, type Row, type Style } from './layout.ts'
import type { Panel } from './screen.ts'

const paper: Style = { paper: true }
const dim: Style = { dim: true }

/** The menu of Ctrl+C, with its own rooms so that `chat NAME` needs no guessing. */
export function menuPanel(rooms: readonly string[]): Panel {
  const rows = descriptions
    .filter(({ menu }) => menu)
    .map(({ usage, does }): Row => [span('  '), span(usage.padEnd(16), { bold: true }), span(does, dim)])
  return {
    title: 'menu',
    rows: [
      ...rows,
      ...(rooms.length > 1 ? [[span(`  rooms: ${rooms.join(', ')}`, dim)]] : []),
      [span('  Esc goes back, Ctrl+C leaves', dim)],
    ],
  }
}

export function textPanel(title: string, text: string, columns: number): Panel {
  return { title, rows: wrap([span(printable(text))], columns - 4).map((row): Row => [span('  '), ...row]) }
}

export function rowsPanel(title: string, rows: readonly Row[]): Panel {
  return { title, rows: rows.map((row): Row => [span('  '), ...row]) }
}

const adviceOpen = 'Whoever has this link is in the room. Send it over something you trust.'
const adviceInvite = 'For whoever should come in. Stay here until they are: somebody has to open the door.'
/** The secret of an open room; an invite is longer. */
const openFragment = /#[\w-]{43}$/u
const leastAside = 20

/**
 * Link and code. The link stands on a line of its own where there is room, so that it can be copied whole; in a window of
 * 24 rows it stands beside the code. The code is shown only where all of it fits: half a code cannot be read.
 */
export function invitePanel(link: string, columns: number, rows: number): Panel {
  const advice = openFragment.test(link) ? adviceOpen : adviceInvite
  const code = qrRows(link)
  const codeWidth = code[0]?.length ?? 0
  const aside = columns - codeWidth - 6
  const line: Row[] = wrap([span(link, { underline: true })], columns - 4).map((row): Row => [span('  '), ...row])
  const words: Row[] = wrap([span(advice, dim)], columns - 4).map((row): Row => [span('  '), ...row])
  const beside = (text: readonly Row[]): Row[] =>
    code.map((blocks, i): Row => [span('  '), span(blocks, paper), span('  '), ...(text[i] ?? [])])
  const title = 'invite'
  // One row more for the title.
  if (aside >= leastAside && line.length + code.length < rows)
    return { title, rows: [...line, ...beside([[], ...wrap([span(advice, dim)], aside)])] }
  if (aside >= leastAside && code.length < rows)
    return {
      title,
      rows: beside([[], ...wrap([span(link, { underline: true })], aside), [], ...wrap([span(advice, dim)], aside)]),
    }
  if (codeWidth + 2 <= columns && line.length + code.length + words.length < rows)
    return { title, rows: [...line, ...code.map((blocks): Row => [span('  '), span(blocks, paper)]), ...words] }
  return { title, rows: [...line, ...words, [span('  A larger window has room for the QR code.', dim)]] }
}

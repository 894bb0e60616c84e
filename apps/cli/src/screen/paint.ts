/**
 * Rows to what a terminal obeys. This is the only file that writes escape sequences, and it lets no control character
 * of a row's text through (TRM1), whatever the layers above have missed.
 */
import type { Call, NotifyBy } from './calling.ts'
import type { Picture } from './screen.ts'
import type { Rgb, Row, Style } from './layout.ts'

const escape = '\u001b['

/** Alternate screen; no automatic wrap, so that a width misjudged stays on its row; pastes marked; focus told. */
export const enterScreen: string = `${escape}?1049h${escape}?7l${escape}?2004h${escape}?1004h${escape}?1007l${escape}2J`
export const leaveScreen: string = `${escape}0m${escape}?1004l${escape}?2004l${escape}?7h${escape}?25h${escape}?1049l`
const beginUpdate = `${escape}?2026h${escape}?25l`
const endUpdate = `${escape}?25h${escape}?2026l`

const control = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/gu

/** More than terminals take into a clipboard. */
const maxCopied = 48_000

/**
 * OSC 52: the terminal puts it into the clipboard of whoever sits before it, also over SSH. Base64, so nothing in it is obeyed.
 * Undefined when it is too long for that.
 */
export function paintCopy(text: string): string | undefined {
  const bytes = Buffer.from(text, 'utf8')
  return bytes.length > maxCopied ? undefined : `\u001b]52;c;${bytes.toString('base64')}\u0007`
}

/** A notification of the desktop, in one of the two ways terminals know. */
export function paintNotification(call: Call, by: NotifyBy): string {
  const [title, body] = [call.title.replaceAll(control, ''), call.body.replaceAll(control, '')]
  return by === 'osc9'
    ? `\u001b]9;${title}: ${body}\u0007`
    : `\u001b]777;notify;${title.replaceAll(';', ',')};${body}\u0007`
}

function styleCodes(style: Style, color: boolean): string {
  const codes: (number | string)[] = [0]
  if (style.bold === true) codes.push(1)
  if (style.dim === true) codes.push(2)
  if (style.italic === true) codes.push(3)
  if (style.underline === true) codes.push(4)
  if (style.inverse === true) codes.push(7)
  if (color && style.pixel !== undefined) {
    codes.push(`38;${colorCode(style.pixel.above)};48;${colorCode(style.pixel.below)}`)
  }
  if (style.paper === true) codes.push('38;5;231;48;5;16')
  else if (color && style.color !== undefined) codes.push(`38;5;${style.color}`)
  return `${escape}${codes.join(';')}m`
}

/** 24 bits: terminals that know only 256 colours take the nearest one themselves. */
function colorCode([red, green, blue]: Rgb): string {
  return `2;${red};${green};${blue}`
}

/** One row with its styles; ends with styles reset. */
export function paintRow(row: Row, color: boolean): string {
  let painted = ''
  let styled = false
  for (const { text, style } of row) {
    const codes = styleCodes(style, color)
    const plain = codes === `${escape}0m`
    if (!plain || styled) painted += codes
    styled = !plain
    painted += text.replaceAll(control, '')
  }
  return styled ? `${painted}${escape}0m` : painted
}

/** Repaints what changed since the picture before. */
export class Painter {
  readonly #color: boolean
  #before: readonly string[] = []
  #cursor = ''

  constructor(color: boolean) {
    this.#color = color
  }

  /** The next picture is painted whole: after a resize, or when something else wrote on the screen. */
  forget(): void {
    this.#before = []
    this.#cursor = ''
  }

  paint(picture: Picture): string {
    const rows = picture.rows.map((row) => paintRow(row, this.#color))
    let changes = ''
    for (let i = 0; i < Math.max(rows.length, this.#before.length); i++) {
      if (rows[i] === this.#before[i]) continue
      changes += `${escape}${i + 1};1H${escape}2K${rows[i] ?? ''}`
    }
    const cursor = `${escape}${picture.cursor.row + 1};${picture.cursor.column + 1}H`
    this.#before = rows
    if (changes === '' && cursor === this.#cursor) return ''
    this.#cursor = cursor
    return `${beginUpdate}${changes}${cursor}${endUpdate}`
  }
}

/** The window's title, by OSC 2. */
export function paintTitle(title: string): string {
  return `\u001b]2;${title.replaceAll(control, '')}\u0007`
}

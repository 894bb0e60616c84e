/** The link of a room and its QR code in terminal blocks. */
import { encode } from 'uqr'
import type { RoomState } from '@kith/peer'

/** Quiet zone around the code in modules; four by the standard, two scan everywhere and fit 24 rows. */
const border = 2

/**
 * Rows of half blocks, two modules high. They are drawn in the colour of the text: `light` is true where a module is
 * white, so on a dark background the code reads the right way round and on paper colours it can be set explicitly.
 */
export function qrRows(text: string): readonly string[] {
  const { data, size } = encode(text, { border, ecc: 'L' })
  const rows: string[] = []
  const light = (row: number, column: number): boolean => data[row]?.[column] !== true
  for (let row = 0; row < size; row += 2) {
    let line = ''
    for (let column = 0; column < size; column++) {
      const top = light(row, column)
      const bottom = row + 1 < size && light(row + 1, column)
      line += top ? (bottom ? '█' : '▀') : bottom ? '▄' : ' '
    }
    rows.push(line)
  }
  return rows
}

/** What `kith new` prints where there is no full screen. */
export function inviteText(link: string): string {
  return `${link}\n\n${qrRows(link).join('\n')}\n\nWhoever has this link is in the room. Send it over something you trust.\n`
}

/** What a room one has just made begins with. */
export function welcomeText({ kind, link }: Pick<RoomState, 'kind' | 'link'>): string {
  return kind === 'open' ? inviteText(link) : `${foundedText}\n`
}

export const foundedText = 'A members room: nobody comes in unless you say so. /invite makes a way in for somebody.'

/**
 * Text from other people, made harmless for a terminal.
 *
 * A terminal obeys control characters: ESC and the C1 range begin sequences that move the cursor, rename the window,
 * answer on standard input or write the clipboard; bidirectional overrides reorder what is read; stacked combining
 * marks paint over the lines above. All of it is removed here, so that a message can only ever be text (TRM1).
 */

/** A grapheme longer than this is cut; the longest emoji in use has ten code points. */
export const maxGraphemeCodePoints = 12

/** Cells a name may take. */
export const maxNameCells = 24

// C0 without tab and newline, DEL, C1; bidirectional embeddings, overrides and isolates; line and paragraph separators
// are handled before. Interlinear annotation and the byte order mark have no glyph either.
const forbidden = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]/gu
const forbiddenOutsideText = new RegExp(`${forbidden.source}|[\\t\\n]`, 'u')

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** What a person sees as single characters. */
export function graphemes(text: string): string[] {
  const found: string[] = []
  for (const { segment } of segmenter.segment(text)) found.push(segment)
  return found
}

// ASCII and Latin text cannot hold a stacked grapheme, and nearly every message is that.
const simple = /^[\u0000-\u02ff]*$/u

function cutTallGraphemes(text: string): string {
  if (simple.test(text)) return text
  let cut = ''
  for (const grapheme of graphemes(text)) {
    const points = [...grapheme]
    cut += points.length > maxGraphemeCodePoints ? points.slice(0, maxGraphemeCodePoints).join('') : grapheme
  }
  return cut
}

/** Text of several lines: newlines stay, tabs become spaces, everything a terminal would obey is gone. */
export function printable(text: string): string {
  const plain = text
    .replaceAll(/\p{Surrogate}/gu, '\ufffd')
    .replaceAll(/\r\n?|\u2028|\u2029/gu, '\n')
    .replaceAll('\t', '    ')
    .replaceAll(forbidden, '')
  return cutTallGraphemes(plain)
}

/** Text of one line. */
export function printableLine(text: string): string {
  return printable(text).replaceAll(/\s+/gu, ' ').trim()
}

/** True when a terminal would show `text` as it stands, on one line. */
export function isPrintableLine(text: string): boolean {
  return !forbiddenOutsideText.test(text)
}

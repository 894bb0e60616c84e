/**
 * A message in a few plain words, for the list of rooms: without the parser, which is loaded with the first room. Marks
 * are only taken off; whatever is left is text.
 */

const marks: readonly (readonly [RegExp, string])[] = [
  [/^\s*(?:```|~~~)[^\n]*$/gm, ' '],
  [/!?\[([^\]\n]*)\]\([^)\s]*\)/g, '$1'],
  [/^\s{0,3}(?:[>#]+|[-+*]|\d{1,9}[.)])\s+/gm, ''],
  [/(\*{1,3}|_{2,3}|~~|`+)(?=\S)([^\n]*?\S)\1/g, '$2'],
  [/\s+/g, ' '],
]

export function brief(text: string, limit: number): string {
  // Cut first: nobody reads the end of a long message in one line.
  let plain = text.slice(0, limit * 4)
  for (const [mark, rest] of marks) plain = plain.replace(mark, rest)
  plain = plain.trim()
  return plain.length > limit ? `${plain.slice(0, limit - 1)}…` : plain
}

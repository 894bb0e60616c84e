/**
 * A person's colour and glyph, from the fingerprint of their author key: the same on every device, and different for a
 * stranger with a friend's name. Lightness and chroma are in tokens.css (`.person`), where they are checked for contrast.
 */
import { fingerprint, nobleSha256, parseHex } from '@kith/protocol'

export interface Mark {
  /** Degrees on the colour wheel, in steps of `hueStep`. */
  readonly hue: number
  /** 0–63, see glyph.tsx. */
  readonly glyph: number
}

/** Nearer hues cannot be told apart. */
export const hueStep = 15

/** Marks are asked for with every drawing; a room of more people than this makes some of them again. */
const maxKept = 4096

const markByAuthor = new Map<string, Mark>()

export function markOf(author: string): Mark {
  const known = markByAuthor.get(author)
  if (known !== undefined) return known
  const { hue, glyph } = fingerprint({ sha256: nobleSha256 }, parseHex(author) ?? new Uint8Array())
  const mark = { hue: (Math.round(hue / hueStep) * hueStep) % 360, glyph }
  if (markByAuthor.size >= maxKept) markByAuthor.clear()
  markByAuthor.set(author, mark)
  return mark
}

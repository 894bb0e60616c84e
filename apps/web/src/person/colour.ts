/**
 * A person's colour and glyph, from their author key: the same on every device, and different for a stranger with a
 * friend's name. Lightness and chroma are in tokens.css (`.person`), where they are checked for contrast.
 */

export interface Mark {
  /** Degrees on the colour wheel, in steps of `hueStep`. */
  readonly hue: number
  /** 0–63, see glyph.tsx. */
  readonly glyph: number
}

/** Nearer hues cannot be told apart. */
export const hueStep = 15
export const glyphCount = 64

/** Keys are uniformly distributed, so their own bits serve; 2^32 marks would fit in the 8 digits read. */
export function markOf(author: string): Mark {
  const bits = Number.parseInt(author.slice(0, 8), 16)
  const known = Number.isFinite(bits) ? bits : 0
  const steps = 360 / hueStep
  return { hue: (known % steps) * hueStep, glyph: Math.floor(known / steps) % glyphCount }
}

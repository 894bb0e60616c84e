/**
 * A person's colour comes from the key's fingerprint, so a stranger with a friend's name looks different. Colours are
 * from the 256-colour palette, of middle lightness: at least 3 : 1 against black and against white.
 */

/** One's own name: the red no other person gets. */
export const ownColor = 160

export const personColors: readonly number[] = [
  27, 28, 30, 31, 33, 61, 63, 64, 67, 94, 97, 99, 100, 127, 129, 130, 132, 133, 136, 163, 166, 169,
]

/** `author` is a key in hex; its first bytes choose. */
export function personColor(author: string): number {
  const bits = Number.parseInt(author.slice(0, 8), 16)
  return personColors[(Number.isNaN(bits) ? 0 : bits) % personColors.length] ?? ownColor
}

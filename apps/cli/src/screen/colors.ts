/**
 * A person's colour comes from the key's fingerprint, so a stranger with a friend's name looks different. Colours are
 * from the 256-colour palette, of middle lightness: at least 3 : 1 against black and against white.
 */

/** One's own name, and what is for oneself: the green no other person gets, which is Kith's own. */
export const ownColor = 30
/** What keeps something from working. */
export const troubleColor = 160

export const personColors: readonly number[] = [
  27, 28, 31, 33, 61, 63, 64, 67, 94, 97, 99, 100, 127, 129, 130, 132, 133, 136, 163, 166, 169,
]

/** `author` is a key in hex; its first bytes choose. */
export function personColor(author: string): number {
  const bits = Number.parseInt(author.slice(0, 8), 16)
  return personColors[(Number.isNaN(bits) ? 0 : bits) % personColors.length] ?? ownColor
}

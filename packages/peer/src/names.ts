/** How long names and titles may be, and how they are cut. */
import { maxNameBytes } from '@kith/protocol'

/** Characters of a name; longer ones are cut. */
export const maxNameLength: number = Math.floor(maxNameBytes / 4)
export const maxTitleLength: number = 120

/** Trimmed, on one line, at most so many characters, never half of one. */
export function cutText(text: string, length: number): string {
  return [...text.replace(/\s+/gu, ' ').trim()].slice(0, length).join('')
}

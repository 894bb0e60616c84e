/** A name to start with, so that nobody has to think of one before talking. */
import type { Messages } from '../messages/messages.tsx'

/** `random` gives numbers in [0, 1); a name is no secret, so any source will do. */
export function friendlyName(words: Messages['names'], random: () => number): string {
  const pick = (list: string): string => {
    const all = list.split(' ')
    return all[Math.floor(random() * all.length)] ?? ''
  }
  return `${pick(words.qualities)} ${pick(words.creatures)}`
}

/** Names are shown in one line and carried in every opening entry. */
export const maxNameLength = 40

export function tidyName(name: string): string {
  return name.replace(/\s+/g, ' ').trim().slice(0, maxNameLength)
}

/** Who stands behind an author key, for reactions and quotes: one lookup, made when the list of people changes. */
import { createContext, use } from 'react'
import type { Person } from '@kith/peer'

export interface Names {
  /** Author key of the reader here. */
  readonly me: string
  /** “You” for the reader; the start of the key for somebody who never gave a name. */
  nameOf(author: string): string
}

export function namesOf(people: readonly Person[], me: string, you: string): Names {
  const nameByAuthor = new Map(people.map((person) => [person.id, person.name]))
  return { me, nameOf: (author) => (author === me ? you : (nameByAuthor.get(author) ?? author.slice(0, 6))) }
}

export const NamesContext: React.Context<Names> = createContext<Names>(namesOf([], '', ''))

export function useNames(): Names {
  return use(NamesContext)
}

/** Who stands behind an author key, for reactions and quotes: one lookup, made when the list of people changes. */
import { createContext, use } from 'react'
import { unverified, type Person, type Verification } from '@kith/peer'

export interface Names {
  /** Author key of the reader here. */
  readonly me: string
  /** “You” for the reader; the start of the key for somebody who never gave a name. */
  nameOf(author: string): string
  /** Undefined where a mark beside each name would say nothing: of oneself, and of strangers in an open room. */
  verificationOf(author: string): Verification | undefined
}

export function namesOf(people: readonly Person[], me: string, you: string): Names {
  const nameByAuthor = new Map(people.map((person) => [person.id, person.name]))
  const marked = new Map(
    people.flatMap(({ id, me: isMe, membership, verification }) =>
      isMe || (membership === undefined && verification.level === 'none') ? [] : [[id, verification] as const],
    ),
  )
  const isMembersRoom = people.some(({ membership }) => membership !== undefined)
  return {
    me,
    nameOf: (author) => (author === me ? you : (nameByAuthor.get(author) ?? author.slice(0, 6))),
    verificationOf: (author) =>
      author === me ? undefined : (marked.get(author) ?? (isMembersRoom ? unverified : undefined)),
  }
}

export const NamesContext: React.Context<Names> = createContext<Names>(namesOf([], '', ''))

export function useNames(): Names {
  return use(NamesContext)
}

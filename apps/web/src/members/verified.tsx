/** How sure one can be of somebody: a shape and a word, never colour alone. */
import type { ReactElement } from 'react'
import {
  AtSign,
  BadgeCheck,
  CircleDashed,
  KeyRound,
  TriangleAlert,
  UserRound,
  UsersRound,
  type LucideIcon,
} from 'lucide-react'
import type { Person, Verification } from '@kith/peer'
import { useMembersMessages, type MembersMessages } from '../messages/members.tsx'
import './members.css'

const shapes: Readonly<Record<Verification['level'], LucideIcon>> = {
  self: UserRound,
  compared: BadgeCheck,
  pin: KeyRound,
  attested: AtSign,
  vouched: UsersRound,
  none: CircleDashed,
  changed: TriangleAlert,
}

/** Names of `by`; somebody who is not known here is left out. */
export function verifiedWords(
  { level, by, claim }: Verification,
  nameOf: (id: string) => string | undefined,
  words: MembersMessages,
): string {
  const names = by.flatMap((id) => nameOf(id) ?? [])
  return words.person.verified(level, names, claim)
}

export function namesIn(people: readonly Person[], you: string): (id: string) => string | undefined {
  const nameById = new Map(people.map(({ id, me, name }) => [id, me ? you : name]))
  return (id) => nameById.get(id)
}

interface VerifiedProps {
  readonly verification: Verification
  readonly nameOf: (id: string) => string | undefined
  /** Only the shape; the word is there for whoever points at it or listens. */
  readonly brief?: boolean
}

export function Verified({ verification, nameOf, brief = false }: VerifiedProps): ReactElement {
  const words = useMembersMessages()
  const Shape = shapes[verification.level]
  const text = verifiedWords(verification, nameOf, words)
  return (
    <span className={`verified ${verification.level}${brief ? ' brief' : ''}`} title={brief ? text : undefined}>
      <Shape size={14} aria-hidden />
      <span className={brief ? 'visually-hidden' : undefined}>{text}</span>
    </span>
  )
}

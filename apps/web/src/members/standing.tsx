/** Why one cannot write here right now, in place of the field: removed, left, only admins write. */
import type { ReactElement } from 'react'
import { Info } from 'lucide-react'
import type { MembersState, Person } from '@kith/peer'
import type { MembersMessages } from '../messages/members.tsx'
import './members.css'

/** Undefined when one may write. */
export function silenceOf(
  members: MembersState | undefined,
  people: readonly Person[],
  words: MembersMessages,
): string | undefined {
  if (members === undefined) return undefined
  const { standing, removedBy, mayPost } = members
  if (standing === 'removed')
    return words.standing.removed(
      people.find(({ id }) => id === removedBy)?.name ?? members.removed.find(({ id }) => id === removedBy)?.name ?? '',
    )
  if (standing === 'revoked') return words.standing.revoked
  if (standing === 'left') return words.standing.left
  return mayPost ? undefined : words.standing.mayNotPost
}

export function Silenced({ text }: { readonly text: string }): ReactElement {
  return (
    <p className="silenced" role="status">
      <Info size={18} aria-hidden />
      {text}
    </p>
  )
}

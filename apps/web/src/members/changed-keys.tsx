/**
 * Somebody who was verified before has another key now. This cannot be put away: it stays, above everything that is
 * said, until the numbers were compared again or nobody of that name is here.
 */
import type { ReactElement } from 'react'
import { TriangleAlert } from 'lucide-react'
import type { Person, Room } from '@kith/peer'
import { useRoomState } from '../app/stores.ts'
import { useMembersMessages } from '../messages/members.tsx'
import './members.css'

export function ChangedKeys({
  room,
  onPerson,
}: {
  readonly room: Room
  readonly onPerson: (person: Person) => void
}): ReactElement | null {
  const say = useMembersMessages().changed
  const changed = useRoomState(room, ({ people }) =>
    people.filter(({ verification }) => verification.level === 'changed'),
  )
  if (changed.length === 0) return null
  return (
    <ul className="changed-keys" role="alert">
      {changed.map((person) => (
        <li key={person.id}>
          <TriangleAlert size={20} aria-hidden />
          <div>
            <p>
              <b>{say.one(person.name)}</b>
            </p>
            <p>{say.hint}</p>
          </div>
          <button type="button" className="button" onClick={() => onPerson(person)}>
            {say.compare}
          </button>
        </li>
      ))}
    </ul>
  )
}

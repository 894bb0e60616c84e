/** What somebody of a room asks of one, where they asked it: to be a contact, to compare six digits. */
import type { ReactElement } from 'react'
import type { Comparing, ContactRequest, Person, Room } from '@kith/peer'
import { useRoomState } from '../app/stores.ts'
import { useIdentityMessages } from '../messages/identity.tsx'
import { Glyph } from '../person/glyph.tsx'
import Requests from './requests.tsx'
import { useDoing } from './use-doing.ts'
import './identity.css'

interface AskedHereProps {
  readonly room: Room
  readonly requests: readonly ContactRequest[]
  readonly comparing: readonly Comparing[]
  readonly onPerson: (person: Person) => void
}

export default function AskedHere({ room, requests, comparing, onPerson }: AskedHereProps): ReactElement {
  const say = useIdentityMessages()
  const people = useRoomState(room, (state) => state.people)
  const doing = useDoing(say.notDone)
  const withPeople = comparing.flatMap((one) => people.find(({ id }) => id === one.with) ?? [])
  return (
    <div className="asked-here">
      {withPeople.map((person) => (
        <section key={person.id} className="contact-request" aria-label={say.compare}>
          <Glyph author={person.id} />
          <p role="status">{say.compareWith(person.name)}</p>
          <div className="identity-buttons">
            <button type="button" className="button primary" onClick={() => onPerson(person)}>
              {say.compare}
            </button>
            <button
              type="button"
              className="button"
              disabled={doing.busy}
              onClick={() => void doing.run(() => room.verify({ type: 'closeSas', who: person.id }))}
            >
              {say.decline}
            </button>
          </div>
        </section>
      ))}
      {requests.length > 0 && <Requests requests={requests} />}
    </div>
  )
}

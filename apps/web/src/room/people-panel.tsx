/** Everybody in the room, and how each is reached, in words; the ring large above them. */
import { useEffect, useRef, type ReactElement } from 'react'
import { ChevronRight, SquareTerminal, UserPlus, X } from 'lucide-react'
import type { Person, Room } from '@kith/peer'
import { useRoomState } from '../app/stores.ts'
import { useMessages, type Messages } from '../messages/messages.tsx'
import { Glyph, hueStyle } from '../person/glyph.tsx'
import { namesIn, Verified } from '../members/verified.tsx'
import { useMembersMessages } from '../messages/members.tsx'
import { ringPoints, tieOf } from '../ring/geometry.ts'
import { Ring } from '../ring/ring.tsx'
import './people-panel.css'

/** How a person is reached; `carrier` is the name of who carries path `through`. */
export function pathWords(person: Person, carrier: string | undefined, words: Messages): string {
  if (person.typing) return words.people.typing
  const parts: string[] = []
  if (!person.online) return ''
  if (person.keeper === 'blind') parts.push(words.people.keeper.blind)
  if (person.keeper === 'reader') parts.push(words.people.keeper.reader)
  if (person.path === 'through' && carrier !== undefined) parts.push(words.path.throughName(carrier))
  else if (!person.me) parts.push(words.path[person.path ?? (person.reaching ? 'reaching' : 'here')])
  const rtt = person.presences.find((presence) => presence.path === person.path)?.rttMs
  if (person.path !== undefined && rtt !== undefined) parts.push(words.path.rtt(rtt))
  if (person.presences.length > 1) parts.push(words.path.programs(person.presences.length))
  return parts.join(' · ')
}

interface PersonLineProps {
  readonly person: Person
  readonly carrier: string | undefined
  readonly nameOf: (id: string) => string | undefined
  readonly onReach: (person: Person) => void
  readonly onPerson: (person: Person) => void
}

function PersonLine({ person, carrier, nameOf, onReach, onPerson }: PersonLineProps): ReactElement {
  const words = useMessages()
  const members = useMembersMessages()
  const { membership, quiet, verification } = person
  const terminal = person.presences.some((presence) => presence.platform === 'node')
  const path = pathWords(person, carrier, words)
  return (
    <li className="person-line">
      <Glyph author={person.id} away={!person.online} />
      <div className="person-words">
        <p className="person person-name" style={hueStyle(person.id)}>
          {person.me ? (
            person.name
          ) : (
            <button
              type="button"
              className="person-open"
              aria-label={members.person.about(person.name)}
              onClick={() => onPerson(person)}
            >
              {person.name}
            </button>
          )}
          {person.me && <span className="person-me">{words.path.me}</span>}
          {terminal && <SquareTerminal size={15} role="img" aria-label={words.path.terminal} />}
          {membership !== undefined && membership.role !== 'member' && (
            <span className="person-role">{members.person.roles[membership.role]}</span>
          )}
          {quiet !== undefined && <span className="person-role">{members.person[quiet]}</span>}
        </p>
        {!person.me && (membership !== undefined || verification.level !== 'none') && (
          <Verified verification={verification} nameOf={nameOf} />
        )}
        {path !== '' && person.me && <p className="person-path">{path}</p>}
        {!person.me && (
          <button
            type="button"
            className={person.online ? 'person-path' : 'person-why'}
            onClick={() => onReach(person)}
          >
            <Tie person={person} />
            {person.online ? path : words.path.whyAway}
            <span className="visually-hidden">
              {person.reaching || !person.online ? words.path.why(person.name) : words.path.how(person.name)}
            </span>
            <ChevronRight size={14} aria-hidden />
          </button>
        )}
      </div>
    </li>
  )
}

/** The line of the ring again, so that word and drawing explain each other. */
function Tie({ person }: { readonly person: Person }): ReactElement | null {
  const tie = tieOf(person)
  if (tie === 'me' || tie === 'away') return null
  return (
    <svg className="person tie" style={hueStyle(person.id)} width="20" height="8" viewBox="0 0 20 8" aria-hidden="true">
      {tie !== 'reaching' && <path className={`ring-line ${tie}`} d="M1 4h18" />}
    </svg>
  )
}

interface PeoplePanelProps {
  readonly room: Room
  readonly onInvite: () => void
  readonly onMap: () => void
  readonly onReach: (person: Person) => void
  readonly onPerson: (person: Person) => void
  /** Undefined inside a dialog, which has its own way out. */
  readonly onClose?: (() => void) | undefined
}

export function PeoplePanel({ room, onInvite, onMap, onReach, onPerson, onClose }: PeoplePanelProps): ReactElement {
  const words = useMessages()
  const people = useRoomState(room, (state) => state.people)
  const mayInvite = useRoomState(room, ({ members }) => members === undefined || members.mayAdd)
  const nameOf = namesIn(people, words.room.you)
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  const byName = people.toSorted((a, b) => Number(b.me) - Number(a.me) || a.name.localeCompare(b.name, words.locale))
  const here = byName.filter((person) => person.online)
  const away = byName.filter((person) => !person.online)
  const direct = people.filter((person) => person.path === 'direct').length
  const carrierOf = ({ through }: Person): string | undefined =>
    through === undefined
      ? undefined
      : people.find(({ presences }) => presences.some(({ session }) => session === through))?.name
  return (
    <div className="people">
      {onClose !== undefined && (
        <header className="people-head">
          <h2 ref={heading} tabIndex={-1}>
            {words.people.title}
          </h2>
          <button type="button" className="icon-button" aria-label={words.app.close} onClick={onClose}>
            <X size={20} aria-hidden />
          </button>
        </header>
      )}
      <button type="button" className="people-map" aria-label={words.room.map} title={words.room.map} onClick={onMap}>
        <Ring
          map
          points={ringPoints(people)}
          size={208}
          label={words.people.ring(people.filter(({ keeper }) => keeper === undefined).length, direct)}
        />
      </button>
      <h3 className="people-group">{words.people.here}</h3>
      <ul>
        {here.map((person) => (
          <PersonLine
            key={person.id}
            person={person}
            carrier={carrierOf(person)}
            nameOf={nameOf}
            onReach={onReach}
            onPerson={onPerson}
          />
        ))}
      </ul>
      {away.length > 0 && (
        <>
          <h3 className="people-group">{words.people.away}</h3>
          <ul>
            {away.map((person) => (
              <PersonLine
                key={person.id}
                person={person}
                carrier={undefined}
                nameOf={nameOf}
                onReach={onReach}
                onPerson={onPerson}
              />
            ))}
          </ul>
        </>
      )}
      {mayInvite && (
        <button type="button" className="button people-invite" onClick={onInvite}>
          <UserPlus size={18} aria-hidden />
          {words.people.invite}
        </button>
      )}
      <p className="people-note">{words.people.legend}</p>
      <p className="people-note">{words.people.key}</p>
    </div>
  )
}

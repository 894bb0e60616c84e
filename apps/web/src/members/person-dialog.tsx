/** One person: how sure it is who they are, who vouches, and what one can do about them. */
import { lazy, Suspense, useState, type ReactElement } from 'react'
import { BellOff, EyeOff, Route, ShieldCheck, UserMinus, UserRoundCheck } from 'lucide-react'
import type { GovernCommand, Person, Quiet, Room } from '@kith/peer'
import { useRoomState } from '../app/stores.ts'
import { useMembersMessages } from '../messages/members.tsx'
import { useMessages } from '../messages/messages.tsx'
import { Dialog } from '../overlay/dialog.tsx'
import { Glyph, hueStyle } from '../person/glyph.tsx'
import { namesIn, Verified } from './verified.tsx'
import './members.css'

const MakingSure = lazy(() => import('../identity/making-sure.tsx'))
const RemoveDialog = lazy(() => import('./remove-dialog.tsx'))

interface PersonDialogProps {
  readonly room: Room
  readonly who: string
  readonly onReach: (person: Person) => void
  readonly onClose: () => void
}

export default function PersonDialog({ room, who, onReach, onClose }: PersonDialogProps): ReactElement {
  const words = useMessages()
  const members = useMembersMessages()
  const say = members.person
  const people = useRoomState(room, (state) => state.people)
  const kind = useRoomState(room, (state) => state.kind)
  const state = useRoomState(room, ({ members: inside }) => inside)
  const me = useRoomState(room, (roomState) => roomState.me)
  const [removing, setRemoving] = useState(false)
  const [failed, setFailed] = useState(false)
  const person = people.find(({ id }) => id === who)
  if (person === undefined) {
    return (
      <Dialog title={say.about('…')} onClose={onClose}>
        <p className="dialog-text">{say.notMember}</p>
      </Dialog>
    )
  }
  const nameOf = namesIn(people, words.room.you)
  const { membership, verification, quiet } = person
  const act = (command: GovernCommand): void => {
    setFailed(false)
    room.govern(command).catch(() => setFailed(true))
  }
  const setQuiet = (next: Quiet | undefined): void => void room.setQuiet(who, next).catch(() => setFailed(true))
  const mayVouch =
    state?.standing === 'in' && membership !== undefined && !membership.vouches.some(({ by }) => by === me)
  return (
    <Dialog title={say.about(person.name)} onClose={onClose}>
      <header className="about-head">
        <Glyph author={person.id} size={56} away={!person.online} />
        <div>
          <p className="person about-name" style={hueStyle(person.id)}>
            {person.name}
          </p>
          {membership !== undefined && <p className="about-role">{say.roles[membership.role]}</p>}
          <Verified verification={verification} nameOf={nameOf} />
        </div>
      </header>
      <p className={`about-explain${verification.level === 'changed' ? ' changed' : ''}`}>
        {say.explain[verification.level]}
      </p>
      {!person.me && (
        <Suspense fallback={null}>
          <MakingSure room={room} person={person} />
        </Suspense>
      )}
      {kind === 'members' && (
        <dl className="facts">
          {membership === undefined ? (
            <dd>{say.notMember}</dd>
          ) : (
            <>
              <dt>{say.inSince(words.format.day(membership.since, Date.now()))}</dt>
              <dd>
                {membership.addedBy === undefined
                  ? say.founded
                  : say.addedBy(nameOf(membership.addedBy) ?? words.room.you)}
              </dd>
              {membership.role !== 'founder' && (
                <>
                  <dt>{say.vouches}</dt>
                  <dd>
                    {membership.vouches.length === 0 ? (
                      say.noVouches
                    ) : (
                      <ul>
                        {membership.vouches.map(({ by, method }) => (
                          <li key={`${by} ${method}`}>
                            {say.vouch(nameOf(by) ?? by.slice(0, 6), say.methods[method])}
                          </li>
                        ))}
                      </ul>
                    )}
                  </dd>
                </>
              )}
            </>
          )}
        </dl>
      )}
      {!person.me && (
        <>
          <ul className="about-acts">
            {mayVouch && membership.role !== 'founder' && (
              <li>
                <button type="button" className="menu-item" onClick={() => act({ type: 'vouch', who, method: 'sas' })}>
                  <UserRoundCheck size={18} aria-hidden />
                  <span>
                    {say.vouchFor}
                    <small>{say.vouchHint}</small>
                  </span>
                </button>
              </li>
            )}
            <li>
              <button type="button" className="menu-item" onClick={() => onReach(person)}>
                <Route size={18} aria-hidden />
                {say.reach}
              </button>
            </li>
            <li>
              <button
                type="button"
                className="menu-item"
                aria-pressed={quiet === 'muted'}
                onClick={() => setQuiet(quiet === 'muted' ? undefined : 'muted')}
              >
                <BellOff size={18} aria-hidden />
                {quiet === 'muted' ? say.unmute : say.mute}
              </button>
            </li>
            <li>
              <button
                type="button"
                className="menu-item"
                aria-pressed={quiet === 'hidden'}
                onClick={() => setQuiet(quiet === 'hidden' ? undefined : 'hidden')}
              >
                <EyeOff size={18} aria-hidden />
                <span>
                  {quiet === 'hidden' ? say.show : say.hide}
                  <small>{say.quietHint}</small>
                </span>
              </button>
            </li>
            {membership?.below === true && state?.mayGovern === true && (
              <li>
                <button
                  type="button"
                  className="menu-item"
                  onClick={() => act({ type: 'setRole', who, role: membership.role === 'admin' ? 'member' : 'admin' })}
                >
                  <ShieldCheck size={18} aria-hidden />
                  {membership.role === 'admin' ? say.makeMember : say.makeAdmin}
                </button>
              </li>
            )}
            {membership?.below === true && state?.standing === 'in' && (
              <li>
                <button type="button" className="menu-item danger" onClick={() => setRemoving(true)}>
                  <UserMinus size={18} aria-hidden />
                  {say.remove}
                </button>
              </li>
            )}
          </ul>
          <p className="entering-problem" role="alert">
            {failed ? members.policy.failed : undefined}
          </p>
        </>
      )}
      {removing && (
        <Suspense fallback={null}>
          <RemoveDialog
            room={room}
            person={person}
            onRemoved={() => {
              setRemoving(false)
              onClose()
            }}
            onClose={() => setRemoving(false)}
          />
        </Suspense>
      )}
    </Dialog>
  )
}

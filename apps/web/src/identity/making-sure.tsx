/** About one person: comparing numbers with them, and keeping them as a contact. */
import { useState, type ReactElement } from 'react'
import { AudioLines, Grid3x3, UserRoundPlus } from 'lucide-react'
import type { Person, Room } from '@kith/peer'
import { useChat, useChatState, useRoomState } from '../app/stores.ts'
import { useIdentityMessages } from '../messages/identity.tsx'
import { useDoing } from './use-doing.ts'
import './identity.css'
import '../members/members.css'

export default function MakingSure({ room, person }: { readonly room: Room; readonly person: Person }): ReactElement {
  const say = useIdentityMessages()
  const chat = useChat()
  const { id: who, name } = person
  const comparing = useRoomState(room, (state) => state.comparing.find((one) => one.with === who))
  const asked = useChatState((state) => state.contacts.asked.find((one) => one.room === room.id && one.who === who))
  const doing = useDoing(say.notDone)
  const [number, setNumber] = useState<string>()
  const answer = (matches: boolean): void => {
    void doing.run(() =>
      room.verify(number === undefined ? { type: 'answerSas', who, matches } : { type: 'compared', who, matches }),
    )
    setNumber(undefined)
  }
  const digits = number?.match(/\d{5}/gu) ?? (comparing?.digits === undefined ? undefined : [comparing.digits])
  return (
    <section className="identity">
      {digits !== undefined && (
        <>
          <p className="setting-hint">{number === undefined ? say.digitsHint(name) : say.safetyHint(name)}</p>
          <p className={`identity-digits${digits.length === 1 ? ' short' : ''}`}>
            {digits.map((group, index) => (
              <span key={index}>{group}</span>
            ))}
          </p>
          {number === undefined && comparing?.theySay === true && <p className="setting-hint">{say.theySay(name)}</p>}
          <div className="identity-buttons">
            <button type="button" className="button primary" disabled={doing.busy} onClick={() => answer(true)}>
              {say.same}
            </button>
            <button type="button" className="button" disabled={doing.busy} onClick={() => answer(false)}>
              {say.notSame}
            </button>
          </div>
        </>
      )}
      {digits === undefined && (comparing?.phase === 'asking' || comparing?.phase === 'asked') && (
        <p className="setting-hint" role="status">
          {say.comparing}
        </p>
      )}
      {comparing?.phase === 'different' && <p className="identity-warning">{say.different}</p>}
      {digits === undefined && (
        <ul className="about-acts">
          <li>
            <button
              type="button"
              className="menu-item"
              disabled={doing.busy}
              onClick={() => void doing.run(() => room.verify({ type: 'safetyNumber', who })).then(setNumber)}
            >
              <Grid3x3 size={18} aria-hidden />
              {say.compare}
            </button>
          </li>
          {person.online && (
            <li>
              <button
                type="button"
                className="menu-item"
                disabled={doing.busy}
                onClick={() => void doing.run(() => room.verify({ type: 'startSas', who }))}
              >
                <AudioLines size={18} aria-hidden />
                {say.compareNow}
              </button>
            </li>
          )}
          {person.online && asked === undefined && (
            <li>
              <button
                type="button"
                className="menu-item"
                disabled={doing.busy}
                onClick={() => void doing.run(() => chat.contact({ type: 'request', room: room.id, who }))}
              >
                <UserRoundPlus size={18} aria-hidden />
                {say.addContact}
              </button>
            </li>
          )}
        </ul>
      )}
      {asked !== undefined && <p className="setting-hint">{asked.declined ? say.declined(name) : say.asked(name)}</p>}
      <p className="identity-said" role="status">
        {doing.problem}
      </p>
    </section>
  )
}

/** The start page's people: who asked to be a contact, and the contacts with where they are now. */
import type { ReactElement } from 'react'
import { Ban, UserMinus } from 'lucide-react'
import { keyOf } from '../app/route.ts'
import { useChat, useChatState } from '../app/stores.ts'
import { useIdentityMessages } from '../messages/identity.tsx'
import { Glyph } from '../person/glyph.tsx'
import { useDoing } from './use-doing.ts'
import './identity.css'

export function Contacts({ onOpen }: { readonly onOpen: (key: string) => void }): ReactElement | null {
  const say = useIdentityMessages()
  const chat = useChat()
  const { list, requests } = useChatState((state) => state.contacts)
  const doing = useDoing(say.notDone)
  if (list.length === 0 && requests.length === 0) return null
  return (
    <section className="contacts identity" aria-label={say.contacts}>
      <h2 className="start-label">{say.contacts}</h2>
      {requests.map(({ room, who, name }) => (
        <div key={`${room}${who}`} className="contact-request">
          <Glyph author={who} away={false} />
          <p>{say.request(name)}</p>
          <div className="identity-buttons">
            <button
              type="button"
              className="button primary"
              disabled={doing.busy}
              onClick={() => void doing.run(() => chat.contact({ type: 'answer', room, who, accepts: true }))}
            >
              {say.accept}
            </button>
            <button
              type="button"
              className="button"
              disabled={doing.busy}
              onClick={() => void doing.run(() => chat.contact({ type: 'answer', room, who, accepts: false }))}
            >
              {say.decline}
            </button>
          </div>
        </div>
      ))}
      <ul className="identity-list">
        {list.map(({ id, name, room, here, blocked, verification }) => (
          <li key={id}>
            <button
              type="button"
              className="contact-open"
              disabled={room === ''}
              title={say.message(name)}
              onClick={() => {
                const opened = chat.room(room)
                if (opened !== undefined) onOpen(keyOf(opened.state))
              }}
            >
              <Glyph author={id} away={here === undefined} />
              <span>
                {name}
                <small>
                  {blocked ? say.blocked : room === '' ? say.notTogether : here === undefined ? say.away : say.here}
                  {verification.level === 'compared' && ` · ${say.verified}`}
                </small>
              </span>
            </button>
            <button
              type="button"
              className="icon-button"
              aria-pressed={blocked}
              aria-label={blocked ? say.unblock(name) : say.block(name)}
              title={blocked ? say.unblock(name) : say.block(name)}
              onClick={() => void doing.run(() => chat.contact({ type: 'block', contact: id, on: !blocked }))}
            >
              <Ban size={18} aria-hidden />
            </button>
            <button
              type="button"
              className="icon-button"
              aria-label={say.remove(name)}
              title={say.remove(name)}
              onClick={() => void doing.run(() => chat.contact({ type: 'remove', contact: id }))}
            >
              <UserMinus size={18} aria-hidden />
            </button>
          </li>
        ))}
      </ul>
      <p className="identity-said" role="status">
        {doing.problem}
      </p>
    </section>
  )
}

/** The start page's people: who asked to be a contact, and the contacts with where they are now. */
import { useState, type ReactElement } from 'react'
import { Ban, UserMinus } from 'lucide-react'
import { keyOf } from '../app/route.ts'
import { useChat, useChatState } from '../app/stores.ts'
import { useIdentityMessages } from '../messages/identity.tsx'
import { Confirm } from '../overlay/dialog.tsx'
import { Glyph } from '../person/glyph.tsx'
import Requests from './requests.tsx'
import { useDoing } from './use-doing.ts'
import './identity.css'

export default function Contacts({ onOpen }: { readonly onOpen: (key: string) => void }): ReactElement {
  const say = useIdentityMessages()
  const chat = useChat()
  const { list, requests } = useChatState((state) => state.contacts)
  const rooms = useChatState((state) => state.rooms)
  /** As they look in the room of the two: everybody is somebody else in each. */
  const faceOf = (room: string): string | undefined =>
    rooms.find((one) => one.id === room)?.people.find(({ me }) => !me)?.id
  const doing = useDoing(say.notDone)
  const [removing, setRemoving] = useState<{ readonly id: string; readonly name: string }>()
  return (
    <section className="contacts identity" aria-label={say.contacts}>
      <h2 className="start-label">{say.contacts}</h2>
      {requests.length > 0 && <Requests requests={requests} />}
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
              <Glyph author={faceOf(room) ?? id} away={here === undefined} />
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
              onClick={() => setRemoving({ id, name })}
            >
              <UserMinus size={18} aria-hidden />
            </button>
          </li>
        ))}
      </ul>
      <p className="identity-said" role="status">
        {doing.problem}
      </p>
      {removing !== undefined && (
        <Confirm
          title={say.removeTitle(removing.name)}
          body={say.removeBody}
          confirm={say.removeDo}
          onConfirm={() => void doing.run(() => chat.contact({ type: 'remove', contact: removing.id }))}
          onClose={() => setRemoving(undefined)}
        />
      )}
    </section>
  )
}

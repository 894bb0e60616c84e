/** Who asked to keep one as a contact: a line with the answer, on the start page and in the room where they asked. */
import type { ReactElement } from 'react'
import type { ContactRequest } from '@kith/peer'
import { useChat } from '../app/stores.ts'
import { useIdentityMessages } from '../messages/identity.tsx'
import { Glyph } from '../person/glyph.tsx'
import { useDoing } from './use-doing.ts'
import './identity.css'

export default function Requests({ requests }: { readonly requests: readonly ContactRequest[] }): ReactElement {
  const say = useIdentityMessages()
  const chat = useChat()
  const doing = useDoing(say.notDone)
  const answer = (accepts: boolean, { room, who }: ContactRequest): void =>
    void doing.run(() => chat.contact({ type: 'answer', room, who, accepts }))
  return (
    <section className="contact-requests" aria-label={say.requests}>
      {requests.map((request) => (
        <div key={`${request.room}${request.who}`} className="contact-request">
          <Glyph author={request.who} />
          <p role="status">
            {say.request(request.name)}
            <small>{say.requestHint}</small>
          </p>
          <div className="identity-buttons">
            <button
              type="button"
              className="button primary"
              disabled={doing.busy}
              onClick={() => answer(true, request)}
            >
              {say.accept}
            </button>
            <button type="button" className="button" disabled={doing.busy} onClick={() => answer(false, request)}>
              {say.decline}
            </button>
          </div>
        </div>
      ))}
      <p className="identity-said" role="status">
        {doing.problem}
      </p>
    </section>
  )
}

/** In the room of two, in place of the field: this contact is blocked, and the way back. */
import type { ReactElement } from 'react'
import { Ban } from 'lucide-react'
import type { Contact } from '@kith/peer'
import { useChat } from '../app/stores.ts'
import { useIdentityMessages } from '../messages/identity.tsx'
import { useDoing } from './use-doing.ts'
import '../members/members.css'

export default function Blocked({ contact }: { readonly contact: Contact }): ReactElement {
  const say = useIdentityMessages()
  const chat = useChat()
  const doing = useDoing(say.notDone)
  return (
    <div className="silenced">
      <Ban size={18} aria-hidden />
      <p role="status">{doing.problem ?? say.blockedHere(contact.name)}</p>
      <button
        type="button"
        className="button"
        aria-label={say.unblock(contact.name)}
        disabled={doing.busy}
        onClick={() => void doing.run(() => chat.contact({ type: 'block', contact: contact.id, on: false }))}
      >
        {say.unblockDo}
      </button>
    </div>
  )
}

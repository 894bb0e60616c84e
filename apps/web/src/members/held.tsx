/** What one wrote while the room's key changes: shown where it will stand, until it goes out by itself. */
import type { ReactElement } from 'react'
import { Clock3 } from 'lucide-react'
import type { HeldMessage, Room } from '@kith/peer'
import { useRoomState } from '../app/stores.ts'
import { useMembersMessages } from '../messages/members.tsx'
import './members.css'

const none: readonly HeldMessage[] = []

export function Held({ room }: { readonly room: Room }): ReactElement | null {
  const held = useRoomState(room, ({ members }) => members?.held ?? none)
  const say = useMembersMessages().held
  if (held.length === 0) return null
  return (
    <section className="held" aria-label={say.title}>
      <ul>
        {held.map(({ tag, text, files }) => (
          <li key={tag}>{text === '' ? say.files(files) : text}</li>
        ))}
      </ul>
      <p className="held-why" role="status">
        <Clock3 size={14} aria-hidden />
        {say.why}
      </p>
    </section>
  )
}

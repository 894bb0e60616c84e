/** Who is writing, in a line that is always there so that nothing moves when somebody begins. */
import type { ReactElement } from 'react'
import type { Room } from '@kith/peer'
import { useRoomState } from '../app/stores.ts'
import { useMessages } from '../messages/messages.tsx'

export function Typing({ room }: { readonly room: Room }): ReactElement {
  const words = useMessages()
  const names = useRoomState(room, (state) =>
    state.people.filter((person) => person.typing && !person.me).map((person) => person.name),
  )
  return (
    <p className="typing" aria-live="off">
      {names.length > 0 && (
        <>
          <span className="typing-dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          {words.composer.typing(names)}
        </>
      )}
    </p>
  )
}

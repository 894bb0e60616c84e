/**
 * The line above the field: who is writing, or, until one has said something here, under which name one will. It is
 * always there, so that nothing moves when somebody begins.
 */
import type { ReactElement } from 'react'
import type { Room, TimelineView } from '@kith/peer'
import { useRoomState, useTimeline } from '../app/stores.ts'
import { useMessages } from '../messages/messages.tsx'

/** Far enough back to know whether one belongs to this conversation. */
const lookback = 300

function hasWritten(view: TimelineView): boolean {
  for (let i = view.length - 1; i >= Math.max(0, view.length - lookback); i--) if (view.at(i).mine) return true
  return false
}

interface TypingProps {
  readonly room: Room
  readonly onChangeName: () => void
}

export function Typing({ room, onChangeName }: TypingProps): ReactElement {
  const words = useMessages()
  const names = useRoomState(room, (state) =>
    state.people.filter((person) => person.typing && !person.me).map((person) => person.name),
  )
  const myName = useRoomState(room, (state) => state.people.find((person) => person.me)?.name ?? '')
  const written = hasWritten(useTimeline(room))
  return (
    <p className="typing" aria-live="off">
      {names.length > 0 ? (
        <>
          <span className="typing-dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          {words.composer.typing(names)}
        </>
      ) : (
        !written &&
        myName !== '' && (
          <>
            {words.composer.youAre(myName)}
            <button type="button" className="link-button" onClick={onChangeName}>
              {words.composer.changeName}
            </button>
          </>
        )
      )}
    </p>
  )
}

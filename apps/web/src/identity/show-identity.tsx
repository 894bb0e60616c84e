/** A room's settings: whether the people here see who one is beyond it. */
import { useId, type ReactElement } from 'react'
import type { Room } from '@kith/peer'
import { useChat, useChatState, useRoomState } from '../app/stores.ts'
import { useIdentityMessages } from '../messages/identity.tsx'
import { useDoing } from './use-doing.ts'

export function ShowIdentity({ room }: { readonly room: Room }): ReactElement {
  const say = useIdentityMessages()
  const chat = useChat()
  const shown = useRoomState(room, (state) => state.shown)
  const claims = useChatState((state) => state.identity.claims)
  const doing = useDoing(say.notDone)
  const id = useId()
  return (
    <div className="setting">
      <label className="switch">
        <span className="setting-name">{say.show}</span>
        <input
          type="checkbox"
          role="switch"
          checked={shown}
          disabled={doing.busy}
          aria-describedby={id}
          onChange={(event) => {
            const on = event.currentTarget.checked
            void doing.run(() => chat.identify({ type: 'show', room: room.id, on }))
          }}
        />
      </label>
      <p id={id} className="setting-hint">
        {doing.problem ?? say.showHint(claims.map(({ claim }) => claim))}
      </p>
    </div>
  )
}

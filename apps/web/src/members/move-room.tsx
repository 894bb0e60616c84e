/** In the settings of an open room: go on in a members room, and tell the people here. */
import { useState, type ReactElement } from 'react'
import type { Room } from '@kith/peer'
import { keyOf, navigate } from '../app/route.ts'
import { useChat } from '../app/stores.ts'
import { useMembersMessages } from '../messages/members.tsx'

export function MoveRoom({ room, name }: { readonly room: Room; readonly name: string }): ReactElement {
  const say = useMembersMessages().moved
  const chat = useChat()
  const [phase, setPhase] = useState<'idle' | 'sure' | 'busy' | 'failed'>('idle')
  const move = async (): Promise<void> => {
    setPhase('busy')
    try {
      const made = await chat.create({ kind: 'members', title: name, relay: relayOf(room), from: room.id })
      navigate(keyOf(made.state))
    } catch {
      setPhase('failed')
    }
  }
  return (
    <section className="setting">
      <h3 className="setting-name">{say.settings}</h3>
      <p className="setting-hint">{say.settingsHint}</p>
      {phase === 'sure' || phase === 'busy' ? (
        <div className="move-do">
          <button type="button" className="button primary" disabled={phase === 'busy'} onClick={() => void move()}>
            {say.settingsSure}
          </button>
          <button type="button" className="button" disabled={phase === 'busy'} onClick={() => setPhase('idle')}>
            {say.cancel}
          </button>
        </div>
      ) : (
        <div className="move-do">
          <button type="button" className="button" onClick={() => setPhase('sure')}>
            {say.settingsDo}
          </button>
        </div>
      )}
      {phase === 'failed' && <p role="status">{say.failed}</p>}
    </section>
  )
}

/** Where the old one meets, so that everybody finds the new one. */
function relayOf(room: Room): string | undefined {
  return /^https?:\/\/[^/#]+/u.exec(room.state.link)?.[0]
}

/** In the settings of an open room: go on in a members room, and tell the people here. */
import { useState, type ReactElement } from 'react'
import type { Room } from '@kith/peer'
import { keyOf, navigate } from '../app/route.ts'
import { useChat, useRoomState } from '../app/stores.ts'
import { useMembersMessages } from '../messages/members.tsx'

export function MoveRoom({ room, name }: { readonly room: Room; readonly name: string }): ReactElement {
  const say = useMembersMessages().moved
  const chat = useChat()
  const people = useRoomState(room, (state) => state.people)
  const others = people.filter(({ me, keeper }) => !me && keeper === undefined)
  const [leftOut, setLeftOut] = useState<ReadonlySet<string>>(new Set())
  const [phase, setPhase] = useState<'idle' | 'sure' | 'busy' | 'failed'>('idle')
  const move = async (): Promise<void> => {
    setPhase('busy')
    try {
      const along = others.map(({ id }) => id).filter((id) => !leftOut.has(id))
      const made = await chat.create({ kind: 'members', title: name, relay: relayOf(room), from: room.id, along })
      navigate(keyOf(made.state))
    } catch {
      setPhase('failed')
    }
  }
  const toggle = (id: string, comes: boolean): void => {
    const next = new Set(leftOut)
    if (comes) next.delete(id)
    else next.add(id)
    setLeftOut(next)
  }
  return (
    <section className="setting">
      <h3 className="setting-name">{say.settings}</h3>
      <p className="setting-hint">{say.settingsHint}</p>
      {(phase === 'sure' || phase === 'busy') && (
        <fieldset className="falls" disabled={phase === 'busy'}>
          <legend>{say.alongTitle}</legend>
          <p className="setting-hint">{others.length === 0 ? say.alongNobody : say.alongHint}</p>
          {others.map((person) => (
            <label className="falls-one" key={person.id}>
              <input
                type="checkbox"
                checked={!leftOut.has(person.id)}
                onChange={({ target }) => toggle(person.id, target.checked)}
              />
              <span className="person-name">{person.name === '' ? person.id.slice(0, 6) : person.name}</span>
            </label>
          ))}
        </fieldset>
      )}
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

/** Removing somebody, with the list of who is in the room only because of them: named, one by one, before it happens. */
import { useMemo, useState, type ReactElement } from 'react'
import { fallsWith, type Person, type Room } from '@kith/peer'
import { useRoomState } from '../app/stores.ts'
import { useMembersMessages } from '../messages/members.tsx'
import { useMessages } from '../messages/messages.tsx'
import { Dialog } from '../overlay/dialog.tsx'
import { Glyph, hueStyle } from '../person/glyph.tsx'
import { namesIn } from './verified.tsx'
import './members.css'

interface RemoveDialogProps {
  readonly room: Room
  readonly person: Person
  readonly onRemoved: () => void
  readonly onClose: () => void
}

export default function RemoveDialog({ room, person, onRemoved, onClose }: RemoveDialogProps): ReactElement {
  const words = useMessages()
  const say = useMembersMessages().remove
  const people = useRoomState(room, (state) => state.people)
  const vouches = useRoomState(room, (state) => state.members?.policy.vouches ?? 1)
  const falling = useMemo(() => fallsWith(people, person.id, vouches), [people, person, vouches])
  const [kept, setKept] = useState<ReadonlySet<string>>(new Set())
  const [failed, setFailed] = useState(false)
  const [busy, setBusy] = useState(false)
  const nameOf = namesIn(people, words.room.you)
  const going = falling.filter(({ id }) => !kept.has(id))
  const remove = async (): Promise<void> => {
    setBusy(true)
    setFailed(false)
    try {
      await room.govern({ type: 'remove', who: person.id, with: going.map(({ id }) => id) })
      onRemoved()
    } catch {
      setFailed(true)
      setBusy(false)
    }
  }
  const toggle = (id: string): void => {
    const next = new Set(kept)
    if (!next.delete(id)) next.add(id)
    setKept(next)
  }
  return (
    <Dialog title={say.title(person.name)} onClose={onClose} small>
      <p className="dialog-text">{say.body}</p>
      {falling.length > 0 && (
        <fieldset className="falls">
          <legend>{say.fallsTitle(falling.length)}</legend>
          {falling.map((other) => (
            <label key={other.id} className="falls-one">
              <input type="checkbox" checked={!kept.has(other.id)} onChange={() => toggle(other.id)} />
              <Glyph author={other.id} size={24} />
              <span className="person" style={hueStyle(other.id)}>
                <b className="person-name">{other.name}</b>
                <small>{say.vouchedBy(other.membership?.vouches.flatMap(({ by }) => nameOf(by) ?? []) ?? [])}</small>
              </span>
            </label>
          ))}
          <p className="setting-hint">{say.without}</p>
        </fieldset>
      )}
      <p className="entering-problem" role="alert">
        {failed ? say.failed : undefined}
      </p>
      <div className="dialog-buttons">
        <button type="button" className="button" data-focus onClick={onClose}>
          {words.app.cancel}
        </button>
        <button type="button" className="button danger primary" disabled={busy} onClick={() => void remove()}>
          {going.length === 0 ? say.confirm : say.confirmMany(going.length + 1)}
        </button>
      </div>
    </Dialog>
  )
}

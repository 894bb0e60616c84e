/** Who is here and how: the ring, the room's name, and one line that says the state of things. */
import type { ReactElement, RefObject } from 'react'
import { ChevronLeft, Files, Search, Settings2, UserPlus } from 'lucide-react'
import type { Room } from '@kith/peer'
import { useRoomState } from '../app/stores.ts'
import { useFileMessages } from '../messages/files.tsx'
import { useMessages } from '../messages/messages.tsx'
import { ringPoints } from '../ring/geometry.ts'
import { Ring } from '../ring/ring.tsx'
import { statusOf } from './status.ts'

interface HeaderProps {
  readonly room: Room
  readonly name: string
  readonly peopleOpen: boolean
  readonly onBack: () => void
  readonly onPeople: () => void
  readonly onMap: () => void
  readonly onInvite: () => void
  readonly onFiles: () => void
  readonly onSearch: () => void
  readonly onSettings: () => void
  readonly peopleButton: RefObject<HTMLButtonElement | null>
}

export function Header(props: HeaderProps): ReactElement {
  const { room, name, peopleOpen, onBack, onPeople, onMap, onInvite, onFiles, onSearch, onSettings, peopleButton } =
    props
  const words = useMessages()
  const fileWords = useFileMessages()
  const people = useRoomState(room, (state) => state.people)
  const relay = useRoomState(room, (state) => state.relay)
  const sync = useRoomState(room, (state) => state.sync)
  const kind = useRoomState(room, (state) => state.kind)
  const members = useRoomState(room, (state) => state.members)
  const contact = useRoomState(room, (state) => state.contact)
  const status = statusOf({ kind, people, relay, sync, members, contact }, words)
  const mayInvite = contact === undefined && (members === undefined || members.mayAdd)
  const direct = people.filter((person) => person.path === 'direct').length
  return (
    <header className="room-head">
      <button type="button" className="icon-button back" aria-label={words.app.back} onClick={onBack}>
        <ChevronLeft size={24} aria-hidden />
      </button>
      <div className="room-identity">
        {/* The status light in use: pressed, it opens into the map. */}
        <button type="button" className="room-ring" aria-label={words.room.map} title={words.room.map} onClick={onMap}>
          <Ring points={ringPoints(people)} size={44} label={words.people.ring(people.length, direct)} />
        </button>
        <div className="room-words">
          <h1 className="room-name">{name}</h1>
          {/* Counting up is shown and can be looked up; it is not read out number by number. */}
          <p
            id="room-status"
            className={`room-status ${status.tone}`}
            role={status.progress === undefined ? 'status' : undefined}
          >
            {status.text}
          </p>
        </div>
        <button
          ref={peopleButton}
          type="button"
          className="room-people"
          aria-expanded={peopleOpen}
          aria-label={words.room.people}
          aria-describedby="room-status"
          title={words.room.people}
          onClick={onPeople}
        />
      </div>
      {mayInvite && (
        <button type="button" className="button invite" onClick={onInvite} title={words.room.invite}>
          <UserPlus size={18} aria-hidden />
          <span>{words.room.invite}</span>
        </button>
      )}
      <button
        type="button"
        className="icon-button roomy"
        aria-label={words.room.search}
        title={words.room.search}
        onClick={onSearch}
      >
        <Search size={20} aria-hidden />
      </button>
      <button
        type="button"
        className="icon-button roomy"
        aria-label={fileWords.list.open}
        title={fileWords.list.open}
        onClick={onFiles}
      >
        <Files size={20} aria-hidden />
      </button>
      <button
        type="button"
        className="icon-button"
        aria-label={words.room.settings}
        title={words.room.settings}
        onClick={onSettings}
      >
        <Settings2 size={20} aria-hidden />
      </button>
      {status.progress !== undefined && (
        <progress className="room-progress" value={status.progress} max={1} aria-label={status.text} />
      )}
    </header>
  )
}

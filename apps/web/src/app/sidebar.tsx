/** Your rooms beside the open one, on a wide window. */
import type { ReactElement } from 'react'
import { CircleHelp, Plus, Settings } from 'lucide-react'
import { useMessages } from '../messages/messages.tsx'
import { Logo } from '../ring/ring.tsx'
import { RoomList } from '../start/room-list.tsx'
import { navigate } from './route.ts'
import { useChatState } from './stores.ts'
import { UpdateLine } from './update-line.tsx'

interface SidebarProps {
  readonly current: string | undefined
  readonly onSettings: () => void
  readonly onHelp: () => void
}

export function Sidebar({ current, onSettings, onHelp }: SidebarProps): ReactElement {
  const words = useMessages()
  const rooms = useChatState((state) => state.rooms)
  return (
    <nav className="sidebar" aria-label={words.room.yourRooms}>
      <header className="sidebar-head">
        <a
          className="brand"
          href="./"
          onClick={(event) => {
            event.preventDefault()
            navigate(undefined)
          }}
        >
          <Logo size={32} />
          {words.app.name}
        </a>
        <button
          type="button"
          className="icon-button"
          aria-label={words.start.newRoom}
          title={words.start.newRoom}
          onClick={() => navigate(undefined)}
        >
          <Plus size={20} aria-hidden />
        </button>
      </header>
      <div className="sidebar-rooms">
        <RoomList rooms={rooms} current={current} onOpen={navigate} />
      </div>
      <UpdateLine />
      <footer className="sidebar-foot">
        <button
          type="button"
          className="icon-button"
          aria-label={words.start.settings}
          title={words.start.settings}
          onClick={onSettings}
        >
          <Settings size={20} aria-hidden />
        </button>
        <button
          type="button"
          className="icon-button"
          aria-label={words.start.help}
          title={words.start.help}
          onClick={onHelp}
        >
          <CircleHelp size={20} aria-hidden />
        </button>
      </footer>
    </nav>
  )
}

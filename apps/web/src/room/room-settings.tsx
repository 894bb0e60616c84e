/** What one can change about a room, and what is true of it, in words: page by page. */
import { lazy, Suspense, useState, type ReactElement } from 'react'
import { Bell, DoorOpen, Files, LogOut, PencilLine, RadioTower, Search } from 'lucide-react'
import type { Room } from '@kith/peer'
import { useChatState, useRoomState } from '../app/stores.ts'
import { ShowIdentity } from '../identity/show-identity.tsx'
import { MoveRoom } from '../members/move-room.tsx'
import { useFileMessages } from '../messages/files.tsx'
import { useMessages } from '../messages/messages.tsx'
import { useNotifyMessages } from '../messages/notify.tsx'
import { TellingChoice } from '../notify/telling.tsx'
import { Confirm } from '../overlay/dialog.tsx'
import { EditField } from '../overlay/edit-field.tsx'
import { Sections } from '../overlay/sections.tsx'
import { maxNameLength } from '../person/friendly-name.ts'
import { ExportRoom } from './export-room.tsx'
import '../settings/settings.css'

const Rules = lazy(() => import('../members/rules.tsx'))
const Keepers = lazy(() => import('../keepers/keepers.tsx'))

const maxTitleLength = 60

export type RoomSection = 'names' | 'notifications' | 'access' | 'keeping' | 'leaving'

interface RoomSettingsProps {
  readonly room: Room
  readonly name: string
  /** Where to begin. */
  readonly section?: RoomSection | undefined
  readonly onClose: () => void
  readonly onForget: () => void
  readonly onFiles: () => void
  readonly onSearch: () => void
}

export default function RoomSettings(props: RoomSettingsProps): ReactElement {
  const { room, name, section, onClose, onForget, onFiles, onSearch } = props
  const say = useMessages().roomSettings
  const notify = useNotifyMessages()
  const telling = useRoomState(room, (state) => state.telling)
  const isOpen = useRoomState(room, (state) => state.kind === 'open')
  const [open, setOpen] = useState(section)
  return (
    <Sections
      title={say.title}
      open={open}
      onOpen={setOpen}
      onClose={onClose}
      before={<Ways onFiles={onFiles} onSearch={onSearch} />}
      sections={[
        {
          id: 'names',
          label: say.sections.names,
          icon: <PencilLine size={20} aria-hidden />,
          page: () => <Names room={room} name={name} />,
        },
        {
          id: 'notifications',
          label: notify.title,
          icon: <Bell size={20} aria-hidden />,
          state: notify.tellings[telling],
          page: () => <TellingChoice room={room} />,
        },
        {
          id: 'access',
          label: say.sections.access,
          icon: <DoorOpen size={20} aria-hidden />,
          page: () =>
            isOpen ? (
              <>
                <p className="dialog-text setting">{say.open}</p>
                <MoveRoom room={room} name={name} />
              </>
            ) : (
              <Suspense fallback={null}>
                <Rules room={room} name={name} />
              </Suspense>
            ),
        },
        {
          id: 'keeping',
          label: say.sections.keeping,
          icon: <RadioTower size={20} aria-hidden />,
          page: () => (
            <>
              <Facts room={room} />
              <Suspense fallback={null}>
                <Keepers room={room} />
              </Suspense>
            </>
          ),
        },
        {
          id: 'leaving',
          label: say.sections.leaving,
          icon: <LogOut size={20} aria-hidden />,
          page: () => (
            <>
              <ExportRoom room={room} name={name} />
              <Leave room={room} name={name} onForget={onForget} />
            </>
          ),
        },
      ]}
    />
  )
}

/** What the header of a phone has no place for. */
function Ways({ onFiles, onSearch }: Pick<RoomSettingsProps, 'onFiles' | 'onSearch'>): ReactElement {
  const words = useMessages()
  const fileWords = useFileMessages()
  return (
    <div className="room-ways">
      <button type="button" className="button" onClick={onSearch}>
        <Search size={18} aria-hidden />
        {words.room.search}
      </button>
      <button type="button" className="button" onClick={onFiles}>
        <Files size={18} aria-hidden />
        {fileWords.list.title}
      </button>
    </div>
  )
}

function Names({ room, name }: Pick<RoomSettingsProps, 'room' | 'name'>): ReactElement {
  const say = useMessages().roomSettings
  const title = useRoomState(room, (state) => state.title)
  const myName = useRoomState(room, (state) => state.people.find((person) => person.me)?.name ?? '')
  return (
    <>
      <EditField
        label={say.name}
        hint={say.nameHint}
        value={title}
        placeholder={name}
        maxLength={maxTitleLength}
        onSave={(next) => void room.setTitle(next)}
      />
      <EditField
        label={say.yourName}
        hint={say.yourNameHint}
        value={myName}
        maxLength={maxNameLength}
        required
        onSave={(next) => void room.setName(next)}
      />
      <ShowIdentity room={room} />
    </>
  )
}

function Facts({ room }: Pick<RoomSettingsProps, 'room'>): ReactElement {
  const say = useMessages().roomSettings
  const relay = useRoomState(room, (state) => state.relay)
  const relayHost = useRoomState(room, (state) => state.relayHost)
  const sync = useRoomState(room, (state) => state.sync)
  const atRest = useChatState((state) => state.atRest)
  return (
    <dl className="facts">
      <dt>{say.relay}</dt>
      <dd>{relayHost === undefined ? say.relayNone : `${say.relayAt(relayHost)}: ${say.relayStates[relay]}`}</dd>
      <dt>{say.stored}</dt>
      <dd>
        {say.history(sync.have, sync.gaps)}.{' '}
        {{ key: say.storedKey, passphrase: say.storedPassphrase, passkey: say.storedPasskey }[atRest]}
      </dd>
    </dl>
  )
}

function Leave({ room, name, onForget }: Pick<RoomSettingsProps, 'room' | 'name' | 'onForget'>): ReactElement {
  const say = useMessages().roomSettings
  const isMembers = useRoomState(room, (state) => state.kind === 'members')
  const [asking, setAsking] = useState(false)
  return (
    <div className="setting parting">
      <button type="button" className="button danger" onClick={() => setAsking(true)}>
        {say.forget}
      </button>
      <p className="setting-hint">{isMembers ? say.forgetMembersHint : say.forgetHint}</p>
      {asking && (
        <Confirm
          title={say.forgetTitle(name)}
          body={isMembers ? say.forgetMembersBody : say.forgetBody}
          confirm={say.forgetConfirm}
          onConfirm={onForget}
          onClose={() => setAsking(false)}
        />
      )}
    </div>
  )
}

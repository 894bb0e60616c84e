/** What one can change about a room, and what is true of it, in words. */
import { lazy, Suspense, useState, type ReactElement } from 'react'
import { Files, Search } from 'lucide-react'
import type { Room } from '@kith/peer'
import { useChatState, useRoomState } from '../app/stores.ts'
import { ShowIdentity } from '../identity/show-identity.tsx'
import { MoveRoom } from '../members/move-room.tsx'
import { useFileMessages } from '../messages/files.tsx'
import { useMessages } from '../messages/messages.tsx'
import { Confirm, Dialog } from '../overlay/dialog.tsx'
import { EditField } from '../overlay/edit-field.tsx'
import { maxNameLength } from '../person/friendly-name.ts'
import { ExportRoom } from './export-room.tsx'
import '../settings/settings.css'

const Rules = lazy(() => import('../members/rules.tsx'))
const Keepers = lazy(() => import('../keepers/keepers.tsx'))

const maxTitleLength = 60

interface RoomSettingsProps {
  readonly room: Room
  readonly name: string
  readonly onClose: () => void
  readonly onForget: () => void
  readonly onFiles: () => void
  readonly onSearch: () => void
}

export default function RoomSettings(props: RoomSettingsProps): ReactElement {
  const { room, name, onClose, onForget, onFiles, onSearch } = props
  const words = useMessages()
  const fileWords = useFileMessages()
  const say = words.roomSettings
  const title = useRoomState(room, (state) => state.title)
  const myName = useRoomState(room, (state) => state.people.find((person) => person.me)?.name ?? '')
  const relay = useRoomState(room, (state) => state.relay)
  const relayHost = useRoomState(room, (state) => state.relayHost)
  const sync = useRoomState(room, (state) => state.sync)
  const kind = useRoomState(room, (state) => state.kind)
  const atRest = useChatState((state) => state.atRest)
  const [asking, setAsking] = useState(false)
  return (
    <Dialog title={say.title} onClose={onClose}>
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
      {kind === 'members' && (
        <Suspense fallback={null}>
          <Rules room={room} name={name} />
        </Suspense>
      )}
      {kind === 'open' && <MoveRoom room={room} name={name} />}
      <ShowIdentity room={room} />
      <dl className="facts">
        {kind === 'open' && (
          <>
            <dt>{say.who}</dt>
            <dd>{say.open}</dd>
          </>
        )}
        <dt>{say.relay}</dt>
        <dd>{relayHost === undefined ? say.relayNone : `${say.relayAt(relayHost)}: ${say.relayStates[relay]}`}</dd>
        <dt>{say.stored}</dt>
        <dd>
          {say.history(sync.have, sync.gaps)}.{' '}
          {{ key: say.storedKey, passphrase: say.storedPassphrase, passkey: say.storedPasskey }[atRest]}
        </dd>
      </dl>
      <Suspense fallback={null}>
        <Keepers room={room} />
      </Suspense>
      <ExportRoom room={room} name={name} />
      <div className="setting parting">
        <button type="button" className="button danger" onClick={() => setAsking(true)}>
          {say.forget}
        </button>
        <p className="setting-hint">{kind === 'members' ? say.forgetMembersHint : say.forgetHint}</p>
      </div>
      {asking && (
        <Confirm
          title={say.forgetTitle(name)}
          body={kind === 'members' ? say.forgetMembersBody : say.forgetBody}
          confirm={say.forgetConfirm}
          onConfirm={onForget}
          onClose={() => setAsking(false)}
        />
      )}
    </Dialog>
  )
}

/** What opens over a room or beside it. Each part is loaded when it is opened for the first time. */
import { lazy, useCallback, type ReactElement, type RefObject } from 'react'
import type { Person, Room } from '@kith/peer'
import { Overlays } from '../app/boundary.tsx'
import { useRoomState } from '../app/stores.ts'
import { useMedia } from '../app/use-media.ts'
import { useMessages } from '../messages/messages.tsx'
import { Dialog } from '../overlay/dialog.tsx'

const PeoplePanel = lazy(async () => ({ default: (await import('./people-panel.tsx')).PeoplePanel }))
const InviteDialog = lazy(() => import('./invite.tsx'))
const MembersInvite = lazy(() => import('../members/invite-dialog.tsx'))
const PersonDialog = lazy(() => import('../members/person-dialog.tsx'))
const RoomSettings = lazy(() => import('./room-settings.tsx'))
const MapDialog = lazy(() => import('../map/map-dialog.tsx'))
const FileList = lazy(() => import('../files/file-list.tsx'))
const Search = lazy(() => import('../search/search.tsx'))
const Lightbox = lazy(() => import('../files/lightbox.tsx'))
const ReachDialog = lazy(() => import('../map/reach-dialog.tsx'))

export type Open = 'invite' | 'settings' | 'map' | 'files' | 'search'

interface RoomOverlaysProps {
  readonly room: Room
  readonly name: string
  readonly open: Open | undefined
  /** Beside the room in a wide window, where it stays while something else is open; over it elsewhere. */
  readonly peopleOpen: boolean
  /** Whom the dialog about somebody is about. */
  readonly about: Person | undefined
  /** Who is asked about why they cannot be reached. */
  readonly reaching: Person | undefined
  /** The file that is shown large. */
  readonly picture: string | undefined
  readonly setOpen: (open: Open | undefined) => void
  readonly setPeopleOpen: (open: boolean) => void
  readonly setAbout: (person: Person | undefined) => void
  readonly setReaching: (person: Person | undefined) => void
  readonly setPicture: (root: string | undefined) => void
  readonly onJump: (message: string) => void
  readonly onForget: () => void
  readonly peopleButton: RefObject<HTMLButtonElement | null>
}

export function RoomOverlays(props: RoomOverlaysProps): ReactElement {
  const { room, name, open, peopleOpen, about, reaching, picture, onJump, onForget, peopleButton } = props
  const { setOpen, setPeopleOpen, setAbout, setReaching, setPicture } = props
  const words = useMessages()
  const kind = useRoomState(room, (state) => state.kind)
  const wide = useMedia('(min-width: 1080px)')

  const close = useCallback(() => setOpen(undefined), [setOpen])
  const fromPeople = (next: Open): void => {
    if (!wide) setPeopleOpen(false)
    setOpen(next)
  }
  const invite = (): void => fromPeople('invite')
  const map = (): void => fromPeople('map')
  const files = useCallback(() => setOpen('files'), [setOpen])
  const search = useCallback(() => setOpen('search'), [setOpen])
  const closePicture = useCallback(() => setPicture(undefined), [setPicture])
  const closePeople = useCallback(() => {
    setPeopleOpen(false)
    peopleButton.current?.focus()
  }, [setPeopleOpen, peopleButton])
  const closeAll = (): void => {
    setOpen(undefined)
    setPeopleOpen(false)
    setAbout(undefined)
    setReaching(undefined)
    setPicture(undefined)
  }
  const toReach = (person: Person): void => {
    setAbout(undefined)
    setReaching(person)
  }

  return (
    <Overlays onClose={closeAll}>
      {peopleOpen &&
        (wide ? (
          <aside
            className="room-side"
            aria-label={words.people.title}
            onKeyDown={(event) => event.key === 'Escape' && closePeople()}
          >
            <PeoplePanel
              room={room}
              onInvite={invite}
              onMap={map}
              onReach={setReaching}
              onPerson={setAbout}
              onClose={closePeople}
            />
          </aside>
        ) : (
          <Dialog title={words.people.title} onClose={() => setPeopleOpen(false)}>
            <PeoplePanel room={room} onInvite={invite} onMap={map} onReach={setReaching} onPerson={setAbout} />
          </Dialog>
        ))}
      {open === 'files' && <FileList onJump={onJump} onClose={close} />}
      {open === 'search' && <Search room={room} onJump={onJump} onClose={close} />}
      {picture !== undefined && <Lightbox root={picture} onClose={closePicture} />}
      {open === 'map' && <MapDialog room={room} onClose={close} />}
      {about !== undefined && (
        <PersonDialog room={room} who={about.id} onReach={toReach} onClose={() => setAbout(undefined)} />
      )}
      {reaching !== undefined && (
        <ReachDialog room={room} who={reaching.id} name={reaching.name} onClose={() => setReaching(undefined)} />
      )}
      {open === 'invite' &&
        (kind === 'members' ? (
          <MembersInvite room={room} onClose={close} />
        ) : (
          <InviteDialog room={room} onClose={close} />
        ))}
      {open === 'settings' && (
        <RoomSettings room={room} name={name} onFiles={files} onSearch={search} onClose={close} onForget={onForget} />
      )}
    </Overlays>
  )
}

/** One room: header, messages, field, and what opens over them. */
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState, type ReactElement } from 'react'
import type { ContactRequest, Message, Person, Room } from '@kith/peer'
import { Part } from '../app/boundary.tsx'
import { useChat, useChatState, useRoomState } from '../app/stores.ts'
import { useMedia } from '../app/use-media.ts'
import { Composer, type ComposerHandle, type ComposerMode } from '../composer/composer.tsx'
import { ChangedKeys } from '../members/changed-keys.tsx'
import { FilesContext } from '../files/context.ts'
import { DropHere, useDrop } from '../files/drop.tsx'
import { Door } from '../members/door.tsx'
import { Held } from '../members/held.tsx'
import { Moved } from '../members/moved.tsx'
import { silenceOf, Silenced } from '../members/standing.tsx'
import { useMembersMessages } from '../messages/members.tsx'
import { useMessages } from '../messages/messages.tsx'
import { Confirm } from '../overlay/dialog.tsx'
import { NotifyOffer } from '../notify/offer.tsx'
import { Timeline, type Position } from '../timeline/timeline.tsx'
import { Pins } from '../pins/pins.tsx'
import { Before } from './before.tsx'
import { Header } from './header.tsx'
import { Notices } from './notices.tsx'
import { RoomOverlays, type Open } from './room-overlays.tsx'
import { RoomOutline } from './outline.tsx'
import { roomName } from './status.ts'
import { Typing } from './typing.tsx'
import './room.css'

const EnteringPage = lazy(() => import('../members/entering.tsx'))
const AskedHere = lazy(() => import('../identity/asked-here.tsx'))
const Blocked = lazy(() => import('../identity/blocked.tsx'))

interface RoomViewProps {
  readonly room: Room
  readonly position: Position | undefined
  readonly onLeave: (roomId: string, position: Position | undefined) => void
  readonly onBack: () => void
  readonly onForgotten: () => void
  readonly onProtection: () => void
}

/** Who of this room asks to be a contact. */
function useRoomRequests(roomId: string): readonly ContactRequest[] {
  const all = useChatState((state) => state.contacts.requests)
  return useMemo(() => all.filter(({ room }) => room === roomId), [all, roomId])
}

const writing: ComposerMode = { kind: 'write' }

/** How far back the up arrow looks for one's own message. */
const editLookback = 500

export function RoomView(props: RoomViewProps): ReactElement {
  const { room, position, onLeave, onBack, onForgotten, onProtection } = props
  const words = useMessages()
  const chat = useChat()
  const title = useRoomState(room, (state) => state.title)
  const people = useRoomState(room, (state) => state.people)
  const name = roomName({ title, people }, words)
  const composer = useRef<ComposerHandle>(null)
  const peopleButton = useRef<HTMLButtonElement>(null)
  const [mode, setMode] = useState<ComposerMode>(writing)
  const [removing, setRemoving] = useState<Message>()
  const [open, setOpen] = useState<Open>()
  const [peopleOpen, setPeopleOpen] = useState(false)
  const [reaching, setReaching] = useState<Person>()
  const [about, setAbout] = useState<Person>()
  const entering = useRoomState(room, (state) => state.entering)
  const members = useRoomState(room, (state) => state.members)
  const silence = silenceOf(members, people, useMembersMessages())
  const requests = useRoomRequests(room.id)
  const compared = useRoomState(room, (state) => state.comparing)
  const blocked = useChatState(({ contacts }) => contacts.list.find((one) => one.room === room.id && one.blocked))
  const canCarry = useChatState((state) => state.files !== undefined)
  const [picture, setPicture] = useState<string>()
  const [jump, setJump] = useState<{ readonly id: string }>()
  const wide = useMedia('(min-width: 1080px)')

  /** While the dialog about somebody is open, the digits stand there. */
  const comparing = compared.filter(({ with: who, phase }) => phase === 'digits' && who !== about?.id)
  const done = useCallback(() => setMode(writing), [])
  const toField = useCallback(() => composer.current?.focus(), [])
  const reply = useCallback((message: Message) => setMode({ kind: 'reply', message }), [])
  const edit = useCallback((message: Message) => setMode({ kind: 'edit', message }), [])
  const leave = useCallback((at: Position | undefined) => onLeave(room.id, at), [room, onLeave])
  const invite = useCallback(() => setOpen('invite'), [])
  const settings = useCallback(() => setOpen('settings'), [])
  const map = useCallback(() => setOpen('map'), [])
  const files = useCallback(() => setOpen('files'), [])
  const search = useCallback(() => setOpen('search'), [])
  const jumpTo = useCallback((id: string) => {
    setOpen(undefined)
    setJump({ id })
  }, [])
  const filesPlace = useMemo(() => ({ room, openPicture: setPicture }), [room])
  const dropFiles = useCallback((given: readonly File[]) => composer.current?.addFiles(given), [])
  const drop = useDrop(canCarry && silence === undefined && blocked === undefined ? dropFiles : undefined)

  const editLast = useCallback(() => {
    const { timeline } = room
    for (let i = timeline.length - 1; i >= Math.max(0, timeline.length - editLookback); i--) {
      const message = timeline.at(i)
      if (message.mine && !message.deleted) return setMode({ kind: 'edit', message })
    }
  }, [room])

  useEffect(() => {
    const key = (event: KeyboardEvent): void => {
      if (document.querySelector('dialog[open]') !== null) return
      // The browser finds only what is in the page: a few of the messages. Over this dialog the keys are its own again.
      const isFind = (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.code === 'KeyF'
      if (!isFind && (!event.altKey || event.ctrlKey || event.metaKey)) return
      if (isFind) setOpen('search')
      else if (event.code === 'KeyP') setPeopleOpen((now) => !now)
      else if (event.code === 'KeyI') setOpen('invite')
      else if (event.code === 'KeyM') setOpen('map')
      else if (event.code === 'KeyF') setOpen('files')
      else return
      event.preventDefault()
    }
    window.addEventListener('keydown', key)
    return () => window.removeEventListener('keydown', key)
  }, [])

  // A keyboard that is there is used to write; a touch keyboard that springs up hides half the room.
  useEffect(() => {
    if (window.matchMedia('(hover: hover)').matches) composer.current?.focus()
  }, [room])

  const before = useMemo(
    () => <Before room={room} name={name} onProtection={onProtection} onInvite={invite} />,
    [room, name, onProtection, invite],
  )

  const forget = (): void => {
    setOpen(undefined)
    onForgotten()
    void chat.forget(room.id)
  }

  if (entering !== undefined) {
    return (
      <Suspense fallback={<RoomOutline />}>
        <EnteringPage room={room} entering={entering} onBack={onBack} onForget={forget} />
      </Suspense>
    )
  }

  return (
    <FilesContext value={filesPlace}>
      <div className={`room${peopleOpen && wide ? ' with-people' : ''}`}>
        <section className="room-main" aria-label={name} {...drop.handlers}>
          {drop.over && <DropHere />}
          <Header
            room={room}
            name={name}
            peopleOpen={peopleOpen}
            peopleButton={peopleButton}
            onBack={onBack}
            onPeople={() => setPeopleOpen(!peopleOpen)}
            onMap={map}
            onInvite={invite}
            onFiles={files}
            onSearch={search}
            onSettings={settings}
          />
          <Pins room={room} onJump={jumpTo} />
          <ChangedKeys room={room} onPerson={setAbout} />
          <Door room={room} />
          {(requests.length > 0 || comparing.length > 0) && (
            <Part>
              <AskedHere room={room} requests={requests} comparing={comparing} onPerson={setAbout} />
            </Part>
          )}
          <Notices room={room} />
          <Moved room={room} />
          <NotifyOffer room={room} />
          <Timeline
            room={room}
            name={name}
            position={position}
            onLeave={leave}
            onReply={reply}
            onEdit={edit}
            onRemove={setRemoving}
            onEscape={toField}
            jump={jump}
            before={before}
          />
          <footer className="room-foot">
            <div className="room-column">
              <Typing room={room} onChangeName={settings} />
              <Held room={room} />
              {blocked !== undefined ? (
                <Part>
                  <Blocked contact={blocked} />
                </Part>
              ) : silence === undefined ? (
                <Composer ref={composer} room={room} name={name} mode={mode} onDone={done} onEditLast={editLast} />
              ) : (
                <Silenced text={silence} />
              )}
            </div>
          </footer>
        </section>
        <RoomOverlays
          room={room}
          name={name}
          open={open}
          peopleOpen={peopleOpen}
          about={about}
          reaching={reaching}
          picture={picture}
          setOpen={setOpen}
          setPeopleOpen={setPeopleOpen}
          setAbout={setAbout}
          setReaching={setReaching}
          setPicture={setPicture}
          onJump={jumpTo}
          onForget={forget}
          peopleButton={peopleButton}
        />
        {removing !== undefined && (
          <Confirm
            title={words.remove.title}
            body={words.remove.body}
            confirm={words.remove.confirm}
            onConfirm={() => void room.delete(removing.id).catch(() => undefined)}
            onClose={() => setRemoving(undefined)}
          />
        )}
      </div>
    </FilesContext>
  )
}

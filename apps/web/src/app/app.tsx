/** The whole app: which page is shown, and what can be opened over any of them. */
import {
  lazy,
  Suspense,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
  type ReactElement,
} from 'react'
import { CircleHelp, Settings as SettingsIcon } from 'lucide-react'
import { newsCount, type Chat, type RoomState } from '@kith/peer'
import { useMessages } from '../messages/messages.tsx'
import { friendlyName } from '../person/friendly-name.ts'
import { RoomOutline } from '../room/outline.tsx'
import { roomName } from '../room/status.ts'
import { OpenSettings } from '../settings/open-settings.tsx'
import type { SettingsSection } from '../settings/sections.ts'
import { useBadge } from '../notify/badge.ts'
import { useNotifying } from '../notify/use-notifying.ts'
import { newestFirst } from '../start/order.ts'
import { Start } from '../start/start.tsx'
import type { Position } from '../timeline/timeline.tsx'
import { formatLink, keyOf, navigate, parseRoute, subscribeRoute, type Route } from './route.ts'
import { Sidebar } from './sidebar.tsx'
import { ChatContext, useChat, useChatState } from './stores.ts'
import { Overlays } from './boundary.tsx'
import { UpdateLine } from './update-line.tsx'
import './app.css'

const loadRoom = (): Promise<{ default: typeof import('../room/room.tsx').RoomView }> =>
  import('../room/room.tsx').then(({ RoomView }) => ({ default: RoomView }))
const RoomView = lazy(loadRoom)
const Invited = lazy(() => import('../members/invited.tsx'))
const DevicePage = lazy(() => import('../identity/device-page.tsx'))
const Settings = lazy(() => import('../settings/settings.tsx'))
const Help = lazy(() => import('../settings/help.tsx'))
const Protection = lazy(() => import('../settings/protection.tsx'))

/** After the first page has been painted and can be used. */
const aheadMs = 600

type Open = 'settings' | 'help' | 'protection'

export interface AppProps {
  readonly chat: Chat
  /** Origin of the relay where new rooms meet; undefined for none. */
  readonly relay: string | undefined
}

export function App({ chat, relay }: AppProps): ReactElement {
  return (
    <ChatContext value={chat}>
      <Pages relay={relay} />
    </ChatContext>
  )
}

function Pages({ relay }: { readonly relay: string | undefined }): ReactElement {
  const words = useMessages()
  const hash = useSyncExternalStore(subscribeRoute, () => window.location.hash)
  const route = useMemo(() => parseRoute(hash), [hash])
  const rooms = useChatState((state) => state.rooms)
  const ready = useChatState((state) => state.ready)
  const [open, setOpen] = useState<Open>()
  const [section, setSection] = useState<SettingsSection>()
  const positions = useRef(new Map<string, Position>())
  const current = route.at === 'room' ? rooms.find((room) => keyOf(room) === route.key) : undefined
  const news = useChatState((state) => newsCount(state.rooms))
  usePageTitle(current, news)
  useBadge(news)
  useNotifying()
  useToldRoom(route, rooms)
  useRoomAhead()
  useVisibility()
  useKeys(rooms, current, () => setOpen((now) => (now === 'help' ? undefined : 'help')))

  const keepPosition = useCallback((roomId: string, position: Position | undefined) => {
    if (position === undefined) positions.current.delete(roomId)
    else positions.current.set(roomId, position)
  }, [])
  const home = useCallback(() => navigate(undefined), [])
  const settings = useCallback((wanted?: SettingsSection) => {
    setSection(wanted)
    setOpen('settings')
  }, [])
  const protection = useCallback(() => setOpen('protection'), [])
  const close = useCallback(() => setOpen(undefined), [])

  return (
    <OpenSettings value={settings}>
      <div
        className={`app at-${route.at === 'room' || route.at === 'invite' ? 'room' : 'start'}${rooms.length > 0 ? ' has-rooms' : ''}`}
      >
        {rooms.length > 0 && (
          <Sidebar current={current?.id} onSettings={() => settings()} onHelp={() => setOpen('help')} />
        )}
        <main className="page">
          {!ready ? (
            route.at === 'room' ? (
              <RoomOutline />
            ) : (
              <p className="page-note">{words.app.opening}</p>
            )
          ) : route.at === 'room' ? (
            <RoomGate
              key={route.key}
              roomKey={route.key}
              relay={relay}
              current={current}
              positions={positions.current}
              onLeave={keepPosition}
              onBack={home}
              onProtection={protection}
            />
          ) : route.at === 'device' ? (
            <Suspense fallback={null}>
              <DevicePage key={route.code} code={formatLink(route.code, relay)} relay={relay} onBack={home} />
            </Suspense>
          ) : route.at === 'invite' ? (
            <Suspense fallback={null}>
              <Invited key={route.invite} link={formatLink(route.invite, relay)} onBack={home} />
            </Suspense>
          ) : (
            <>
              <div className="start-corner">
                <button
                  type="button"
                  className="icon-button"
                  aria-label={words.start.settings}
                  title={words.start.settings}
                  onClick={() => settings()}
                >
                  <SettingsIcon size={20} aria-hidden />
                </button>
                <button
                  type="button"
                  className="icon-button"
                  aria-label={words.start.help}
                  title={words.start.help}
                  onClick={() => setOpen('help')}
                >
                  <CircleHelp size={20} aria-hidden />
                </button>
              </div>
              <UpdateLine />
              <Start key={route.at} relay={relay} malformed={route.at === 'malformed'} onProtection={protection} />
            </>
          )}
        </main>
        <Overlays onClose={close}>
          {open === 'settings' && (
            <Settings section={section} onSection={setSection} onProtection={protection} onClose={close} />
          )}
          {open === 'help' && <Help onClose={close} />}
          {open === 'protection' && <Protection onClose={close} />}
        </Overlays>
      </div>
    </OpenSettings>
  )
}

interface RoomGateProps {
  readonly roomKey: string
  readonly relay: string | undefined
  readonly current: RoomState | undefined
  readonly positions: ReadonlyMap<string, Position>
  readonly onLeave: (roomId: string, position: Position | undefined) => void
  readonly onBack: () => void
  readonly onProtection: () => void
}

/** Shows the room of the address, and joins it first when it is not one of ours: a link opened is a room entered. */
function RoomGate(props: RoomGateProps): ReactElement {
  const { roomKey, relay, current, positions, onLeave, onBack, onProtection } = props
  const words = useMessages()
  const chat = useChat()
  const [failed, setFailed] = useState(false)
  const [forgotten, setForgotten] = useState(false)
  const known = current !== undefined
  // The name of a members room opens nothing by itself.
  const isName = roomKey.startsWith('m-')

  useEffect(() => {
    if (known || forgotten || isName) return
    const join = async (): Promise<void> => {
      if (chat.state.settings.name === '') await chat.setName(friendlyName(words.names, Math.random))
      await chat.join(formatLink(roomKey, relay))
    }
    join().catch(() => setFailed(true))
  }, [known, forgotten, isName, chat, roomKey, relay, words])

  const room = current === undefined ? undefined : chat.room(current.id)
  if (room !== undefined) {
    return (
      <Suspense fallback={<RoomOutline />}>
        <RoomView
          room={room}
          position={positions.get(room.id)}
          onLeave={onLeave}
          onBack={onBack}
          onProtection={onProtection}
          onForgotten={() => {
            setForgotten(true)
            onBack()
          }}
        />
      </Suspense>
    )
  }
  if (!failed && !isName) return <RoomOutline />
  return (
    <div className="page-note">
      <p role="status">{isName ? words.start.notHere : words.start.couldNotJoin}</p>
      <button type="button" className="button" onClick={onBack}>
        {words.app.back}
      </button>
    </div>
  )
}

/** Everything a room needs comes while the first page is read; a room opened by its link asked for it already. */
function useRoomAhead(): void {
  useEffect(() => {
    const timer = window.setTimeout(() => void loadRoom().catch(() => undefined), aheadMs)
    return () => window.clearTimeout(timer)
  }, [])
}

/** The name of the room, which is the reader's own word for it; never anything of the link. */
function usePageTitle(room: RoomState | undefined, news: number): void {
  const words = useMessages()
  const title = words.app.title(room === undefined ? undefined : roomName(room, words), news)
  useEffect(() => {
    document.title = title
  }, [title])
}

/** From a notification to its room, once the rooms are known. */
function useToldRoom(route: Route, rooms: readonly RoomState[]): void {
  const told = route.at === 'told' ? rooms.find(({ id }) => id === route.room) : undefined
  useEffect(() => {
    if (told !== undefined) navigate(keyOf(told), 'replace')
  }, [told])
}

function useVisibility(): void {
  const chat = useChat()
  useEffect(() => {
    const tell = (): void => chat.setVisible(document.visibilityState === 'visible')
    tell()
    document.addEventListener('visibilitychange', tell)
    return () => document.removeEventListener('visibilitychange', tell)
  }, [chat])
}

function useKeys(rooms: readonly RoomState[], current: RoomState | undefined, onHelp: () => void): void {
  const latest = useRef({ rooms, current, onHelp })
  latest.current = { rooms, current, onHelp }
  useEffect(() => {
    const key = (event: KeyboardEvent): void => {
      const now = latest.current
      const typing = event.target instanceof HTMLElement && event.target.closest('input, textarea') !== null
      if ((event.ctrlKey || event.metaKey) && event.key === '/') now.onHelp()
      else if (event.key === '?' && !typing && document.querySelector('dialog[open]') === null) now.onHelp()
      else if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown') && now.rooms.length > 0) {
        const ordered = newestFirst(now.rooms)
        const at = ordered.findIndex((room) => room.id === now.current?.id)
        const next = ordered[at < 0 ? 0 : (at + (event.key === 'ArrowDown' ? 1 : -1) + ordered.length) % ordered.length]
        if (next !== undefined) navigate(keyOf(next))
      } else return
      event.preventDefault()
    }
    window.addEventListener('keydown', key)
    return () => window.removeEventListener('keydown', key)
  }, [])
}

/** The first page: who you are here, a new room, a link to join, and your rooms. */
import { lazy, useEffect, useId, useRef, useState, type ReactElement, type RefObject } from 'react'
import { Link2, Lock, Plus, RefreshCw, UsersRound } from 'lucide-react'
import type { Room, RoomKind } from '@kith/peer'
import { Part } from '../app/boundary.tsx'
import { keyOf, navigate, parsePasted } from '../app/route.ts'
import { useChat, useChatState } from '../app/stores.ts'
import { useLate } from '../app/use-late.ts'
import { useMessages } from '../messages/messages.tsx'
import { friendlyName, maxNameLength, tidyName } from '../person/friendly-name.ts'
import { Logo } from '../ring/ring.tsx'
import { RoomList } from './room-list.tsx'
import './start.css'

/** Who has no contacts yet, as everybody at first, does not wait for what shows them. */
const Contacts = lazy(() => import('../identity/contacts.tsx'))

interface StartProps {
  readonly relay: string | undefined
  /** The address had a fragment that is not a room. */
  readonly malformed: boolean
  readonly onProtection: () => void
}

export function Start({ relay, malformed, onProtection }: StartProps): ReactElement {
  const words = useMessages()
  const say = words.start
  const chat = useChat()
  const rooms = useChatState((state) => state.rooms)
  const known = useChatState((state) => state.settings.name)
  const hasContacts = useChatState(({ contacts }) => contacts.list.length + contacts.requests.length > 0)
  const [name, setName] = useState(() => (known === '' ? friendlyName(words.names, Math.random) : known))
  const [kind, setKind] = useState<RoomKind>('open')
  const [link, setLink] = useState('')
  const [problem, setProblem] = useState<string | undefined>(malformed ? say.notALink : undefined)
  const [doing, setDoing] = useState<'make' | 'join'>()
  const late = useLate(doing !== undefined) ? doing : undefined
  const act = useRef<HTMLDivElement>(null)
  const make = useRef<HTMLButtonElement>(null)
  const nameId = useId()
  const linkId = useId()

  const keepName = async (): Promise<void> => {
    const tidy = tidyName(name)
    if (tidy === '') return setName(known)
    if (tidy !== chat.state.settings.name) await chat.setName(tidy)
  }

  const go = async (what: 'make' | 'join', enter: () => Promise<Room>, failed: string): Promise<void> => {
    setDoing(what)
    setProblem(undefined)
    try {
      await keepName()
      navigate(keyOf((await enter()).state))
    } catch (reason) {
      setProblem(reason instanceof Error && reason.name === 'LinkMalformed' ? say.notALink : failed)
    } finally {
      setDoing(undefined)
    }
  }

  const join = (): void => {
    const wanted = parsePasted(link, relay)
    if (wanted === undefined) return setProblem(say.notALink)
    void go('join', () => chat.join(wanted), say.couldNotJoin)
  }

  return (
    <div className={`start${rooms.length > 0 ? ' known' : ''}`}>
      <div className="start-page">
        <header className="start-head">
          <Logo size={rooms.length > 0 ? 72 : 112} />
          <h1>{words.app.name}</h1>
          <p>{words.app.claim}</p>
        </header>

        {rooms.length > 0 && (
          <section className="start-rooms" aria-labelledby="start-rooms">
            <h2 id="start-rooms" className="start-label">
              {say.rooms}
            </h2>
            <RoomList rooms={rooms} current={undefined} onOpen={navigate} />
          </section>
        )}

        {hasContacts && (
          <Part>
            <Contacts onOpen={navigate} />
          </Part>
        )}

        <div ref={act} className="start-act">
          <label htmlFor={nameId} className="start-label">
            {say.nameLabel}
          </label>
          <div className="start-name">
            <input
              id={nameId}
              className="field"
              value={name}
              maxLength={maxNameLength}
              autoComplete="nickname"
              aria-describedby={`${nameId}-hint`}
              onChange={(event) => setName(event.currentTarget.value)}
              enterKeyHint="next"
              onKeyDown={(event) => {
                if (event.key !== 'Enter' || event.nativeEvent.isComposing) return
                event.preventDefault()
                make.current?.focus()
              }}
              onBlur={() => void keepName()}
            />
            <button
              type="button"
              className="icon-button"
              aria-label={say.anotherName}
              title={say.anotherName}
              onClick={() => setName(friendlyName(words.names, Math.random))}
            >
              <RefreshCw size={18} aria-hidden />
            </button>
          </div>
          <p id={`${nameId}-hint`} className="start-hint">
            {say.nameHint}
          </p>

          <fieldset className="start-kinds">
            <legend className="start-label">{say.kind}</legend>
            {(['open', 'members'] as const).map((choice) => (
              <label key={choice} className="start-kind">
                <input
                  type="radio"
                  name="kind"
                  checked={kind === choice}
                  aria-describedby={`${nameId}-${choice}`}
                  onChange={() => setKind(choice)}
                />
                <span className="start-kind-name">
                  {choice === 'open' ? <Link2 size={16} aria-hidden /> : <UsersRound size={16} aria-hidden />}
                  {say.kinds[choice]}
                </span>
                <span id={`${nameId}-${choice}`} className="start-kind-hint">
                  {say.kindHints[choice]}
                </span>
              </label>
            ))}
          </fieldset>

          <button
            ref={make}
            type="button"
            className="button primary large start-new"
            disabled={doing !== undefined}
            onClick={() => void go('make', () => chat.create({ relay, kind }), say.couldNotMake)}
          >
            <Plus size={20} aria-hidden />
            {late === 'make' ? words.app.opening : say.newRoom}
          </button>

          <form
            className="start-join"
            onSubmit={(event) => {
              event.preventDefault()
              join()
            }}
          >
            <label htmlFor={linkId} className="start-label">
              {say.joinLabel}
            </label>
            <div className="start-join-line">
              <input
                id={linkId}
                className="field"
                value={link}
                placeholder={say.joinPlaceholder}
                autoComplete="off"
                autoCapitalize="off"
                spellCheck={false}
                inputMode="url"
                enterKeyHint="go"
                aria-invalid={problem === say.notALink}
                aria-describedby={problem === undefined ? undefined : `${linkId}-problem`}
                onChange={(event) => {
                  setLink(event.currentTarget.value)
                  setProblem(undefined)
                }}
              />
              <button type="submit" className="button large" disabled={doing !== undefined || link.trim() === ''}>
                {late === 'join' ? words.app.opening : say.join}
              </button>
            </div>
            <p id={`${linkId}-problem`} className="start-problem" role="alert">
              {problem}
            </p>
          </form>
        </div>

        {rooms.length > 0 && <ToAct act={act} />}

        <p className="start-protection">
          <Lock size={14} aria-hidden /> {say.protection}{' '}
          <button type="button" className="link-button" onClick={onProtection}>
            {say.protectionMore}
          </button>
        </p>
      </div>
    </div>
  )
}

/** Below many rooms the way to a new one is out of sight; where it is, this leads to it. */
function ToAct({ act }: { readonly act: RefObject<HTMLDivElement | null> }): ReactElement | null {
  const words = useMessages()
  const [seen, setSeen] = useState(true)
  useEffect(() => {
    if (act.current === null) return undefined
    const watch = new IntersectionObserver((entries) => setSeen(entries.at(-1)?.isIntersecting ?? true))
    watch.observe(act.current)
    return () => watch.disconnect()
  }, [act])
  if (seen) return null
  return (
    <button
      type="button"
      className="button primary large to-act"
      onClick={() => act.current?.scrollIntoView({ behavior: 'smooth', block: 'end' })}
    >
      <Plus size={20} aria-hidden />
      {words.start.makeOrJoin}
    </button>
  )
}

/** Finds messages of a room by their words, and leads to them. */
import { useRef, useState, type KeyboardEvent, type ReactElement } from 'react'
import { excerptOf, type Message, type Room } from '@kith/peer'
import { useRoomState } from '../app/stores.ts'
import { saidOf } from '../files/said.ts'
import { plainText } from '../markdown/parse.ts'
import { useMessages } from '../messages/messages.tsx'
import { useSearchMessages } from '../messages/search.tsx'
import { Dialog } from '../overlay/dialog.tsx'
import { MessageItem } from '../timeline/message-item.tsx'
import { useSearch } from './use-search.ts'
import './search.css'

/** What a hit shows of its message: three lines on a phone. */
const excerptLength = 120
/** What of a message is read for that line. */
const plainLength = 8000

interface SearchProps {
  readonly room: Room
  readonly onJump: (message: string) => void
  readonly onClose: () => void
}

export default function Search({ room, onJump, onClose }: SearchProps): ReactElement {
  const say = useSearchMessages()
  const [query, setQuery] = useState('')
  const { words, found, looking, hasMore, more } = useSearch(room, query)
  const sync = useRoomState(room, (state) => state.sync)
  const place = useRef<HTMLDivElement>(null)
  const nothing = words.length > 0 && !looking && found.length === 0

  const note = (): string => {
    if (words.length === 0) return say.hint
    if (nothing) return say.none(query.trim())
    if (looking) return say.looking
    return hasMore ? say.foundMore(found.length) : say.found(found.length)
  }

  /** The arrows go from the field into the hits and back. */
  const walk = (event: KeyboardEvent): void => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
    const stops = [...(place.current?.querySelectorAll<HTMLElement>('input, button') ?? [])]
    const next =
      stops[stops.findIndex((stop) => stop === document.activeElement) + (event.key === 'ArrowDown' ? 1 : -1)]
    if (next === undefined) return
    event.preventDefault()
    next.focus()
  }

  return (
    <Dialog title={say.title} onClose={onClose}>
      <div ref={place} className="search" role="search" onKeyDown={walk}>
        <form
          onSubmit={(event) => {
            event.preventDefault()
            if (found[0] !== undefined) onJump(found[0].id)
          }}
        >
          <input
            className="field"
            type="search"
            data-focus
            value={query}
            aria-label={say.label}
            placeholder={say.placeholder}
            autoComplete="off"
            spellCheck={false}
            enterKeyHint="search"
            maxLength={200}
            onChange={(event) => setQuery(event.currentTarget.value)}
          />
        </form>
        <p className="search-note" role="status">
          {note()}
        </p>
        {nothing && (sync.phase !== 'synced' || sync.gaps > 0) && <p className="search-note">{say.noneMissing}</p>}
        <ul>
          {found.map((message) => (
            <Hit key={message.id} message={message} words={words} onJump={onJump} />
          ))}
        </ul>
        {hasMore && !looking && (
          <button type="button" className="button" onClick={more}>
            {say.more}
          </button>
        )}
      </div>
    </Dialog>
  )
}

interface HitProps {
  readonly message: Message
  readonly words: readonly string[]
  readonly onJump: (message: string) => void
}

function Hit({ message, words, onJump }: HitProps): ReactElement {
  const all = useMessages()
  const said = saidOf(message, all, (text) => plainText(text, plainLength))
  return (
    <li>
      <MessageItem message={message} onJump={onJump}>
        <span className="search-said">
          {excerptOf(said, words, excerptLength).map(({ text, hit }, index) =>
            hit ? <mark key={index}>{text}</mark> : text,
          )}
        </span>
      </MessageItem>
    </li>
  )
}

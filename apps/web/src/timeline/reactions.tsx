/** Reactions under a message: each a button that adds or takes back one's own. */
import { useRef, type ReactElement } from 'react'
import type { Message } from '@kith/peer'
import { useTabStop } from '../app/tab-stop.ts'
import { useMessages } from '../messages/messages.tsx'
import { useRowActions } from './actions.ts'
import { useNames } from './names.ts'

export function Reactions({ message }: { readonly message: Message }): ReactElement | null {
  const words = useMessages()
  const actions = useRowActions()
  const names = useNames()
  const tabIndex = useTabStop()
  // One that has just been given shows that it has; what was there when one scrolled here does not.
  const before = useRef(message.reactions.map(({ emoji }) => emoji))
  if (message.reactions.length === 0) return null
  return (
    <ul className="reactions">
      {message.reactions.map(({ emoji, by }) => {
        const mine = by.includes(names.me)
        const who = by.map((author) => names.nameOf(author))
        return (
          <li key={emoji}>
            <button
              type="button"
              className={`reaction${mine ? ' mine' : ''}${before.current.includes(emoji) ? '' : ' fresh'}`}
              aria-pressed={mine}
              title={words.format.list(who)}
              tabIndex={tabIndex}
              onClick={() => actions.react(message, emoji, !mine)}
            >
              <span className="reaction-emoji">{emoji}</span>
              {by.length > 1 && <span className="reaction-count">{words.format.number(by.length)}</span>}
              <span className="visually-hidden"> {words.format.list(who)}</span>
            </button>
          </li>
        )
      })}
    </ul>
  )
}

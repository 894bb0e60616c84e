/** Reactions under a message: each a button that adds or takes back one's own. */
import type { ReactElement } from 'react'
import type { Message } from '@kith/peer'
import { useMessages } from '../messages/messages.tsx'
import { useRowActions } from './actions.ts'
import { useNames } from './names.ts'

export function Reactions({ message }: { readonly message: Message }): ReactElement {
  const words = useMessages()
  const actions = useRowActions()
  const names = useNames()
  return (
    <ul className="reactions">
      {message.reactions.map(({ emoji, by }) => {
        const mine = by.includes(names.me)
        const who = by.map((author) => names.nameOf(author))
        return (
          <li key={emoji}>
            <button
              type="button"
              className={`reaction${mine ? ' mine' : ''}`}
              aria-pressed={mine}
              title={words.format.list(who)}
              tabIndex={-1}
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

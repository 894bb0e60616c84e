/** What a message answers, in one line that leads there. */
import type { ReactElement } from 'react'
import type { Message } from '@kith/peer'
import { useTabStop } from '../app/tab-stop.ts'
import { saidOf } from '../files/said.ts'
import { plainText } from '../markdown/parse.ts'
import { useMessages } from '../messages/messages.tsx'
import { hueStyle } from '../person/glyph.tsx'
import { useRowActions } from './actions.ts'

export function Quote({ id, message }: { readonly id: string; readonly message: Message | undefined }): ReactElement {
  const words = useMessages()
  const actions = useRowActions()
  const tabIndex = useTabStop()
  if (message === undefined) return <p className="quote missing">{words.timeline.answeredMissing}</p>
  return (
    <button
      type="button"
      className="quote person"
      style={hueStyle(message.author)}
      tabIndex={tabIndex}
      title={words.timeline.jumpToAnswered(message.name)}
      onClick={() => actions.jumpTo(id)}
    >
      <span className="person-name">{message.name}</span>{' '}
      <span className="quote-text">
        {message.deleted ? words.timeline.answeredDeleted : saidOf(message, words, (text) => plainText(text, 140))}
      </span>
    </button>
  )
}

/** A message as a list outside the timeline names it: whose, when, and of its words what the list gives; a press leads to it. */
import type { ReactElement, ReactNode } from 'react'
import type { Message } from '@kith/peer'
import { useMessages } from '../messages/messages.tsx'
import { Glyph, hueStyle } from '../person/glyph.tsx'
import { useDay } from './use-day.ts'
import './message-item.css'

interface MessageItemProps {
  readonly message: Message
  readonly onJump: (message: string) => void
  readonly children: ReactNode
}

export function MessageItem({ message, onJump, children }: MessageItemProps): ReactElement {
  const words = useMessages()
  const today = useDay()
  return (
    <button type="button" className="message-item" onClick={() => onJump(message.id)}>
      <Glyph author={message.author} />
      <span className="message-item-words">
        <span className="message-item-by">
          <span className="person person-name" style={hueStyle(message.author)}>
            {message.name}
          </span>
          <time dateTime={new Date(message.time).toISOString()}>{words.format.brief(message.time, today)}</time>
        </span>
        {children}
      </span>
    </button>
  )
}

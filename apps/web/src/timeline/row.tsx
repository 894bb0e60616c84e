/** One message as it is set in the page. Renders again only when the message or its neighbourhood changed. */
import { memo, useState, type ReactElement, type ReactNode } from 'react'
import { CornerUpLeft, Ellipsis, Pencil, Pin, SmilePlus } from 'lucide-react'
import type { Message } from '@kith/peer'
import { TabStopContext, useTabStop } from '../app/tab-stop.ts'
import { Verified } from '../members/verified.tsx'
import { Attachments } from '../files/attachments.tsx'
import { Markdown } from '../markdown/markdown.tsx'
import { isBigEmoji } from '../markdown/parse.ts'
import { useMessages } from '../messages/messages.tsx'
import { Glyph, hueStyle } from '../person/glyph.tsx'
import { mayEdit, useRowActions } from './actions.ts'
import { DeliveryMark } from './delivery.tsx'
import { useNames } from './names.ts'
import { Quote } from './quote.tsx'
import { Reactions } from './reactions.tsx'

export interface RowProps {
  readonly message: Message
  readonly answered: Message | undefined
  readonly head: boolean
  readonly dayLabel: string | undefined
  readonly unread: boolean
  /** The delivery mark stays visible on the newest own message; elsewhere it shows on approach. */
  readonly newestMine: boolean
  /** In the tab order: one row is. */
  readonly active: boolean
  readonly flash: boolean
  /** Something that belongs to it is open: its toolbar stays. */
  readonly held: boolean
  /** It came while the end was looked at. */
  readonly arrived: boolean
  /** What stands before the first message. */
  readonly before?: ReactNode
}

export const Row: React.NamedExoticComponent<RowProps> = memo(function Row(props): ReactElement {
  const { message, answered, head, dayLabel, unread, newestMine, active, flash, held, arrived, before } = props
  const words = useMessages()
  const actions = useRowActions()
  const [near, setNear] = useState(false)
  const time = words.format.time(message.time)
  return (
    <>
      {before}
      {dayLabel !== undefined && (
        <h2 className="day">
          <span>{dayLabel}</span>
        </h2>
      )}
      {unread && (
        <div className="unread-mark" role="separator">
          <span>{words.timeline.newMessages}</span>
        </div>
      )}
      <article
        className={`row${head ? ' head' : ''}${flash ? ' flash' : ''}${arrived ? ' arrived' : ''}${message.mine ? ' mine' : ''}`}
        data-id={message.id}
        tabIndex={active ? 0 : -1}
        aria-label={words.timeline.message(message.mine ? words.room.you : message.name, time)}
        onPointerEnter={(event) => event.pointerType === 'mouse' && setNear(true)}
        onPointerLeave={(event) => event.pointerType === 'mouse' && setNear(false)}
        onFocus={() => {
          setNear(true)
          actions.focused(message.id)
        }}
        onBlur={(event) => {
          if (!event.currentTarget.contains(event.relatedTarget)) setNear(false)
        }}
      >
        <div className="row-gutter">
          {head ? (
            <Glyph author={message.author} />
          ) : (
            <time className="row-time near" dateTime={new Date(message.time).toISOString()}>
              {time}
            </time>
          )}
        </div>
        <TabStopContext value={active && near}>
          <div className="row-body">
            {head && (
              <header className="row-head">
                <span className="person person-name" style={hueStyle(message.author)}>
                  {message.name}
                </span>
                <AuthorMark author={message.author} />
                <time
                  className="row-time"
                  dateTime={new Date(message.time).toISOString()}
                  title={words.format.dateTime(message.time)}
                >
                  {time}
                </time>
              </header>
            )}
            {message.replyTo !== undefined && <Quote id={message.replyTo} message={answered} />}
            <div className="row-line">
              <div className="row-said">
                {(message.text !== '' || message.deleted) && <MessageText message={message} />}
                {message.attachments.length > 0 && <Attachments message={message} />}
              </div>
              {message.pinned !== undefined && (
                <span className="row-pinned" role="img" aria-label={words.pins.pinned} title={words.pins.pinned}>
                  <Pin size={13} aria-hidden />
                </span>
              )}
              {message.edited && !message.deleted && <span className="row-edited">{words.timeline.edited}</span>}
              {message.mine && !message.deleted && <DeliveryMark message={message} quiet={!newestMine} />}
            </div>
            <Reactions message={message} />
          </div>
          {(near || held) && !message.deleted && <Toolbar message={message} />}
        </TabStopContext>
      </article>
    </>
  )
})

/** How sure one can be of who wrote this. Stands on its own context, so that a row does not render with every person. */
function AuthorMark({ author }: { readonly author: string }): ReactElement | null {
  const names = useNames()
  const verification = names.verificationOf(author)
  return verification === undefined ? null : <Verified brief verification={verification} nameOf={names.nameOf} />
}

function MessageText({ message }: { readonly message: Message }): ReactElement {
  const words = useMessages()
  if (message.deleted) {
    return <p className="row-deleted">{message.mine ? words.timeline.deletedMine : words.timeline.deleted}</p>
  }
  return (
    <div className={`row-text${isBigEmoji(message.text) ? ' big' : ''}`}>
      <Markdown text={message.text} />
    </div>
  )
}

function Toolbar({ message }: { readonly message: Message }): ReactElement {
  const words = useMessages()
  const actions = useRowActions()
  const tabIndex = useTabStop()
  return (
    <div className="row-toolbar" role="toolbar" aria-label={words.timeline.actions}>
      <button
        type="button"
        className="icon-button small"
        tabIndex={tabIndex}
        aria-label={words.timeline.react}
        title={words.timeline.react}
        onClick={(event) => actions.openReact(message, event.currentTarget)}
      >
        <SmilePlus size={18} aria-hidden />
      </button>
      <button
        type="button"
        className="icon-button small"
        tabIndex={tabIndex}
        aria-label={words.timeline.reply}
        title={words.timeline.reply}
        onClick={() => actions.reply(message)}
      >
        <CornerUpLeft size={18} aria-hidden />
      </button>
      {mayEdit(message) && (
        <button
          type="button"
          className="icon-button small"
          tabIndex={tabIndex}
          aria-label={words.timeline.edit}
          title={words.timeline.edit}
          onClick={() => actions.edit(message)}
        >
          <Pencil size={17} aria-hidden />
        </button>
      )}
      <button
        type="button"
        className="icon-button small"
        tabIndex={tabIndex}
        aria-haspopup="menu"
        aria-label={words.timeline.more}
        title={words.timeline.more}
        onClick={(event) => actions.openMenu(message, event.currentTarget)}
      >
        <Ellipsis size={18} aria-hidden />
      </button>
    </div>
  )
}

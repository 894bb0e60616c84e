/** What opens beside a message: reactions, the menu, or how far it has come. One at a time. */
import { lazy, Suspense, useState, type ReactElement } from 'react'
import { Copy, CornerUpLeft, Pencil, Pin, PinOff, Plus, SmilePlus, TextSelect, Trash2 } from 'lucide-react'
import type { TimelineView } from '@kith/peer'
import { quickEmoji } from '../emoji/quick.ts'
import { useMessages } from '../messages/messages.tsx'
import { Popover } from '../overlay/popover.tsx'
import { mayEdit, useRowActions } from './actions.ts'
import { DeliveryDetails } from './delivery.tsx'
import { useNames } from './names.ts'
import { SelectText } from './select-text.tsx'

const EmojiPicker = lazy(() => import('../emoji/picker.tsx'))

export interface OpenPopover {
  /** `hold`: the menu as a thumb gets it, reactions first. */
  readonly kind: 'react' | 'menu' | 'hold' | 'text' | 'delivery'
  readonly id: string
  readonly anchor: HTMLElement
}

interface RowPopoverProps {
  readonly open: OpenPopover
  readonly view: TimelineView
  readonly onClose: () => void
}

export function RowPopover({ open, view, onClose }: RowPopoverProps): ReactElement | null {
  const words = useMessages()
  const actions = useRowActions()
  const names = useNames()
  const [picking, setPicking] = useState(false)
  const index = view.indexOf(open.id)
  if (index < 0) return null
  const message = view.at(index)

  if (open.kind === 'delivery') {
    return (
      <Popover anchor={open.anchor} label={words.delivery.label} onClose={onClose}>
        <DeliveryDetails message={message} />
      </Popover>
    )
  }

  if (open.kind === 'text') return <SelectText message={message} onClose={onClose} />

  const react = (emoji: string): void => {
    const mine = message.reactions.find((reaction) => reaction.emoji === emoji)?.by.includes(names.me)
    actions.react(message, emoji, mine !== true)
    onClose()
  }
  if (picking) {
    return (
      <Popover key="pick" anchor={open.anchor} label={words.emoji.label} onClose={onClose}>
        <Suspense fallback={<div className="emoji-picker" aria-busy="true" />}>
          <EmojiPicker onPick={react} />
        </Suspense>
      </Popover>
    )
  }
  const quick = <QuickEmoji onPick={react} onMore={() => setPicking(true)} />
  if (open.kind === 'react') {
    return (
      <Popover key="quick" anchor={open.anchor} label={words.emoji.quick} role="menu" onClose={onClose}>
        {quick}
      </Popover>
    )
  }

  const { pin } = actions
  const isPinned = message.pinned !== undefined
  const act = (action: () => void) => (): void => {
    onClose()
    action()
  }
  return (
    <Popover
      anchor={open.anchor}
      label={words.timeline.actions}
      role="menu"
      underFinger={open.kind === 'hold'}
      onClose={onClose}
    >
      {open.kind === 'hold' && quick}
      <button type="button" role="menuitem" className="menu-item" onClick={act(() => actions.reply(message))}>
        <CornerUpLeft size={18} aria-hidden />
        {words.timeline.reply}
      </button>
      {open.kind === 'menu' && (
        <button
          type="button"
          role="menuitem"
          className="menu-item"
          onClick={() => actions.openReact(message, open.anchor)}
        >
          <SmilePlus size={18} aria-hidden />
          {words.timeline.react}
        </button>
      )}
      <button type="button" role="menuitem" className="menu-item" onClick={act(() => actions.copy(message))}>
        <Copy size={18} aria-hidden />
        {words.timeline.copy}
      </button>
      {open.kind === 'hold' && message.text !== '' && (
        <button
          type="button"
          role="menuitem"
          className="menu-item"
          onClick={() => actions.openText(message, open.anchor)}
        >
          <TextSelect size={18} aria-hidden />
          {words.timeline.selectText}
        </button>
      )}
      {pin !== undefined && (
        <button type="button" role="menuitem" className="menu-item" onClick={act(() => pin(message, !isPinned))}>
          {isPinned ? <PinOff size={18} aria-hidden /> : <Pin size={18} aria-hidden />}
          {isPinned ? words.pins.unpin : words.pins.pin}
        </button>
      )}
      {mayEdit(message) && (
        <>
          <button type="button" role="menuitem" className="menu-item" onClick={act(() => actions.edit(message))}>
            <Pencil size={18} aria-hidden />
            {words.timeline.edit}
          </button>
          <button
            type="button"
            role="menuitem"
            className="menu-item danger"
            onClick={act(() => actions.remove(message))}
          >
            <Trash2 size={18} aria-hidden />
            {words.timeline.remove}
          </button>
        </>
      )}
    </Popover>
  )
}

/** Six reactions one press away, and the way to all others. */
function QuickEmoji({
  onPick,
  onMore,
}: {
  readonly onPick: (emoji: string) => void
  readonly onMore: () => void
}): ReactElement {
  const words = useMessages()
  return (
    <div className="quick-emoji">
      {quickEmoji.map((emoji) => (
        <button key={emoji} type="button" role="menuitem" className="icon-button emoji" onClick={() => onPick(emoji)}>
          {emoji}
        </button>
      ))}
      <button
        type="button"
        role="menuitem"
        className="icon-button"
        aria-label={words.timeline.moreEmoji}
        onClick={onMore}
      >
        <Plus size={20} aria-hidden />
      </button>
    </div>
  )
}

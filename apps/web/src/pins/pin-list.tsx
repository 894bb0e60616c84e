/** All that is pinned, the newest pin first: a press leads to the message, another takes the pin off. */
import { useMemo, type ReactElement } from 'react'
import { PinOff } from 'lucide-react'
import type { Message, Room } from '@kith/peer'
import { useRoomState, useTimeline } from '../app/stores.ts'
import { saidOf } from '../files/said.ts'
import { plainText } from '../markdown/parse.ts'
import { useMessages } from '../messages/messages.tsx'
import { Dialog } from '../overlay/dialog.tsx'
import { MessageItem } from '../timeline/message-item.tsx'
import { namesOf } from '../timeline/names.ts'

/** What of a message is read; four lines of it are shown. */
const plainLength = 400

interface PinListProps {
  readonly room: Room
  readonly onJump: (message: string) => void
  readonly onClose: () => void
}

export default function PinList({ room, onJump, onClose }: PinListProps): ReactElement {
  const words = useMessages()
  const view = useTimeline(room)
  const pins = useRoomState(room, (state) => state.pins)
  const people = useRoomState(room, (state) => state.people)
  const me = useRoomState(room, (state) => state.me)
  const mayPin = useRoomState(room, ({ members }) => members === undefined || members.mayPost)
  const names = useMemo(() => namesOf(people, me, words.room.you), [people, me, words])
  const messages = pins.flatMap((id) => {
    const at = view.indexOf(id)
    return at < 0 ? [] : [view.at(at)]
  })
  return (
    <Dialog title={words.pins.title} onClose={onClose}>
      {messages.length === 0 && <p className="dialog-text">{words.pins.none}</p>}
      <ul className="pin-list">
        {messages.map((message) => (
          <Pinned
            key={message.id}
            message={message}
            by={message.pinned?.by === me ? words.pins.byMe : words.pins.by(names.nameOf(message.pinned?.by ?? ''))}
            onJump={onJump}
            // One that is refused (the store is full) simply stays; the room has said why.
            onUnpin={mayPin ? (id): void => void room.pin(id, false).catch(() => undefined) : undefined}
          />
        ))}
      </ul>
    </Dialog>
  )
}

interface PinnedProps {
  readonly message: Message
  readonly by: string
  readonly onJump: (message: string) => void
  readonly onUnpin: ((message: string) => void) | undefined
}

function Pinned({ message, by, onJump, onUnpin }: PinnedProps): ReactElement {
  const words = useMessages()
  return (
    <li>
      <MessageItem message={message} onJump={onJump}>
        <span className="pin-text">{saidOf(message, words, (text) => plainText(text, plainLength))}</span>
        <span className="pin-note">{by}</span>
      </MessageItem>
      {onUnpin !== undefined && (
        <button
          type="button"
          className="icon-button small"
          aria-label={words.pins.unpin}
          title={words.pins.unpin}
          onClick={() => onUnpin(message.id)}
        >
          <PinOff size={17} aria-hidden />
        </button>
      )}
    </li>
  )
}

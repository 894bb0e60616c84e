/** Rooms, each with its own live ring where other programs put a picture. */
import type { ReactElement } from 'react'
import type { RoomState } from '@kith/peer'
import { keyOf } from '../app/route.ts'
import { useDay } from '../timeline/use-day.ts'
import { saidOf } from '../files/said.ts'
import { brief } from '../markdown/brief.ts'
import { useMessages, type Messages } from '../messages/messages.tsx'
import { Glyph } from '../person/glyph.tsx'
import { ringPoints } from '../ring/geometry.ts'
import { Ring } from '../ring/ring.tsx'
import { roomName } from '../room/status.ts'
import { newestFirst } from './order.ts'
import './room-list.css'

function preview(room: RoomState, words: Messages): string {
  if (room.entering !== undefined) return words.status.entering
  const { newest } = room
  if (newest === undefined) return words.room.noMessages
  if (newest.deleted) return words.room.deletedBrief
  const name = newest.mine ? words.room.you : newest.name
  return words.timeline.announce(
    name,
    saidOf(newest, words, (text) => brief(text, 80)),
  )
}

interface RoomListProps {
  readonly rooms: readonly RoomState[]
  readonly current: string | undefined
  readonly onOpen: (key: string) => void
}

export function RoomList({ rooms, current, onOpen }: RoomListProps): ReactElement {
  const words = useMessages()
  useDay()
  return (
    <ul className="room-list">
      {newestFirst(rooms).map((room) => {
        const name = roomName(room, words)
        // Two who talk are no circle: the other's face tells their room from those they share with more.
        const other = room.contact === undefined ? undefined : room.people.find(({ me }) => !me)
        return (
          <li key={room.id}>
            <a
              className={`room-item${room.unread > 0 ? ' unread' : ''}`}
              href={`#${keyOf(room)}`}
              aria-current={room.id === current ? 'page' : undefined}
              onClick={(event) => {
                if (event.metaKey || event.ctrlKey || event.shiftKey) return
                event.preventDefault()
                onOpen(keyOf(room))
              }}
            >
              {other === undefined ? (
                <Ring points={ringPoints(room.people, 12)} size={40} />
              ) : (
                <span className="room-item-face">
                  <Glyph author={other.id} size={36} away={!other.online} />
                </span>
              )}
              <span className="room-item-words">
                <span className="room-item-top">
                  <span className="room-item-name">{name}</span>
                  {room.newest !== undefined && (
                    <time className="room-item-time">{words.format.brief(room.newest.time, Date.now())}</time>
                  )}
                </span>
                <span className="room-item-bottom">
                  <span className="room-item-preview">{preview(room, words)}</span>
                  {room.unread > 0 && (
                    <span className="badge">
                      <span aria-hidden="true">
                        {room.mentioned !== undefined && '@ '}
                        {words.format.number(Math.min(room.unread, 999))}
                      </span>
                      <span className="visually-hidden">
                        {room.mentioned === undefined
                          ? words.room.unread(room.unread)
                          : `${words.room.unread(room.unread)}, ${words.room.mentioned}`}
                      </span>
                    </span>
                  )}
                </span>
              </span>
            </a>
          </li>
        )
      })}
    </ul>
  )
}

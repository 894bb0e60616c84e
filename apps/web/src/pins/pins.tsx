/** What is pinned: one line under the header that leads to the newest, and to the list of all. */
import { lazy, useState, type ReactElement } from 'react'
import { Pin } from 'lucide-react'
import type { Room } from '@kith/peer'
import { Overlays } from '../app/boundary.tsx'
import { useRoomState, useTimeline } from '../app/stores.ts'
import { saidOf } from '../files/said.ts'
import { plainText } from '../markdown/parse.ts'
import { useMessages } from '../messages/messages.tsx'
import './pins.css'

const PinList = lazy(() => import('./pin-list.tsx'))

/** What of a message is read for the one line. */
const plainLength = 200

interface PinsProps {
  readonly room: Room
  readonly onJump: (message: string) => void
}

export function Pins({ room, onJump }: PinsProps): ReactElement | null {
  const pins = useRoomState(room, (state) => state.pins)
  return pins.length === 0 ? null : <PinLine room={room} pins={pins} onJump={onJump} />
}

function PinLine({ room, pins, onJump }: PinsProps & { readonly pins: readonly string[] }): ReactElement | null {
  const words = useMessages()
  const view = useTimeline(room)
  const [listed, setListed] = useState(false)
  const at = view.indexOf(pins[0] ?? '')
  if (at < 0) return null
  const message = view.at(at)
  const said = saidOf(message, words, (text) => plainText(text, plainLength))
  return (
    <section className="pins" aria-label={words.pins.title}>
      <div className="pins-line">
        <button
          type="button"
          className="pin-newest"
          aria-label={words.pins.goTo(message.name, said)}
          onClick={() => onJump(message.id)}
        >
          <Pin size={16} aria-hidden />
          <span className="pin-said">
            <b>{message.name}</b> {said}
          </span>
        </button>
        <button
          type="button"
          className="button quiet pins-all"
          aria-haspopup="dialog"
          aria-label={words.pins.allLabel(pins.length)}
          onClick={() => setListed(true)}
        >
          {words.pins.all(pins.length)}
        </button>
      </div>
      {listed && (
        <Overlays onClose={() => setListed(false)}>
          <PinList
            room={room}
            onJump={(id) => {
              setListed(false)
              onJump(id)
            }}
            onClose={() => setListed(false)}
          />
        </Overlays>
      )}
    </section>
  )
}

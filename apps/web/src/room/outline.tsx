/** The shape of what is on its way, where it will stand. */
import type { ReactElement } from 'react'
import { useMessages } from '../messages/messages.tsx'
import './outline.css'

const shapes = [0, 1, 2, 3, 4, 5]

/** Messages that are coming. */
export function Outline({ rows }: { readonly rows: number }): ReactElement {
  return (
    <div className="outline" aria-hidden="true">
      {shapes.slice(0, rows).map((row) => (
        <div key={row} className={`outline-row shape-${row % 3}`}>
          <i />
          <b />
          <b />
        </div>
      ))}
    </div>
  )
}

/** A room that is being opened. */
export function RoomOutline(): ReactElement {
  const words = useMessages()
  return (
    <div className="room-outline">
      <p className="visually-hidden" role="status">
        {words.app.opening}
      </p>
      <div className="room-outline-head" aria-hidden="true">
        <div className="outline-row shape-1">
          <i />
          <b />
          <b />
        </div>
      </div>
      <Outline rows={6} />
    </div>
  )
}

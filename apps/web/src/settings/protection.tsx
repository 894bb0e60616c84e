/** How a room is protected: one sentence a child understands, then the exact truth. */
import type { ReactElement } from 'react'
import { useMessages } from '../messages/messages.tsx'
import { Dialog } from '../overlay/dialog.tsx'
import './settings.css'

export default function Protection({ onClose }: { readonly onClose: () => void }): ReactElement {
  const { protection } = useMessages()
  return (
    <Dialog title={protection.title} onClose={onClose}>
      <p className="protection-lead">{protection.child}</p>
      <ul className="protection-points">
        {protection.points.map((point) => (
          <li key={point}>{point}</li>
        ))}
      </ul>
    </Dialog>
  )
}

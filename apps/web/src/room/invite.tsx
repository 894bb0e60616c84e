/** The sheet that brings somebody in. */
import type { ReactElement } from 'react'
import type { Room } from '@kith/peer'
import { useRoomState } from '../app/stores.ts'
import { useMessages } from '../messages/messages.tsx'
import { Dialog } from '../overlay/dialog.tsx'
import { ShareLink } from './share-link.tsx'

export default function InviteDialog({
  room,
  onClose,
}: {
  readonly room: Room
  readonly onClose: () => void
}): ReactElement {
  const words = useMessages()
  const link = useRoomState(room, (state) => state.link)
  return (
    <Dialog title={words.invite.title} onClose={onClose}>
      <p className="dialog-text invite-lead">{words.invite.lead}</p>
      <ShareLink link={link} qrSize={200} />
    </Dialog>
  )
}

/** What a person should know, where it happened: a line under the room's header that stays until it is understood. */
import type { ReactElement } from 'react'
import { Info, X } from 'lucide-react'
import type { Notice, Room } from '@kith/peer'
import { useRoomState } from '../app/stores.ts'
import { FreeSpaceLink } from '../settings/open-settings.tsx'
import { useMessages, type Messages } from '../messages/messages.tsx'

export function noticeText(notice: Notice, words: Messages): string {
  const said = Object.hasOwn(words.notice, notice.code)
    ? words.notice[notice.code as keyof Messages['notice']]
    : undefined
  return typeof said === 'function' ? said(notice.about) : words.notice.unknown
}

export function Notices({ room }: { readonly room: Room }): ReactElement | null {
  const words = useMessages()
  const notices = useRoomState(room, (state) => state.notices)
  if (notices.length === 0) return null
  return (
    <ul className="notices">
      {notices.map((notice) => (
        <li key={notice.id}>
          <Info size={16} aria-hidden />
          <p>
            {noticeText(notice, words)}
            {notice.code === 'storeFull' && (
              <>
                {' '}
                <FreeSpaceLink />
              </>
            )}
          </p>
          <button
            type="button"
            className="icon-button small"
            aria-label={words.notice.dismiss}
            title={words.notice.dismiss}
            onClick={() => room.dismissNotice(notice.id)}
          >
            <X size={16} aria-hidden />
          </button>
        </li>
      ))}
    </ul>
  )
}

/** What a person should know, where it happened: a line under the room's header that stays until it is understood. */
import { useState, type ReactElement } from 'react'
import { ChevronDown, Info, X } from 'lucide-react'
import type { Notice, Room } from '@kith/peer'
import { useRoomState } from '../app/stores.ts'
import { phone, useMedia } from '../app/use-media.ts'
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
  const narrow = useMedia(phone)
  const [all, setAll] = useState(false)
  if (notices.length === 0) return null
  // A phone has not the height for many: the newest stands for them.
  const isFolded = narrow && !all && notices.length > 1
  return (
    <ul className="notices">
      {(isFolded ? notices.slice(-1) : notices).map((notice) => (
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
      {isFolded && (
        <li className="notices-more">
          <button type="button" className="link-button" onClick={() => setAll(true)}>
            {words.room.moreNotices(notices.length - 1)}
            <ChevronDown size={16} aria-hidden />
          </button>
        </li>
      )}
    </ul>
  )
}

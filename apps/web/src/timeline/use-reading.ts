/** What was read: tells the room, and keeps the mark where reading stopped until one has written something. */
import { useCallback, useEffect, useState, type RefObject } from 'react'
import type { Room } from '@kith/peer'
import { useRoomState } from '../app/stores.ts'
import { isSeenHere } from '../notify/seen.ts'

export interface Reading {
  /** First message under the mark. */
  readonly marker: string | undefined
  /** To be called when the newest message may have come into view. */
  markReadIfSeen(): void
  /** Who writes has read. */
  clearMarker(): void
}

export function useReading(room: Room, pinned: RefObject<boolean>): Reading {
  const unread = useRoomState(room, (state) => state.unread)
  const firstUnread = useRoomState(room, (state) => state.firstUnread)
  const [marker, setMarker] = useState(() => (room.state.unread > 0 ? room.state.firstUnread : undefined))

  const isReading = useCallback(() => pinned.current && isSeenHere(), [pinned])
  const markReadIfSeen = useCallback(() => {
    if (isReading()) room.markRead()
  }, [room, isReading])
  const clearMarker = useCallback(() => setMarker(undefined), [])

  useEffect(() => {
    if (unread > 0 && !isReading()) setMarker(firstUnread)
  }, [unread, firstUnread, isReading])

  useEffect(() => {
    window.addEventListener('focus', markReadIfSeen)
    document.addEventListener('visibilitychange', markReadIfSeen)
    return () => {
      window.removeEventListener('focus', markReadIfSeen)
      document.removeEventListener('visibilitychange', markReadIfSeen)
    }
  }, [markReadIfSeen])

  return { marker, markReadIfSeen, clearMarker }
}

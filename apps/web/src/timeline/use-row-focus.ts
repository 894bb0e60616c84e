/** One row of the log is in the tab order; arrow keys, quotes and Home and End move the focus from row to row. */
import { useCallback, useEffect, useState, type RefObject } from 'react'
import type { VirtualizerHandle } from 'virtua'
import type { Room, TimelineView } from '@kith/peer'

const flashMs = 1400
/** Frames to wait for a row that was scrolled to. */
const maxTries = 60

export interface RowFocus {
  /** The row in the tab order: the one that had the focus last, else the newest. */
  readonly activeId: string | undefined
  readonly activeIndex: number
  /** Set once a row has had the focus: it must stay in the page. */
  readonly heldIndex: number | undefined
  readonly flashId: string | undefined
  focused(id: string): void
  focusRow(index: number): void
  /** Goes to a message and lets it shine for a moment. */
  jumpTo(id: string): void
  /** The next way back leads to the newest. */
  release(): void
}

export function useRowFocus(
  room: Room,
  view: TimelineView,
  scroller: RefObject<HTMLElement | null>,
  list: RefObject<VirtualizerHandle | null>,
): RowFocus {
  const [focusedId, setFocusedId] = useState<string>()
  const [wantedId, setWantedId] = useState<string>()
  const [flashId, setFlashId] = useState<string>()
  const focusedIndex = focusedId === undefined ? -1 : view.indexOf(focusedId)
  const activeIndex = focusedIndex >= 0 ? focusedIndex : view.length - 1

  const go = useCallback(
    (index: number, align: 'nearest' | 'center') => {
      if (index < 0 || index >= room.timeline.length) return
      const { id } = room.timeline.at(index)
      list.current?.scrollToIndex(index, { align })
      setFocusedId(id)
      setWantedId(id)
    },
    [room, list],
  )
  const focusRow = useCallback((index: number) => go(index, 'nearest'), [go])
  const jumpTo = useCallback(
    (id: string) => {
      go(room.timeline.indexOf(id), 'center')
      setFlashId(id)
    },
    [room, go],
  )
  const release = useCallback(() => setFocusedId(undefined), [])

  // The virtual list keeps a row hidden, and thereby without focus, until it has measured it.
  useEffect(() => {
    if (wantedId === undefined) return undefined
    let tries = 0
    let timer = 0
    const take = (): void => {
      const row = scroller.current?.querySelector<HTMLElement>(`[data-id="${wantedId}"]`)
      row?.focus({ preventScroll: true })
      if (document.activeElement === row || ++tries > maxTries) setWantedId(undefined)
      else timer = window.requestAnimationFrame(take)
    }
    take()
    return () => window.cancelAnimationFrame(timer)
  }, [wantedId, scroller])

  useEffect(() => {
    if (flashId === undefined) return undefined
    const timer = window.setTimeout(() => setFlashId(undefined), flashMs)
    return () => window.clearTimeout(timer)
  }, [flashId])

  return {
    activeId: activeIndex < 0 ? undefined : view.at(activeIndex).id,
    activeIndex,
    heldIndex: focusedIndex < 0 ? undefined : focusedIndex,
    flashId,
    focused: setFocusedId,
    focusRow,
    jumpTo,
    release,
  }
}

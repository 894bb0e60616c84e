/**
 * Keeps a reader's line where it is while history arrives around it.
 *
 * The virtual list corrects what it knows of, but guesses heights and loses its place when rows come in front during a
 * scroll, or into the middle when histories merge. So the row at the top of the window is remembered before such an update
 * and put back after it, frame by frame until heights have settled. A hand on wheel, glass or keys ends that at once.
 */
import { useCallback, useEffect, useLayoutEffect, useRef, type RefObject } from 'react'
import type { VirtualizerHandle } from 'virtua'
import type { TimelineView } from '@kith/peer'

interface Place {
  readonly id: string
  /** Distance of the row's top from the top of the window, in pixels. */
  readonly top: number
}

/** Frames for which a place is held; it is let go earlier when it was right this many times in a row. */
const maxFrames = 40
const calmFrames = 6

const hands = ['wheel', 'touchmove', 'pointerdown', 'keydown'] as const

function rowOf(scroller: HTMLElement, id: string): HTMLElement | null {
  return scroller.querySelector<HTMLElement>(`[data-id="${id}"]`)
}

function topOf(scroller: HTMLElement, row: HTMLElement): number {
  return row.getBoundingClientRect().top - scroller.getBoundingClientRect().top
}

function placeIn(scroller: HTMLElement): Place | undefined {
  for (const row of scroller.querySelectorAll<HTMLElement>('[data-id]')) {
    const top = topOf(scroller, row)
    if (top + row.offsetHeight > 1 && row.dataset['id'] !== undefined) return { id: row.dataset['id'], top }
  }
  return undefined
}

/** Gives what is to be called whenever the list has changed its height, so that no wrong frame is painted. */
export function usePlace(
  view: TimelineView,
  scroller: RefObject<HTMLElement | null>,
  list: RefObject<VirtualizerHandle | null>,
  pinned: RefObject<boolean>,
): () => void {
  const shown = useRef(view)
  const held = useRef<Place>(undefined)
  const timer = useRef(0)

  // Read while the page still shows the old rows. While a place is held, the page may be on its way back to it.
  if (view !== shown.current && held.current === undefined && !pinned.current && scroller.current !== null) {
    held.current = placeIn(scroller.current)
  }

  useLayoutEffect(() => {
    shown.current = view
    const element = scroller.current
    if (held.current === undefined || element === null) return
    let frames = 0
    let calm = 0
    const hold = (): void => {
      const place = held.current
      if (place === undefined) return
      const row = rowOf(element, place.id)
      const off = row === null ? undefined : topOf(element, row) - place.top
      if (off === undefined) {
        const index = view.indexOf(place.id)
        if (index >= 0) list.current?.scrollToIndex(index, { align: 'start', offset: -place.top })
      } else if (Math.abs(off) >= 1) element.scrollTop += off
      calm = off !== undefined && Math.abs(off) < 1 ? calm + 1 : 0
      if (++frames >= maxFrames || calm >= calmFrames || pinned.current) held.current = undefined
      else timer.current = window.requestAnimationFrame(hold)
    }
    window.cancelAnimationFrame(timer.current)
    hold()
  }, [view, scroller, list, pinned])

  const correct = useCallback(() => {
    const place = held.current
    const element = scroller.current
    const row = place === undefined || element === null ? null : rowOf(element, place.id)
    if (place === undefined || element === null || row === null) return
    const off = topOf(element, row) - place.top
    if (Math.abs(off) >= 1) element.scrollTop += off
  }, [scroller])

  useEffect(() => {
    const element = scroller.current
    const letGo = (): void => {
      held.current = undefined
    }
    for (const hand of hands) element?.addEventListener(hand, letGo, { passive: true })
    return () => {
      window.cancelAnimationFrame(timer.current)
      for (const hand of hands) element?.removeEventListener(hand, letGo)
    }
  }, [scroller])

  return correct
}

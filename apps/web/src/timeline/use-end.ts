/**
 * Staying at the newest message. Who is at the end stays there when rows turn out higher than guessed, the field grows or a
 * keyboard opens; who has scrolled up is left alone.
 */
import { useCallback, useLayoutEffect, useRef, useState, type RefObject } from 'react'

/** Nearer to the end than this counts as reading the newest. */
const nearEndPx = 32

const hands = ['wheel', 'touchmove', 'pointerdown', 'keydown'] as const

function isNearEnd({ scrollTop, clientHeight, scrollHeight }: HTMLElement): boolean {
  return scrollTop + clientHeight >= scrollHeight - nearEndPx
}

function wentUp(element: HTMLElement, from: number): boolean {
  return element.scrollTop < from - 1 && !isNearEnd(element)
}

export interface End {
  /** True while the newest message is followed. */
  readonly pinned: RefObject<boolean>
  /** The same, for drawing. */
  readonly atEnd: boolean
  toEnd(): void
  /** To be called on every scroll. */
  scrolled(): void
  /** To be called when the height of the rows or the window changed; answers whether the end was followed. */
  follow(): boolean
}

export function useEnd(scroller: RefObject<HTMLElement | null>, isEmpty: boolean): End {
  const pinned = useRef(true)
  const lastTop = useRef(0)
  /** Something has moved the page since the last scroll that was heard of, and it was not the list itself. */
  const hand = useRef(false)
  const [atEnd, setAtEnd] = useState(true)

  // Not the list's `scrollToIndex`: that goes on correcting for a moment, and would pull back a reader who scrolls up.
  // What stands in an empty room is read from its beginning.
  const toEnd = useCallback(() => {
    pinned.current = true
    const element = scroller.current
    if (element === null || isEmpty) return
    element.scrollTop = element.scrollHeight
    lastTop.current = element.scrollTop
  }, [scroller, isEmpty])

  const follow = useCallback(() => {
    const element = scroller.current
    if (element !== null && hand.current && wentUp(element, lastTop.current)) pinned.current = false
    if (pinned.current) toEnd()
    return pinned.current
  }, [scroller, toEnd])

  const scrolled = useCallback(() => {
    const element = scroller.current
    if (element === null) return
    if (isNearEnd(element)) pinned.current = true
    // Away from the end without having gone up: the page has grown below, and will be followed.
    else if (wentUp(element, lastTop.current)) pinned.current = false
    lastTop.current = element.scrollTop
    hand.current = false
    setAtEnd(pinned.current)
  }, [scroller])

  useLayoutEffect(() => {
    const element = scroller.current
    if (element === null) return undefined
    const touched = (): void => {
      hand.current = true
    }
    for (const name of hands) element.addEventListener(name, touched, { passive: true })
    const size = new ResizeObserver(follow)
    size.observe(element)
    return () => {
      size.disconnect()
      for (const name of hands) element.removeEventListener(name, touched)
    }
  }, [scroller, follow])

  return { pinned, atEnd, toEnd, scrolled, follow }
}

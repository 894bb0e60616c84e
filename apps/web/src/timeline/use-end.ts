/**
 * Staying at the newest message. Who is at the end stays there when rows turn out higher than guessed, the field grows or a
 * keyboard opens; who has scrolled up is left alone.
 */
import { useCallback, useLayoutEffect, useRef, useState, type RefObject } from 'react'

/** Nearer to the end than this counts as reading the newest. */
const nearEndPx = 32

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
  const [atEnd, setAtEnd] = useState(true)

  // Not the list's `scrollToIndex`: that goes on correcting for a moment, and would pull back a reader who scrolls up.
  // What stands in an empty room is read from its beginning.
  const toEnd = useCallback(() => {
    pinned.current = true
    const element = scroller.current
    if (element !== null && !isEmpty) element.scrollTop = element.scrollHeight
  }, [scroller, isEmpty])

  const follow = useCallback(() => {
    if (pinned.current) toEnd()
    return pinned.current
  }, [toEnd])

  const scrolled = useCallback(() => {
    const element = scroller.current
    if (element === null) return
    const { scrollTop } = element
    if (scrollTop + element.clientHeight >= element.scrollHeight - nearEndPx) pinned.current = true
    // Away from the end without having gone up: the page has grown below, and will be followed.
    else if (scrollTop < lastTop.current - 1) pinned.current = false
    lastTop.current = scrollTop
    setAtEnd(pinned.current)
  }, [scroller])

  useLayoutEffect(() => {
    const element = scroller.current
    if (element === null) return undefined
    const size = new ResizeObserver(follow)
    size.observe(element)
    return () => size.disconnect()
  }, [scroller, follow])

  return { pinned, atEnd, toEnd, scrolled, follow }
}

/**
 * Which messages the virtual list is given, and whether they grew at the front.
 *
 * The list can take rows in front (`shift`) or at the end, not both at once: an update that did both is shown in two steps.
 */
import { useLayoutEffect, useReducer, useRef, type RefObject } from 'react'
import type { TimelineView } from '@kith/peer'

export interface Rows {
  readonly length: number
  readonly shift: boolean
}

interface Shown {
  readonly view: TimelineView
  readonly length: number
  readonly first: string
  readonly last: string
}

export function useRows(view: TimelineView, pinned: RefObject<boolean>): Rows {
  const shown = useRef<Shown>(undefined)
  const [, again] = useReducer((count: number) => count + 1, 0)
  const before = shown.current
  let length = view.length
  let shift = false
  if (before !== undefined && (before.view !== view || before.length !== view.length)) {
    const first = view.indexOf(before.first)
    const last = view.indexOf(before.last)
    const whole = first >= 0 && last - first + 1 === before.length
    shift = whole && first > 0
    if (shift && last < view.length - 1 && !pinned.current) length = last + 1
  }
  useLayoutEffect(() => {
    shown.current = length === 0 ? undefined : { view, length, first: view.at(0).id, last: view.at(length - 1).id }
    if (length < view.length) again()
  }, [view, length])
  return { length, shift }
}

/**
 * Which messages the virtual list is given, and whether they grew at the front.
 *
 * The list can keep its place either when rows are added in front (`shift`) or at the end, not both at once, so an update
 * that did both is shown in two steps. Rows that come into the middle (a merge of histories) are met by scrolling back to
 * the row that stood at the top.
 */
import { useLayoutEffect, useReducer, useRef, type RefObject } from 'react'
import type { VirtualizerHandle } from 'virtua'
import type { TimelineView } from '@kith/peer'

export interface Rows {
  readonly length: number
  readonly shift: boolean
}

interface Shown {
  readonly view: TimelineView
  readonly length: number
  readonly first: string | undefined
  readonly last: string | undefined
}

export function useRows(
  view: TimelineView,
  list: RefObject<VirtualizerHandle | null>,
  pinned: RefObject<boolean>,
): Rows {
  const shown = useRef<Shown>(undefined)
  const [, again] = useReducer((count: number) => count + 1, 0)
  const before = shown.current
  let length = view.length
  let shift = false
  let anchor: { readonly id: string; readonly offset: number } | undefined

  if (before !== undefined && (before.view !== view || before.length !== view.length) && before.first !== undefined) {
    const first = view.indexOf(before.first)
    const last = before.last === undefined ? -1 : view.indexOf(before.last)
    shift = first > 0
    const onlyFront = last - first + 1 === before.length
    if (shift && onlyFront && last < view.length - 1 && !pinned.current) length = last + 1
    if (!onlyFront && !pinned.current && list.current !== null) {
      const top = Math.min(list.current.findItemIndex(list.current.scrollOffset), before.length - 1)
      anchor = { id: before.view.at(top).id, offset: list.current.scrollOffset - list.current.getItemOffset(top) }
      shift = false
    }
  }

  useLayoutEffect(() => {
    shown.current = {
      view,
      length,
      first: length > 0 ? view.at(0).id : undefined,
      last: length > 0 ? view.at(length - 1).id : undefined,
    }
    if (anchor !== undefined) {
      const index = view.indexOf(anchor.id)
      if (index >= 0) list.current?.scrollToIndex(index, { align: 'start', offset: anchor.offset })
    }
    if (length < view.length) again()
  })

  return { length, shift }
}

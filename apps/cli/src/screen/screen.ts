/** What the full screen is made from, and what it is made into. */
import type { RoomState, TimelineView } from '@kith/peer'
import type { InputState } from './input.ts'
import type { Row } from './layout.ts'
import type { ScrollPosition } from './timeline.ts'

export interface ScreenRoom {
  readonly state: RoomState
  readonly timeline: TimelineView
}

export interface ScreenState {
  readonly rooms: readonly ScreenRoom[]
  readonly active: number
  readonly input: InputState
  readonly scroll: ScrollPosition | undefined
  /** Messages that came while scrolled up. */
  readonly newBelow: number
  /** Newest message when a command with a number was begun. */
  readonly numbersFrom: string | undefined
  readonly firstUnread: string | undefined
  readonly panel: Panel | undefined
  /** One line about what was just done or refused. */
  readonly hint: string
}

/** Something to read above the input, closed with Esc. */
export interface Panel {
  readonly title: string
  readonly rows: readonly Row[]
}

export interface Size {
  readonly columns: number
  readonly rows: number
}

export interface Picture {
  readonly rows: readonly Row[]
  readonly cursor: { readonly row: number; readonly column: number }
}

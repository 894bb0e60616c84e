/**
 * The messages of a room. Only what is near the window is in the page, so 100,000 messages cost what thirty do; rows are
 * made from the view on demand and nothing is computed for those that are not shown.
 */
import {
  memo,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type ReactElement,
  type ReactNode,
} from 'react'
import { ArrowDown } from 'lucide-react'
import { Virtualizer, type VirtualizerHandle } from 'virtua'
import type { Message, Room, TimelineView } from '@kith/peer'
import { Overlays } from '../app/boundary.tsx'
import { useRoomState, useTimeline } from '../app/stores.ts'
import { useMessages } from '../messages/messages.tsx'
import { mayEdit, RowActionsContext, type RowActions } from './actions.ts'
import { Announcer } from './announcer.tsx'
import { CallableContext, useCallable } from './mentioned.tsx'
import { shapeOf } from './grouping.ts'
import { namesOf, NamesContext } from './names.ts'
import { RowPopover, type OpenPopover } from './row-popover.tsx'
import { Row } from './row.tsx'
import { FollowContext, RowsBox } from './rows-box.tsx'
import { useDay } from './use-day.ts'
import { useEnd } from './use-end.ts'
import { useGestures } from './use-gestures.ts'
import { usePlace } from './use-place.ts'
import { useReading } from './use-reading.ts'
import { useRowFocus } from './use-row-focus.ts'
import { useRows } from './use-rows.ts'
import './timeline.css'

/** Rows above and below the window that are ready before they are needed. */
const bufferPx = 600
/** The unread mark stands this far below the top, so that one sees what was read last. */
const aboveMarkPx = 72
/** Nearer than this, the mark is where one is. */
const nearMarkPx = 8
/** How far back the newest own message is looked for. */
const mineLookback = 50

/** Where a room was left, so that coming back finds the same line. */
export interface Position {
  readonly id: string
  readonly offset: number
}

export interface TimelineProps {
  readonly room: Room
  readonly name: string
  readonly position: Position | undefined
  readonly onLeave: (position: Position | undefined) => void
  readonly onReply: (message: Message) => void
  readonly onEdit: (message: Message) => void
  readonly onRemove: (message: Message) => void
  readonly onEscape: () => void
  /** A message to go to, anew for every object. */
  readonly jump: { readonly id: string } | undefined
  /** What stands before the first message, and instead of messages when there are none. */
  readonly before: ReactNode
}

export const Timeline: React.NamedExoticComponent<TimelineProps> = memo(function Timeline(props): ReactElement {
  const { room, name, position, onLeave, onReply, onEdit, onRemove, onEscape, jump, before } = props
  const words = useMessages()
  const view = useTimeline(room)
  const people = useRoomState(room, (state) => state.people)
  const me = useRoomState(room, (state) => state.me)
  const unread = useRoomState(room, (state) => state.unread)
  const mayPin = useRoomState(room, ({ members }) => members === undefined || members.mayPost)
  const today = useDay()
  const scroller = useRef<HTMLDivElement>(null)
  const list = useRef<VirtualizerHandle>(null)
  const [popover, setPopover] = useState<OpenPopover>()
  /** The newest message, if it came while one looked. */
  const arrived = useRef<string>(undefined)
  const { pinned, atEnd, toEnd, scrolled: endScrolled, follow: followEnd } = useEnd(scroller, view.length === 0)
  const { marker, markReadIfSeen, clearMarker } = useReading(room, pinned)
  const { length, shift } = useRows(view, pinned)
  const correctPlace = usePlace(view, scroller, list, pinned)
  const focus = useRowFocus(room, view, scroller, list)
  const { focused, focusRow, jumpTo, release } = focus
  const callable = useCallable(people)
  const names = useMemo(() => namesOf(people, me, words.room.you), [people, me, words])

  const follow = useCallback(() => {
    if (!followEnd()) correctPlace()
  }, [followEnd, correctPlace])

  const scrolled = useCallback(() => {
    endScrolled()
    // Whoever comes back to it has seen it come.
    if (!pinned.current) arrived.current = undefined
    markReadIfSeen()
  }, [endScrolled, pinned, markReadIfSeen])

  /** The line at the top of the window; undefined at the end, where one stays with the newest. */
  const place = useCallback((): Position | undefined => {
    const handle = list.current
    if (handle === null || pinned.current || room.timeline.length === 0) return undefined
    const top = Math.min(handle.findItemIndex(handle.scrollOffset), room.timeline.length - 1)
    return { id: room.timeline.at(top).id, offset: handle.scrollOffset - handle.getItemOffset(top) }
  }, [room, pinned])

  // Where to begin: at the unread mark, where the room was left, or at the newest.
  useLayoutEffect(() => {
    const start = marker ?? position?.id
    const index = start === undefined ? -1 : room.timeline.indexOf(start)
    if (index >= 0) {
      pinned.current = false
      const offset = marker === undefined ? (position?.offset ?? 0) : -aboveMarkPx
      list.current?.scrollToIndex(index, { align: 'start', offset })
    } else toEnd()
    // All of it may fit into the window; then nothing scrolls, and this is the end.
    const timer = window.requestAnimationFrame(scrolled)
    return () => {
      window.cancelAnimationFrame(timer)
      onLeave(place())
    }
    // Only when a room is entered; later changes must not move the page.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [room])

  const newest = length > 0 ? view.at(length - 1) : undefined
  const seenNewest = useRef(newest?.id)
  if (newest !== undefined && seenNewest.current !== undefined && newest.id !== seenNewest.current)
    arrived.current = newest.id
  useLayoutEffect(() => {
    if (newest !== undefined && newest.id !== seenNewest.current) {
      const isFirst = seenNewest.current === undefined
      seenNewest.current = newest.id
      // Who writes wants to see what they wrote.
      if (newest.mine && !isFirst) {
        pinned.current = true
        clearMarker()
        release()
      }
    }
    followEnd()
    markReadIfSeen()
  }, [newest, length, pinned, clearMarker, release, followEnd, markReadIfSeen])

  /** What came since is read from its beginning: to the first unread while it is further down, and from there to the newest. */
  const jumpOn = useCallback(() => {
    const element = scroller.current
    const index = marker === undefined || unread === 0 ? -1 : view.indexOf(marker)
    const top = list.current?.getItemOffset(index) ?? 0
    if (element === null || index < 0 || top - aboveMarkPx <= element.scrollTop + nearMarkPx) return toEnd()
    list.current?.scrollToIndex(index, { align: 'start', offset: -aboveMarkPx })
  }, [marker, unread, view, toEnd])

  const actions = useMemo<RowActions>(
    () => ({
      reply: onReply,
      edit: onEdit,
      remove: onRemove,
      copy: (message) => void navigator.clipboard?.writeText(message.text),
      // A reaction or pin that is refused (the store is full) simply does not appear; the room has said why.
      react: (message, emoji, on) => void room.react(message.id, emoji, on).catch(() => undefined),
      pin: mayPin ? (message, on): void => void room.pin(message.id, on).catch(() => undefined) : undefined,
      jumpTo,
      openReact: (message, anchor) => setPopover({ kind: 'react', id: message.id, anchor }),
      openMenu: (message, anchor) => setPopover({ kind: 'menu', id: message.id, anchor }),
      openText: (message, anchor) => setPopover({ kind: 'text', id: message.id, anchor }),
      openDelivery: (message, anchor) => setPopover({ kind: 'delivery', id: message.id, anchor }),
      focused,
    }),
    [room, onReply, onEdit, onRemove, mayPin, jumpTo, focused],
  )

  useGestures(scroller, {
    onAnswer: (id) => {
      const message = messageOf(view, id)
      if (message?.deleted === false) actions.reply(message)
    },
    onHold: (id, row) => {
      if (messageOf(view, id)?.deleted === false) setPopover({ kind: 'hold', id, anchor: row })
    },
  })

  useEffect(() => {
    if (jump !== undefined) jumpTo(jump.id)
  }, [jump, jumpTo])

  const toField = useCallback(() => {
    release()
    onEscape()
  }, [release, onEscape])

  const walk = (event: KeyboardEvent<HTMLDivElement>): void => {
    const row = event.target instanceof HTMLElement ? event.target.closest<HTMLElement>('[data-id]') : null
    if (event.key === 'Escape') return toField()
    const { activeIndex } = focus
    if (row === null || activeIndex < 0 || event.ctrlKey || event.metaKey || event.altKey) return
    const message = view.at(activeIndex)
    const own = mayEdit(message)
    const keys: Readonly<Record<string, () => void>> = {
      ArrowUp: () => focusRow(activeIndex - 1),
      ArrowDown: () => (activeIndex === view.length - 1 ? toField() : focusRow(activeIndex + 1)),
      Home: () => focusRow(0),
      End: () => focusRow(view.length - 1),
      r: () => actions.reply(message),
      e: () => own && actions.edit(message),
      c: () => actions.copy(message),
      Delete: () => own && actions.remove(message),
      '+': () => actions.openReact(message, row),
    }
    const act = keys[event.key]
    if (act === undefined || (message.deleted && event.key.length === 1)) return
    event.preventDefault()
    act()
  }

  const newestMine = useMemo(() => {
    const end = Math.max(0, view.length - mineLookback)
    for (let i = view.length - 1; i >= end; i--) if (view.at(i).mine) return view.at(i).id
    return undefined
  }, [view])

  const { heldIndex } = focus
  const keepMounted = useMemo(() => (heldIndex === undefined ? [] : [heldIndex]), [heldIndex])
  const data = useMemo<ArrayLike<unknown>>(() => ({ length }), [length])

  const render = (_: unknown, index: number): ReactElement => {
    const message = view.at(index)
    const shape = shapeOf(message, index > 0 ? view.at(index - 1) : undefined, marker)
    const answeredAt = message.replyTo === undefined ? -1 : view.indexOf(message.replyTo)
    return (
      <Row
        key={message.id}
        message={message}
        answered={answeredAt < 0 ? undefined : view.at(answeredAt)}
        head={shape.head}
        dayLabel={shape.day ? words.format.day(message.time, today) : undefined}
        unread={shape.unread}
        newestMine={message.id === newestMine}
        active={message.id === focus.activeId}
        flash={message.id === focus.flashId}
        held={message.id === popover?.id}
        arrived={message.id === arrived.current}
        before={index === 0 ? before : undefined}
      />
    )
  }

  return (
    <NamesContext value={names}>
      <CallableContext value={callable}>
        <RowActionsContext value={actions}>
          <div className="timeline">
            <div
              ref={scroller}
              className="timeline-scroll"
              role="log"
              aria-live="off"
              aria-label={words.timeline.label(name)}
              tabIndex={length === 0 ? 0 : -1}
              onKeyDown={walk}
            >
              {length === 0 ? (
                <div className="timeline-empty">{before}</div>
              ) : (
                <>
                  <div className="timeline-lead" />
                  <FollowContext value={follow}>
                    <Virtualizer
                      ref={list}
                      data={data}
                      shift={shift}
                      bufferSize={bufferPx}
                      keepMounted={keepMounted}
                      scrollRef={scroller}
                      onScroll={scrolled}
                      as={RowsBox}
                    >
                      {render}
                    </Virtualizer>
                  </FollowContext>
                </>
              )}
            </div>
            {!atEnd && length > 0 && <Jump unread={unread} onJump={jumpOn} />}
            <Announcer room={room} />
            <Overlays onClose={() => setPopover(undefined)}>
              {popover !== undefined && (
                <RowPopover
                  key={`${popover.kind} ${popover.id}`}
                  open={popover}
                  view={view}
                  onClose={() => setPopover(undefined)}
                />
              )}
            </Overlays>
          </div>
        </RowActionsContext>
      </CallableContext>
    </NamesContext>
  )
})

function messageOf(view: TimelineView, id: string): Message | undefined {
  const index = view.indexOf(id)
  return index < 0 ? undefined : view.at(index)
}

/** Back to the newest, and how many wait there. */
function Jump({ unread, onJump }: { readonly unread: number; readonly onJump: () => void }): ReactElement {
  const words = useMessages()
  const text = unread > 0 ? words.timeline.jumpUnread(unread) : words.timeline.jump
  return (
    <button type="button" className={`jump${unread > 0 ? ' unread' : ''}`} aria-label={text} onClick={onJump}>
      {unread > 0 && <span>{text}</span>}
      <ArrowDown size={18} aria-hidden />
    </button>
  )
}

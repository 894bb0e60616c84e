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
import type { Message, Room } from '@kith/peer'
import { useRoomState, useTimeline } from '../app/stores.ts'
import { useMessages } from '../messages/messages.tsx'
import { mayEdit, RowActionsContext, type RowActions } from './actions.ts'
import { Announcer } from './announcer.tsx'
import { shapeOf } from './grouping.ts'
import { namesOf, NamesContext } from './names.ts'
import { RowPopover, type OpenPopover } from './row-popover.tsx'
import { Row } from './row.tsx'
import { useDay } from './use-day.ts'
import { FollowContext, RowsBox } from './rows-box.tsx'
import { usePlace } from './use-place.ts'
import { useRows } from './use-rows.ts'
import './timeline.css'

/** Nearer to the end than this counts as reading the newest. */
const nearEndPx = 32
const flashMs = 1400
/** Frames to wait for a row that was scrolled to. */
const focusTries = 60

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
  /** What stands before the first message, and instead of messages when there are none. */
  readonly before: ReactNode
}

const empty = { length: 0 }

export const Timeline: React.NamedExoticComponent<TimelineProps> = memo(function Timeline(props): ReactElement {
  const { room, name, position, onLeave, onReply, onEdit, onRemove, onEscape, before } = props
  const words = useMessages()
  const view = useTimeline(room)
  const people = useRoomState(room, (state) => state.people)
  const me = useRoomState(room, (state) => state.me)
  const unread = useRoomState(room, (state) => state.unread)
  const firstUnread = useRoomState(room, (state) => state.firstUnread)
  const today = useDay()
  const scroller = useRef<HTMLDivElement>(null)
  const list = useRef<VirtualizerHandle>(null)
  const pinned = useRef(true)
  const lastTop = useRef(0)
  const [atEnd, setAtEnd] = useState(true)
  const [marker, setMarker] = useState(() => (room.state.unread > 0 ? room.state.firstUnread : undefined))
  const [focusedId, setFocusedId] = useState<string>()
  const [wantsFocus, setWantsFocus] = useState<string>()
  const [flashId, setFlashId] = useState<string>()
  const [popover, setPopover] = useState<OpenPopover>()
  const rows = useRows(view, pinned)
  const correctPlace = usePlace(view, scroller, list, pinned)
  const names = useMemo(() => namesOf(people, me, words.room.you), [people, me, words])

  // Not `scrollToIndex`: that goes on correcting for a moment, and would pull back a reader who scrolls up meanwhile.
  const toEnd = useCallback(() => {
    pinned.current = true
    const element = scroller.current
    if (element !== null) element.scrollTop = element.scrollHeight
  }, [])

  /** Rows turn out higher than guessed, the field grows, a keyboard opens: who was at the end stays there. */
  const follow = useCallback(() => {
    if (pinned.current) toEnd()
    else correctPlace()
  }, [toEnd, correctPlace])

  useLayoutEffect(() => {
    const element = scroller.current
    if (element === null) return undefined
    const size = new ResizeObserver(follow)
    size.observe(element)
    return () => size.disconnect()
  }, [follow])

  const markReadIfSeen = useCallback(() => {
    if (pinned.current && document.visibilityState === 'visible' && document.hasFocus()) room.markRead()
  }, [room])

  // Where to begin: at the unread mark, where the room was left, or at the newest.
  useLayoutEffect(() => {
    const start = marker ?? position?.id
    const index = start === undefined ? -1 : room.timeline.indexOf(start)
    if (index >= 0 && marker !== undefined) {
      pinned.current = false
      list.current?.scrollToIndex(index, { align: 'start', offset: -72 })
    } else if (index >= 0 && position !== undefined) {
      pinned.current = false
      list.current?.scrollToIndex(index, { align: 'start', offset: position.offset })
    } else toEnd()
    return () => {
      const handle = list.current
      if (handle === null || pinned.current || room.timeline.length === 0) return onLeave(undefined)
      const top = Math.min(handle.findItemIndex(handle.scrollOffset), room.timeline.length - 1)
      onLeave({ id: room.timeline.at(top).id, offset: handle.scrollOffset - handle.getItemOffset(top) })
    }
    // Only when a room is entered; later changes must not move the page.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [room])

  const length = rows.length
  const newest = length > 0 ? view.at(length - 1) : undefined
  const seenNewest = useRef(newest?.id)
  useLayoutEffect(() => {
    if (newest !== undefined && newest.id !== seenNewest.current) {
      const first = seenNewest.current === undefined
      seenNewest.current = newest.id
      // Who writes has read, and wants to see what they wrote.
      if (newest.mine && !first) {
        pinned.current = true
        setMarker(undefined)
      }
    }
    if (pinned.current) toEnd()
    markReadIfSeen()
  }, [newest, length, toEnd, markReadIfSeen])

  useEffect(() => {
    const reading = pinned.current && document.visibilityState === 'visible' && document.hasFocus()
    if (unread > 0 && !reading) setMarker(firstUnread)
  }, [unread, firstUnread])

  useEffect(() => {
    window.addEventListener('focus', markReadIfSeen)
    document.addEventListener('visibilitychange', markReadIfSeen)
    return () => {
      window.removeEventListener('focus', markReadIfSeen)
      document.removeEventListener('visibilitychange', markReadIfSeen)
    }
  }, [markReadIfSeen])

  useEffect(() => {
    if (flashId === undefined) return undefined
    const timer = window.setTimeout(() => setFlashId(undefined), flashMs)
    return () => window.clearTimeout(timer)
  }, [flashId])

  // The virtual list keeps a row hidden, and thereby without focus, until it has measured it.
  useEffect(() => {
    if (wantsFocus === undefined) return undefined
    let tries = 0
    let timer = 0
    const take = (): void => {
      const row = scroller.current?.querySelector<HTMLElement>(`[data-id="${wantsFocus}"]`)
      row?.focus({ preventScroll: true })
      if (document.activeElement === row || ++tries > focusTries) setWantsFocus(undefined)
      else timer = window.requestAnimationFrame(take)
    }
    take()
    return () => window.cancelAnimationFrame(timer)
  }, [wantsFocus])

  const scrolled = useCallback(() => {
    const element = scroller.current
    if (element === null) return
    const { scrollTop } = element
    if (scrollTop + element.clientHeight >= element.scrollHeight - nearEndPx) pinned.current = true
    // Away from the end without having gone up: the page has grown below, and will be followed.
    else if (scrollTop < lastTop.current - 1) pinned.current = false
    lastTop.current = scrollTop
    setAtEnd(pinned.current)
    if (pinned.current) markReadIfSeen()
  }, [markReadIfSeen])

  const focusRow = useCallback(
    (index: number, align: 'nearest' | 'center' = 'nearest') => {
      if (index < 0 || index >= room.timeline.length) return
      const { id } = room.timeline.at(index)
      list.current?.scrollToIndex(index, { align })
      setFocusedId(id)
      setWantsFocus(id)
    },
    [room],
  )

  const actions = useMemo<RowActions>(
    () => ({
      reply: onReply,
      edit: onEdit,
      remove: onRemove,
      copy: (message) => void navigator.clipboard?.writeText(message.text),
      react: (message, emoji, on) => void room.react(message.id, emoji, on).catch(() => undefined),
      jumpTo: (id) => {
        focusRow(room.timeline.indexOf(id), 'center')
        setFlashId(id)
      },
      openReact: (message, anchor) => setPopover({ kind: 'react', id: message.id, anchor }),
      openMenu: (message, anchor) => setPopover({ kind: 'menu', id: message.id, anchor }),
      openDelivery: (message, anchor) => setPopover({ kind: 'delivery', id: message.id, anchor }),
      focused: setFocusedId,
    }),
    [room, onReply, onEdit, onRemove, focusRow],
  )

  const activeId = focusedId !== undefined && view.indexOf(focusedId) >= 0 ? focusedId : newest?.id
  const activeIndex = activeId === undefined ? -1 : view.indexOf(activeId)

  const walk = (event: KeyboardEvent<HTMLDivElement>): void => {
    const row = event.target instanceof HTMLElement ? event.target.closest<HTMLElement>('[data-id]') : null
    if (event.key === 'Escape') return onEscape()
    if (row === null || activeIndex < 0 || event.ctrlKey || event.metaKey || event.altKey) return
    const message = view.at(activeIndex)
    const own = mayEdit(message)
    const keys: Readonly<Record<string, () => void>> = {
      ArrowUp: () => focusRow(activeIndex - 1),
      ArrowDown: () => (activeIndex === view.length - 1 ? onEscape() : focusRow(activeIndex + 1)),
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
    for (let i = view.length - 1; i >= Math.max(0, view.length - 50); i--) if (view.at(i).mine) return view.at(i).id
    return undefined
  }, [view])

  const keepMounted = useMemo(
    () => (focusedId === undefined || activeIndex < 0 ? [] : [activeIndex]),
    [focusedId, activeIndex],
  )

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
        active={message.id === activeId}
        flash={message.id === flashId}
        held={message.id === popover?.id}
        before={index === 0 ? before : undefined}
      />
    )
  }

  const data = useMemo<ArrayLike<unknown>>(() => (length === 0 ? empty : { length }), [length])

  return (
    <NamesContext value={names}>
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
                    shift={rows.shift}
                    bufferSize={600}
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
          {!atEnd && length > 0 && (
            <button
              type="button"
              className={`jump${unread > 0 ? ' unread' : ''}`}
              aria-label={unread > 0 ? words.timeline.jumpUnread(unread) : words.timeline.jump}
              onClick={toEnd}
            >
              {unread > 0 && <span>{words.timeline.jumpUnread(unread)}</span>}
              <ArrowDown size={18} aria-hidden />
            </button>
          )}
          <Announcer room={room} />
          {popover !== undefined && (
            <RowPopover
              key={`${popover.kind} ${popover.id}`}
              open={popover}
              view={view}
              onClose={() => setPopover(undefined)}
            />
          )}
        </div>
      </RowActionsContext>
    </NamesContext>
  )
})

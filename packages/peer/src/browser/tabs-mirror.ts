/**
 * What a follower knows of the leader's chat: built from its frames, shown in its place.
 *
 * Values that crossed between tabs are copies, so whoever shows them (`tabs-room.ts`, `tabs-shown.ts`) puts back every part
 * that did not change with `keepShared`: interfaces compare snapshots by reference.
 */
import { equalBytes } from '@kith/protocol'
import type { ChatState, Message, RoomState, TimelineView } from '../chat.ts'
import { ChunkedTimeline } from '../timeline-view.ts'
import type { MessageChange } from '../timeline-view.ts'
import type { ChatHead, FrameToFollower, TimelineFrame } from './tabs-wire.ts'

/** Where a room shown in this tab comes from: the real one, or a mirror of it. */
export interface RoomSource {
  readonly state: RoomState
  readonly timeline: TimelineView
  /** Everything that is stored is in the timeline: it can take the place of another source without a gap. */
  readonly settled: boolean
  subscribe(listener: () => void): () => void
  onMessages(listener: (messages: readonly Message[]) => void): () => void
}

export class RoomMirror implements RoomSource {
  #state: RoomState
  #timeline = new ChunkedTimeline()
  #whole = false
  readonly #listeners = new Set<() => void>()
  readonly #readers = new Set<(messages: readonly Message[]) => void>()

  constructor(state: RoomState) {
    this.#state = state
  }

  get state(): RoomState {
    return this.#state
  }

  get timeline(): TimelineView {
    return this.#timeline
  }

  get settled(): boolean {
    return this.#whole && this.#state.sync.phase !== 'loading'
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  onMessages(listener: (messages: readonly Message[]) => void): () => void {
    this.#readers.add(listener)
    return () => void this.#readers.delete(listener)
  }

  setState(state: RoomState): void {
    this.#state = state
    for (const listener of this.#listeners) listener()
  }

  take(frame: TimelineFrame): void {
    const changes: MessageChange<Message>[] = [
      ...frame.put.map((message) => ({ type: 'put' as const, message })),
      ...frame.drop.map((id) => ({ type: 'drop' as const, id })),
    ]
    this.#timeline = this.#timeline.apply(changes)
    this.#whole ||= frame.whole
    if (frame.put.length > 0) for (const reader of this.#readers) reader(frame.put)
    for (const listener of this.#listeners) listener()
  }
}

export class ChatMirror {
  /** The leader this mirrors. */
  readonly leader: string
  readonly rooms: Map<string, RoomMirror> = new Map()
  #head: ChatHead | undefined
  #welcome = false

  constructor(leader: string) {
    this.leader = leader
  }

  /** All rooms are here with their newest messages. */
  get welcome(): boolean {
    return this.#welcome
  }

  get head(): ChatHead | undefined {
    return this.#head
  }

  take(frame: FrameToFollower): void {
    switch (frame.type) {
      case 'chat': {
        this.#head = frame.head
        for (const id of this.rooms.keys()) if (!frame.head.roomIds.includes(id)) this.rooms.delete(id)
        return
      }
      case 'room': {
        const mirror = this.rooms.get(frame.state.id)
        if (mirror === undefined) this.rooms.set(frame.state.id, new RoomMirror(frame.state))
        else mirror.setState(frame.state)
        return
      }
      case 'timeline':
        this.rooms.get(frame.room)?.take(frame)
        return
      case 'welcome':
        this.#welcome = true
        return
      case 'waits':
      case 'leads':
      case 'taken':
      case 'answer':
    }
  }
}

export function headOf(state: ChatState): ChatHead {
  const { rooms, ...rest } = state
  return { ...rest, roomIds: rooms.map(({ id }) => id) }
}

/** `next`, with every part that is equal to its part in `before` replaced by that; `before` itself when all are. */
export function keepShared<T>(before: T, next: T): T {
  if (Object.is(before, next)) return before
  if (before instanceof Uint8Array && next instanceof Uint8Array) return equalBytes(before, next) ? before : next
  if (Array.isArray(before) && Array.isArray(next)) {
    const shared = next.map((item: unknown, i) => keepShared<unknown>(before[i], item))
    const same = shared.length === before.length && shared.every((item, i) => item === before[i])
    return same ? before : (shared as T)
  }
  if (isPlain(before) && isPlain(next)) {
    const keys = Object.keys(next)
    const shared = Object.fromEntries(keys.map((key) => [key, keepShared<unknown>(before[key], next[key])]))
    const same =
      keys.length === Object.keys(before).length && keys.every((key) => key in before && shared[key] === before[key])
    return (same ? before : shared) as T
  }
  return next
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value)
}

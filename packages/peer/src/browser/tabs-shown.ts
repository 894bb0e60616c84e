/**
 * What a tab's interface holds of a shared chat: rooms and snapshots that stay the same objects, whichever tab leads.
 *
 * Listeners are called at most once per turn of the event loop, rooms first.
 */
import type { ChatState, Room } from '../chat.ts'
import { keepShared } from './tabs-mirror.ts'
import type { RoomSource } from './tabs-mirror.ts'
import { SharedRoom } from './tabs-room.ts'
import type { RoomPort } from './tabs-room.ts'
import type { Cast, ChatHead, Command, CommandValue } from './tabs-wire.ts'

/** Where what is done in a room goes. */
export interface ShownPort {
  issue(command: Command): Promise<CommandValue>
  cast(cast: Cast): void
}

export class Shown implements RoomPort {
  readonly #port: ShownPort
  readonly #rooms = new Map<string, SharedRoom>()
  readonly #listeners = new Set<() => void>()
  readonly #changedRooms = new Set<SharedRoom>()
  #head: ChatHead | undefined
  #state: ChatState | undefined
  #toldState: ChatState | undefined
  #notifying = false

  constructor(port: ShownPort) {
    this.#port = port
  }

  /** Nothing was shown yet. */
  get empty(): boolean {
    return this.#head === undefined
  }

  get state(): ChatState {
    return this.#state as ChatState
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  room(id: string): SharedRoom | undefined {
    return this.#rooms.get(id)
  }

  /** From now on this is the list of rooms, and this is where they come from. */
  show(head: ChatHead, sourceOf: (id: string) => RoomSource | undefined): void {
    this.#head = this.#head === undefined ? head : keepShared(this.#head, head)
    for (const [id, room] of this.#rooms) {
      if (head.roomIds.includes(id)) continue
      room.end()
      this.#rooms.delete(id)
    }
    for (const id of head.roomIds) {
      const source = sourceOf(id)
      if (source === undefined) continue
      const room = this.#rooms.get(id)
      if (room === undefined) this.#rooms.set(id, new SharedRoom(id, source, this))
      else room.use(source)
    }
    this.#refresh()
  }

  /** Shows sources that are still loading as they are. */
  hurry(): void {
    for (const room of this.#rooms.values()) room.hurry()
  }

  repeatDrafts(): void {
    for (const room of this.#rooms.values()) room.repeatDraft()
  }

  end(): void {
    for (const room of this.#rooms.values()) room.end()
  }

  issue(command: Command): Promise<CommandValue> {
    return this.#port.issue(command)
  }

  cast(cast: Cast): void {
    this.#port.cast(cast)
  }

  changed(room: SharedRoom): void {
    this.#changedRooms.add(room)
    this.#refresh()
  }

  #refresh(): void {
    if (this.#head === undefined) return
    const { roomIds, ...rest } = this.#head
    const rooms = roomIds.flatMap((id) => this.#rooms.get(id)?.state ?? [])
    const before = this.#state
    const same = before?.rooms.length === rooms.length && rooms.every((room, i) => room === before.rooms[i])
    this.#state = keepHead(before, { ...rest, rooms: same ? before.rooms : rooms })
    if (this.#notifying) return
    this.#notifying = true
    queueMicrotask(() => this.#notify())
  }

  #notify(): void {
    this.#notifying = false
    const changed = [...this.#changedRooms]
    this.#changedRooms.clear()
    for (const room of changed) room.notify()
    if (this.#state === this.#toldState) return
    this.#toldState = this.#state
    for (const listener of this.#listeners) listener()
  }
}

/** `before` when nothing in it changed; the rooms are compared by reference, for they are large. */
function keepHead(before: ChatState | undefined, next: ChatState): ChatState {
  if (before === undefined) return next
  const settings = keepShared(before.settings, next.settings)
  const files = keepShared(before.files, next.files)
  const passkey = keepShared(before.passkey, next.passkey)
  const identity = keepShared(before.identity, next.identity)
  const contacts = keepShared(before.contacts, next.contacts)
  const same =
    settings === before.settings &&
    next.rooms === before.rooms &&
    next.ready === before.ready &&
    next.atRest === before.atRest &&
    passkey === before.passkey &&
    next.storedBytes === before.storedBytes &&
    files === before.files &&
    next.kept === before.kept &&
    identity === before.identity &&
    contacts === before.contacts
  return same ? before : { ...next, settings, files, passkey, identity, contacts }
}

/** The real room, seen as a source. */
export class RealSource implements RoomSource {
  readonly #room: Room

  constructor(room: Room) {
    this.#room = room
  }

  get state(): RoomSource['state'] {
    return this.#room.state
  }

  get timeline(): RoomSource['timeline'] {
    return this.#room.timeline
  }

  get settled(): boolean {
    return this.#room.state.sync.phase !== 'loading'
  }

  subscribe(listener: () => void): () => void {
    return this.#room.subscribe(listener)
  }

  onMessages(listener: Parameters<Room['onMessages']>[0]): () => void {
    return this.#room.onMessages(listener)
  }
}

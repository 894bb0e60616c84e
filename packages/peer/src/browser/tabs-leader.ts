/**
 * The leading tab's half: serves the real chat to the other tabs.
 *
 * Nothing is done while there are no followers. The first one makes it watch the chat; from then on every change leaves
 * once per turn as small frames. A timeline goes out newest first in chunks of `chunkMessages`, `chunksUnderWay` at a
 * time and the next only when one was worked in, so that neither tab stands still; a chunk is read from the timeline at
 * the moment it is sent, so it never undoes a change that went ahead of it.
 */
import type { Chat, Message, Room, RoomState } from '../chat.ts'
import { headOf, keepShared } from './tabs-mirror.ts'
import { packError, runCast, runCommand } from './tabs-wire.ts'
import type { Answer, ChatHead, Command, FrameToFollower, FrameToLeader } from './tabs-wire.ts'

export const chunkMessages: number = 500
export const chunksUnderWay: number = 2

interface Follower {
  visible: boolean
  /** Ids still to be sent, in display order, by room. */
  readonly queues: Map<string, string[]>
  underWay: number
}

interface ServedRoom {
  readonly room: Room
  sent: RoomState
  /** Ids the followers have or are about to get. */
  readonly known: Set<string>
  /** Ids that were added or changed since the last flush. */
  readonly changed: Set<string>
  readonly stop: () => void
}

export interface LeaderPort {
  post(to: string, frame: FrameToFollower): void
  /** See `ShareOptions`. */
  opener(): unknown
}

export class Leader {
  readonly #chat: Chat
  readonly #tab: string
  readonly #port: LeaderPort
  readonly #followers = new Map<string, Follower>()
  readonly #rooms = new Map<string, ServedRoom>()
  #sentHead: ChatHead | undefined
  #stopWatching: (() => void) | undefined
  #flushing = false
  #ended = false
  #ownVisible: boolean
  #toldVisible: boolean | undefined

  constructor(chat: Chat, tab: string, visible: boolean, port: LeaderPort) {
    this.#chat = chat
    this.#tab = tab
    this.#port = port
    this.#ownVisible = visible
    this.#tellVisible()
  }

  handle(frame: FrameToLeader): void {
    if (this.#ended) return
    switch (frame.type) {
      case 'join':
        return this.#join(frame.tab, frame.visible)
      case 'leave':
        return this.leave(frame.tab)
      case 'visible': {
        const follower = this.#followers.get(frame.tab)
        if (follower !== undefined) follower.visible = frame.visible
        return this.#tellVisible()
      }
      case 'call':
        void this.#answer(frame.tab, frame.call, frame.command)
        return
      case 'cast':
        return runCast(this.#chat.room(frame.cast.room), frame.cast)
      case 'chunkTaken': {
        const follower = this.#followers.get(frame.tab)
        if (follower === undefined) return
        follower.underWay -= 1
        return this.#pump(frame.tab, follower)
      }
    }
  }

  /** A tab is gone, by its own word or because its presence ended. */
  leave(tab: string): void {
    if (!this.#followers.delete(tab)) return
    if (this.#followers.size === 0) this.#unwatch()
    this.#tellVisible()
  }

  setOwnVisible(visible: boolean): void {
    this.#ownVisible = visible
    this.#tellVisible()
  }

  /** Serves nobody from now on. */
  end(): void {
    this.#ended = true
    this.#followers.clear()
    this.#unwatch()
  }

  #unwatch(): void {
    this.#stopWatching?.()
    this.#stopWatching = undefined
    for (const { stop } of this.#rooms.values()) stop()
    this.#rooms.clear()
    this.#sentHead = undefined
  }

  #join(tab: string, visible: boolean): void {
    // What is pending goes to those who were here; the newcomer is given everything as it stands.
    if (this.#followers.size > 0) this.#flush()
    else this.#watch()
    const follower: Follower = { visible, queues: new Map(), underWay: 0 }
    this.#followers.set(tab, follower)
    const send = (frame: FrameToFollower): void => this.#port.post(tab, frame)
    send({ type: 'chat', tab: this.#tab, head: headOf(this.#chat.state) })
    for (const [id, { room }] of this.#rooms) {
      send({ type: 'room', tab: this.#tab, state: room.state })
      follower.queues.set(id, idsOf(room))
    }
    this.#pump(tab, follower)
    send({ type: 'welcome', tab: this.#tab, opener: this.#port.opener() })
    this.#tellVisible()
  }

  #watch(): void {
    this.#stopWatching = this.#chat.subscribe(() => this.#plan())
    this.#sentHead = headOf(this.#chat.state)
    for (const { id } of this.#chat.state.rooms) this.#serve(id)
  }

  #serve(id: string): ServedRoom | undefined {
    const room = this.#chat.room(id)
    if (room === undefined) return undefined
    const changed = new Set<string>()
    const stopState = room.subscribe(() => this.#plan())
    const stopMessages = room.onMessages((messages) => {
      for (const message of messages) changed.add(message.id)
      this.#plan()
    })
    const stop = (): void => {
      stopState()
      stopMessages()
    }
    const served: ServedRoom = { room, sent: room.state, known: new Set(idsOf(room)), changed, stop }
    this.#rooms.set(id, served)
    return served
  }

  #plan(): void {
    if (this.#flushing) return
    this.#flushing = true
    queueMicrotask(() => {
      this.#flushing = false
      this.#flush()
    })
  }

  #flush(): void {
    if (this.#followers.size === 0) return
    const head = headOf(this.#chat.state)
    const present = new Set(head.roomIds)
    for (const [id, served] of this.#rooms) {
      if (present.has(id) && this.#chat.room(id) === served.room) continue
      served.stop()
      this.#rooms.delete(id)
      // Left and joined again in one turn: it begins anew.
      if (present.has(id)) this.#drop(id, [...served.known])
    }
    if (this.#sentHead === undefined || keepShared(this.#sentHead, head) !== this.#sentHead) {
      this.#sentHead = head
      this.#toAll({ type: 'chat', tab: this.#tab, head })
    }
    for (const id of head.roomIds) {
      const served = this.#rooms.get(id)
      if (served !== undefined) this.#flushRoom(id, served)
      else this.#flushNewRoom(id)
    }
  }

  #flushNewRoom(id: string): void {
    const served = this.#serve(id)
    if (served === undefined) return
    this.#toAll({ type: 'room', tab: this.#tab, state: served.room.state })
    for (const [tab, follower] of this.#followers) {
      follower.queues.set(id, [...served.known])
      this.#pump(tab, follower)
    }
  }

  #flushRoom(id: string, served: ServedRoom): void {
    const { room, known, changed } = served
    if (room.state !== served.sent) {
      served.sent = room.state
      this.#toAll({ type: 'room', tab: this.#tab, state: room.state })
    }
    const put = [...changed].filter((id) => room.timeline.indexOf(id) >= 0).toSorted()
    changed.clear()
    for (const id of put) known.add(id)
    const drop = known.size === room.timeline.length ? [] : compareAll(room, known, put)
    if (put.length === 0 && drop.length === 0) return
    if (put.length <= chunkMessages) {
      const messages = readMessages(room, put)
      this.#toAll({ type: 'timeline', tab: this.#tab, room: id, put: messages, drop, chunk: false, whole: false })
      return
    }
    // History came in: it is handed on at the pace each tab can take.
    if (drop.length > 0) this.#drop(id, drop)
    for (const [tab, follower] of this.#followers) {
      follower.queues.set(id, [...new Set([...(follower.queues.get(id) ?? []), ...put])].toSorted())
      this.#pump(tab, follower)
    }
  }

  /** The next chunks, one room after the other, until enough are under way. */
  #pump(tab: string, follower: Follower): void {
    for (const [id, queue] of follower.queues) {
      if (follower.underWay >= chunksUnderWay) return
      const room = this.#rooms.get(id)?.room
      // To the end of the line, so that every room gets its turn.
      follower.queues.delete(id)
      if (room === undefined) continue
      const put = readMessages(room, queue.splice(-chunkMessages))
      if (queue.length > 0) follower.queues.set(id, queue)
      follower.underWay += 1
      const whole = queue.length === 0
      this.#port.post(tab, { type: 'timeline', tab: this.#tab, room: id, put, drop: [], chunk: true, whole })
    }
  }

  async #answer(tab: string, call: number, command: Command): Promise<void> {
    this.#port.post(tab, { type: 'taken', tab: this.#tab, call })
    let answer: Answer
    try {
      answer = { ok: true, value: await runCommand(this.#chat, command) }
    } catch (error) {
      answer = { ok: false, error: packError(error) }
    }
    // What the command changed arrives before the answer, as it does with the real chat.
    this.#flush()
    this.#port.post(tab, { type: 'answer', tab: this.#tab, call, answer })
  }

  #drop(room: string, drop: readonly string[]): void {
    this.#toAll({ type: 'timeline', tab: this.#tab, room, put: [], drop, chunk: false, whole: false })
  }

  #toAll(frame: FrameToFollower): void {
    for (const tab of this.#followers.keys()) this.#port.post(tab, frame)
  }

  #tellVisible(): void {
    if (this.#ended) return
    const visible = this.#ownVisible || [...this.#followers.values()].some((follower) => follower.visible)
    if (visible === this.#toldVisible) return
    this.#toldVisible = visible
    this.#chat.setVisible(visible)
  }
}

function idsOf({ timeline }: Room): string[] {
  return Array.from({ length: timeline.length }, (_, i) => timeline.at(i).id)
}

function readMessages({ timeline }: Room, ids: readonly string[]): readonly Message[] {
  const messages: Message[] = []
  for (const id of ids) {
    const index = timeline.indexOf(id)
    if (index >= 0) messages.push(timeline.at(index))
  }
  return messages
}

/**
 * The set of messages is not what was announced: some expired, or came unannounced. Finds both by looking at all of
 * them; adds the latter to `put` and `known`, takes the former out of `known` and answers with them.
 */
function compareAll(room: Room, known: Set<string>, put: string[]): readonly string[] {
  const drop = [...known].filter((id) => room.timeline.indexOf(id) < 0)
  for (const id of drop) known.delete(id)
  for (const id of idsOf(room)) {
    if (known.has(id)) continue
    known.add(id)
    put.push(id)
  }
  put.sort()
  return drop
}

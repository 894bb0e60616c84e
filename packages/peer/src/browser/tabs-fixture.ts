/**
 * Stand-ins for tests of shared tabs: a chat that keeps its messages on a `FixtureDisk` so that the next leader finds
 * them, and a browser in one process whose tabs can be killed and frozen.
 */
import type { Chat, ChatState, Message, Room, RoomState, SyncState } from '../chat.ts'
import { LinkMalformed, MessageRefused } from '../errors.ts'
import { ChunkedTimeline } from '../timeline-view.ts'
import type { TabChannel, TabEnvironment } from './tabs-election.ts'

export interface SavedRoom {
  readonly title: string
  readonly messages: readonly Message[]
}

/** What outlives a leader. */
export interface FixtureDisk {
  load(): Readonly<Record<string, SavedRoom>>
  save(rooms: Readonly<Record<string, SavedRoom>>): void
}

export function memoryDisk(rooms: Readonly<Record<string, SavedRoom>> = {}): FixtureDisk {
  let saved = rooms
  return {
    load: () => saved,
    save: (next) => {
      saved = next
    },
  }
}

export function fixtureMessage(number: number, change: Partial<Message> = {}): Message {
  return {
    id: String(number).padStart(26, '0'),
    author: 'a'.repeat(64),
    session: 'b'.repeat(64),
    name: 'Ada',
    time: 1_700_000_000_000 + number,
    text: `message ${number}`,
    edited: false,
    deleted: false,
    mine: false,
    replyTo: undefined,
    reactions: [],
    delivery: 'stored',
    storedBy: 0,
    receipt: true,
    ...change,
  }
}

export function fixtureMessages(count: number): readonly Message[] {
  return Array.from({ length: count }, (_, i) => fixtureMessage(i + 1))
}

/** Pauses of the fixture, so that a tab can die in the middle of a command. */
export interface Pauses {
  /** After the command arrived, before anything is kept. */
  beforeKept?: (() => Promise<void>) | undefined
  /** After it is kept, before it is answered. */
  afterKept?: (() => Promise<void>) | undefined
  /** While the rooms are read from the disk. */
  loading?: (() => Promise<void>) | undefined
}

export class FixtureChat implements Chat {
  readonly rooms: Map<string, FixtureRoom> = new Map()
  readonly pauses: Pauses
  readonly disk: FixtureDisk
  readonly casts: string[] = []
  readonly visibility: boolean[] = []
  closed = false
  #name = 'Robin'
  #state: ChatState | undefined
  readonly #listeners = new Set<() => void>()
  #scheduled = false

  constructor(disk: FixtureDisk, pauses: Pauses = {}) {
    this.disk = disk
    this.pauses = pauses
    for (const [id, { title }] of Object.entries(disk.load())) this.rooms.set(id, new FixtureRoom(id, title, this))
    void this.#load()
  }

  get state(): ChatState {
    this.#state ??= {
      settings: { name: this.#name, relayOnly: false },
      rooms: [...this.rooms.values()].map(({ state }) => state),
      ready: true,
      atRest: 'key',
      storedBytes: undefined,
    }
    return this.#state
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  room(id: string): FixtureRoom | undefined {
    return this.rooms.get(id)
  }

  async create(options: { readonly title?: string | undefined } = {}): Promise<Room> {
    return this.join(`kith:#${options.title ?? 'untitled'}`)
  }

  async join(link: string): Promise<Room> {
    if (!link.startsWith('kith:#')) throw new LinkMalformed()
    await this.pauses.beforeKept?.()
    const id = link.slice(6)
    let room = this.rooms.get(id)
    if (room === undefined) {
      room = new FixtureRoom(id, id, this)
      room.load([])
      this.rooms.set(id, room)
      this.keep()
    }
    await this.pauses.afterKept?.()
    return room
  }

  async forget(id: string): Promise<void> {
    this.rooms.delete(id)
    this.keep()
  }

  async setName(name: string): Promise<void> {
    this.#name = name
    this.changed()
  }

  async setRelayOnly(): Promise<void> {}

  setVisible(visible: boolean): void {
    this.visibility.push(visible)
  }

  async close(): Promise<void> {
    this.closed = true
  }

  /** Writes everything to the disk, unless this chat's tab is gone. */
  keep(): void {
    const saved = [...this.rooms.values()].map((room) => [
      room.id,
      { title: room.state.title, messages: [...room.view] },
    ])
    this.disk.save(Object.fromEntries(saved) as Record<string, SavedRoom>)
    this.changed()
  }

  changed(): void {
    this.#state = undefined
    if (this.#scheduled) return
    this.#scheduled = true
    queueMicrotask(() => {
      this.#scheduled = false
      for (const listener of this.#listeners) listener()
    })
  }

  async #load(): Promise<void> {
    await this.pauses.loading?.()
    const saved = this.disk.load()
    for (const room of this.rooms.values()) room.load(saved[room.id]?.messages ?? [])
  }
}

export class FixtureRoom implements Room {
  readonly id: string
  view: ChunkedTimeline = new ChunkedTimeline()
  #state: RoomState
  readonly #chat: FixtureChat
  readonly #listeners = new Set<() => void>()
  readonly #readers = new Set<(messages: readonly Message[]) => void>()
  #scheduled = false

  constructor(id: string, title: string, chat: FixtureChat) {
    this.id = id
    this.#chat = chat
    this.#state = {
      id,
      title,
      link: `kith:#${id}`,
      relay: 'none',
      relayHost: undefined,
      me: 'c'.repeat(64),
      people: [],
      sync: { phase: 'loading', have: 0, total: 0, gaps: 0 },
      unread: 0,
      firstUnread: undefined,
      draft: '',
      notices: [],
      newest: undefined,
    }
  }

  get state(): RoomState {
    return this.#state
  }

  get timeline(): ChunkedTimeline {
    return this.view
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  onMessages(listener: (messages: readonly Message[]) => void): () => void {
    this.#readers.add(listener)
    return () => void this.#readers.delete(listener)
  }

  async send(text: string, options: { readonly replyTo?: string | undefined } = {}): Promise<string> {
    if (text === '') throw new MessageRefused('empty')
    await this.#chat.pauses.beforeKept?.()
    const number = Number(this.view.newest?.id ?? 0) + 1
    const message = fixtureMessage(number, {
      text,
      mine: true,
      name: 'Robin',
      replyTo: options.replyTo,
      receipt: false,
    })
    this.put([message])
    this.#chat.keep()
    await this.#chat.pauses.afterKept?.()
    return message.id
  }

  async edit(id: string, text: string): Promise<void> {
    await this.#chat.pauses.beforeKept?.()
    const message = this.view.find(id)
    if (message === undefined) throw new MessageRefused('unknownTarget')
    this.put([{ ...message, text, edited: true }])
    this.#chat.keep()
    await this.#chat.pauses.afterKept?.()
  }

  async delete(id: string): Promise<void> {
    await this.edit(id, '')
  }

  async react(id: string, emoji: string, on: boolean): Promise<void> {
    const message = this.view.find(id)
    if (message === undefined) throw new MessageRefused('unknownTarget')
    this.put([{ ...message, reactions: on ? [{ emoji, by: [this.#state.me] }] : [] }])
  }

  setTyping(typing: boolean): void {
    this.#chat.casts.push(`typing ${typing}`)
  }

  setDraft(draft: string): void {
    this.#chat.casts.push(`draft ${draft}`)
    this.set({ draft })
  }

  async setTitle(title: string): Promise<void> {
    this.set({ title })
    this.#chat.keep()
  }

  async setName(name: string): Promise<void> {
    this.#chat.casts.push(`name ${name}`)
  }

  markRead(): void {
    this.#chat.casts.push('read')
    this.set({ unread: 0 })
  }

  dismissNotice(id: number): void {
    this.set({ notices: this.#state.notices.filter((notice) => notice.id !== id) })
  }

  load(messages: readonly Message[]): void {
    const sync: SyncState = { phase: 'synced', have: messages.length, total: messages.length, gaps: 0 }
    this.put(messages)
    this.set({ sync })
  }

  put(messages: readonly Message[]): void {
    this.view = this.view.apply(messages.map((message) => ({ type: 'put', message })))
    this.set({ newest: this.view.newest })
    if (messages.length > 0) for (const reader of this.#readers) reader(messages)
  }

  /** Messages expire without a mark. */
  drop(...ids: readonly string[]): void {
    this.view = this.view.apply(ids.map((id) => ({ type: 'drop', id })))
    this.set({ newest: this.view.newest })
  }

  set(change: Partial<RoomState>): void {
    this.#state = { ...this.#state, ...change }
    this.#chat.changed()
    if (this.#scheduled) return
    this.#scheduled = true
    queueMicrotask(() => {
      this.#scheduled = false
      for (const listener of this.#listeners) listener()
    })
  }
}

interface LockRequest {
  readonly tab: FixtureTab
  readonly held: () => Promise<void>
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** Web Locks, BroadcastChannels and timers of one profile. Time passes only by `advance`. */
export class FixtureBrowser {
  readonly #holders = new Map<string, LockRequest>()
  readonly #queues = new Map<string, LockRequest[]>()
  readonly #channels = new Set<{ readonly name: string; readonly tab: FixtureTab; receive: (frame: unknown) => void }>()
  readonly #timers = new Set<{ at: number; readonly tab: FixtureTab; readonly fire: () => void }>()
  #now = 0
  #tabs = 0
  /** Everything that was posted: a look at the traffic. */
  readonly posted: { readonly channel: string; readonly frame: { readonly type: string } }[] = []

  tab(): FixtureTab {
    return new FixtureTab(this, `tab${++this.#tabs}`)
  }

  /** Lets everything that is under way happen. */
  async settle(): Promise<void> {
    for (let i = 0; i < 300; i++) await new Promise((resolve) => setImmediate(resolve))
  }

  async advance(ms: number): Promise<void> {
    const until = this.#now + ms
    for (;;) {
      const due = [...this.#timers]
        .filter(({ at, tab }) => at <= until && tab.running)
        .toSorted((a, b) => a.at - b.at)[0]
      if (due === undefined) break
      this.#now = Math.max(this.#now, due.at)
      this.#timers.delete(due)
      due.fire()
      await this.settle()
    }
    this.#now = until
    await this.settle()
  }

  after(tab: FixtureTab, delayMs: number, fire: () => void): () => void {
    const timer = { at: this.#now + delayMs, tab, fire }
    this.#timers.add(timer)
    return () => void this.#timers.delete(timer)
  }

  openChannel(tab: FixtureTab, name: string, receive: (frame: unknown) => void): TabChannel {
    const channel = { name, tab, receive }
    this.#channels.add(channel)
    return {
      post: (frame) => {
        if (!tab.running) return
        const copy: unknown = structuredClone(frame)
        this.posted.push({ channel: name, frame: copy as { type: string } })
        for (const other of this.#channels) {
          if (other === channel || other.name !== name) continue
          setImmediate(() => other.tab.run(() => other.receive(structuredClone(copy))))
        }
      },
      close: () => setImmediate(() => this.#channels.delete(channel)),
    }
  }

  requestLock(
    tab: FixtureTab,
    name: string,
    options: { readonly steal?: boolean; readonly signal?: AbortSignal },
    held: () => Promise<void>,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const request: LockRequest = { tab, held, resolve, reject }
      if (options.steal === true) {
        const robbed = this.#holders.get(name)
        robbed?.tab.run(() => robbed.reject(new DOMException('stolen', 'AbortError')))
        return this.#grant(name, request)
      }
      const queue = this.#queues.get(name) ?? []
      this.#queues.set(name, queue)
      queue.push(request)
      options.signal?.addEventListener('abort', () => {
        const at = queue.indexOf(request)
        if (at < 0) return
        queue.splice(at, 1)
        reject(new DOMException('withdrawn', 'AbortError'))
      })
      setImmediate(() => this.#next(name))
    })
  }

  end(tab: FixtureTab): void {
    for (const queue of this.#queues.values()) {
      for (const request of queue.filter((other) => other.tab === tab)) queue.splice(queue.indexOf(request), 1)
    }
    for (const [name, request] of this.#holders) {
      if (request.tab !== tab) continue
      this.#holders.delete(name)
      setImmediate(() => this.#next(name))
    }
  }

  #next(name: string): void {
    if (this.#holders.has(name)) return
    const request = this.#queues.get(name)?.shift()
    if (request !== undefined) this.#grant(name, request)
  }

  #grant(name: string, request: LockRequest): void {
    this.#holders.set(name, request)
    setImmediate(() =>
      request.tab.run(() => {
        void request.held().then(() => {
          if (this.#holders.get(name) === request) {
            this.#holders.delete(name)
            this.#next(name)
          }
          request.resolve()
        }, request.reject)
      }),
    )
  }
}

export class FixtureTab implements TabEnvironment {
  readonly tab: string
  readonly #browser: FixtureBrowser
  #frozen: (() => void)[] | undefined
  #killed = false

  constructor(browser: FixtureBrowser, tab: string) {
    this.#browser = browser
    this.tab = tab
  }

  get running(): boolean {
    return !this.#killed && this.#frozen === undefined
  }

  after(delayMs: number, fire: () => void): () => void {
    return this.#browser.after(this, delayMs, fire)
  }

  requestLock(
    name: string,
    options: { readonly steal?: boolean; readonly signal?: AbortSignal },
    held: () => Promise<void>,
  ): Promise<void> {
    return this.#browser.requestLock(this, name, options, held)
  }

  openChannel(name: string, receive: (frame: unknown) => void): TabChannel {
    return this.#browser.openChannel(this, name, receive)
  }

  /** Now, when it wakes, or never. */
  run(work: () => void): void {
    if (this.#killed) return
    if (this.#frozen === undefined) work()
    else this.#frozen.push(work)
  }

  /** The process is gone: nothing more is heard or said, and its locks are free. */
  kill(): void {
    this.#killed = true
    this.#browser.end(this)
  }

  /** The tab keeps its locks and does nothing. */
  freeze(): void {
    this.#frozen ??= []
  }

  wake(): void {
    const missed = this.#frozen ?? []
    this.#frozen = undefined
    for (const work of missed) work()
  }
}

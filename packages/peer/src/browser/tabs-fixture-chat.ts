/** A chat for tests of shared tabs: it keeps its messages on a `FixtureDisk`, so that the next leader finds them. */
import type {
  Chat,
  ChatState,
  GovernCommand,
  Message,
  Opener,
  PasskeyAnswer,
  Quiet,
  ReachReport,
  Room,
  RoomMap,
  RoomState,
  SendOptions,
  SyncState,
} from '../chat.ts'
import type { Attachment, FileInfo, FileToSend } from '../files.ts'
import { noContacts, noIdentity } from '../identity-state.ts'
import { MemoryFiles } from '../memory/files.ts'
import { LinkMalformed, MessageRefused } from '../errors.ts'
import { MemoryLock } from '../memory/lock.ts'
import { absentReport } from '../open-room.ts'
import { ChunkedTimeline } from '../timeline-view.ts'

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
    keptBy: 0,
    receipt: true,
    attachments: [],
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
  readonly lock: MemoryLock
  closed = false
  #name = 'Robin'
  #state: ChatState | undefined
  readonly #listeners = new Set<() => void>()
  #scheduled = false

  constructor(disk: FixtureDisk, pauses: Pauses = {}, lock: MemoryLock = new MemoryLock()) {
    this.lock = lock
    this.disk = disk
    this.pauses = pauses
    for (const [id, { title }] of Object.entries(disk.load())) this.rooms.set(id, new FixtureRoom(id, title, this))
    void this.#load()
  }

  get state(): ChatState {
    this.#state ??= {
      settings: { name: this.#name, relayOnly: false, lockAfter: 0, fileLimit: 0 },
      rooms: [...this.rooms.values()].map(({ state }) => state),
      ready: true,
      atRest: this.lock.atRest,
      passkey: this.lock.passkey,
      storedBytes: undefined,
      files: undefined,
      kept: undefined,
      identity: noIdentity,
      contacts: noContacts,
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

  async identify(): Promise<string | undefined> {
    return undefined
  }

  async contact(): Promise<string | undefined> {
    return undefined
  }

  async setPasskey(next: PasskeyAnswer, current?: Opener): Promise<void> {
    await this.pauses.beforeKept?.()
    await this.lock.setPasskey(next, current)
    this.changed()
    await this.pauses.afterKept?.()
  }

  async setLockAfter(): Promise<void> {}

  async setFileLimit(): Promise<void> {}

  async setPassphrase(next: string, current?: Opener): Promise<void> {
    await this.pauses.beforeKept?.()
    await this.lock.setPassphrase(next, current)
    this.changed()
    await this.pauses.afterKept?.()
  }

  async removePassphrase(current: Opener): Promise<void> {
    await this.lock.removePassphrase(current)
    this.changed()
  }

  async freeSpace(): Promise<number> {
    return 0
  }

  setVisible(visible: boolean): void {
    this.visibility.push(visible)
  }

  async close(): Promise<void> {
    this.closed = true
  }

  /** How many listen to this chat and its rooms. */
  get watchers(): number {
    return [...this.rooms.values()].reduce((sum, room) => sum + room.watchers, this.#listeners.size)
  }

  /** Writes everything to the disk. */
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
  readonly files: MemoryFiles = new MemoryFiles({
    key: (seed) => seed,
    paceMs: 0,
    changed: (file) => this.#fileChanged(file),
    draftChanged: (draftFiles) => this.set({ draftFiles }),
    anybody: () => true,
  })
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
      draftFiles: [],
      notices: [],
      newest: undefined,
      kind: 'open',
      members: undefined,
      entering: undefined,
      comparing: [],
      shown: false,
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

  get watchers(): number {
    return this.#listeners.size + this.#readers.size
  }

  async send(text: string, options: SendOptions = {}): Promise<string> {
    if (text === '' && (options.files ?? []).length === 0) throw new MessageRefused('empty')
    await this.#chat.pauses.beforeKept?.()
    const number = Number(this.view.newest?.id ?? 0) + 1
    const message = fixtureMessage(number, {
      text,
      mine: true,
      name: 'Robin',
      replyTo: options.replyTo,
      receipt: false,
      attachments: this.files.leave(options.files ?? []),
    })
    this.put([message])
    this.#chat.keep()
    await this.#chat.pauses.afterKept?.()
    return message.id
  }

  addToDraft(file: FileToSend): Promise<FileInfo> {
    return this.files.addToDraft(file)
  }

  async removeFromDraft(root: string): Promise<void> {
    this.files.removeFromDraft(root)
  }

  async attach(files: readonly FileToSend[], options: { readonly text?: string } = {}): Promise<string> {
    const taken = await Promise.all(files.map((file) => this.files.addToDraft(file)))
    return this.send(options.text ?? '', { files: taken.map(({ root }) => root) })
  }

  async fetchFile(root: string): Promise<void> {
    this.files.fetch(root)
  }

  async pauseFile(root: string): Promise<void> {
    this.files.pause(root)
  }

  async freeFile(root: string): Promise<void> {
    this.files.free(root)
  }

  readFile(root: string, from: number, length: number): Promise<Uint8Array> {
    return this.files.read(root, from, length)
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

  async map(): Promise<RoomMap> {
    await this.#chat.pauses.beforeKept?.()
    const { id } = this
    return { self: id, mode: 'small', online: this.view.length, nodes: [], links: [], gaps: [[id, id]], trees: [] }
  }

  async reachReport(who: string): Promise<ReachReport> {
    await this.#chat.pauses.beforeKept?.()
    return absentReport(who, this.#state.title, 'none')
  }

  async govern(command: GovernCommand): Promise<string | undefined> {
    await this.#chat.pauses.beforeKept?.()
    this.#chat.casts.push(`govern ${command.type}`)
    await this.#chat.pauses.afterKept?.()
    return command.type === 'invite' ? 'invite 1' : undefined
  }

  async verify(): Promise<string | undefined> {
    return undefined
  }

  async setQuiet(who: string, quiet: Quiet | undefined): Promise<void> {
    this.#chat.casts.push(`quiet ${who} ${quiet}`)
  }

  #fileChanged(file: Attachment): void {
    const changed = [...this.view].filter(({ attachments }) => attachments.some(({ root }) => root === file.root))
    this.put(changed.map((message) => ({ ...message, attachments: [file] })))
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

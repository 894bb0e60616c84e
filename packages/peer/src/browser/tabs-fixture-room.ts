/** A room for tests of shared tabs (`tabs-fixture-chat.ts`). */
import type {
  GovernCommand,
  Message,
  Quiet,
  ReachReport,
  Room,
  RoomMap,
  RoomState,
  SendOptions,
  SyncState,
  Telling,
} from '../chat.ts'
import type { Attachment, FileInfo, FileToSend } from '../files.ts'
import { MessageRefused } from '../errors.ts'
import { MemoryFiles } from '../memory/files.ts'
import { absentReport } from '../absent-report.ts'
import { ChunkedTimeline } from '../timeline-view.ts'

/** Pauses of the fixture, so that a tab can die in the middle of a command. */
export interface Pauses {
  /** After the command arrived, before anything is kept. */
  beforeKept?: (() => Promise<void>) | undefined
  /** After it is kept, before it is answered. */
  afterKept?: (() => Promise<void>) | undefined
  /** While the rooms are read from the disk. */
  loading?: (() => Promise<void>) | undefined
}

/** The chat such a room belongs to. */
export interface FixtureHome {
  readonly pauses: Pauses
  /** What was said to a room without an answer, in order. */
  readonly casts: string[]
  /** Writes everything to the disk. */
  keep(): void
  changed(): void
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

export class FixtureRoom implements Room {
  readonly id: string
  view: ChunkedTimeline = new ChunkedTimeline()
  #state: RoomState
  readonly #chat: FixtureHome
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

  constructor(id: string, title: string, chat: FixtureHome) {
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
      telling: 'everything',
      news: undefined,
      draft: '',
      draftFiles: [],
      notices: [],
      newest: undefined,
      pins: [],
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

  async pin(id: string, on: boolean): Promise<void> {
    if (this.view.find(id) === undefined) throw new MessageRefused('unknownTarget')
    this.set({ pins: on ? [id] : [] })
  }

  setTyping(typing: boolean): void {
    this.#chat.casts.push(`typing ${typing}`)
  }

  setDraft(draft: string): void {
    this.#chat.casts.push(`draft ${draft}`)
    this.set({ draft })
  }

  async setTelling(telling: Telling): Promise<void> {
    this.set({ telling })
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

/**
 * One room as this tab's interface holds it: the same object, whichever tab leads.
 *
 * It shows a source: the real room where this tab leads, a mirror elsewhere. When the lead changes, the old source stays
 * on show until the new one has loaded what is stored, so that nothing flickers away and comes back.
 */
import type {
  GovernCommand,
  VerifyCommand,
  Message,
  Quiet,
  ReachReport,
  Room,
  RoomMap,
  RoomState,
  SendOptions,
  Telling,
  TimelineView,
} from '../chat.ts'
import type { FileInfo, FileToSend } from '../files.ts'
import { keepShared } from './tabs-mirror.ts'
import type { RoomSource } from './tabs-mirror.ts'
import type { Cast, Command, CommandValue } from './tabs-wire.ts'

/** What a room asks of the chat it belongs to. */
export interface RoomPort {
  issue(command: Command): Promise<CommandValue>
  cast(cast: Cast): void
  /** Something in this room changed. */
  changed(room: SharedRoom): void
}

export class SharedRoom implements Room {
  readonly id: string
  readonly #port: RoomPort
  #shown: RoomSource
  #stopShown: () => void = () => undefined
  #next: { readonly source: RoomSource; readonly stop: () => void } | undefined
  /** What was typed here and has not come back from the leader yet: older echoes must not undo it. */
  #draft: string | undefined
  #state: RoomState
  readonly #listeners = new Set<() => void>()
  readonly #readers = new Set<(messages: readonly Message[]) => void>()
  readonly #settling = new Set<() => void>()

  constructor(id: string, source: RoomSource, port: RoomPort) {
    this.id = id
    this.#port = port
    this.#shown = source
    this.#state = source.state
    this.#show(source)
  }

  get state(): RoomState {
    return this.#state
  }

  get timeline(): TimelineView {
    return this.#shown.timeline
  }

  /** Takes over at once when it has loaded, else as soon as it has, at the latest when `hurry` is called. */
  use(source: RoomSource): void {
    if (source === this.#next?.source) return
    this.#next?.stop()
    this.#next = undefined
    if (source === this.#shown) return
    if (source.settled) return this.#replace(source)
    const stop = source.subscribe(() => {
      if (source.settled) this.#replace(source)
    })
    this.#next = { source, stop }
  }

  hurry(): void {
    if (this.#next !== undefined) this.#replace(this.#next.source)
  }

  /** Resolves when what is shown comes from the newest source and that has loaded. */
  whenSettled(): Promise<void> {
    if (this.#next === undefined && this.#shown.settled) return Promise.resolve()
    return new Promise((resolve) => this.#settling.add(resolve))
  }

  /** The room is gone; whoever waits for it goes on. */
  end(): void {
    this.#next?.stop()
    this.#next = undefined
    this.#stopShown()
    this.#settle()
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  onMessages(listener: (messages: readonly Message[]) => void): () => void {
    this.#readers.add(listener)
    return () => void this.#readers.delete(listener)
  }

  notify(): void {
    for (const listener of this.#listeners) listener()
  }

  async send(text: string, options: SendOptions = {}): Promise<string> {
    const { replyTo, files = [] } = options
    return (await this.#port.issue({ name: 'send', room: this.id, text, replyTo, files })) as string
  }

  async addToDraft(file: FileToSend): Promise<FileInfo> {
    return (await this.#port.issue({ name: 'addToDraft', room: this.id, file })) as FileInfo
  }

  async removeFromDraft(root: string): Promise<void> {
    await this.#port.issue({ name: 'removeFromDraft', room: this.id, root })
  }

  async attach(
    files: readonly FileToSend[],
    options: { readonly text?: string; readonly replyTo?: string | undefined } = {},
  ): Promise<string> {
    const { text = '', replyTo } = options
    return (await this.#port.issue({ name: 'attach', room: this.id, files, text, replyTo })) as string
  }

  async fetchFile(root: string): Promise<void> {
    await this.#port.issue({ name: 'fetchFile', room: this.id, root })
  }

  async pauseFile(root: string): Promise<void> {
    await this.#port.issue({ name: 'pauseFile', room: this.id, root })
  }

  async freeFile(root: string): Promise<void> {
    await this.#port.issue({ name: 'freeFile', room: this.id, root })
  }

  async readFile(root: string, from: number, length: number): Promise<Uint8Array> {
    return (await this.#port.issue({ name: 'readFile', room: this.id, root, from, length })) as Uint8Array
  }

  async edit(id: string, text: string): Promise<void> {
    await this.#port.issue({ name: 'edit', room: this.id, id, text })
  }

  async delete(id: string): Promise<void> {
    await this.#port.issue({ name: 'delete', room: this.id, id })
  }

  async react(id: string, emoji: string, on: boolean): Promise<void> {
    await this.#port.issue({ name: 'react', room: this.id, id, emoji, on })
  }

  async setTelling(value: Telling): Promise<void> {
    await this.#port.issue({ name: 'setTelling', room: this.id, value })
  }

  async pin(id: string, on: boolean): Promise<void> {
    await this.#port.issue({ name: 'pin', room: this.id, id, on })
  }

  async setTitle(value: string): Promise<void> {
    await this.#port.issue({ name: 'setTitle', room: this.id, value })
  }

  async setName(value: string): Promise<void> {
    await this.#port.issue({ name: 'setName', room: this.id, value })
  }

  setTyping(typing: boolean): void {
    this.#port.cast({ name: 'setTyping', room: this.id, typing })
  }

  setDraft(text: string): void {
    this.#draft = text
    this.#port.cast({ name: 'setDraft', room: this.id, text })
    this.#refresh()
  }

  /** To a new leader, which may not have heard what was typed last. */
  repeatDraft(): void {
    if (this.#draft !== undefined) this.#port.cast({ name: 'setDraft', room: this.id, text: this.#draft })
  }

  markRead(): void {
    this.#port.cast({ name: 'markRead', room: this.id })
  }

  dismissNotice(id: number): void {
    this.#port.cast({ name: 'dismissNotice', room: this.id, id })
  }

  /** Where another tab leads, it is asked: only its engine knows. */
  async map(): Promise<RoomMap> {
    return (await this.#port.issue({ name: 'map', room: this.id })) as RoomMap
  }

  async reachReport(who: string): Promise<ReachReport> {
    return (await this.#port.issue({ name: 'reachReport', room: this.id, who })) as ReachReport
  }

  async govern(command: GovernCommand): Promise<string | undefined> {
    return (await this.#port.issue({ name: 'govern', room: this.id, command })) as string | undefined
  }

  async verify(command: VerifyCommand): Promise<string | undefined> {
    return (await this.#port.issue({ name: 'verify', room: this.id, command })) as string | undefined
  }

  async setQuiet(who: string, quiet: Quiet | undefined): Promise<void> {
    await this.#port.issue({ name: 'setQuiet', room: this.id, who, quiet })
  }

  #show(source: RoomSource): void {
    this.#stopShown()
    this.#shown = source
    const stopState = source.subscribe(() => this.#refresh())
    const stopMessages = source.onMessages((messages) => this.#tell(messages))
    this.#stopShown = () => {
      stopState()
      stopMessages()
    }
    this.#refresh()
  }

  #replace(source: RoomSource): void {
    const before = this.#shown.timeline
    this.#next?.stop()
    this.#next = undefined
    this.#show(source)
    if (this.#readers.size > 0) this.#tell(differences(before, source.timeline))
  }

  #refresh(): void {
    const { state } = this.#shown
    if (state.draft === this.#draft) this.#draft = undefined
    const next = this.#draft === undefined ? state : { ...state, draft: this.#draft }
    if (this.#state !== next) this.#state = keepShared(this.#state, next)
    if (this.#next === undefined && this.#shown.settled) this.#settle()
    this.#port.changed(this)
  }

  #settle(): void {
    for (const resolve of this.#settling) resolve()
    this.#settling.clear()
  }

  #tell(messages: readonly Message[]): void {
    if (messages.length > 0) for (const reader of this.#readers) reader(messages)
  }
}

/** The messages of `next` that are new or not what they were. */
function differences(before: TimelineView, next: TimelineView): readonly Message[] {
  const different: Message[] = []
  for (let i = 0; i < next.length; i++) {
    const message = next.at(i)
    const was = before.indexOf(message.id)
    if (was < 0 || keepShared(before.at(was), message) !== before.at(was)) different.push(message)
  }
  return different
}

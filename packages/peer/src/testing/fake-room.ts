/** One room of the fake chat. */
import type { Millis, ReachReport, RoomMap } from '@kith/protocol'
import type {
  GovernCommand,
  Message,
  News,
  Notice,
  Person,
  Quiet,
  RelayState,
  Room,
  RoomState,
  SendOptions,
  SyncState,
  Telling,
  TimelineView,
} from '../chat.ts'
import type { Comparing, VerifyCommand } from '../identity-state.ts'
import { verifyFake } from './fake-identity.ts'
import { GovernRefused } from '../errors.ts'
import type { Entering, MembersState } from '../members-state.ts'
import type { Attachment, FileInfo, FileToSend } from '../files.ts'
import { MemoryFiles, type MemoryFile } from '../memory/files.ts'
import { isMentioned } from '../mentions.ts'
import { newsOf } from '../news.ts'
import { fakeId, fakeKey } from './fake-keys.ts'
import { fakeReport, smallMap } from './fake-map.ts'
import { fakeMembership, fakeMembersState, governFake, type FakeMembers, type IdOf } from './fake-members.ts'
import { fakePerson, idOfFake, verifiedAs, withCarriers, type FakePerson } from './fake-people.ts'
import { FakeTimeline } from './fake-timeline.ts'

/** A message of a fixture: who by name (undefined is me), what, and how long before now. */
export interface FakeMessage {
  readonly by?: string | undefined
  readonly text: string
  readonly agoMs: Millis
  /** Position in the same list of the message this one answers. */
  readonly answers?: number | undefined
  /** Emoji to the names of who reacted; the empty name is me. */
  readonly reactions?: Readonly<Record<string, readonly string[]>> | undefined
  /** Who pinned it; the empty name is me. */
  readonly pinnedBy?: string | undefined
  readonly edited?: boolean | undefined
  readonly deleted?: boolean | undefined
  readonly delivery?: Message['delivery'] | undefined
  readonly files?: readonly MemoryFile[] | undefined
}

export interface FakeRoomOptions {
  readonly title: string
  readonly link: string
  readonly myName?: string | undefined
  readonly people?: readonly FakePerson[] | undefined
  readonly messages?: readonly FakeMessage[] | undefined
  readonly relay?: RelayState | undefined
  readonly sync?: SyncState | undefined
  /** How many of the newest messages were not read. */
  readonly unread?: number | undefined
  readonly telling?: Telling | undefined
  readonly draft?: string | undefined
  readonly comparing?: readonly Comparing[] | undefined
  readonly shown?: boolean | undefined
  readonly draftFiles?: readonly MemoryFile[] | undefined
  readonly notices?: readonly Notice[] | undefined
  readonly paceMs?: number | undefined
  /** `send` rejects. */
  readonly refusing?: boolean | undefined
  readonly now?: (() => Millis) | undefined
  /** Everybody with everybody without it. */
  readonly map?: ((people: readonly Person[]) => RoomMap) | undefined
  /** `map` and `reachReport` never answer, or reject. */
  readonly mapState?: 'loading' | 'failing' | undefined
  /** Makes it a members room. */
  readonly members?: FakeMembers | undefined
}

/** Named as the peer names its own. */
export class MessageRefused extends Error {
  override readonly name = 'MessageRefused'
  readonly code: string

  constructor(code: string) {
    super(`the message was refused: ${code}`)
    this.code = code
  }
}

export class FakeRoom implements Room {
  readonly id: string
  readonly #listeners = new Set<() => void>()
  readonly #messageListeners = new Set<(messages: readonly Message[]) => void>()
  readonly #parentChanged: () => void
  readonly #now: () => Millis
  readonly #paceMs: number
  readonly #options: FakeRoomOptions
  #messages: readonly Message[] = []
  #timeline: TimelineView | undefined
  #state: RoomState
  #counter = 0
  #scheduled = false
  #newestRead: string | undefined
  /** `send`, `edit`, `delete` and `react` reject from now on. */
  refusing: boolean
  /** What the interface last said by `setTyping`. */
  typing = false
  readonly files: MemoryFiles

  constructor(options: FakeRoomOptions, parentChanged: () => void = () => {}) {
    this.#options = options
    this.#parentChanged = parentChanged
    this.#now = options.now ?? Date.now
    this.#paceMs = options.paceMs ?? 0
    this.refusing = options.refusing ?? false
    this.id = fakeKey(`room ${options.link}`).slice(0, 32)
    const myName = options.myName ?? 'Robin'
    const me = fakeKey(`person ${myName}`)
    const people = withCarriers(
      [
        fakePerson({ name: myName, id: me, online: true }, true),
        ...(options.people ?? []).map((other) => fakePerson(other, false)),
      ],
      options.people ?? [],
    )
    const { members } = options
    const idOf: IdOf = (name) =>
      name === '' ? me : (people.find((other) => other.name === name)?.id ?? fakeKey(`person ${name}`))
    const now = this.#now()
    const withRecord =
      members === undefined
        ? people
        : people.map((other): Person => {
            if (other.keeper !== undefined) return other
            const member = other.me
              ? { role: members.myRole ?? 'founder', below: false }
              : (options.people?.find((option) => idOfFake(option) === other.id)?.member ?? {})
            return { ...other, membership: fakeMembership(member, idOf, now) }
          })
    this.#state = {
      id: this.id,
      kind: members === undefined ? 'open' : 'members',
      title: options.title,
      link: members === undefined ? options.link : '',
      relay: options.relay ?? 'up',
      relayHost: options.link.startsWith('http') ? new URL(options.link).host : undefined,
      me,
      people: withRecord.map((other) => verifiedAs(other, options.people, idOf)),
      sync: options.sync ?? {
        phase: 'synced',
        have: options.messages?.length ?? 0,
        total: options.messages?.length ?? 0,
        gaps: 0,
      },
      unread: options.unread ?? 0,
      firstUnread: undefined,
      telling: options.telling ?? 'everything',
      news: undefined,
      draft: options.draft ?? '',
      draftFiles: [],
      notices: options.notices ?? [],
      newest: undefined,
      pins: [],
      members: members && members.entering === undefined ? fakeMembersState(members, idOf, now) : undefined,
      entering: members?.entering,
      comparing: options.comparing ?? [],
      shown: options.shown ?? false,
    }
    this.files = new MemoryFiles({
      key: fakeKey,
      paceMs: this.#paceMs,
      changed: (file) => this.#fileChanged(file),
      draftChanged: (draftFiles) => this.#set({ draftFiles }),
      anybody: () => this.#state.people.some((other) => other.online && !other.me),
    })
    this.#state = { ...this.#state, draftFiles: (options.draftFiles ?? []).map((file) => this.files.toDraft(file)) }
    this.#messages = this.#fixtures(options.messages ?? [])
    const unread = options.unread ?? 0
    this.#newestRead = this.#messages.at(-1 - unread)?.id
    const pins = this.#messages.filter(({ pinned }) => pinned !== undefined)
    this.#state = {
      ...this.#state,
      pins: pins.map(({ id }) => id).toReversed(),
      newest: this.#messages.at(-1),
      firstUnread: unread > 0 ? this.#messages.at(-unread)?.id : undefined,
      mentioned:
        unread > 0 ? this.#messages.slice(-unread).find(({ text }) => isMentioned(text, myName))?.id : undefined,
    }
    this.#state = { ...this.#state, news: this.#news }
  }

  get state(): RoomState {
    return this.#state
  }

  get timeline(): TimelineView {
    this.#timeline ??= new FakeTimeline(this.#messages)
    return this.#timeline
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  onMessages(listener: (messages: readonly Message[]) => void): () => void {
    this.#messageListeners.add(listener)
    return () => void this.#messageListeners.delete(listener)
  }

  async send(text: string, options: SendOptions = {}): Promise<string> {
    this.#refuse()
    return this.#send(text, this.files.leave(options.files ?? []), options.replyTo)
  }

  addToDraft(file: FileToSend): Promise<FileInfo> {
    return this.files.addToDraft(file)
  }

  async removeFromDraft(root: string): Promise<void> {
    this.files.removeFromDraft(root)
  }

  async attach(
    files: readonly FileToSend[],
    options: { readonly text?: string; readonly replyTo?: string | undefined } = {},
  ): Promise<string> {
    this.#refuse()
    const taken: Attachment[] = []
    for (const file of files) taken.push(await this.files.take(file))
    return this.#send(options.text ?? '', taken, options.replyTo)
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
    this.#refuse()
    this.#change(id, (message) => ({ ...message, text, edited: true }))
  }

  async delete(id: string): Promise<void> {
    this.#refuse()
    this.#change(id, (message) => ({ ...message, text: '', deleted: true, reactions: [], attachments: [] }))
  }

  async react(id: string, emoji: string, on: boolean): Promise<void> {
    this.#refuse()
    this.reactAs(this.#state.me, id, emoji, on)
  }

  async pin(id: string, on: boolean): Promise<void> {
    this.#refuse()
    this.pinAs(this.#state.me, id, on)
  }

  setTyping(typing: boolean): void {
    this.typing = typing
  }

  setDraft(draft: string): void {
    this.#set({ draft })
  }

  async setTitle(title: string): Promise<void> {
    this.#set({ title })
  }

  async setName(name: string): Promise<void> {
    this.#set({ people: this.#state.people.map((other) => (other.me ? { ...other, name } : other)) })
  }

  markRead(): void {
    this.#newestRead = this.#messages.at(-1)?.id
    if (this.#state.unread > 0) this.#set({ unread: 0, mentioned: undefined, news: undefined })
  }

  dismissNotice(id: number): void {
    this.#set({ notices: this.#state.notices.filter((notice) => notice.id !== id) })
  }

  async map(): Promise<RoomMap> {
    await this.#question()
    return (this.#options.map ?? smallMap)(this.#state.people)
  }

  async reachReport(who: string): Promise<ReachReport> {
    await this.#question()
    const { people, relay } = this.#state
    const found = people.find(({ id, presences }) => id === who || presences.some(({ session }) => session === who))
    const now = this.#now()
    const change = this.#options.people?.find(({ name }) => name === found?.name)?.reach?.(now)
    return fakeReport(found ?? fakePerson({ name: '', id: who, online: false }, false), relay, now, change)
  }

  async govern(command: GovernCommand): Promise<string | undefined> {
    if (this.#state.kind === 'open') throw new GovernRefused('open')
    if (this.refusing) throw new GovernRefused('notAllowed')
    const { members, people, entering, answer } = governFake(command, this.#state, this.#now())
    this.#set({ members: entering === undefined ? members : this.#state.members, people, entering })
    return answer
  }

  async verify(command: VerifyCommand): Promise<string | undefined> {
    const { comparing, people, answer } = verifyFake(command, this.#state)
    this.#set({ comparing, people })
    return answer
  }

  async setTelling(telling: Telling): Promise<void> {
    this.#set({ telling })
    this.#set({ news: this.#news })
  }

  setShown(shown: boolean): void {
    this.#set({ shown })
  }

  async setQuiet(who: string, quiet: Quiet | undefined): Promise<void> {
    this.#set({ people: this.#state.people.map((other) => (other.id === who ? { ...other, quiet } : other)) })
  }

  async #question(): Promise<void> {
    if (this.#options.mapState === 'loading') await new Promise(() => {})
    if (this.#options.mapState === 'failing') throw new Error('the room is closed')
  }

  // ——— Handles for tests and fixtures ———

  /** Somebody else writes now. */
  say(name: string, text: string, replyTo?: string, files?: readonly MemoryFile[]): string {
    const message = this.#make({ by: name, text, agoMs: 0, files }, this.#personId(name), replyTo, 'stored')
    this.#put([message])
    return message.id
  }

  /** Older history arrives, as when catching up. */
  prepend(messages: readonly FakeMessage[]): void {
    this.#put(this.#fixtures(messages))
  }

  reactAs(author: string, id: string, emoji: string, on: boolean): void {
    this.#change(id, (message) => {
      const others = message.reactions.map((reaction) =>
        reaction.emoji === emoji ? { emoji, by: reaction.by.filter((by) => by !== author) } : reaction,
      )
      const known = others.some((reaction) => reaction.emoji === emoji)
      const withNew = known ? others : [...others, { emoji, by: [] }]
      const reactions = withNew
        .map((reaction) => (on && reaction.emoji === emoji ? { emoji, by: [...reaction.by, author] } : reaction))
        .filter((reaction) => reaction.by.length > 0)
      return { ...message, reactions }
    })
  }

  pinAs(by: string, id: string, on: boolean): void {
    const pinned = on ? { by, at: this.#now() } : undefined
    this.#change(id, (message) => ({ ...message, pinned }))
    const others = this.#state.pins.filter((other) => other !== id)
    this.#set({ pins: on ? [id, ...others] : others })
  }

  setPerson(change: FakePerson): void {
    const known = this.#state.people.some((other) => other.name === change.name)
    const people = known
      ? this.#state.people.map((other) =>
          other.name === change.name && !other.me ? fakePerson({ id: other.id, ...change }, false) : other,
        )
      : [...this.#state.people, fakePerson(change, false)]
    this.#set({ people: withCarriers(people, [change]) })
  }

  setEntering(entering: Entering | undefined): void {
    this.#set({ entering })
  }

  setMembers(change: Partial<MembersState>): void {
    const { members } = this.#state
    if (members !== undefined) this.#set({ members: { ...members, ...change } })
  }

  setSync(sync: SyncState): void {
    this.#set({ sync })
  }

  setRelay(relay: RelayState): void {
    this.#set({ relay })
  }

  notice(code: string, about?: string): void {
    this.#set({ notices: [...this.#state.notices, { id: ++this.#counter, code, about }] })
  }

  get #news(): News | undefined {
    const { unread, telling } = this.#state
    const isUnread = (message: Message): boolean => !message.mine && message.id > (this.#newestRead ?? '')
    return newsOf(this.timeline, unread, { telling, name: this.#myName, isOfTwo: false, isUnread })
  }

  get #myName(): string {
    return this.#state.people.find(({ me }) => me)?.name ?? ''
  }

  #personId(name: string): string {
    return this.#state.people.find((other) => other.name === name)?.id ?? fakeKey(`person ${name}`)
  }

  #refuse(): void {
    if (this.refusing) throw new MessageRefused('storeFull')
  }

  #fixtures(fixtures: readonly FakeMessage[]): readonly Message[] {
    const made: Message[] = []
    for (const fixture of fixtures) {
      const author = fixture.by === undefined ? this.#state.me : this.#personId(fixture.by)
      const replyTo = fixture.answers === undefined ? undefined : made[fixture.answers]?.id
      made.push(this.#make(fixture, author, replyTo, fixture.delivery ?? 'stored'))
    }
    return made
  }

  #make(fixture: FakeMessage, author: string, replyTo: string | undefined, delivery: Message['delivery']): Message {
    const time = this.#now() - fixture.agoMs
    const mine = author === this.#state.me
    const others = this.#state.people.filter((other) => other.online && !other.me).length
    return {
      id: fakeId(time, ++this.#counter),
      author,
      session: author.slice(0, 32),
      name: fixture.by ?? this.#state.people.find((other) => other.me)?.name ?? '',
      time,
      text: fixture.deleted === true ? '' : fixture.text,
      edited: fixture.edited ?? false,
      deleted: fixture.deleted ?? false,
      mine,
      replyTo,
      reactions: Object.entries(fixture.reactions ?? {}).map(([emoji, names]) => ({
        emoji,
        by: names.map((name) => (name === '' ? this.#state.me : this.#personId(name))),
      })),
      ...(fixture.pinnedBy === undefined
        ? {}
        : { pinned: { by: fixture.pinnedBy === '' ? this.#state.me : this.#personId(fixture.pinnedBy), at: time } }),
      attachments: (fixture.files ?? []).map((file) => this.files.add(file)),
      delivery,
      storedBy: mine && delivery === 'stored' ? others : 0,
      keptBy: 0,
      receipt: delivery === 'stored' && this.#state.relay === 'up',
    }
  }

  #send(text: string, attachments: readonly Attachment[], replyTo: string | undefined): string {
    const message = { ...this.#make({ text, agoMs: 0 }, this.#state.me, replyTo, 'waiting'), attachments }
    this.#put([message])
    this.#deliver(message.id)
    return message.id
  }

  #fileChanged(file: Attachment): void {
    const carries = ({ root }: Attachment): boolean => root === file.root
    const messages = this.#messages
      .filter(({ attachments }) => attachments.some(carries))
      .map((message) => ({ ...message, attachments: message.attachments.map((one) => (carries(one) ? file : one)) }))
    if (messages.length > 0) this.#put(messages)
  }

  #deliver(id: string): void {
    const others = this.#state.people.filter((other) => other.online && !other.me && other.path !== undefined).length
    const relay = this.#state.relay === 'up'
    const later = (steps: number, change: (message: Message) => Message): void => {
      if (this.#paceMs === 0) this.#change(id, change)
      else setTimeout(() => this.#change(id, change), this.#paceMs * steps)
    }
    if (!relay && others === 0) return
    later(1, (message) => ({ ...message, delivery: 'sent', receipt: relay }))
    if (others > 0) later(2, (message) => ({ ...message, delivery: 'stored', storedBy: others }))
  }

  #change(id: string, change: (message: Message) => Message): void {
    const index = this.timeline.indexOf(id)
    if (index >= 0) this.#put([change(this.timeline.at(index))])
  }

  #put(messages: readonly Message[]): void {
    const next = [...this.#messages]
    const added: Message[] = []
    let unread = this.#state.unread
    let { firstUnread, mentioned } = this.#state
    for (const message of messages) {
      const index = this.timeline.indexOf(message.id)
      if (index >= 0) {
        next[index] = message
        continue
      }
      added.push(message)
      if (!message.mine && message.id > (this.#newestRead ?? '')) {
        if (unread === 0) firstUnread = message.id
        if (isMentioned(message.text, this.#myName)) mentioned ??= message.id
        unread++
      }
    }
    const sorted = (added[0]?.id ?? '') > (next.at(-1)?.id ?? '')
    next.push(...added)
    if (!sorted) next.sort((a, b) => (a.id < b.id ? -1 : 1))
    this.#messages = next
    this.#timeline = undefined
    this.#set({ newest: next.at(-1), unread, firstUnread, mentioned })
    this.#set({ news: this.#news })
    for (const listener of this.#messageListeners) listener(messages)
  }

  #set(change: Partial<RoomState>): void {
    this.#state = { ...this.#state, ...change }
    this.#parentChanged()
    if (this.#scheduled) return
    this.#scheduled = true
    queueMicrotask(() => {
      this.#scheduled = false
      for (const listener of this.#listeners) listener()
    })
  }
}

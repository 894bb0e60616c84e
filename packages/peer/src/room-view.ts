/**
 * Engine events → what an interface shows of a room: immutable snapshots that keep their identity until something in them
 * changed, and at most one notification per turn of the event loop, however much happened in it.
 */
import { Writer, formatBase32, formatHex } from '@kith/protocol'
import type { AtDoor, BlobProgress, EngineEvent, MembershipSnapshot, Millis, TimelineMessage } from '@kith/protocol'
import type {
  ChatNoticeCode,
  Delivery,
  Message,
  Notice,
  Quiet,
  RoomKind,
  RoomState,
  SyncState,
  Telling,
} from './chat.ts'
import type { MembersRecord, QuietPeople } from './chat-store.ts'
import type { Comparing } from './identity-state.ts'
import { FileStates } from './file-states.ts'
import type { FileInfo } from './files.ts'
import type { EdgeRule, HeldMessage } from './members-state.ts'
import { type KnownDevices, MemberDevices } from './member-devices.ts'
import { isMentioned } from './mentions.ts'
import { newsOf } from './news.ts'
import { enteringOf, membershipsOf, membersStateOf, postingRulesOf } from './members-view.ts'
import { type JudgePerson, People } from './people.ts'
import { PinnedMessages } from './pinned-messages.ts'
import { Posting } from './posting-rules.ts'
import { ChunkedTimeline, type MessageChange } from './timeline-view.ts'

/** Older notices make room for newer ones. */
export const maxNotices: number = 16

/** What the record of a members room says that its operations do not. */
type DeviceKnows = Pick<MembersRecord, 'links' | 'edgeRule'>

/** Runs `run` once, in a later turn of the event loop. */
export type NextTurn = (run: () => void) => void

/** A message together with the id that edits and reactions name. */
export interface KnownMessage extends Message {
  /** Hex. */
  readonly entryId: string
}

export interface RoomViewOptions {
  readonly id: string
  readonly kind: RoomKind
  readonly title: string
  readonly telling?: Telling | undefined
  readonly link: string
  readonly relayHost: string | undefined
  /** Author key, hex. */
  readonly me: string
  readonly name: string
  readonly draft: string
  readonly draftFiles: readonly FileInfo[]
  /** Id of the newest message that was read. */
  readonly readMark: string
  readonly quiet: QuietPeople
  /** Devices of the others, as this person was last told, and where that is kept. */
  readonly devices?: KnownDevices | undefined
  readonly keepDevices?: ((known: KnownDevices) => void) | undefined
  readonly judge?: JudgePerson | undefined
  /** Not in yet: on the way in by an invite. */
  readonly entering: boolean
  /** Of the invites made here, by id. */
  readonly members: DeviceKnows | undefined
  readonly nextTurn: NextTurn
  /** No message carries this file any more. */
  readonly dropFile: (root: string) => void
}

export class RoomView {
  readonly files: FileStates = new FileStates()
  readonly #people: People
  readonly #dropFile: (root: string) => void
  readonly #me: string
  #name: string
  readonly #nextTurn: NextTurn
  readonly #listeners = new Set<() => void>()
  readonly #messageListeners = new Set<(messages: readonly Message[]) => void>()
  readonly #touched = new Set<string>()
  readonly #quiet: Map<string, Quiet>
  /** Messages of people who are hidden: kept, and not shown. */
  readonly #concealed = new Map<string, KnownMessage>()
  readonly #pins = new PinnedMessages()
  readonly #posting = new Posting<KnownMessage>()
  #snapshot: MembershipSnapshot | undefined
  #lastWroteAt: Millis | undefined
  #door: readonly AtDoor[] = []
  #linkByInvite: ReadonlyMap<string, string>
  #held: readonly HeldMessage[] = []
  #isUnanswered = false
  #edgeRule: EdgeRule
  #timeline: ChunkedTimeline<KnownMessage> = new ChunkedTimeline()
  #state: RoomState
  #readMark: string
  #notices = 0
  readonly #devices: MemberDevices
  /** By id of a notice: whose devices it is about. */
  readonly #deviceNotices = new Map<number, string>()
  readonly #keepDevices: (known: KnownDevices) => void
  #scheduled = false

  constructor(options: RoomViewOptions) {
    this.#me = options.me
    this.#name = options.name
    this.#nextTurn = options.nextTurn
    this.#dropFile = options.dropFile
    this.#readMark = options.readMark
    this.#people = new People(options.me, options.name, options.judge)
    this.#quiet = new Map(options.quiet)
    this.#devices = new MemberDevices(options.devices)
    this.#keepDevices = options.keepDevices ?? ((): void => {})
    for (const [who, quiet] of this.#quiet) this.#people.setQuiet(who, quiet)
    this.#linkByInvite = new Map(Object.entries(options.members?.links ?? {}))
    this.#edgeRule = options.members?.edgeRule ?? 'trusted'
    this.#state = {
      id: options.id,
      kind: options.kind,
      title: options.title,
      link: options.link,
      relay: options.relayHost === undefined ? 'none' : 'connecting',
      relayHost: options.relayHost,
      me: options.me,
      people: this.#people.list(),
      sync: { phase: 'loading', have: 0, total: 0, gaps: 0 },
      unread: 0,
      firstUnread: undefined,
      telling: options.telling ?? 'everything',
      news: undefined,
      draft: options.draft,
      draftFiles: options.draftFiles,
      notices: [],
      newest: undefined,
      pins: [],
      members: undefined,
      entering: options.entering ? { phase: 'meeting' } : undefined,
      comparing: [],
      shown: false,
    }
  }

  get state(): RoomState {
    return this.#state
  }

  get timeline(): ChunkedTimeline<KnownMessage> {
    return this.#timeline
  }

  get readMark(): string {
    return this.#readMark
  }

  /** The sessions of a person who is here, the best reached first. */
  sessionsOf(who: string): readonly string[] {
    return this.#people.sessionsOf(who)
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  onMessages(listener: (messages: readonly Message[]) => void): () => void {
    this.#messageListeners.add(listener)
    return () => void this.#messageListeners.delete(listener)
  }

  handle(event: EngineEvent): void {
    switch (event.type) {
      case 'timeline':
        this.#applyTimeline(
          event.changes.map((change) =>
            change.type === 'drop' ? change : { type: 'put', message: this.#message(change.message) },
          ),
        )
        break
      case 'peer':
        this.#people.peer(event.peer)
        this.#set({ people: this.#people.list() })
        break
      case 'typing':
        this.#people.typing(event.session, event.typing)
        this.#set({ people: this.#people.list() })
        break
      case 'relay':
        this.#set({ relay: event.state })
        break
      case 'sync':
        this.#setSync({ phase: event.phase, have: event.have, total: event.total, gaps: event.gaps })
        break
      case 'notice':
        this.notice(event.code, event.about)
        break
      case 'proof':
      case 'whisper':
        break // see `room-identity.ts`
      case 'moved':
        this.#set({
          moved: {
            by: event.author,
            name: this.#nameOf(event.author),
            invite: event.invite,
            chosen: event.sealed,
          },
        })
        break
      case 'posted':
      case 'postRefused':
      case 'membershipDone':
      case 'membershipRefused':
        break // answers to one caller, see `open-room.ts`
      case 'membership':
        this.#applyMembership(event.snapshot)
        break
      case 'door':
        this.#door = event.newcomers
        this.#showMembers()
        break
      case 'unanswered':
        this.#setUnanswered(event.unanswered)
        break
      case 'arrival':
        this.#set({ entering: enteringOf(event.state, (id) => this.#nameOf(id)) })
        break
      case 'blob':
        return this.fileProgress(event)
      case 'blobBlocks':
      case 'trace':
        break // for measurements
    }
  }

  /** What is known of the people here changed, or what is being compared. */
  identified(comparing: readonly Comparing[], shown: boolean): void {
    this.#people.rejudge()
    this.#set({ comparing, shown, people: this.#people.list() })
  }

  setContact(contact: string | undefined): void {
    if (contact === this.#state.contact) return
    this.#set({ contact })
    this.#tellNews()
  }

  /** The engine was replaced: nobody is here any more, as far as we know; what was read stays. */
  restarted(): void {
    for (const person of this.#state.people) {
      for (const { session, platform } of person.presences) {
        this.#people.peer({
          session,
          author: person.id,
          name: person.name,
          platform,
          path: undefined,
          state: 'gone',
          rttMs: undefined,
        })
      }
    }
    this.#set({ people: this.#people.list() })
    if (this.#isUnanswered) this.#setUnanswered(false)
  }

  moved(link: string, relayHost: string): void {
    this.#set({ link, relayHost, relay: 'connecting' })
  }

  rename(name: string): void {
    this.#name = name
    this.#people.rename(name)
    this.#set({ people: this.#people.list() })
  }

  setTitle(title: string): void {
    this.#set({ title })
  }

  setTelling(telling: Telling): void {
    this.#set({ telling })
    this.#tellNews()
  }

  setDraftFiles(draftFiles: readonly FileInfo[]): void {
    this.#set({ draftFiles })
  }

  /** A file has come further. */
  fileProgress(event: BlobProgress): void {
    this.#redraw(this.files.progress(event))
  }

  /** Taken away here to make room. */
  freed(root: string): void {
    this.#redraw(this.files.freed(root))
  }

  setDraft(draft: string): void {
    this.#set({ draft })
  }

  markRead(): void {
    this.#readMark = this.#timeline.newest?.id ?? this.#readMark
    this.#set({ unread: 0, mentioned: undefined, news: undefined })
  }

  get membership(): MembershipSnapshot | undefined {
    return this.#snapshot
  }

  /** What this device alone knows of the room. */
  setMembers({ links, edgeRule = 'trusted' }: DeviceKnows): void {
    this.#linkByInvite = new Map(Object.entries(links))
    this.#edgeRule = edgeRule
    this.#showMembers()
  }

  setHeld(held: readonly HeldMessage[]): void {
    this.#held = held
    this.#showMembers()
  }

  /** By an invite, once more. */
  enterAgain(): void {
    this.#snapshot = undefined
    this.#door = []
    this.#set({ entering: { phase: 'meeting' }, members: undefined })
  }

  get quiet(): QuietPeople {
    return this.#quiet
  }

  /** What was said while somebody was hidden is there again when they are not. */
  setQuiet(who: string, quiet: Quiet | undefined): void {
    if (quiet === this.#quiet.get(who)) return
    const wasHidden = this.#quiet.get(who) === 'hidden'
    this.#quiet.delete(who)
    if (quiet !== undefined) this.#quiet.set(who, quiet)
    this.#people.setQuiet(who, quiet)
    const isHidden = quiet === 'hidden'
    const theirs = wasHidden ? [...this.#concealed.values()] : isHidden ? [...this.#timeline] : []
    const changed = theirs.filter(({ author }) => author === who)
    this.#show(changed.map((message) => ({ type: 'put', message })))
    this.#recount()
  }

  notice(code: ChatNoticeCode, about?: string | undefined): void {
    const { notices } = this.#state
    if (notices.some((notice) => notice.code === code && notice.about === about)) return
    const notice: Notice = { id: ++this.#notices, code, about }
    this.#set({ notices: [...notices.slice(1 - maxNotices), notice] })
  }

  dismissNotice(id: number): void {
    const who = this.#deviceNotices.get(id)
    if (who !== undefined && this.#snapshot !== undefined) {
      this.#deviceNotices.delete(id)
      this.#devices.understood(who, this.#snapshot.members)
      this.#keepDevices(this.#devices.known)
    }
    const notices = this.#state.notices.filter((notice) => notice.id !== id)
    if (notices.length !== this.#state.notices.length) this.#set({ notices })
  }

  #applyTimeline(changes: readonly MessageChange<KnownMessage>[]): void {
    this.#show(this.#posting.apply(changes))
  }

  /** What the rules of the room allow, without those who are hidden here. */
  #show(changes: readonly MessageChange<KnownMessage>[]): void {
    const wroteAt = this.#lastWroteAt
    let { unread, firstUnread, mentioned } = this.#state
    const shown = changes.map((change) => this.#conceal(change))
    let pinsChanged = false
    this.#timeline = this.#timeline.apply(shown, ({ before, after }) => {
      pinsChanged = this.#pins.note((after ?? before)?.id ?? '', after?.pinned) || pinsChanged
      const counted = (message: Message | undefined): message is Message =>
        message !== undefined && this.#isUnread(message)
      if (counted(after) && !counted(before)) {
        // The marker moves down only when everything above it had been read, and up when history fills in.
        if (unread === 0 || firstUnread === undefined || after.id < firstUnread) firstUnread = after.id
        unread++
      } else if (counted(before) && !counted(after)) unread--
      if (counted(after) && this.#isCalled(after) && !(mentioned !== undefined && mentioned < after.id))
        mentioned = after.id
      if (after !== undefined) {
        this.#touched.add(after.id)
        if (before === undefined) this.#people.typing(after.session, false)
        if (after.mine && before === undefined) this.#lastWroteAt = Math.max(this.#lastWroteAt ?? 0, after.time)
        this.#people.wrote(after.author, after.name, after.id)
      } else if (before !== undefined) this.#touched.delete(before.id)
      // Who is hidden is only not looked at.
      const isLost = before !== undefined && !this.#concealed.has(before.id)
      if (isLost && before.attachments.length > (after?.attachments.length ?? 0)) this.#lost(before)
    })
    if (mentioned !== undefined) {
      const calling = this.#timeline.find(mentioned)
      if (calling === undefined || !this.#isUnread(calling) || !this.#isCalled(calling))
        mentioned = this.#count().mentioned
    }
    this.#set({ unread, firstUnread, mentioned, newest: this.#timeline.newest, people: this.#people.list() })
    this.#tellNews()
    if (this.#lastWroteAt !== wroteAt) this.#showMembers()
    if (pinsChanged) this.#set({ pins: this.#pins.list() })
    // An edit changes no field of the state, but the timeline did change.
    this.#schedule()
  }

  /** Their files have come further. */
  #redraw(ids: readonly string[]): void {
    const changes: MessageChange<KnownMessage>[] = ids.flatMap((id) => {
      const message = this.#timeline.find(id)
      if (message === undefined) return []
      const attachments = message.attachments.map((file) => this.files.now(file))
      return [{ type: 'put', message: { ...message, attachments } }]
    })
    if (changes.length > 0) this.#applyTimeline(changes)
  }

  /** Deleted or expired: what no other message carries is of no use to anybody here. */
  #lost(message: KnownMessage): void {
    const roots = message.attachments.map(({ root }) => root)
    for (const manifest of this.files.detach(message.id, roots)) this.#dropFile(formatHex(manifest.root))
  }

  /** Somebody's devices changed: cannot be overlooked, and is told again at the next start unless it was put away. */
  #tellDevices({ members }: MembershipSnapshot): void {
    const { changes, met } = this.#devices.observe(members)
    if (met) this.#keepDevices(this.#devices.known)
    for (const { who, change } of changes) {
      if ([...this.#deviceNotices.values()].includes(who)) continue
      const name = this.#nameOf(who) || (members.find(({ identity }) => identity === who)?.name ?? '')
      this.notice(change === 'added' ? 'deviceAdded' : 'deviceRemoved', name)
      this.#deviceNotices.set(this.#notices, who)
    }
  }

  #applyMembership(snapshot: MembershipSnapshot): void {
    this.#snapshot = snapshot
    this.#people.setMembers(membershipsOf(snapshot))
    this.#tellDevices(snapshot)
    this.#show(this.#posting.setRules(postingRulesOf(snapshot), [...this.#timeline, ...this.#concealed.values()]))
    this.#set({ people: this.#people.list() })
    if (snapshot.standing === 'in') this.#set({ entering: undefined })
    this.#showMembers()
  }

  #setUnanswered(unanswered: boolean): void {
    this.#isUnanswered = unanswered
    if (unanswered) this.notice('unanswered')
    else this.#set({ notices: this.#state.notices.filter(({ code }) => code !== 'unanswered') })
    this.#showMembers()
  }

  #showMembers(): void {
    if (this.#snapshot === undefined) return
    const [snapshot, door, linkByInvite, held] = [this.#snapshot, this.#door, this.#linkByInvite, this.#held]
    const own = { lastWroteAt: this.#lastWroteAt, edgeRule: this.#edgeRule, unanswered: this.#isUnanswered }
    this.#set({ members: membersStateOf({ snapshot, door, linkByInvite, held, ...own }) })
  }

  #nameOf(id: string): string {
    return this.#state.people.find((person) => person.id === id)?.name ?? ''
  }

  #conceal(change: MessageChange<KnownMessage>): MessageChange<KnownMessage> {
    const id = change.type === 'put' ? change.message.id : change.id
    if (change.type === 'drop' || this.#quiet.get(change.message.author) !== 'hidden') {
      const concealed = this.#concealed.get(id)
      if (change.type === 'drop' && concealed !== undefined) this.#lost(concealed)
      this.#concealed.delete(id)
      return change
    }
    this.#concealed.set(id, change.message)
    return { type: 'drop', id }
  }

  #isUnread(message: Message): boolean {
    return !message.mine && !message.deleted && message.id > this.#readMark && !this.#quiet.has(message.author)
  }

  #isCalled(message: Message): boolean {
    return isMentioned(message.text, this.#name)
  }

  /** After somebody was muted or not: what counts as unread is another. */
  #recount(): void {
    const { firstUnread, ...counted } = this.#count()
    this.#set({ ...counted, firstUnread: firstUnread ?? this.#state.firstUnread, people: this.#people.list() })
    this.#tellNews()
  }

  #tellNews(): void {
    const { unread, telling, contact, news: before } = this.#state
    const news = newsOf(this.#timeline, unread, {
      telling,
      name: this.#name,
      isOfTwo: contact !== undefined,
      isUnread: (message) => this.#isUnread(message),
    })
    if (news?.count !== before?.count || news?.newest !== before?.newest) this.#set({ news })
  }

  #count(): Pick<RoomState, 'unread' | 'firstUnread' | 'mentioned'> {
    let unread = 0
    let firstUnread: string | undefined
    let mentioned: string | undefined
    for (let i = this.#timeline.length - 1; i >= 0; i--) {
      const message = this.#timeline.at(i)
      if (message.id <= this.#readMark) break
      if (!this.#isUnread(message)) continue
      unread++
      firstUnread = message.id
      if (this.#isCalled(message)) mentioned = message.id
    }
    return { unread, firstUnread, mentioned }
  }

  #message(message: TimelineMessage): KnownMessage {
    const { sent, attachments: manifests, ...shown } = message
    const mine = message.author === this.#me
    const attachments = this.files.attach(message.id, message.deleted ? [] : manifests)
    return { ...shown, attachments, mine, delivery: mine ? deliveryOf(message, sent) : 'stored' }
  }

  #setSync(sync: SyncState): void {
    const before = this.#state.sync
    const same =
      sync.phase === before.phase &&
      sync.have === before.have &&
      sync.total === before.total &&
      sync.gaps === before.gaps
    if (!same) this.#set({ sync })
  }

  #set(change: Partial<RoomState>): void {
    const entries = Object.entries(change) as [keyof RoomState, unknown][]
    if (entries.every(([key, value]) => this.#state[key] === value)) return
    this.#state = { ...this.#state, ...change }
    this.#schedule()
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    this.#nextTurn(() => {
      this.#scheduled = false
      const touched = [...this.#touched].sort()
      this.#touched.clear()
      const messages = touched.flatMap((id) => this.#timeline.find(id) ?? [])
      if (messages.length > 0) for (const listener of this.#messageListeners) listener(messages)
      for (const listener of this.#listeners) listener()
    })
  }
}

function deliveryOf(message: TimelineMessage, sent: boolean): Delivery {
  if (message.storedBy > 0 || message.keptBy > 0) return 'stored'
  return sent || message.receipt ? 'sent' : 'waiting'
}

/** The id in front of every message written at `time` or later: what came before one joined does not count as unread. */
export function firstIdAt(time: Millis): string {
  return formatBase32(new Writer(16).u48(time).raw(new Uint8Array(10)).finish())
}

/**
 * Engine events → what an interface shows of a room: immutable snapshots that keep their identity until something in them
 * changed, and at most one notification per turn of the event loop, however much happened in it.
 */
import { formatHex } from '@kith/protocol'
import type { BlobProgress, EngineEvent, MembershipSnapshot, TimelineMessage } from '@kith/protocol'
import type { ChatNoticeCode, Delivery, Message, Quiet, RoomKind, RoomState, SyncState, Telling } from './chat.ts'
import type { MembersRecord, QuietPeople } from './chat-store.ts'
import type { Comparing } from './identity-state.ts'
import { FileStates } from './file-states.ts'
import type { FileInfo } from './files.ts'
import { Hiding } from './hiding.ts'
import { Listeners, type NextTurn } from './listeners.ts'
import type { HeldMessage } from './members-state.ts'
import { type KnownDevices, MemberDevices } from './member-devices.ts'
import { type MembersFacts, enteringOf, membershipsOf, membersStateOf, postingRulesOf } from './members-view.ts'
import { Notices } from './notices.ts'
import { type JudgePerson, People } from './people.ts'
import { PinnedMessages } from './pinned-messages.ts'
import { Posting } from './posting-rules.ts'
import { ChunkedTimeline, type MessageChange } from './timeline-view.ts'
import { Unread } from './unread.ts'

/** What the record of a members room says that its operations do not. */
type DeviceKnows = Pick<MembersRecord, 'links' | 'edgeRule'>

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
  readonly #listeners: Listeners
  readonly #hiding: Hiding<KnownMessage>
  readonly #unread: Unread
  readonly #notices = new Notices()
  readonly #pins = new PinnedMessages()
  readonly #posting = new Posting<KnownMessage>()
  #snapshot: MembershipSnapshot | undefined
  /** What members are shown by, beside the snapshot. */
  #facts: Omit<MembersFacts, 'snapshot'>
  #timeline: ChunkedTimeline<KnownMessage> = new ChunkedTimeline()
  #state: RoomState
  readonly #devices: MemberDevices
  readonly #keepDevices: (known: KnownDevices) => void

  constructor(options: RoomViewOptions) {
    this.#me = options.me
    this.#listeners = new Listeners(options.nextTurn, (ids) => ids.flatMap((id) => this.#timeline.find(id) ?? []))
    this.#dropFile = options.dropFile
    this.#people = new People(options.me, options.name, options.judge)
    this.#hiding = new Hiding(options.quiet)
    this.#unread = new Unread({
      readMark: options.readMark,
      name: options.name,
      isQuiet: (author) => this.#hiding.isQuiet(author),
    })
    this.#devices = new MemberDevices(options.devices)
    this.#keepDevices = options.keepDevices ?? ((): void => {})
    for (const [who, quiet] of options.quiet) this.#people.setQuiet(who, quiet)
    this.#facts = {
      lastWroteAt: undefined,
      door: [],
      linkByInvite: new Map(Object.entries(options.members?.links ?? {})),
      held: [],
      edgeRule: options.members?.edgeRule ?? 'trusted',
      unanswered: false,
    }
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
      ...this.#unread.counts,
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
    return this.#unread.readMark
  }

  /** The sessions of a person who is here, the best reached first. */
  sessionsOf(who: string): readonly string[] {
    return this.#people.sessionsOf(who)
  }

  subscribe(listener: () => void): () => void {
    return this.#listeners.subscribe(listener)
  }

  onMessages(listener: (messages: readonly Message[]) => void): () => void {
    return this.#listeners.onMessages(listener)
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
        this.#showMembers({ door: event.newcomers })
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
    if (this.#facts.unanswered) this.#setUnanswered(false)
  }

  moved(link: string, relayHost: string): void {
    this.#set({ link, relayHost, relay: 'connecting' })
  }

  rename(name: string): void {
    this.#unread.rename(name)
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
    this.#unread.read(this.#timeline.newest?.id)
    this.#set({ ...this.#unread.counts, news: undefined })
  }

  get membership(): MembershipSnapshot | undefined {
    return this.#snapshot
  }

  /** What this device alone knows of the room. */
  setMembers({ links, edgeRule = 'trusted' }: DeviceKnows): void {
    this.#showMembers({ linkByInvite: new Map(Object.entries(links)), edgeRule })
  }

  setHeld(held: readonly HeldMessage[]): void {
    this.#showMembers({ held })
  }

  /** By an invite, once more. */
  enterAgain(): void {
    this.#snapshot = undefined
    this.#facts = { ...this.#facts, door: [] }
    this.#set({ entering: { phase: 'meeting' }, members: undefined })
  }

  get quiet(): QuietPeople {
    return this.#hiding.people
  }

  /** What was said while somebody was hidden is there again when they are not. */
  setQuiet(who: string, quiet: Quiet | undefined): void {
    if (quiet === this.#hiding.people.get(who)) return
    this.#people.setQuiet(who, quiet)
    const changed = this.#hiding.set(who, quiet, this.#timeline)
    this.#show(changed.map((message) => ({ type: 'put', message })))
    this.#unread.recount(this.#timeline)
    this.#set({ ...this.#unread.counts, people: this.#people.list() })
    this.#tellNews()
  }

  notice(code: ChatNoticeCode, about?: string | undefined): number | undefined {
    const id = this.#notices.tell(code, about)
    this.#set({ notices: this.#notices.list })
    return id
  }

  dismissNotice(id: number): void {
    if (this.#snapshot !== undefined && this.#devices.understood(id, this.#snapshot.members))
      this.#keepDevices(this.#devices.known)
    this.#notices.dismiss(id)
    this.#set({ notices: this.#notices.list })
  }

  #applyTimeline(changes: readonly MessageChange<KnownMessage>[]): void {
    this.#show(this.#posting.apply(changes))
  }

  /** What the rules of the room allow, without those who are hidden here. */
  #show(changes: readonly MessageChange<KnownMessage>[]): void {
    let { lastWroteAt } = this.#facts
    let pinsChanged = false
    this.#timeline = this.#timeline.apply(this.#conceal(changes), ({ before, after }) => {
      pinsChanged = this.#pins.note((after ?? before)?.id ?? '', after?.pinned) || pinsChanged
      this.#unread.note(before, after)
      if (after !== undefined) {
        this.#listeners.touch(after.id)
        if (before === undefined) this.#people.typing(after.session, false)
        if (after.mine && before === undefined) lastWroteAt = Math.max(lastWroteAt ?? 0, after.time)
        this.#people.wrote(after.author, after.name, after.id)
      } else if (before !== undefined) this.#listeners.untouch(before.id)
      // Who is hidden is only not looked at.
      const isLost = before !== undefined && !this.#hiding.isConcealed(before.id)
      if (isLost && before.attachments.length > (after?.attachments.length ?? 0)) this.#lost(before)
    })
    this.#unread.settle(this.#timeline)
    this.#set({ ...this.#unread.counts, newest: this.#timeline.newest, people: this.#people.list() })
    this.#tellNews()
    if (lastWroteAt !== this.#facts.lastWroteAt) this.#showMembers({ lastWroteAt })
    if (pinsChanged) this.#set({ pins: this.#pins.list() })
    // An edit changes no field of the state, but the timeline did change.
    this.#listeners.schedule()
  }

  #conceal(changes: readonly MessageChange<KnownMessage>[]): readonly MessageChange<KnownMessage>[] {
    return changes.map((change) => {
      const { shown, lost } = this.#hiding.conceal(change)
      if (lost !== undefined) this.#lost(lost)
      return shown
    })
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
      const name = this.#nameOf(who) || (members.find(({ identity }) => identity === who)?.name ?? '')
      const id = this.notice(change === 'added' ? 'deviceAdded' : 'deviceRemoved', name)
      if (id !== undefined) this.#devices.told(id, who)
    }
  }

  #applyMembership(snapshot: MembershipSnapshot): void {
    this.#snapshot = snapshot
    this.#people.setMembers(membershipsOf(snapshot))
    this.#tellDevices(snapshot)
    this.#show(this.#posting.setRules(postingRulesOf(snapshot), [...this.#timeline, ...this.#hiding.concealed]))
    this.#set({ people: this.#people.list() })
    if (snapshot.standing === 'in') this.#set({ entering: undefined })
    this.#showMembers()
  }

  #setUnanswered(unanswered: boolean): void {
    if (unanswered) this.#notices.tell('unanswered', undefined)
    else this.#notices.withdraw('unanswered')
    this.#set({ notices: this.#notices.list })
    this.#showMembers({ unanswered })
  }

  #showMembers(change: Partial<MembersFacts> = {}): void {
    this.#facts = { ...this.#facts, ...change }
    const snapshot = this.#snapshot
    if (snapshot !== undefined) this.#set({ members: membersStateOf({ snapshot, ...this.#facts }) })
  }

  #nameOf(id: string): string {
    return this.#state.people.find((person) => person.id === id)?.name ?? ''
  }

  #tellNews(): void {
    const { telling, contact, news: before } = this.#state
    const news = this.#unread.news(this.#timeline, telling, contact !== undefined)
    if (news?.count !== before?.count || news?.newest !== before?.newest) this.#set({ news })
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
    this.#listeners.schedule()
  }
}

function deliveryOf(message: TimelineMessage, sent: boolean): Delivery {
  if (message.storedBy > 0 || message.keptBy > 0) return 'stored'
  return sent || message.receipt ? 'sent' : 'waiting'
}

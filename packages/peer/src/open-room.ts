/** A room that is open: its record, its session, and its view. */
import { BrokenPromise, formatHex, formatRoomLink, parseHex, sasLifeMs } from '@kith/protocol'
import type {
  DeviceWhisper,
  EngineEvent,
  Manifest,
  MembershipSnapshot,
  Persona,
  RoomMap,
  ReachReport,
} from '@kith/protocol'
import { absentReport } from './absent-report.ts'
import type { ChatPorts } from './chat-ports.ts'
import type { ChatStore, MembersRecord, QuietPeople, RoomMark, RoomRecord } from './chat-store.ts'
import type {
  ChatSettings,
  GovernCommand,
  Message,
  Quiet,
  Room,
  RoomState,
  SendOptions,
  Telling,
  TimelineView,
  VerifyCommand,
} from './chat.ts'
import type { KnownDevices } from './member-devices.ts'
import { GovernRefused, MessageRefused } from './errors.ts'
import { infoOf } from './file-states.ts'
import { FileFailed, maxFilesPerMessage, type FileInfo, type FileToSend } from './files.ts'
import type { IncomingSocket } from './incoming.ts'
import { cutText, maxNameLength, maxTitleLength } from './names.ts'
import { isCertificateOld, openPersona } from './persona.ts'
import type { PersonaSecrets } from './persona.ts'
import { RoomDevices } from './room-devices.ts'
import { RoomFiles } from './room-files.ts'
import { type IdentityHub, RoomIdentity } from './room-identity.ts'
import { RoomMembers } from './room-members.ts'
import { RoomBlobs } from './room-blobs.ts'
import { RoomMarkWriter } from './room-mark.ts'
import { RoomPosts } from './room-posts.ts'
import { RoomSession } from './room-session.ts'
import { RoomView } from './room-view.ts'
import { StorageFull } from './storage-errors.ts'
import { firstIdAt } from './unread.ts'

/** What is kept of a room beside its record. */
export interface RoomExtras {
  readonly mark?: RoomMark | undefined
  readonly quiet?: QuietPeople | undefined
  readonly devices?: KnownDevices | undefined
}

/** What a room tells of one's own devices in it. */
export interface DeviceHub {
  /** In a members room: who founded it, hex, and what that identity was made with. */
  cameIn(room: OpenRoom, founder: string, salt: Uint8Array): void
  ownDeviceMet(room: OpenRoom, session: string): void
  ownDeviceGone(): void
  /** Somebody else is linked here now. */
  personMet(room: OpenRoom, who: string): void
  /** `device`: the key it speaks by, hex. */
  ownDeviceSaid(room: OpenRoom, session: string, device: string, whisper: DeviceWhisper): void
}

export class OpenRoom implements Room {
  readonly id: string
  readonly #ports: ChatPorts
  readonly #store: ChatStore
  readonly #hub: DeviceHub
  readonly #view: RoomView
  readonly #posts: RoomPosts
  readonly #devices: RoomDevices
  readonly #files: RoomFiles
  readonly #blobs: RoomBlobs | undefined
  /** Who the people here are. */
  readonly identity: RoomIdentity
  /** Who one is here, as the engine is told; and its author key, 32 bytes. */
  readonly persona: Persona
  readonly author: Uint8Array
  #record: RoomRecord
  readonly #session: RoomSession
  readonly #mark: RoomMarkWriter
  readonly #members: RoomMembers
  #isTyping = false
  #isSaving = false
  #stopComparing: (() => void) | undefined

  constructor(
    ports: ChatPorts,
    store: ChatStore,
    record: RoomRecord,
    extras: RoomExtras,
    name: string,
    hub: IdentityHub & DeviceHub,
  ) {
    const { mark, quiet = new Map() } = extras
    this.id = record.id
    this.#ports = ports
    this.#store = store
    this.#hub = hub
    this.#record = record
    this.persona = openPersona(ports.crypto, record.persona)
    const { author } = this.persona
    this.author = author
    this.identity = new RoomIdentity(
      {
        crypto: ports.crypto,
        now: () => ports.clock.now(),
        room: record.id,
        author,
        name: () => this.state.people.find(({ me }) => me)?.name ?? name,
        nameOf: (who) => this.state.people.find(({ id }) => id === who)?.name ?? '',
        sessionOf: (who) => this.#linkedSessionOf(who),
        whisper: (session, whisper) => void this.#session.input({ type: 'whisper', session, whisper }),
        changed: () => this.#identified(),
      },
      hub,
    )
    this.#view = new RoomView({
      id: record.id,
      kind: record.members === undefined ? 'open' : 'members',
      entering: (record.members?.inviteSecret ?? record.members?.lobbySecret) !== undefined,
      members: record.members,
      title: record.title,
      telling: record.telling,
      link: record.members === undefined ? formatRoomLink(record) : '',
      relayHost: record.relay === undefined ? undefined : new URL(record.relay).host,
      me: formatHex(author),
      name: record.name ?? name,
      draft: mark?.draft ?? '',
      draftFiles: (mark?.files ?? []).map(infoOf),
      readMark: mark?.readMark ?? firstIdAt(record.joinedAt),
      quiet,
      devices: extras.devices,
      keepDevices: (known) => void store.writeKnownDevices(record.id, known).catch(() => {}),
      judge: (who, name, membership) => this.identity.verification(who, name, membership),
      nextTurn: ports.nextTurn,
      dropFile: (root) => void this.#files.drop(root),
    })
    this.#members = new RoomMembers({
      crypto: ports.crypto,
      relay: () => this.#record.relay,
      command: (tag, command) => this.#session.input({ type: 'membership', tag, command }),
      snapshot: () => this.#view.membership,
      record: () => this.#record.members as MembersRecord,
      keep: (members) => this.#keepMembers(members),
    })
    this.#posts = new RoomPosts({
      post: (tag, content) => this.#session.input({ type: 'post', tag, content }),
      heldChanged: (held) => this.#view.setHeld(held),
    })
    this.#devices = new RoomDevices({
      crypto: ports.crypto,
      clock: ports.clock,
      me: formatHex(author),
      members: this.#members,
      record: () => this.#record,
      keepPersona: (persona) => this.#keepPersona(persona),
      membership: () => this.#view.membership,
      isSynced: () => this.state.sync.phase === 'synced',
      engine: () => this.#session.engine(),
      whisper: (session, whisper) => void this.#session.input({ type: 'whisper', session, whisper }),
      ownMet: (session) => hub.ownDeviceMet(this, session),
      ownGone: () => hub.ownDeviceGone(),
      ownSaid: (session, device, whisper) => hub.ownDeviceSaid(this, session, device, whisper),
      personMet: (who) => hub.personMet(this, who),
      personSaid: (who, whisper) => this.identity.whispered(who, whisper),
    })
    this.#mark = new RoomMarkWriter(ports.clock, () =>
      store.writeMark(this.id, {
        draft: this.#view.state.draft,
        files: this.#files.draft,
        readMark: this.#view.readMark,
        stopped: this.#files.stopped,
      }),
    )
    this.#blobs = ports.blobs && new RoomBlobs(ports.blobs, (input) => void this.#session.input(input))
    this.#files = new RoomFiles(
      {
        blobs: this.#blobs,
        input: (input) => void this.#session.input(input),
        manifest: (root) => this.#view.files.manifest(root),
        draftChanged: (draft) => {
          this.#view.setDraftFiles(draft)
          this.#mark.soon()
        },
        stoppedChanged: () => this.#mark.soon(),
      },
      mark?.files ?? [],
      mark?.stopped ?? [],
    )
    this.#session = new RoomSession({
      chat: ports,
      record: () => this.#record,
      blobs: this.#blobs,
      begun: () => {
        if (this.#isSaving) this.#session.input({ type: 'setSaving', saving: true })
        if (this.#blobs !== undefined) this.#files.begun()
      },
      onEvent: (event) => this.#event(event),
      // Of a full one the engine tells; nothing is damaged by it.
      onStorageTrouble: (error) => {
        if (!(error instanceof StorageFull)) this.tellBroken()
      },
    })
  }

  get state(): RoomState {
    return this.#view.state
  }

  get timeline(): TimelineView {
    return this.#view.timeline
  }

  get record(): RoomRecord {
    return this.#record
  }

  subscribe(listener: () => void): () => void {
    return this.#view.subscribe(listener)
  }

  onMessages(listener: (messages: readonly Message[]) => void): () => void {
    return this.#view.onMessages(listener)
  }

  /** Begins a session. */
  start(settings: ChatSettings): void {
    this.#session.start(settings)
  }

  /** Ends the session; what was being stored is durable afterwards. */
  async stop(): Promise<void> {
    const session = this.#session.leave()
    const unsaid = this.#posts.stop()
    // What waited for a key and will not go out in this run is what one was about to say.
    if (unsaid !== '') this.setDraft([unsaid, this.#view.state.draft].filter((text) => text !== '').join('\n'))
    this.#members.stopped()
    this.#devices.stop()
    this.#view.restarted()
    await session?.stop()
    await this.#mark.now()
  }

  /** Meets at another relay from the next `start` on. */
  async moveTo(relay: string): Promise<void> {
    this.#record = { ...this.#record, relay }
    const link = this.#record.members === undefined ? formatRoomLink(this.#record) : ''
    this.#view.moved(link, new URL(relay).host)
    await this.#store.writeRoom(this.#record)
  }

  accepts(incoming: IncomingSocket): boolean {
    return this.#session.accepts(incoming)
  }

  accept(incoming: IncomingSocket): void {
    this.#session.accept(incoming)
  }

  async send(text: string, options: SendOptions = {}): Promise<string> {
    const { files = [] } = options
    const id = await this.#write(text, options.replyTo, this.#files.fromDraft(files))
    this.#files.leaveDraft(files)
    return id
  }

  async attach(
    files: readonly FileToSend[],
    options: { readonly text?: string; readonly replyTo?: string | undefined } = {},
  ): Promise<string> {
    if (files.length > maxFilesPerMessage) throw new FileFailed('tooMany')
    const manifests: Manifest[] = []
    for (const file of files) manifests.push(await this.#files.seal(file))
    return this.#write(options.text ?? '', options.replyTo, manifests)
  }

  addToDraft(file: FileToSend): Promise<FileInfo> {
    return this.#files.addToDraft(file)
  }

  async removeFromDraft(root: string): Promise<void> {
    await this.#files.removeFromDraft(root)
  }

  async fetchFile(root: string): Promise<void> {
    this.#files.fetch(root)
  }

  async pauseFile(root: string): Promise<void> {
    this.#files.pause(root)
  }

  async freeFile(root: string): Promise<void> {
    await this.#files.free(root)
    this.#view.freed(root)
  }

  holdersOf(root: string): number | undefined {
    return this.#view.files.manifest(root) && this.#view.files.holders(root)
  }

  carries(root: string): boolean {
    const isDrafted = this.#files.draft.some((file) => formatHex(file.root) === root)
    return isDrafted || this.#view.files.manifest(root) !== undefined
  }

  isComing(root: string): boolean {
    return this.#view.files.isComing(root)
  }

  roomAgain(): void {
    this.#session.input({ type: 'blobRoom' })
  }

  /** Files are fetched only when somebody wants them, as long as this device saves. */
  setSaving(saving: boolean): void {
    if (saving === this.#isSaving) return
    this.#isSaving = saving
    this.#session.input({ type: 'setSaving', saving })
  }

  /** Nothing of its files is left here. The room is stopped. */
  async eraseFiles(): Promise<void> {
    for (const { root } of [...this.#view.files.manifests, ...this.#files.draft]) {
      // What cannot be erased cannot be opened either once the room's record is gone.
      await this.#blobs?.free(formatHex(root)).catch(() => undefined)
    }
  }

  readFile(root: string, from: number, length: number): Promise<Uint8Array> {
    return this.#files.read(root, from, length)
  }

  async edit(id: string, text: string): Promise<void> {
    await this.#posts.post({ type: 'edit', target: this.#target(id), text })
  }

  async delete(id: string): Promise<void> {
    await this.#posts.post({ type: 'delete', target: this.#target(id) })
  }

  async react(id: string, emoji: string, on: boolean): Promise<void> {
    await this.#posts.post({ type: 'reaction', target: this.#target(id), emoji, on })
  }

  async pin(id: string, on: boolean): Promise<void> {
    await this.#posts.post({ type: 'pin', target: this.#target(id), on })
  }

  setTyping(typing: boolean): void {
    if (typing === this.#isTyping) return
    this.#isTyping = typing
    this.#session.input({ type: 'setTyping', typing })
  }

  setVisible(visible: boolean): void {
    // A page that goes into the background may never come back.
    if (!visible) this.#mark.now().catch(() => {})
    this.#session.input({ type: 'setVisible', visible })
  }

  setDraft(text: string): void {
    if (text === this.#view.state.draft) return
    this.#view.setDraft(text)
    this.#mark.soon()
  }

  async setTitle(title: string): Promise<void> {
    const cut = cutText(title, maxTitleLength)
    this.#record = { ...this.#record, title: cut }
    this.#view.setTitle(cut)
    await this.#store.writeRoom(this.#record)
  }

  async setTelling(telling: Telling): Promise<void> {
    this.#record = { ...this.#record, telling }
    this.#view.setTelling(telling)
    await this.#store.writeRoom(this.#record)
  }

  async setName(name: string): Promise<void> {
    const cut = cutText(name, maxNameLength)
    if (cut === '') return
    this.#record = { ...this.#record, name: cut }
    this.followName(cut)
    await this.#store.writeRoom(this.#record)
  }

  /** The name of the settings changed; counts unless this room has a name of its own. */
  followName(name: string): void {
    if (this.#record.name !== undefined && this.#record.name !== name) return
    this.#view.rename(name)
    this.#session.input({ type: 'setName', name })
  }

  markRead(): void {
    const before = this.#view.readMark
    this.#view.markRead()
    if (this.#view.readMark !== before) this.#mark.soon()
  }

  /** A record of this room was damaged and is left out. */
  tellBroken(): void {
    this.#view.notice('storeBroken')
  }

  dismissNotice(id: number): void {
    this.#view.dismissNotice(id)
  }

  async map(): Promise<RoomMap> {
    await this.#session.beginning
    return this.#session.engine().map(this.#ports.clock.now())
  }

  async reachReport(who: string): Promise<ReachReport> {
    await this.#session.beginning
    const engine = this.#session.engine()
    const [session] = this.#view.sessionsOf(who)
    const report = session === undefined ? undefined : engine.reachReport(session, this.#ports.clock.now())
    if (report !== undefined) return report
    const { people, relay } = this.#view.state
    return absentReport(who, people.find(({ id }) => id === who)?.name ?? '', relay)
  }

  async govern(command: GovernCommand): Promise<string | undefined> {
    if (this.#record.members === undefined) throw new GovernRefused('open')
    await this.#session.beginning
    return this.#members.govern(command)
  }

  /** Another invite of the same room, after one was refused or one was removed; from the next `start` on. */
  async enterBy(inviteSecret: Uint8Array, inviter: Uint8Array): Promise<void> {
    const { members } = this.#record
    if (members === undefined) throw new BrokenPromise('an invite to an open room')
    this.#view.enterAgain()
    await this.#keepMembers({ ...members, inviteSecret, inviter })
  }

  async #keepMembers(members: MembersRecord): Promise<void> {
    this.#record = { ...this.#record, members }
    this.#view.setMembers(members)
    await this.#store.writeRoom(this.#record)
  }

  async setQuiet(who: string, quiet: Quiet | undefined): Promise<void> {
    this.#view.setQuiet(who, quiet)
    await this.#store.writeQuiet(this.id, this.#view.quiet)
  }

  verify(command: VerifyCommand): Promise<string | undefined> {
    return this.identity.verify(command)
  }

  /** Tells the people of this open room where it goes on. */
  async tellMoved(
    invite: string,
    along: { readonly people: readonly string[]; readonly invite: string },
  ): Promise<void> {
    const boxes = along.people.length === 0 ? [] : this.#session.engine().movedBoxes(along.people, along.invite)
    await this.#posts.post({ type: 'moved', invite, boxes })
  }

  /** Says in the room who one is beyond it, or takes that back. */
  async showIdentity(on: boolean): Promise<void> {
    await this.#posts.post({ type: 'proof', proof: on ? this.identity.proof() : new Uint8Array(0) })
  }

  /** What is known of people beyond this room changed. */
  rejudge(): void {
    this.identity.rejudge()
    this.#identified()
  }

  #identified(): void {
    const { comparing, isShown } = this.identity
    this.#view.identified(comparing, isShown)
    this.#stopComparing?.()
    // A number that nobody finished comparing goes away by itself.
    this.#stopComparing =
      comparing.length === 0 ? undefined : this.#ports.clock.after(sasLifeMs, () => this.#identified())
  }

  // Own devices: see `room-devices.ts` and `own-devices.ts`.

  /** The room identity's key is here, and one is in: this device can say that another is one's own. */
  get canCertify(): boolean {
    const isIn = this.#record.members === undefined || this.state.members?.standing === 'in'
    return this.#record.persona.identity !== undefined && isIn
  }

  /** This device speaks here by a certificate that another made. */
  get isLinkedHere(): boolean {
    return this.#record.persona.identity === undefined
  }

  /** The same keys, certified anew; the session that runs goes on with what it has. */
  async recertify(certificate: Uint8Array, proof: Uint8Array): Promise<void> {
    const certifiedAt = this.#ports.clock.now()
    await this.#keepPersona({ ...this.#record.persona, certificate, proof, certifiedAt })
  }

  async #keepPersona(persona: PersonaSecrets): Promise<void> {
    await this.#store.writeRoom({ ...this.#record, persona })
    this.#record = { ...this.#record, persona }
  }

  get wantsCertificate(): boolean {
    return isCertificateOld(this.#record.persona, this.#ports.clock.now())
  }

  get platform(): 'browser' | 'node' {
    return this.#ports.platform
  }

  /** Is this session (hex) one of one's own devices, linked here? */
  isLinkedWith(session: string): boolean {
    return this.#devices.isLinkedWith(session)
  }

  sayToOwn(session: string, whisper: DeviceWhisper): void {
    this.#devices.say(session, whisper)
  }

  addDevice(sign: Uint8Array, agree: Uint8Array): Promise<{ certificate: Uint8Array; secret: Uint8Array }> {
    return this.#devices.add(sign, agree)
  }

  revokeDevice(device: string): Promise<void> {
    return this.#devices.revoke(device)
  }

  /** Whose room this is, when it is that of two contacts. */
  setContact(contact: string | undefined): void {
    this.#view.setContact(contact)
  }

  #linkedSessionOf(who: string): string | undefined {
    const presences = this.state.people.find(({ id }) => id === who)?.presences ?? []
    const linked = presences.filter(({ state }) => state === 'linked').map(({ session }) => session)
    return this.#view.sessionsOf(who).find((session) => linked.includes(session))
  }

  #event(event: EngineEvent): void {
    if (event.type === 'blob' || event.type === 'blobBlocks') this.#blobs?.told(event)
    this.#view.handle(event)
    if (event.type === 'proof') this.identity.shows(event.author, event.proof)
    if (event.type === 'membership') this.#memberNow(event.snapshot)
    // After the record was written that one is in: a turned key half is written over that one.
    this.#devices.handle(event)
    this.#posts.handle(event)
    this.#members.handle(event)
    if (event.type === 'relay' && event.state === 'up' && this.#record.relay !== undefined) {
      this.#ports.onRelayWanted?.(this.#record.relay)
    }
  }

  #memberNow({ standing, epoch, deviceRevoked, founder, foundingSalt }: MembershipSnapshot): void {
    this.#cameIn(standing)
    // Not before there is a key: what it opens is what the founder reads on with.
    if (standing === 'in' && epoch !== undefined && foundingSalt !== undefined)
      this.#hub.cameIn(this, founder, foundingSalt)
    if (epoch !== undefined || standing !== 'in' || deviceRevoked === true) this.#posts.release()
  }

  /** Once in, the invite has done its work: nobody who reads this store later shall knock with it. */
  #cameIn(standing: string): void {
    const { members } = this.#record
    if (standing !== 'in' || (members?.inviteSecret ?? members?.lobbySecret) === undefined || members === undefined)
      return
    this.#keepMembers({ ...members, inviteSecret: undefined, lobbySecret: undefined }).catch(() => this.tellBroken())
  }

  async #write(text: string, answers: string | undefined, attachments: readonly Manifest[]): Promise<string> {
    const { slowUntil = 0 } = this.state.members ?? {}
    // Nobody would be shown it.
    if (this.#ports.clock.now() < slowUntil) throw new MessageRefused('tooSoon')
    const replyTo = answers === undefined ? undefined : this.#target(answers)
    this.setTyping(false)
    if (this.#session.beginning !== undefined) await this.#session.beginning
    return this.#posts.post({
      type: 'text',
      text,
      ...(replyTo === undefined ? {} : { replyTo }),
      ...(attachments.length === 0 ? {} : { attachments }),
    })
  }

  /** The entry behind a message that is here. */
  #target(id: string): Uint8Array {
    const entryId = this.#view.timeline.find(id)?.entryId
    const target = entryId === undefined ? undefined : parseHex(entryId)
    if (target === undefined) throw new MessageRefused('unknownTarget')
    return target
  }
}

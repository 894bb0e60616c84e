/** One program of one person: its settings and all its rooms, over the ports of a platform. */
import type { Address } from '@kith/protocol'
import type { ChatPorts, Listening } from './chat-ports.ts'
import { ChatFiles } from './chat-files.ts'
import { ChatStore, type RoomRecord } from './chat-store.ts'
import type { Opener, PasskeyAnswer } from './opener.ts'
import type { StoreLock } from './store-lock.ts'
import type { Chat, ChatSettings, ChatState, NewRoom, Notifying, RoomState } from './chat.ts'
import type { ContactCommand, IdentityCommand } from './identity-state.ts'
import { defaultSettings } from './default-settings.ts'
import { createKeptIdentity } from './identity-desk.ts'
import { IdentityOffice, type KeptOffice } from './identity-office.ts'
import { IdentityStore } from './identity-store.ts'
import { ChatClosed } from './errors.ts'
import { Joining, callOver } from './joining.ts'
import { type Policy, defaultPolicy } from './members-state.ts'
import { friendlyName } from './friendly-names.ts'
import type { IncomingSocket, RouteIncoming } from './incoming.ts'
import { cutText, maxNameLength } from './names.ts'
import { OpenRoom, type RoomExtras } from './open-room.ts'
import { renewPersonaSecrets } from './persona.ts'

/** Reads what is stored and starts every room. The rooms go on loading afterwards. */
export async function openChat(ports: ChatPorts): Promise<OpenChat> {
  const store = new ChatStore(ports.storage)
  const stored = await store.readSettings()
  const name = cutText(ports.defaultName ?? '', maxNameLength) || friendlyName(ports.crypto.random)
  const settings: ChatSettings = { ...defaultSettings, name, ...stored }
  if (stored.name === undefined) await store.writeSettings(settings)
  // Somebody may knock before the chat is there; then nobody takes it.
  let route: RouteIncoming = () => {}
  const listening = await ports.listen?.((incoming) => route(incoming))
  const chat = new OpenChat(ports, store, settings, await readOffice(ports), listening)
  route = (incoming): void => chat.route(incoming)
  for (const room of await store.readRooms()) {
    const persona = renewPersonaSecrets(ports.crypto, room.persona, ports.clock.now())
    const record: RoomRecord = { ...room, persona }
    if (persona !== room.persona) await store.writeRoom(record)
    chat.add(record, {
      mark: await store.readMark(room.id),
      quiet: await store.readQuiet(room.id),
      devices: await store.readKnownDevices(room.id),
    })
  }
  ports.broken?.listen((key) => chat.foundBroken(key))
  chat.roomsRead()
  return chat
}

/** Of a room for one's own devices: nobody else is let in by mistake. */
const ownPolicy: Policy = { ...defaultPolicy, whoMayAdd: 'admins' }

async function readOffice(ports: ChatPorts): Promise<KeptOffice> {
  const store = new IdentityStore(ports.storage)
  let identity = await store.readIdentity()
  if (identity === undefined) await store.writeIdentity((identity = createKeptIdentity(ports.crypto)))
  return {
    identity,
    known: await store.readKnown(),
    contacts: await store.readContacts(),
    devices: await store.readDevices(),
  }
}

export class OpenChat implements Chat {
  readonly #ports: ChatPorts
  readonly #store: ChatStore
  readonly #listeners = new Set<() => void>()
  readonly #rooms = new Map<string, OpenRoom>()
  readonly #listening: Listening | undefined
  readonly #office: IdentityOffice
  readonly #joining: Joining
  #settings: ChatSettings
  #state: ChatState
  #storedBytes: number | undefined
  readonly #files: ChatFiles | undefined
  #stopSaving: (() => void) | undefined
  #saving = false
  #kept: boolean | undefined
  #atRest: ChatState['atRest']
  #passkey: ChatState['passkey']
  #askedToKeep = false
  #scheduled = false
  #closed = false
  /** Joining, creating and forgetting happen one after another, so that a double click joins once. */
  #steps: Promise<unknown> = Promise.resolve()

  constructor(
    ports: ChatPorts,
    store: ChatStore,
    settings: ChatSettings,
    office: KeptOffice,
    listening?: Listening | undefined,
  ) {
    this.#listening = listening
    this.#files =
      ports.blobs &&
      new ChatFiles(
        {
          clock: ports.clock,
          store: ports.blobs.store,
          space: ports.fileSpace,
          rooms: () => this.#rooms.values(),
          changed: () => this.#changed(),
        },
        settings.fileLimit,
      )
    this.#ports = { ...ports, blobs: ports.blobs && this.#files && { ...ports.blobs, store: this.#files.store } }
    this.#office = new IdentityOffice(
      {
        ports,
        store: new IdentityStore(ports.storage),
        rooms: () => this.#rooms.values(),
        room: (id) => this.#rooms.get(id),
        enter: (secret, title) => this.#inTurn(() => this.#joining.enterOnce(secret, title)),
        join: (invite) => this.join(invite),
        forget: (room) => this.forget(room),
        settings: () => this.#settings,
        setName: (name) => this.setName(name),
        found: (title, relay) => this.create({ kind: 'members', title, relay, policy: ownPolicy }),
        keepGiven: (given, persona) => this.#inTurn(() => this.#joining.keepGiven(given, persona)),
        becomeFounder: (room, founder) => this.#inTurn(() => this.#joining.becomeFounder(room, founder)),
        changed: () => this.#changed(),
      },
      office,
    )
    this.#joining = new Joining({
      chat: this.#ports,
      store,
      rooms: this.#rooms,
      desk: this.#office.desk,
      settings: () => this.#settings,
      add: (record) => this.add(record),
    })
    this.#store = store
    this.#settings = settings
    this.#atRest = ports.lock.atRest
    this.#passkey = ports.lock.passkey
    this.#state = this.#snapshot([])
    void this.#measure()
    this.#stopSaving = ports.saving?.((saving) => {
      this.#saving = saving
      for (const room of this.#rooms.values()) room.setSaving(saving)
    })
  }

  get state(): ChatState {
    const rooms = [...this.#rooms.values()].map((room): RoomState => room.state)
    const before = this.#state
    const sameRooms = rooms.length === before.rooms.length && rooms.every((room, index) => room === before.rooms[index])
    const next = this.#snapshot(sameRooms ? before.rooms : rooms)
    const keys = Object.keys(next) as (keyof ChatState)[]
    if (keys.some((key) => next[key] !== before[key])) this.#state = next
    return this.#state
  }

  /** Where plain sockets are accepted. */
  get listening(): Address | undefined {
    return this.#listening?.address
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  room(id: string): OpenRoom | undefined {
    return this.#rooms.get(id)
  }

  async create(options: NewRoom = {}): Promise<OpenRoom> {
    const made = await this.#inTurn(() => this.#joining.make(options))
    const from = options.from === undefined ? undefined : this.#rooms.get(options.from)
    const isMoving = made.record.members !== undefined && from?.record.members === undefined
    if (isMoving && from !== undefined) await callOver(from, made, options.along)
    return made
  }

  join(link: string): Promise<OpenRoom> {
    return this.#inTurn(() => this.#joining.follow(link))
  }

  forget(roomId: string): Promise<void> {
    return this.#inTurn(async () => {
      const room = this.#rooms.get(roomId)
      if (room === undefined) return
      this.#rooms.delete(roomId)
      this.#changed()
      await room.stop()
      await room.eraseFiles()
      await this.#store.forgetRoom(roomId)
      await this.#measure()
    })
  }

  async setName(name: string): Promise<void> {
    const cut = cutText(name, maxNameLength)
    if (cut === '' || cut === this.#settings.name) return
    this.#settings = { ...this.#settings, name: cut }
    this.#changed()
    for (const room of this.#rooms.values()) room.followName(cut)
    await this.#store.writeSettings(this.#settings)
  }

  /** Every room begins a new session, because its peers must forget the address they know. */
  setRelayOnly(relayOnly: boolean): Promise<void> {
    return this.#inTurn(async () => {
      if (relayOnly === this.#settings.relayOnly) return
      this.#settings = { ...this.#settings, relayOnly }
      this.#changed()
      await this.#store.writeSettings(this.#settings)
      for (const room of this.#rooms.values()) {
        await room.stop()
        room.start(this.#settings)
      }
    })
  }

  identify(command: IdentityCommand): Promise<string | undefined> {
    if (this.#closed) return Promise.reject(new ChatClosed())
    return this.#office.identify(command)
  }

  contact(command: ContactCommand): Promise<string | undefined> {
    if (this.#closed) return Promise.reject(new ChatClosed())
    return this.#office.contact(command)
  }

  setPassphrase(next: string, current?: Opener): Promise<void> {
    return this.#relock((lock) => lock.setPassphrase(next, current))
  }

  setPasskey(next: PasskeyAnswer, current?: Opener): Promise<void> {
    return this.#relock((lock) => lock.setPasskey(next, current))
  }

  removePassphrase(current: Opener): Promise<void> {
    return this.#relock((lock) => lock.removePassphrase(current))
  }

  async #relock(change: (lock: StoreLock) => Promise<void>): Promise<void> {
    if (this.#closed) throw new ChatClosed()
    const { lock } = this.#ports
    await change(lock)
    this.#atRest = lock.atRest
    this.#passkey = lock.passkey
    this.#changed()
  }

  async setLockAfter(minutes: number): Promise<void> {
    if (minutes === this.#settings.lockAfter || !(minutes >= 0)) return
    this.#settings = { ...this.#settings, lockAfter: minutes }
    this.#changed()
    await this.#store.writeSettings(this.#settings)
  }

  async setFileLimit(bytes: number): Promise<void> {
    if (bytes === this.#settings.fileLimit || !(bytes >= 0)) return
    this.#settings = { ...this.#settings, fileLimit: bytes }
    this.#changed()
    await this.#store.writeSettings(this.#settings)
    await this.#files?.setLimit(bytes)
  }

  async setNotifying(change: Partial<Notifying>): Promise<void> {
    this.#settings = { ...this.#settings, notifying: { ...this.#settings.notifying, ...change } }
    this.#changed()
    await this.#store.writeSettings(this.#settings)
  }

  async freeSpace(): Promise<number> {
    return (await this.#files?.free()) ?? 0
  }

  setVisible(visible: boolean): void {
    for (const room of this.#rooms.values()) room.setVisible(visible)
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#office.stop()
    this.#files?.close()
    this.#stopSaving?.()
    const isHeard = [...this.#rooms.values()].some((room) =>
      room.state.people.some((person) => person.online && !person.me),
    )
    // Goodbyes leave at once, even when the page goes away and nothing after this line runs.
    const stopped = [...this.#rooms.values()].map((room) => room.stop())
    await Promise.allSettled([...stopped, this.#steps, this.#listening?.close()])
    if (isHeard) await this.#ports.lastWords?.()
    await this.#ports.blobs?.store.close()
    await this.#ports.storage.close()
  }

  /** A socket from outside: the room its first frame is for takes it, if there is one. */
  route(incoming: IncomingSocket): void {
    if (this.#settings.relayOnly) return
    if (this.#office.takes(incoming)) return
    for (const room of this.#rooms.values()) {
      if (!room.accepts(incoming)) continue
      room.accept(incoming)
      return
    }
  }

  /** Opens a room of the store. */
  add(record: RoomRecord, extras: RoomExtras = {}): OpenRoom {
    const room = new OpenRoom(this.#ports, this.#store, record, extras, this.#settings.name, this.#office)
    this.#rooms.set(record.id, room)
    room.setContact(this.#office.contactOf(record.id))
    room.subscribe(() => {
      this.#changed()
      this.#files?.roomChanged()
    })
    room.onMessages((messages) => {
      if (messages.some(({ attachments }) => attachments.length > 0)) this.#files?.changed()
    })
    room.setSaving(this.#saving)
    room.start(this.#settings)
    this.#changed()
    void this.#askToKeep()
    return room
  }

  /** All rooms of the store are open. */
  roomsRead(): void {
    this.#files?.roomsRead()
  }

  /** A damaged record, told to the room it is of; one of the chat's own to every room: somebody should know. */
  foundBroken(key: string): void {
    this.#files?.keepAll()
    const [place, id = ''] = key.split('/')
    const room = place === 'room' ? this.#rooms.get(id) : undefined
    if (room !== undefined) room.tellBroken()
    else if (place === 'chat') for (const each of this.#rooms.values()) each.tellBroken()
  }

  #inTurn<T>(step: () => Promise<T>): Promise<T> {
    const result = this.#steps.then(() => {
      if (this.#closed) throw new ChatClosed()
      return step()
    })
    this.#steps = result.catch(() => {})
    return result
  }

  #snapshot(rooms: readonly RoomState[]): ChatState {
    return {
      settings: this.#settings,
      rooms,
      ready: true,
      atRest: this.#atRest,
      passkey: this.#passkey,
      storedBytes: this.#storedBytes,
      files: this.#files?.use,
      kept: this.#kept,
      identity: this.#office.state,
      contacts: this.#office.contacts,
    }
  }

  /** Not before there is something to keep: some browsers ask the person. */
  async #askToKeep(): Promise<void> {
    if (this.#askedToKeep) return
    this.#askedToKeep = true
    try {
      this.#kept = await this.#ports.keepStored?.()
      this.#changed()
    } catch {
      // Then nobody promised anything, and the settings say nothing about it.
    }
  }

  async #measure(): Promise<void> {
    try {
      this.#storedBytes = await this.#ports.storedBytes?.()
      this.#changed()
    } catch {
      // A number for the settings page; not knowing it changes nothing.
    }
  }

  #changed(): void {
    if (this.#scheduled || this.#closed) return
    this.#scheduled = true
    this.#ports.nextTurn(() => {
      this.#scheduled = false
      for (const listener of this.#listeners) listener()
    })
  }
}

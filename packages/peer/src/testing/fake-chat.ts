/**
 * An in-memory `Chat` for designing and testing user interfaces: no peer, no network, no store.
 *
 * It keeps every promise of the facade that an interface can see (immutable snapshots that keep their identity, at most
 * one call per turn, ids that sort by time, delivery that goes waiting → sent → stored) and adds handles to make things
 * happen: `say`, `setPerson`, `setSync`, `setRelay`, `notice`. Ready-made situations are in `fake-fixtures.ts`.
 */
import type { Millis } from '@kith/protocol'
import type {
  Chat,
  ChatSettings,
  ChatState,
  NewRoom,
  Notifying,
  Opener,
  PasskeyAnswer,
  Room,
  RoomState,
} from '../chat.ts'
import type { FileUse } from '../files.ts'
import {
  type ContactCommand,
  type ContactsState,
  type IdentityCommand,
  type IdentityState,
  noContacts,
} from '../identity-state.ts'
import { contactFake, fakeIdentity, identifyFake } from './fake-identity.ts'
import { MemoryLock } from '../memory/lock.ts'
import { defaultNotifying } from '../news.ts'
import type { FakePerson } from './fake-people.ts'
import { FakeRoom, type FakeRoomOptions } from './fake-room.ts'

export { FakeRoom }
export type { FakePerson, FakeRoomOptions }

export interface FakeChatOptions {
  readonly name?: string | undefined
  readonly relayOnly?: boolean | undefined
  readonly notifying?: Notifying | undefined
  readonly ready?: boolean | undefined
  /** Locks what is "stored". */
  readonly passphrase?: Opener | undefined
  readonly storedBytes?: number | undefined
  readonly files?: FileUse | undefined
  readonly kept?: boolean | undefined
  readonly identity?: IdentityState | undefined
  readonly contacts?: ContactsState | undefined
  readonly rooms?: readonly FakeRoomOptions[] | undefined
  /** Milliseconds of one step of delivery; 0 delivers at once. */
  readonly paceMs?: number | undefined
  /** `create` and `join` reject. */
  readonly failing?: boolean | undefined
  readonly now?: (() => Millis) | undefined
}

/** Named as the peer names its own, so that an interface that looks at `name` behaves the same. */
export class LinkMalformed extends Error {
  override readonly name = 'LinkMalformed'
}

const linkPattern = /^(?:(https?:\/\/[^/#]+)\/|kith:)#([A-Za-z0-9_-]{43})$/
const invitePattern = /^https?:\/\/[^/#]+\/#i[A-Za-z0-9_-]{60,}$/
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

export class FakeChat implements Chat {
  readonly #listeners = new Set<() => void>()
  readonly #rooms = new Map<string, FakeRoom>()
  readonly #options: FakeChatOptions
  readonly #now: () => Millis
  readonly #lock: MemoryLock
  #settings: ChatSettings
  #ready: boolean
  #files: FileUse | undefined
  #state: ChatState | undefined
  #scheduled = false
  #made = 0
  #identity: IdentityState
  #contacts: ContactsState
  visible = true
  closed = false

  constructor(options: FakeChatOptions = {}) {
    this.#options = options
    this.#lock = new MemoryLock(options.passphrase)
    this.#now = options.now ?? Date.now
    this.#settings = {
      name: options.name ?? 'Robin',
      relayOnly: options.relayOnly ?? false,
      lockAfter: 15,
      fileLimit: 0,
      notifying: options.notifying ?? defaultNotifying,
    }
    this.#ready = options.ready ?? true
    this.#files = options.files ?? { bytes: 0, freeable: 0, limit: undefined }
    this.#identity = options.identity ?? fakeIdentity
    this.#contacts = options.contacts ?? noContacts
    for (const room of options.rooms ?? []) this.addRoom(room)
  }

  get state(): ChatState {
    this.#state ??= {
      settings: this.#settings,
      rooms: [...this.#rooms.values()].map((room): RoomState => room.state),
      ready: this.#ready,
      atRest: this.#lock.atRest,
      passkey: this.#lock.passkey,
      storedBytes: this.#options.storedBytes,
      files: this.#files,
      kept: this.#options.kept,
      identity: this.#identity,
      contacts: this.#contacts,
    }
    return this.#state
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  room(id: string): FakeRoom | undefined {
    return this.#rooms.get(id)
  }

  /** The room of a fixture, which is the only or the first one. */
  get first(): FakeRoom {
    const room = this.#rooms.values().next().value
    if (room === undefined) throw new Error('this fixture has no room')
    return room
  }

  addRoom(options: FakeRoomOptions): FakeRoom {
    const room = new FakeRoom(
      { paceMs: this.#options.paceMs, now: this.#now, ...options, myName: options.myName ?? this.#settings.name },
      () => this.#changed(),
    )
    this.#rooms.set(room.id, room)
    this.#changed()
    return room
  }

  async create(options: NewRoom = {}): Promise<Room> {
    if (this.#options.failing === true) throw new Error('the store is full')
    const secret = this.#secret()
    const relay = options.relay
    return this.addRoom({
      title: options.title ?? '',
      link: relay === undefined ? `kith:#${secret}` : `${relay}/#${secret}`,
      relay: relay === undefined ? 'none' : 'up',
      sync: { phase: 'alone', have: 0, total: 0, gaps: 0 },
      members: options.kind === 'members' ? { policy: options.policy } : undefined,
    })
  }

  async join(link: string): Promise<Room> {
    if (invitePattern.test(link)) return this.#enter(link)
    if (!linkPattern.test(link)) throw new LinkMalformed('this is not the link of a room')
    if (this.#options.failing === true) throw new Error('the store is full')
    const secret = link.slice(link.indexOf('#') + 1)
    for (const room of this.#rooms.values()) if (room.state.link.endsWith(secret)) return room
    return this.addRoom({ title: '', link, relay: 'connecting', sync: { phase: 'alone', have: 0, total: 0, gaps: 0 } })
  }

  /** As by a real invite: first a room on the way in. */
  #enter(link: string): Room {
    return this.addRoom({
      title: '',
      link,
      relay: 'up',
      sync: { phase: 'alone', have: 0, total: 0, gaps: 0 },
      members: { myRole: 'member', entering: { phase: 'meeting' } },
    })
  }

  async identify(command: IdentityCommand): Promise<string | undefined> {
    const { identity, answer } = identifyFake(command, this.#identity, this.#now())
    this.#identity = identity
    if (command.type === 'show') this.#rooms.get(command.room)?.setShown(command.on)
    this.#changed()
    return answer
  }

  async contact(command: ContactCommand): Promise<string | undefined> {
    const nameOf = (room: string, who: string): string =>
      this.#rooms.get(room)?.state.people.find(({ id }) => id === who)?.name ?? ''
    this.#contacts = contactFake(command, this.#contacts, nameOf)
    this.#changed()
    return undefined
  }

  async forget(roomId: string): Promise<void> {
    this.#rooms.delete(roomId)
    this.#changed()
  }

  async setName(name: string): Promise<void> {
    this.#settings = { ...this.#settings, name }
    this.#changed()
  }

  async setRelayOnly(relayOnly: boolean): Promise<void> {
    this.#settings = { ...this.#settings, relayOnly }
    this.#changed()
  }

  async setPasskey(next: PasskeyAnswer, current?: Opener): Promise<void> {
    await this.#lock.setPasskey(next, current)
    this.#changed()
  }

  async setLockAfter(lockAfter: number): Promise<void> {
    this.#settings = { ...this.#settings, lockAfter }
    this.#changed()
  }

  async setPassphrase(next: string, current?: Opener): Promise<void> {
    await this.#lock.setPassphrase(next, current)
    this.#changed()
  }

  async removePassphrase(current: Opener): Promise<void> {
    await this.#lock.removePassphrase(current)
    this.#changed()
  }

  async setFileLimit(fileLimit: number): Promise<void> {
    this.#settings = { ...this.#settings, fileLimit }
    if (this.#files !== undefined) this.#files = { ...this.#files, limit: fileLimit || 48_000_000_000 }
    this.#changed()
  }

  async setNotifying(change: Partial<Notifying>): Promise<void> {
    this.#settings = { ...this.#settings, notifying: { ...this.#settings.notifying, ...change } }
    this.#changed()
  }

  async freeSpace(): Promise<number> {
    const { bytes, freeable, limit } = this.#files ?? { bytes: 0, freeable: 0, limit: undefined }
    this.#files = { bytes: bytes - freeable, freeable: 0, limit }
    this.#changed()
    return freeable
  }

  setReady(): void {
    this.#ready = true
    this.#changed()
  }

  setVisible(visible: boolean): void {
    this.visible = visible
  }

  async close(): Promise<void> {
    this.closed = true
  }

  /** Looks like 32 bytes in base64url and is different each time; it protects nothing. */
  #secret(): string {
    let state = (this.#now() + ++this.#made * 7919) >>> 0
    let text = ''
    for (let i = 0; i < 42; i++) {
      state = (Math.imul(state ^ (state >>> 15), 2246822519) + 3266489917) >>> 0
      text += alphabet.charAt(state % 64)
    }
    return `${text}A`
  }

  #changed(): void {
    this.#state = undefined
    if (this.#scheduled) return
    this.#scheduled = true
    queueMicrotask(() => {
      this.#scheduled = false
      for (const listener of this.#listeners) listener()
    })
  }
}

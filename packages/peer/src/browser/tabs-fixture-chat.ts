/** A chat for tests of shared tabs: it keeps its messages on a `FixtureDisk`, so that the next leader finds them. */
import type { Chat, ChatState, Message, Opener, PasskeyAnswer, Room } from '../chat.ts'
import { LinkMalformed } from '../errors.ts'
import { noContacts, noIdentity } from '../identity-state.ts'
import { MemoryLock } from '../memory/lock.ts'
import { defaultNotifying } from '../news.ts'
import { FixtureRoom } from './tabs-fixture-room.ts'
import type { FixtureHome, Pauses } from './tabs-fixture-room.ts'

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

export class FixtureChat implements Chat, FixtureHome {
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
      settings: { name: this.#name, relayOnly: false, lockAfter: 0, fileLimit: 0, notifying: defaultNotifying },
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

  async setNotifying(): Promise<void> {}

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

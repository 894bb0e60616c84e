/**
 * The chat of somebody who was never here, while the real one is still loaded and opened.
 *
 * What an empty store holds is known without opening it, so an interface over this shows the first page at once. Commands wait
 * for the real chat and do there what they do; if it does not come they reject with the reason. Once it is there this only hands
 * on, so whoever holds it need not know when that was. It must stay as small as it is: everything else of the peer comes after it.
 */
import type { Chat, ChatState, NewRoom, Notifying, Opener, PasskeyAnswer, Room } from './chat.ts'
import { defaultSettings } from './default-settings.ts'
import { type ContactCommand, type IdentityCommand, noContacts, noIdentity } from './identity-state.ts'

const nothingStored: ChatState = {
  settings: { ...defaultSettings, name: '' },
  rooms: [],
  ready: true,
  atRest: 'key',
  passkey: undefined,
  storedBytes: undefined,
  files: undefined,
  kept: undefined,
  identity: noIdentity,
  contacts: noContacts,
}

export class ComingChat implements Chat {
  readonly #coming: Promise<Chat>
  readonly #listeners = new Set<() => void>()
  #real: Chat | undefined

  constructor(coming: Promise<Chat>) {
    this.#coming = coming
    coming.then(
      (real) => this.#arrived(real),
      // Whoever waits for a command is told.
      () => undefined,
    )
  }

  get state(): ChatState {
    return this.#real?.state ?? nothingStored
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  room(id: string): Room | undefined {
    return this.#real?.room(id)
  }

  async create(options?: NewRoom): Promise<Room> {
    return (await this.#coming).create(options)
  }

  async join(link: string): Promise<Room> {
    return (await this.#coming).join(link)
  }

  async forget(roomId: string): Promise<void> {
    return (await this.#coming).forget(roomId)
  }

  async setName(name: string): Promise<void> {
    return (await this.#coming).setName(name)
  }

  async setRelayOnly(relayOnly: boolean): Promise<void> {
    return (await this.#coming).setRelayOnly(relayOnly)
  }

  async setPassphrase(next: string, current?: Opener): Promise<void> {
    return (await this.#coming).setPassphrase(next, current)
  }

  async setPasskey(next: PasskeyAnswer, current?: Opener): Promise<void> {
    return (await this.#coming).setPasskey(next, current)
  }

  async setLockAfter(minutes: number): Promise<void> {
    return (await this.#coming).setLockAfter(minutes)
  }

  async setFileLimit(bytes: number): Promise<void> {
    return (await this.#coming).setFileLimit(bytes)
  }

  async setNotifying(change: Partial<Notifying>): Promise<void> {
    return (await this.#coming).setNotifying(change)
  }

  async removePassphrase(current: Opener): Promise<void> {
    return (await this.#coming).removePassphrase(current)
  }

  async freeSpace(): Promise<number> {
    return (await this.#coming).freeSpace()
  }

  async identify(command: IdentityCommand): Promise<string | undefined> {
    return (await this.#coming).identify(command)
  }

  async contact(command: ContactCommand): Promise<string | undefined> {
    return (await this.#coming).contact(command)
  }

  setVisible(visible: boolean): void {
    this.#coming.then(
      (real) => real.setVisible(visible),
      () => undefined,
    )
  }

  async close(): Promise<void> {
    return (await this.#coming).close()
  }

  #arrived(real: Chat): void {
    this.#real = real
    const tell = (): void => {
      for (const listener of this.#listeners) listener()
    }
    real.subscribe(tell)
    tell()
  }
}

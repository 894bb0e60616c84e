/** What is asked of a chat, as commands: the same whether this tab leads or follows. */
import type { ContactCommand, IdentityCommand, NewRoom, Notifying, Opener, PasskeyAnswer, Room } from '../chat.ts'
import { RoomClosed } from '../errors.ts'
import type { Command, CommandValue } from './tabs-wire.ts'

export abstract class CommandedChat {
  /** Rejects as the command does where the real chat is. */
  abstract issue(command: Command): Promise<CommandValue>
  abstract room(id: string): Room | undefined

  async create(options: NewRoom = {}): Promise<Room> {
    return this.#roomOf(await this.issue({ name: 'create', options }))
  }

  async join(link: string): Promise<Room> {
    return this.#roomOf(await this.issue({ name: 'join', link }))
  }

  async forget(room: string): Promise<void> {
    await this.issue({ name: 'forget', room })
  }

  async setName(value: string): Promise<void> {
    await this.issue({ name: 'setOwnName', value })
  }

  async setRelayOnly(value: boolean): Promise<void> {
    await this.issue({ name: 'setRelayOnly', value })
  }

  async identify(command: IdentityCommand): Promise<string | undefined> {
    return (await this.issue({ name: 'identify', command })) as string | undefined
  }

  async contact(command: ContactCommand): Promise<string | undefined> {
    return (await this.issue({ name: 'contact', command })) as string | undefined
  }

  async setPasskey(next: PasskeyAnswer, current?: Opener): Promise<void> {
    await this.issue({ name: 'setPasskey', next, current })
  }

  async setLockAfter(value: number): Promise<void> {
    await this.issue({ name: 'setLockAfter', value })
  }

  async setPassphrase(next: string, current?: Opener): Promise<void> {
    await this.issue({ name: 'setPassphrase', next, current })
  }

  async removePassphrase(current: Opener): Promise<void> {
    await this.issue({ name: 'removePassphrase', current })
  }

  async setFileLimit(value: number): Promise<void> {
    await this.issue({ name: 'setFileLimit', value })
  }

  async setNotifying(value: Partial<Notifying>): Promise<void> {
    await this.issue({ name: 'setNotifying', value })
  }

  async freeSpace(): Promise<number> {
    return (await this.issue({ name: 'freeSpace' })) as number
  }

  #roomOf(id: CommandValue): Room {
    const room = typeof id === 'string' ? this.room(id) : undefined
    if (room === undefined) throw new RoomClosed()
    return room
  }
}

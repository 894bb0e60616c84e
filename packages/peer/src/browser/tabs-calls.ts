/**
 * Commands on their way to whichever tab leads. None is ever lost without a word: it is answered, carried out again by
 * the next leader, or rejected with `CommandInterrupted`.
 *
 * The leader says `taken` before it begins. When it dies before that, the command was not begun: it is given to the next
 * leader. When it dies after, the command may or may not have been carried out. Most can simply be repeated: setting
 * the same name, joining the same room, editing to the same text changes nothing the second time. A message sent twice
 * would be there twice, so the next leader's timeline is looked at first. A room made twice would be two rooms, files
 * attached twice would be sealed twice under different roots, and a passphrase set twice would not fit the second time, so
 * these are rejected.
 */
import type { SharedRoom } from './tabs-room.ts'
import { unpackError } from './tabs-wire.ts'
import type { Answer, Command, CommandValue, ErrorClasses } from './tabs-wire.ts'

/** Doing these twice would be two invites, two vouches under two PINs, or a removal of whoever came back. */
const interruptions = {
  room: 'The tab that was making this room closed half-way. Look whether the room is in your list; if not, make it again.',
  attach:
    'The tab that was sending these files closed half-way. Look whether they are in the room; if not, send them again.',
  lock: 'The tab that was changing the passphrase closed half-way. Try again with the new one as the present one, then with the old one.',
  govern: 'The tab that was carrying this out closed half-way. Look at the people of the room before you do it again.',
} as const

/** The tab that carried it out closed half-way, and doing it again might do it twice. */
export class CommandInterrupted extends Error {
  override readonly name = 'CommandInterrupted'

  constructor(what: keyof typeof interruptions) {
    super(interruptions[what])
  }
}

interface Pending {
  readonly command: Command
  readonly resolve: (value: CommandValue) => void
  readonly reject: (error: unknown) => void
  /** Newest message of the room when it was given: what is sent sorts after it. */
  readonly after: string
  taken: boolean
}

export interface CallPorts {
  /** To the leader, or undefined while there is none: it stays pending then. */
  deliver(call: number, command: Command): void
  room(id: string): SharedRoom | undefined
  readonly errors: ErrorClasses
}

export class Calls {
  readonly #ports: CallPorts
  readonly #pending = new Map<number, Pending>()
  /** Messages that already answer one of this tab's commands. */
  readonly #claimed = new Set<string>()
  #last = 0

  constructor(ports: CallPorts) {
    this.#ports = ports
  }

  get waiting(): boolean {
    return this.#pending.size > 0
  }

  issue(command: Command): Promise<CommandValue> {
    return new Promise((resolve, reject) => {
      const call = ++this.#last
      this.#pending.set(call, { command, resolve, reject, after: this.#newestIn(command), taken: false })
      this.#ports.deliver(call, command)
    })
  }

  taken(call: number): void {
    const pending = this.#pending.get(call)
    if (pending !== undefined) pending.taken = true
  }

  answered(call: number, answer: Answer): void {
    if (answer.ok) this.succeeded(call, answer.value)
    else this.failed(call, unpackError(answer.error, this.#ports.errors))
  }

  succeeded(call: number, value: CommandValue): void {
    const pending = this.#pending.get(call)
    if (pending === undefined) return
    this.#pending.delete(call)
    if (this.#pending.size === 0) this.#claimed.clear()
    else if (pending.command.name === 'send' && typeof value === 'string') this.#claimed.add(value)
    pending.resolve(value)
  }

  failed(call: number, error: unknown): void {
    const pending = this.#pending.get(call)
    this.#pending.delete(call)
    pending?.reject(error)
  }

  failAll(error: unknown): void {
    for (const call of [...this.#pending.keys()]) this.failed(call, error)
  }

  /** There is a new leader, and its rooms are known here. */
  redeliver(): void {
    for (const [call, pending] of this.#pending) {
      const { command } = pending
      if (!pending.taken) this.#ports.deliver(call, command)
      else if (command.name === 'create') this.failed(call, new CommandInterrupted('room'))
      else if (command.name === 'govern') this.failed(call, new CommandInterrupted('govern'))
      else if (command.name === 'setPassphrase' || command.name === 'setPasskey' || command.name === 'removePassphrase')
        this.failed(call, new CommandInterrupted('lock'))
      else if (command.name === 'forget' && this.#ports.room(command.room) === undefined)
        this.succeeded(call, undefined)
      else if (command.name === 'attach') this.failed(call, new CommandInterrupted('attach'))
      else if (command.name === 'send') void this.#lookThenSend(call, pending, command)
      else this.#deliverAgain(call, pending)
    }
  }

  async #lookThenSend(call: number, pending: Pending, command: Command & { name: 'send' }): Promise<void> {
    const room = this.#ports.room(command.room)
    await room?.whenSettled()
    // Answered meanwhile, or the lead went on to yet another tab.
    if (this.#pending.get(call) !== pending || !pending.taken) return
    const sent = room === undefined ? undefined : this.#findSent(room, command, pending.after)
    if (sent !== undefined) this.succeeded(call, sent)
    else this.#deliverAgain(call, pending)
  }

  #deliverAgain(call: number, pending: Pending): void {
    pending.taken = false
    this.#ports.deliver(call, pending.command)
  }

  #findSent(room: SharedRoom, command: Command & { name: 'send' }, after: string): string | undefined {
    const { timeline } = room
    for (let i = timeline.length - 1; i >= 0; i--) {
      const message = timeline.at(i)
      if (message.id <= after) return undefined
      // White space around it may have been taken away on sending.
      const same =
        message.mine &&
        message.text.trim() === command.text.trim() &&
        message.replyTo === command.replyTo &&
        message.attachments.map(({ root }) => root).join() === command.files.join()
      if (same && !this.#claimed.has(message.id)) return message.id
    }
    return undefined
  }

  #newestIn(command: Command): string {
    const timeline = command.name === 'send' ? this.#ports.room(command.room)?.timeline : undefined
    return timeline === undefined || timeline.length === 0 ? '' : timeline.at(timeline.length - 1).id
  }
}

/**
 * Plain lines: what a pipe gets. Every message is one line (`2026-11-20 17:31 Mara: hello`, further lines of it
 * indented), printed again only when its text changed.
 *
 * From a pipe every line read is a message and nothing else: a log that is piped into a room must not be able to give
 * commands. Typed at a terminal (whose output goes elsewhere), the commands of the full screen work.
 */
import type { Chat, Message, Person, Room, RoomState } from '@kith/peer'
import { perform, refusalText } from './actions.ts'
import { AskedWatch } from './asked-watch.ts'
import { CatchUp } from './catch-up.ts'
import { parseInput } from './commands.ts'
import { shortId, sizeText } from './files/file-words.ts'
import { exitCodes } from './failure.ts'
import { readLines } from './input-lines.ts'
import { inviteText, welcomeText } from './invite.ts'
import { watchIntervalMs, type Io, type OpenRoom } from './io.ts'
import { rowsText } from './map-rows.ts'
import { sayAtDoor } from './members/actions.ts'
import { DevicesWatch } from './device-commands.ts'
import { MembersWatch } from './members/watch.ts'
import { noticeText } from './notices.ts'
import { delivered, deliveryLimitMs, Outbox } from './outbox.ts'
import { nameOfSession, relayText, roomTitle, syncText } from './people.ts'
import { presenceWord } from './reach-rows.ts'
import { printable, printableLine } from './printable.ts'
import { maxLineChars } from './json/lines.ts'

/** Cells of a line that is not a message; nobody knows how wide what shows it is. */
const plainColumns = 96

export interface PlainOptions {
  /** Print link and QR code first. */
  readonly invite: boolean
  /** Lines come from somebody's keyboard. */
  readonly typed: boolean
}

/** Resolves with the exit code. */
export async function runPlain(chat: Chat, rooms: readonly OpenRoom[], io: Io, options: PlainOptions): Promise<number> {
  const [first] = rooms
  if (first === undefined) return exitCodes.done
  const plain = new PlainChat(chat, rooms, first.room, io, options)
  return plain.run()
}

class PlainChat {
  readonly #chat: Chat
  readonly #rooms: readonly OpenRoom[]
  readonly #io: Io
  readonly #options: PlainOptions
  readonly #outboxes = new Map<string, Outbox>()
  readonly #catchUps = new Map<string, CatchUp>()
  readonly #printed = new Map<string, Message>()
  readonly #paths = new Map<string, string>()
  readonly #sends = new Set<Promise<unknown>>()
  #room: Room
  #relay = ''
  readonly #devices = new DevicesWatch()
  #members = new MembersWatch()
  #asked = new AskedWatch()
  #newestNotice = -Infinity
  #stopRoom: () => void = () => {}
  #exit: (code: number) => void = () => {}

  constructor(chat: Chat, rooms: readonly OpenRoom[], first: Room, io: Io, options: PlainOptions) {
    this.#chat = chat
    this.#rooms = rooms
    this.#io = io
    this.#options = options
    this.#room = first
    for (const { room, fresh } of rooms) {
      this.#outboxes.set(room.id, new Outbox(room))
      this.#catchUps.set(room.id, new CatchUp(fresh, io.now()))
    }
  }

  async run(): Promise<number> {
    const exit = new Promise<number>((resolve) => (this.#exit = resolve))
    if (this.#options.invite) this.#io.write(welcomeText(this.#room.state))
    this.#enter(this.#room)
    const timer = setInterval(() => this.#watch(), watchIntervalMs)
    const ended = new Promise<void>((resolve) => {
      if (this.#io.input === undefined) return
      readLines(this.#io.input, maxLineChars, {
        line: (text) => this.#line(text),
        tooLong: () => this.#io.note('A line was too long for a message and was not sent.'),
        end: resolve,
      })
    })
    const code = await Promise.race([exit, this.#io.stopped, ended.then(async () => this.#deliver())])
    clearInterval(timer)
    // What came while the store was being read is printed at the end of catching up, which may not have been reached.
    this.#sweep(false)
    this.#stopRoom()
    return code
  }

  #enter(room: Room): void {
    this.#stopRoom()
    this.#room = room
    this.#members = new MembersWatch()
    this.#asked = new AskedWatch()
    this.#paths.clear()
    const stopMessages = room.onMessages((messages) => this.#print(messages))
    const stopState = room.subscribe(() => this.#watch())
    this.#stopRoom = () => {
      stopMessages()
      stopState()
    }
    this.#sweep(false)
    this.#watch()
    room.markRead()
  }

  /** Prints the history that was there before; `again` also what was printed already. */
  #sweep(again: boolean): void {
    const { timeline } = this.#room
    const messages: Message[] = []
    for (let i = 0; i < timeline.length; i++) {
      const message = timeline.at(i)
      if (again) this.#printed.delete(message.id)
      messages.push(message)
    }
    this.#print(messages)
  }

  #print(messages: readonly Message[]): void {
    // What comes out of the own store is printed when all of it is here, in order.
    if (this.#room.state.sync.phase === 'loading') return
    let lines = ''
    for (const message of messages) {
      const before = this.#printed.get(message.id)
      this.#printed.set(message.id, message)
      if (before === undefined || before.text !== message.text || before.deleted !== message.deleted)
        lines += formatMessage(message)
    }
    if (lines !== '') this.#io.write(lines)
    this.#room.markRead()
  }

  #watch(): void {
    const { state } = this.#room
    for (const open of this.#rooms) {
      const synced = this.#catchUps.get(open.room.id)?.observe(open.room.state, this.#io.now())
      if (synced === undefined || open.room.id !== this.#room.id) continue
      this.#sweep(false)
      this.#io.note(`* ${printableLine(roomTitle(state))}: ${syncText(state)}`)
    }
    for (const said of this.#devices.observe(this.#chat.state.identity.devices)) this.#io.note(`* ${said}`)
    for (const said of this.#asked.observe(state, this.#chat.state.contacts.requests)) this.#io.note(`* ${said}`)
    for (const said of this.#members.observe(state)) this.#io.note(`* ${said}`)
    const relay = relayText(state)
    if (relay !== this.#relay && state.relay !== 'connecting') this.#io.note(`* ${printableLine(relay)}`)
    this.#relay = relay
    for (const person of state.people) {
      if (person.me) continue
      const now = person.online ? wayOf(state, person) : 'gone'
      const before = this.#paths.get(person.id) ?? 'gone'
      this.#paths.set(person.id, now)
      // Whoever is only being reached yet has no name either.
      const worthSaying = !person.reaching || !person.online
      if (now !== before && worthSaying) this.#io.note(`* ${printableLine(person.name) || 'somebody'}: ${now}`)
    }
    for (const notice of state.notices) {
      if (notice.id <= this.#newestNotice) continue
      this.#newestNotice = notice.id
      this.#io.note(`* ${noticeText(notice)}`)
    }
  }

  #line(text: string): void {
    if (text.trim() === '') return
    if (this.#options.typed && text.startsWith('/')) {
      void this.#command(text)
      return
    }
    if (this.#room.state.entering !== undefined) {
      void sayAtDoor(text, this.#room).then(
        (outcome) => outcome.type === 'hint' && this.#io.note(outcome.text),
        (error: unknown) => this.#io.note(refusalText(error)),
      )
      return
    }
    const outbox = this.#outboxes.get(this.#room.id)
    if (outbox === undefined) return
    const sending = outbox.send(text).then(
      () => {},
      (error: unknown) => this.#io.note(refusalText(error)),
    )
    this.#sends.add(sending)
    void sending.then(() => this.#sends.delete(sending))
  }

  async #command(text: string): Promise<void> {
    const parsed = parseInput(text)
    if (!parsed.ok) return this.#io.note(parsed.code)
    const rooms = this.#rooms.map(({ room }) => room)
    const outcome = await perform(parsed.value, { chat: this.#chat, room: this.#room, rooms, numbersFrom: undefined })
    switch (outcome.type) {
      case 'nothing':
        return
      case 'hint':
        return this.#io.note(outcome.text)
      case 'text':
        return this.#io.note(printable(outcome.text))
      case 'rows':
        return this.#io.note(rowsText(outcome.rows(plainColumns)))
      case 'invite':
        return this.#io.note(inviteText(outcome.link))
      case 'go':
        return this.#enter(outcome.room)
      case 'showHistory':
        return this.#sweep(true)
      case 'showUnread':
        return this.#io.note('Everything that came was printed here already.')
      case 'copy':
        return this.#io.write(`${printable(outcome.text)}\n`)
      case 'exit':
        return this.#exit(exitCodes.done)
    }
  }

  /** After the end of the input: until the words have arrived, or it is clear that they do not for now. */
  async #deliver(): Promise<number> {
    await Promise.all(this.#sends)
    const outboxes = [...this.#outboxes.values()]
    const settled = (): boolean => this.#catchUps.get(this.#room.id)?.settled === true
    for (let waited = 0; waited < deliveryLimitMs && !settled(); waited += watchIntervalMs) {
      // Nothing is printed before the own store was read, and what was said belongs below what was there.
      const loading = this.#room.state.sync.phase === 'loading'
      if (!loading && outboxes.every((outbox) => outbox.unconfirmed === 0)) break
      await this.#io.sleep(watchIntervalMs)
    }
    const othersOnline = (): boolean => this.#room.state.people.some((person) => person.online && !person.me)
    await delivered(outboxes, othersOnline, async (ms) => this.#io.sleep(ms))
    const waiting = outboxes.reduce((sum, outbox) => sum + outbox.waiting, 0)
    if (waiting === 0) return exitCodes.done
    this.#io.note(`${waiting} of these messages reached nobody yet; they are kept and go out the next time.`)
    return exitCodes.undelivered
  }
}

function wayOf(state: RoomState, person: Person): string {
  const way = presenceWord(person.path, person.reaching ? 'joining' : 'here', nameOfSession(state, person.through))
  return printableLine(way)
}

/** One message as plain lines, harmless for whatever shows them. */
export function formatMessage(message: Message): string {
  const name = printableLine(message.name) || 'somebody'
  const files = message.attachments.map(
    (file) => `[${shortId(file)}] ${printableLine(file.name)} (${sizeText(file.size)})`,
  )
  const said = [printable(message.text), ...files].filter((part) => part !== '').join('\n')
  const text = message.deleted ? '(deleted)' : said.replaceAll('\n', '\n    ')
  return `${localMinute(message.time)} ${name}: ${text}${message.edited && !message.deleted ? ' (edited)' : ''}\n`
}

function localMinute(time: number): string {
  const date = new Date(time)
  if (Number.isNaN(date.getTime())) return '????-??-?? ??:??'
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`
}

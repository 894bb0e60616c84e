/** `--json`: drives the rooms by the lines of `lines.ts` until it is told to leave. */
import { unreachable } from '@kith/protocol'
import type { Chat, Message } from '@kith/peer'
import { CatchUp } from '../catch-up.ts'
import { errorCode, errorName, exitCodes } from '../failure.ts'
import { readLines } from '../input-lines.ts'
import { watchIntervalMs, type Io, type OpenRoom } from '../io.ts'
import { noticeText } from '../notices.ts'
import { delivered, deliveryLimitMs, Outbox } from '../outbox.ts'
import { findPerson } from '../find-person.ts'
import { performIdentity } from '../identity-commands.ts'
import { keepersHere, keeperTicketFor } from '../keeper-words.ts'
import { performMembers } from '../members/actions.ts'
import { HappeningsPrinter } from '../members/happenings.ts'
import { membersLine, MembersPrinter } from '../members/lines.ts'
import { reportingProgram } from '../version.ts'
import { fileTroubleText } from '../files/file-words.ts'
import { attachFromLine, FilePrinter, obeyFileLine } from './file-lines.ts'
import { mapLine, whyLine } from './map-lines.ts'
import { PinsPrinter, pinsLine } from './pin-lines.ts'
import {
  formatLine,
  lineFaults,
  maxLineChars,
  messageLine,
  parseLine,
  type LineIn,
  type LineOut,
  type TypedCommand,
} from './lines.ts'

/** With neither relay nor peers there is less to wait for. */
const lonelyLimitMs = 3000

/** Resolves with the exit code. The rooms are still open then: closing the chat is the caller's. */
export async function runJson(chat: Chat, rooms: readonly OpenRoom[], io: Io): Promise<number> {
  const many = rooms.length > 1
  const printers = rooms.map((open) => new Printer(chat, open, many ? open.room.id : undefined, io))
  for (const printer of printers) printer.ready()
  for (const printer of printers) printer.start()

  const fail = (code: string, message: string, room?: string): void =>
    io.write(formatLine({ type: 'error', code, message }, room))
  const choose = (id: string | undefined): Printer | undefined =>
    id === undefined ? printers[0] : printers.find((printer) => printer.open.room.id === id)

  const leaving = new Promise<'leave' | 'end'>((resolve) => {
    if (io.input === undefined) return
    const obey = (line: LineIn): void => {
      if (line.type === 'leave') {
        stopReading()
        resolve('leave')
        return
      }
      const printer = choose(line.room)
      if (printer === undefined) return fail('roomUnknown', 'This run is in no room with that id.')
      switch (line.type) {
        case 'send':
          printer.outbox.send(line.text).catch((error: unknown) => {
            const message = error instanceof Error ? error.message : 'The message was refused.'
            fail(errorCode(error) ?? errorName(error), message, printer.label)
          })
          return
        case 'attach':
          printer.outbox.track(attachFromLine(line, printer.open.room)).catch((error: unknown) => {
            fail(errorCode(error) ?? errorName(error), fileTroubleText(error), printer.label)
          })
          return
        case 'files':
        case 'save':
        case 'fetch':
        case 'pause':
        case 'free':
          obeyFileLine(line, printer.open.room).then(
            (lines) => printer.print(lines),
            (error: unknown) => fail(errorCode(error) ?? errorName(error), fileTroubleText(error), printer.label),
          )
          return
        case 'pin':
          printer.open.room.pin(line.id, line.on).catch((error: unknown) => {
            const message = error instanceof Error ? error.message : 'This could not be pinned.'
            fail(errorCode(error) ?? errorName(error), message, printer.label)
          })
          return
        case 'pins':
          return printer.print([pinsLine(printer.open.room)])
        case 'history':
          return printer.history(line.limit)
        case 'who':
          return printer.who()
        case 'map':
        case 'why':
        case 'members':
        case 'keeper':
        case 'command':
          printer.ask(line).catch((error: unknown) => {
            const message = error instanceof Error ? error.message : 'This cannot be told right now.'
            fail(errorCode(error) ?? errorName(error), message, printer.label)
          })
          return
        default:
          return unreachable(line)
      }
    }
    const stopReading = readLines(io.input, maxLineChars, {
      line(text): void {
        if (text.trim() === '') return
        const parsed = parseLine(text)
        if (parsed.ok) obey(parsed.value)
        else fail(parsed.code, lineFaults[parsed.code])
      },
      tooLong: () => fail('lineTooLong', lineFaults.lineTooLong),
      end: () => resolve('end'),
    })
  })

  let over = false
  const stopped = io.stopped.then((code) => {
    over = true
    return code
  })
  const left = async (): Promise<number> => {
    const how = await leaving
    const outboxes = printers.map((printer) => printer.outbox)
    // Somebody who has just joined may be found by others only now; a script that only writes should still arrive.
    if (how === 'end') {
      for (let waited = 0; waited < deliveryLimitMs && !over; waited += watchIntervalMs) {
        if (outboxes.every((outbox) => outbox.unconfirmed === 0) || printers.every((printer) => printer.settled)) break
        await io.sleep(watchIntervalMs)
      }
    }
    await delivered(
      outboxes,
      () => printers.some((printer) => printer.othersOnline),
      async (ms) => io.sleep(ms),
      rooms.every(({ room }) => room.state.relay === 'none') ? lonelyLimitMs : deliveryLimitMs,
    )
    const waiting = outboxes.reduce((sum, outbox) => sum + outbox.waiting, 0)
    if (how === 'leave' || waiting === 0) return exitCodes.done
    io.note(`${waiting} of these messages reached nobody yet; they are kept and go out the next time.`)
    return exitCodes.undelivered
  }
  const code = await Promise.race([left(), stopped])
  over = true
  for (const printer of printers) printer.stop()
  return code
}

/** Prints one room: a line again when, and only when, something in it changed. */
class Printer {
  readonly open: OpenRoom
  readonly label: string | undefined
  readonly outbox: Outbox
  readonly #chat: Chat
  readonly #io: Io
  readonly #catchUp: CatchUp
  readonly #peers = new Map<string, LineOut & { readonly type: 'peer' }>()
  readonly #messages = new Map<string, Message>()
  readonly #files = new FilePrinter()
  readonly #pins = new PinsPrinter()
  readonly #members = new MembersPrinter()
  readonly #happenings = new HappeningsPrinter()
  #newestNotice = -Infinity
  /** The own store was read: messages and their receipts come from it one after the other, and are one line. */
  #loaded = false
  #cancels: (() => void)[] = []

  constructor(chat: Chat, open: OpenRoom, label: string | undefined, io: Io) {
    this.#chat = chat
    this.open = open
    this.label = label
    this.outbox = new Outbox(open.room)
    this.#io = io
    this.#catchUp = new CatchUp(open.fresh, io.now())
  }

  get settled(): boolean {
    return this.#catchUp.settled
  }

  get othersOnline(): boolean {
    return this.open.room.state.people.some((person) => person.online && !person.me)
  }

  ready(): void {
    const { id, link } = this.open.room.state
    this.#print([{ type: 'ready', room: id, link }])
  }

  start(): void {
    const { room } = this.open
    this.#cancels = [
      room.onMessages((messages) => this.#printMessages(messages)),
      room.subscribe(() => this.#changed()),
    ]
    this.#changed()
    const timer = setInterval(() => this.#changed(), watchIntervalMs)
    this.#cancels.push(() => clearInterval(timer))
  }

  stop(): void {
    for (const cancel of this.#cancels) cancel()
    this.#cancels = []
  }

  /** Answers an explicit question, so it prints whether or not anything changed. */
  history(limit: number | undefined): void {
    const { timeline } = this.open.room
    const lines: LineOut[] = []
    for (let i = Math.max(0, timeline.length - (limit ?? timeline.length)); i < timeline.length; i++) {
      const message = timeline.at(i)
      this.#messages.set(message.id, message)
      lines.push(messageLine(message))
    }
    this.#print(lines)
  }

  who(): void {
    this.#printPeers()
    this.#print([...this.#peers.values()])
  }

  async ask(line: Extract<LineIn, { readonly type: 'map' | 'why' | 'members' | 'keeper' | 'command' }>): Promise<void> {
    const { room } = this.open
    if (line.type === 'members') return this.#print([membersLine(room.state)])
    if (line.type === 'keeper') return this.#keeper()
    if (line.type === 'command') return this.#command(line.command)
    if (line.type === 'map') return this.#print([mapLine(await room.map(), room.state.people)])
    const found = findPerson(room, line.name)
    if (typeof found === 'string') return this.#print([{ type: 'error', code: 'personUnknown', message: found }])
    const told = { report: await room.reachReport(found.who), map: await room.map(), now: this.#io.now() }
    this.#print([whyLine({ ...told, person: found.person }, reportingProgram())])
  }

  print(lines: readonly LineOut[]): void {
    this.#print(lines)
  }

  async #keeper(): Promise<void> {
    const { room } = this.open
    const ticket = (await keeperTicketFor(room)) ?? null
    this.#print([{ type: 'keeper', ticket, here: keepersHere(room.state) }])
  }

  async #command(command: TypedCommand): Promise<void> {
    if ('what' in command) {
      const { room } = this.open
      const find = (name: string): ReturnType<typeof findPerson> => findPerson(room, name)
      const { text } = await performIdentity(command, { chat: this.#chat, room, find })
      return this.#print([{ type: 'done', text }])
    }
    const outcome = await performMembers(command, this.open.room, this.#io.now())
    if (command.does === 'list') this.#print([membersLine(this.open.room.state)])
    else if (outcome.type === 'invite') this.#print([{ type: 'invite', link: outcome.link }])
    else this.#print([{ type: 'done', text: 'text' in outcome ? outcome.text : '' }])
  }

  #changed(): void {
    this.#printPeers()
    this.#print(this.#members.observe(this.open.room.state))
    const { state } = this.open.room
    this.#print(this.#happenings.observe(state, this.#chat.state.contacts.requests, this.#io.now()))
    for (const notice of state.notices) {
      if (notice.id <= this.#newestNotice) continue
      this.#newestNotice = notice.id
      this.#print([{ type: 'error', code: notice.code, message: noticeText(notice) }])
    }
    if (!this.#loaded && state.sync.phase !== 'loading') {
      this.#loaded = true
      this.#sweep()
    }
    if (this.#loaded) this.#print(this.#pins.observe(this.open.room))
    const synced = this.#catchUp.observe(state, this.#io.now())
    if (synced === undefined) return
    this.#sweep()
    this.#print([{ type: 'synced', ...synced }])
  }

  #printPeers(): void {
    const gone = new Set(this.#peers.keys())
    const lines: LineOut[] = []
    for (const person of this.open.room.state.people) {
      if (person.me) continue
      for (const presence of person.presences) {
        gone.delete(presence.session)
        const line = {
          type: 'peer',
          session: presence.session,
          name: person.name,
          path: presence.path ?? null,
          state: presence.state,
        } as const
        const before = this.#peers.get(presence.session)
        if (before?.name === line.name && before.path === line.path && before.state === line.state) continue
        this.#peers.set(presence.session, line)
        lines.push(line)
      }
    }
    for (const session of gone) {
      const { name } = this.#peers.get(session) as LineOut & { readonly type: 'peer' }
      this.#peers.delete(session)
      lines.push({ type: 'peer', session, name, path: null, state: 'gone' })
    }
    this.#print(lines)
  }

  #printMessages(messages: readonly Message[]): void {
    if (!this.#loaded) return
    const lines: LineOut[] = []
    for (const message of messages) {
      const before = this.#messages.get(message.id)
      this.#messages.set(message.id, message)
      if (before === undefined || !samePrinted(before, message)) lines.push(messageLine(message))
    }
    this.#print([...lines, ...this.#files.changed(messages)])
  }

  /** Prints what came without being announced: the history that was in the store. */
  #sweep(): void {
    const { timeline } = this.open.room
    if (timeline.length === this.#messages.size) return
    const missing: Message[] = []
    for (let i = 0; i < timeline.length; i++) {
      const message = timeline.at(i)
      if (!this.#messages.has(message.id)) missing.push(message)
    }
    this.#printMessages(missing)
  }

  #print(lines: readonly LineOut[]): void {
    if (lines.length > 0) this.#io.write(lines.map((line) => formatLine(line, this.label)).join(''))
  }
}

function samePrinted(a: Message, b: Message): boolean {
  return (
    a.receipt === b.receipt && a.text === b.text && a.name === b.name && a.time === b.time && a.session === b.session
  )
}

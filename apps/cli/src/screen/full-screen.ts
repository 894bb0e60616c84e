/** The full-screen chat: wires keys, rooms and the painter together. Everything it decides is in pure files beside it. */
import type { Chat, Message, Room } from '@kith/peer'
import { AskedWatch } from '../asked-watch.ts'
import { perform } from '../actions.ts'
import type { Outcome } from '../outcome.ts'
import { needsNumbers, parseCommand, parseInput } from '../commands.ts'
import { exitCodes } from '../failure.ts'
import { foundedText, inviteText } from '../invite.ts'
import { DevicesWatch } from '../device-commands.ts'
import { MembersWatch } from '../members/watch.ts'
import { roomTitle } from '../people.ts'
import { printableLine } from '../printable.ts'
import { Calling, notifyBy } from './calling.ts'
import { complete } from './complete.ts'
import { editorWith } from './editor.ts'
import { emptyInput, pressKey, type InputEffect, type InputState, type Key } from './input.ts'
import { textWidth } from './layout.ts'
import { invitePanelFor, OpenPanel } from './open-panel.ts'
import { Painter, paintTitle } from './paint.ts'
import { menuPanel, rowsPanel, textPanel } from './panels.ts'
import { ReadingPlace, type Window } from './place.ts'
import { RawScreen, type Terminal } from './raw-screen.ts'
import { bodyHeight, render, timelineHeight, timelineLook } from './render.ts'
import type { ScreenState, Size } from './screen.ts'
import { displayName } from './timeline.ts'
import { createTimes } from './times.ts'

export interface FullScreenOptions {
  /** Show link and QR code at once, as `kith new` does. */
  readonly invite: boolean
  readonly stopped: Promise<number>
}

/** After this long without a key nobody is typing. */
const typingPauseMs = 5000
/** Frames are painted at most this often. */
const frameMs = 16
const hintMs = 6000
/** Cells of the rule around a hint. */
const hintMargin = 5

/** Resolves with the exit code. The chat is still open then. */
export async function runFullScreen(
  chat: Chat,
  first: Room,
  terminal: Terminal,
  options: FullScreenOptions,
): Promise<number> {
  const screen = new FullScreen(chat, first, terminal)
  return screen.run(options)
}

class FullScreen {
  readonly #chat: Chat
  readonly #terminal: Terminal
  readonly #painter: Painter
  readonly #times = createTimes()
  readonly #drafts = new Map<string, InputState>()
  #room: Room
  #input: InputState
  #place = new ReadingPlace(undefined)
  #numbersFrom: string | undefined
  readonly #calling = new Calling()
  readonly #panel = new OpenPanel()
  readonly #raw: RawScreen
  readonly #devices = new DevicesWatch()
  #members = new MembersWatch()
  #asked = new AskedWatch()
  #hint = ''
  #focused = true
  #typing = false
  #typingTimer: NodeJS.Timeout | undefined
  #hintTimer: NodeJS.Timeout | undefined
  #frame: NodeJS.Timeout | undefined
  #title = ''
  #stopRoom: () => void = () => {}
  #finish: (code: number) => void = () => {}

  constructor(chat: Chat, first: Room, terminal: Terminal) {
    this.#chat = chat
    this.#terminal = terminal
    this.#painter = new Painter(terminal.color)
    this.#raw = new RawScreen(terminal, {
      press: (text, key) => this.#press(text, key),
      resized: () => this.#repaint(),
      ended: () => this.#finish(exitCodes.done),
    })
    this.#room = first
    this.#input = { ...emptyInput, editor: editorWith(first.state.draft) }
  }

  async run({ invite, stopped }: FullScreenOptions): Promise<number> {
    const finished = new Promise<number>((resolve) => (this.#finish = resolve))
    this.#raw.open()
    const stopChat = this.#chat.subscribe(() => {
      this.#watchMembers()
      this.#call()
      this.#draw()
    })
    this.#call()
    this.#enter(this.#room)
    if (invite && this.#room.state.kind === 'open') this.#panel.show(invitePanelFor(this.#room.state.link))
    else if (invite) this.#panel.show(({ columns }) => textPanel('members room', foundedText, columns))
    this.#draw()
    try {
      return await Promise.race([finished, stopped])
    } finally {
      stopChat()
      this.#leaveRoom()
      clearTimeout(this.#frame)
      clearTimeout(this.#typingTimer)
      clearTimeout(this.#hintTimer)
      this.#raw.close()
      if (invite && this.#room.state.kind === 'open') this.#terminal.output.write(inviteText(this.#room.state.link))
    }
  }

  get #size(): Size {
    return { columns: Math.max(20, this.#terminal.output.columns), rows: Math.max(6, this.#terminal.output.rows) }
  }

  get #rooms(): readonly Room[] {
    const rooms: Room[] = []
    for (const { id } of this.#chat.state.rooms) {
      const room = this.#chat.room(id)
      if (room !== undefined) rooms.push(room)
    }
    return rooms
  }

  get #screen(): ScreenState {
    const rooms = this.#rooms
    return {
      rooms: rooms.map(({ state, timeline }) => ({ state, timeline })),
      active: rooms.findIndex(({ id }) => id === this.#room.id),
      input: this.#input,
      scroll: this.#place.scroll,
      newBelow: this.#place.newBelow,
      numbersFrom: this.#numbersFrom,
      firstUnread: this.#place.firstUnread,
      panel:
        this.#input.mode === 'menu'
          ? menuPanel(rooms.map((room) => printableLine(roomTitle(room.state))))
          : this.#panel.window(this.#size, bodyHeight({ input: this.#input }, this.#size)),
      hint: this.#hint,
    }
  }

  #repaint(): void {
    this.#painter.forget()
    this.#draw()
  }

  #draw(): void {
    this.#frame ??= setTimeout(() => {
      this.#frame = undefined
      const { output } = this.#terminal
      const painted = this.#painter.paint(render(this.#screen, this.#size, this.#times))
      if (painted !== '') output.write(painted)
      const unread = this.#chat.state.rooms.reduce((sum, room) => sum + room.unread, 0)
      const title = `${unread > 0 ? `(${unread}) ` : ''}${printableLine(roomTitle(this.#room.state))} · kith`
      if (title === this.#title) return
      this.#title = title
      output.write(paintTitle(title))
    }, frameMs)
  }

  #enter(room: Room): void {
    this.#leaveRoom()
    this.#room = room
    this.#input = this.#drafts.get(room.id) ?? { ...this.#input, editor: editorWith(room.state.draft), mode: 'chat' }
    this.#place = new ReadingPlace(room.state.unread > 0 ? room.state.firstUnread : undefined)
    this.#numbersFrom = undefined
    this.#panel.close()
    const stopMessages = room.onMessages((messages) => this.#arrived(messages))
    this.#members = new MembersWatch()
    this.#asked = new AskedWatch()
    const stopState = room.subscribe(() => {
      this.#watchMembers()
      this.#draw()
    })
    this.#stopRoom = () => {
      stopMessages()
      stopState()
    }
    this.#watchMembers()
    this.#markRead()
    this.#draw()
  }

  /** What happens at the door stays in sight until it is put away: a PIN has to be read out. */
  #watchMembers(): void {
    const said = [
      ...this.#members.observe(this.#room.state),
      ...this.#asked.observe(this.#room.state, this.#chat.state.contacts.requests),
      ...this.#devices.observe(this.#chat.state.identity.devices),
    ]
    if (said.length === 0) return
    this.#panel.show(({ columns }) => textPanel('in this room', said.join('\n\n'), columns))
  }

  #leaveRoom(): void {
    this.#stopRoom()
    this.#stopRoom = () => {}
    this.#setTyping(false)
    const { text } = this.#input.mode === 'menu' ? this.#input.kept : this.#input.editor
    if (text !== this.#room.state.draft) this.#room.setDraft(text)
    this.#drafts.set(this.#room.id, { ...this.#input, mode: 'chat', editor: editorWith(text) })
  }

  #arrived(messages: readonly Message[]): void {
    const newest = this.#room.timeline.length
    const fresh = messages.filter(({ id }) => this.#room.timeline.indexOf(id) >= newest - messages.length)
    this.#place.arrived(fresh, this.#focused)
    this.#markRead()
    this.#draw()
  }

  #call(): void {
    const call = this.#calling.follow(this.#chat)
    const isTold = this.#chat.state.settings.notifying.on === true
    if (call !== undefined) this.#raw.ring(call, isTold ? notifyBy(this.#terminal.env ?? {}) : undefined)
  }

  /** What stands at the bottom of a window somebody looks at has been read. */
  #markRead(): void {
    if (this.#focused && this.#place.scroll === undefined && this.#room.state.unread > 0) this.#room.markRead()
  }

  #setTyping(typing: boolean): void {
    clearTimeout(this.#typingTimer)
    if (typing) this.#typingTimer = setTimeout(() => this.#setTyping(false), typingPauseMs)
    if (typing === this.#typing) return
    this.#typing = typing
    this.#room.setTyping(typing)
  }

  #say(hint: string): void {
    // What the line has no room for is said above it, whole.
    if (textWidth(hint) > this.#size.columns - hintMargin) {
      this.#panel.show(({ columns }) => textPanel('told', hint, columns))
      return this.#draw()
    }
    this.#hint = hint
    clearTimeout(this.#hintTimer)
    this.#hintTimer = setTimeout(() => {
      this.#hint = ''
      this.#draw()
    }, hintMs)
    this.#draw()
  }

  #press(text: string | undefined, key: Key): void {
    const before = this.#input.editor.text
    const { state, effect } = pressKey(this.#input, text, key)
    this.#input = state
    const now = state.mode === 'chat' ? state.editor.text : ''
    if (now !== before) {
      this.#hint = ''
      if (state.mode === 'chat') this.#setTyping(now.trim() !== '' && !now.startsWith('/'))
    }
    // Numbers stay with their messages while a command is typed, whatever arrives meanwhile.
    if (!needsNumbers(now)) this.#numbersFrom = effect?.type === 'submit' ? this.#numbersFrom : undefined
    else this.#numbersFrom ??= this.#room.state.newest?.id
    if (effect !== undefined) this.#react(effect)
    this.#draw()
  }

  #react(effect: InputEffect): void {
    switch (effect.type) {
      case 'submit':
        void this.#submit(effect.text, effect.mode)
        return
      case 'scroll': {
        const page = bodyHeight({ input: this.#input }, this.#size) - 3
        if (this.#panel.isOpen) return this.#panel.scroll(effect.direction * (effect.by === 'page' ? page : 1))
        return this.#scrollBy(
          effect.direction * (effect.by === 'page' ? timelineHeight(this.#screen, this.#size) - 2 : 1),
        )
      }
      case 'scrollTo':
        return effect.end === 'newest' ? this.#toNewest() : this.#place.toOldest(this.#window)
      case 'nextRoom': {
        const rooms = this.#rooms
        const at = rooms.findIndex(({ id }) => id === this.#room.id)
        const next = rooms[(at + effect.direction + rooms.length) % rooms.length]
        if (next !== undefined && next.id !== this.#room.id) this.#enter(next)
        return
      }
      case 'complete': {
        const known = {
          rooms: this.#rooms.map((room) => printableLine(roomTitle(room.state))),
          names: this.#room.state.people.filter(({ me }) => !me).map(({ name }) => displayName(name)),
        }
        this.#input = { ...this.#input, editor: complete(this.#input.editor, this.#input.mode, known) }
        return
      }
      case 'dismiss': {
        const notice = this.#room.state.notices.at(-1)
        if (this.#panel.isOpen) this.#panel.close()
        else if (this.#place.scroll !== undefined) this.#toNewest()
        else if (notice !== undefined) this.#room.dismissNotice(notice.id)
        this.#hint = ''
        return
      }
      case 'exit':
        return this.#finish(exitCodes.done)
      case 'suspend':
        void this.#suspend()
        return
      case 'redraw':
        return this.#painter.forget()
      case 'focus':
        this.#focused = effect.on
        this.#calling.look(effect.on)
        return this.#markRead()
    }
  }

  async #submit(text: string, mode: 'chat' | 'menu'): Promise<void> {
    const parsed = mode === 'menu' ? parseCommand(text.replace(/^\//u, '')) : parseInput(text)
    if (!parsed.ok) return this.#say(parsed.code)
    const numbersFrom = this.#numbersFrom
    this.#numbersFrom = undefined
    this.#panel.close()
    this.#setTyping(false)
    if (parsed.value.type === 'message' || parsed.value.type === 'reply') {
      this.#place.wrote()
      this.#toNewest()
    }
    const draws = this.#terminal.color
    const scene = { chat: this.#chat, room: this.#room, rooms: this.#rooms, numbersFrom, draws }
    const outcome = await perform(parsed.value, scene)
    // What was refused is not lost: it can be sent again.
    if (outcome.type === 'hint' && parsed.value.type === 'message' && this.#input.editor.text === '')
      this.#input = { ...this.#input, editor: editorWith(text) }
    this.#show(outcome)
  }

  #show(outcome: Outcome): void {
    switch (outcome.type) {
      case 'nothing':
        break
      case 'hint':
        return this.#say(outcome.text)
      case 'text':
        this.#panel.show(({ columns }) => textPanel(outcome.title, outcome.text, columns))
        break
      case 'rows':
        this.#panel.show(({ columns }) => rowsPanel(outcome.title, outcome.rows(columns - 4)))
        break
      case 'invite':
        this.#panel.show(invitePanelFor(outcome.link))
        break
      case 'go':
        this.#enter(outcome.room)
        break
      case 'showHistory':
        this.#place.toOldest(this.#window)
        break
      case 'showUnread':
        return this.#toUnread()
      case 'copy':
        return this.#say(
          this.#raw.copy(outcome.text)
            ? 'Copied, if this terminal lets programs use the clipboard.'
            : 'That is too long for the clipboard of a terminal; /export writes it into a file.',
        )
      case 'exit':
        this.#finish(exitCodes.done)
        break
    }
    this.#draw()
  }

  get #window(): Window {
    const screen = this.#screen
    const look = timelineLook(screen, this.#size, this.#times)
    return { timeline: this.#room.timeline, height: timelineHeight(screen, this.#size), look }
  }

  #scrollBy(rows: number): void {
    this.#place.by(rows, this.#window)
    this.#markRead()
  }

  #toNewest(): void {
    this.#place.toNewest()
    this.#markRead()
  }

  #toUnread(): void {
    if (!this.#place.toUnread(this.#window)) return this.#say('Nothing here is new to you.')
    this.#markRead()
    this.#draw()
  }

  async #suspend(): Promise<void> {
    await this.#raw.suspend()
    this.#repaint()
  }
}

/** The terminal while the chat has all of it: keys come one by one, and it is given back as it was, also after a crash. */
import { emitKeypressEvents, type Interface } from 'node:readline'
import type { Call, NotifyBy } from './calling.ts'
import type { Key } from './input.ts'
import { enterScreen, leaveScreen, paintCopy, paintNotification } from './paint.ts'

export interface Terminal {
  readonly input: NodeJS.ReadStream
  readonly output: NodeJS.WriteStream
  readonly color: boolean
  /** What it says of itself; without it nothing is known. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  /** Stops this process as Ctrl+Z does elsewhere; resolves when it goes on. */
  suspend(): Promise<void>
}

export interface RawScreenEvents {
  readonly press: (text: string | undefined, key: Key) => void
  readonly resized: () => void
  /** Nothing more can be typed: the other end is gone. */
  readonly ended: () => void
}

/** An escape that nothing follows for this long is the key itself. */
const escapeMs = 30
const bell = '\u0007'

export class RawScreen {
  readonly #terminal: Terminal
  readonly #events: RawScreenEvents
  readonly #restore = (): void => void this.#terminal.output.write(leaveScreen)

  constructor(terminal: Terminal, events: RawScreenEvents) {
    this.#terminal = terminal
    this.#events = events
  }

  open(): void {
    const { input, output } = this.#terminal
    // node:readline reads only these two of the interface it is given.
    emitKeypressEvents(input, { escapeCodeTimeout: escapeMs, isCompletionEnabled: true } as unknown as Interface)
    input.setRawMode(true)
    output.write(enterScreen)
    // A crash must not leave the terminal in the alternate screen.
    process.once('exit', this.#restore)
    input.on('keypress', this.#events.press)
    input.on('end', this.#events.ended)
    output.on('resize', this.#events.resized)
    input.resume()
  }

  close(): void {
    const { input, output } = this.#terminal
    input.off('keypress', this.#events.press)
    input.off('end', this.#events.ended)
    output.off('resize', this.#events.resized)
    input.setRawMode(false)
    input.pause()
    process.off('exit', this.#restore)
    this.#restore()
  }

  /** Resolves when the program goes on. */
  async suspend(): Promise<void> {
    const { input, output } = this.#terminal
    output.write(leaveScreen)
    input.setRawMode(false)
    await this.#terminal.suspend()
    input.setRawMode(true)
    output.write(enterScreen)
  }

  /** Whether it was short enough. Terminals that do not know how leave it out in silence. */
  copy(text: string): boolean {
    const painted = paintCopy(text)
    if (painted !== undefined) this.#terminal.output.write(painted)
    return painted !== undefined
  }

  /** `by`: told to the desktop, too. */
  ring(call: Call, by: NotifyBy | undefined): void {
    this.#terminal.output.write(by === undefined ? bell : bell + paintNotification(call, by))
  }
}

/** Who is typing: told while it goes on, believed for a little longer than it is told. */
import type { Millis } from '../machine.ts'
import type { EngineEvent } from './output.ts'

/** Whoever types says so again this often. */
const repeatMs = 4_000
/** Without a word for this long nobody types. */
const fadeMs = 9_000

interface Typist {
  readonly author: string
  until: Millis
}

export class Typing {
  readonly #tell: (event: EngineEvent) => void
  readonly #typists = new Map<string, Typist>()
  #isOn = false
  #toldAt: Millis = 0

  constructor(tell: (event: EngineEvent) => void) {
    this.#tell = tell
  }

  /** We are typing. */
  get isOn(): boolean {
    return this.#isOn
  }

  set(typing: boolean, now: Millis): void {
    this.#isOn = typing
    this.#toldAt = now
  }

  heard(session: string, author: string, typing: boolean, now: Millis): void {
    const typist = this.#typists.get(session)
    if (typing && typist !== undefined) typist.until = now + fadeMs
    else if (typing) {
      this.#typists.set(session, { author, until: now + fadeMs })
      this.#tell({ type: 'typing', session, author, typing: true })
    } else this.forget(session)
  }

  forget(session: string): void {
    const typist = this.#typists.get(session)
    if (typist === undefined) return
    this.#typists.delete(session)
    this.#tell({ type: 'typing', session, author: typist.author, typing: false })
  }

  /** True when it is time to say again that we type. */
  tick(now: Millis): boolean {
    for (const [session, { until }] of [...this.#typists]) if (now >= until) this.forget(session)
    if (!this.#isOn || now - this.#toldAt < repeatMs) return false
    this.#toldAt = now
    return true
  }
}

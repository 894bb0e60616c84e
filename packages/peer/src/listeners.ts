/** Who is told that a room changed, and of which messages: at most once a turn of the event loop, however much happened in it. */
import type { Message } from './chat.ts'

/** Runs `run` once, in a later turn of the event loop. */
export type NextTurn = (run: () => void) => void

export class Listeners {
  readonly #nextTurn: NextTurn
  readonly #messages: (ids: readonly string[]) => readonly Message[]
  readonly #listeners = new Set<() => void>()
  readonly #messageListeners = new Set<(messages: readonly Message[]) => void>()
  /** Ids of messages that came or changed since the last turn. */
  readonly #touched = new Set<string>()
  #scheduled = false

  /** `messages` gives those of these ids that are shown when the turn has come, oldest first. */
  constructor(nextTurn: NextTurn, messages: (ids: readonly string[]) => readonly Message[]) {
    this.#nextTurn = nextTurn
    this.#messages = messages
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  onMessages(listener: (messages: readonly Message[]) => void): () => void {
    this.#messageListeners.add(listener)
    return () => void this.#messageListeners.delete(listener)
  }

  /** A message came or changed; call `schedule` after it. */
  touch(id: string): void {
    this.#touched.add(id)
  }

  untouch(id: string): void {
    this.#touched.delete(id)
  }

  schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    this.#nextTurn(() => {
      this.#scheduled = false
      const touched = [...this.#touched].sort()
      this.#touched.clear()
      const messages = this.#messages(touched)
      if (messages.length > 0) for (const listener of this.#messageListeners) listener(messages)
      for (const listener of this.#listeners) listener()
    })
  }
}

/** Links of a mesh that nobody needs any more. Each stays for a moment, because its far side may have another opinion. */
import type { Millis } from '../machine.ts'

export const releaseMs: Millis = 2_000

export class Releases {
  /** By session: when its link is to be closed, unless it is wanted again. */
  readonly #dueAt = new Map<string, Millis>()

  release(session: string, now: Millis): void {
    this.#dueAt.set(session, now + releaseMs)
  }

  /** Needed after all, or gone. */
  forget(session: string): void {
    this.#dueAt.delete(session)
  }

  clear(): void {
    this.#dueAt.clear()
  }

  /** Those whose time has come; each is named once. */
  *due(now: Millis): Generator<string> {
    for (const [session, at] of this.#dueAt) {
      if (now < at) continue
      this.#dueAt.delete(session)
      yield session
    }
  }
}

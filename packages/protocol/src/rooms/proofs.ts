/** The newest proof each session said, told by author: who shows who they are in this room. Judging it is the reader's. */
import type { Millis } from '../machine.ts'

export interface AuthorProof {
  /** Author key, hex. */
  readonly author: string
  /** As `verifyProof` takes it; empty when it was taken back. */
  readonly proof: Uint8Array
}

interface Said {
  readonly key: string
  readonly time: Millis
  readonly proof: Uint8Array
}

const none: readonly AuthorProof[] = []

export class Proofs {
  readonly #bySession = new Map<string, Said>()
  readonly #touched = new Set<string>()

  /** `key`: sorting key of the entry. */
  add(session: string, key: string, time: Millis, proof: Uint8Array): void {
    if (key <= (this.#bySession.get(session)?.key ?? '')) return
    this.#bySession.set(session, { key, time, proof })
    this.#touched.add(session)
  }

  /** Its author may be another now. */
  touch(session: string): void {
    if (this.#bySession.has(session)) this.#touched.add(session)
  }

  /** The entry is here no more; what it showed is not taken back by that, but nobody is told of it any more. */
  remove(session: string, key: string): void {
    if (this.#bySession.get(session)?.key === key) this.#bySession.delete(session)
  }

  /** What changed since, of authors that are known; the newest of all sessions of an author counts. */
  flush(authorOf: (session: string, time: Millis) => string): readonly AuthorProof[] {
    if (this.#touched.size === 0) return none
    const authors = new Set<string>()
    for (const session of this.#touched) {
      const said = this.#bySession.get(session)
      const author = said === undefined ? session : authorOf(session, said.time)
      // Until the session's chain is here, nobody is behind it.
      if (author !== session) authors.add(author)
    }
    this.#touched.clear()
    return [...authors].map((author) => ({ author, proof: this.#newestOf(author, authorOf) }))
  }

  #newestOf(author: string, authorOf: (session: string, time: Millis) => string): Uint8Array {
    let newest: Said | undefined
    for (const [session, said] of this.#bySession) {
      if (authorOf(session, said.time) === author && said.key > (newest?.key ?? '')) newest = said
    }
    return newest?.proof ?? new Uint8Array(0)
  }
}

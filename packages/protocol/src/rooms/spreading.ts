/** How far own messages got: whether they have left, and how many others hold them. */
import type { Entry } from '../log/entry.ts'
import { Holders } from './holders.ts'

export class Spreading {
  readonly #sent = new Set<string>()
  readonly #people = new Holders()
  /** They are nobody, so they are counted apart. */
  readonly #keepers = new Holders()

  /** It has left by at least one path. False when that was known. */
  sent({ key }: Entry): boolean {
    if (this.#sent.has(key)) return false
    this.#sent.add(key)
    return true
  }

  /** `author` holds a session up to `upTo`. Returns the newest seqs whose count changed. */
  held(author: string, session: string, upTo: number, isKeeper: boolean): number[] {
    return (isKeeper ? this.#keepers : this.#people).hold(author, session, upTo)
  }

  /** Other people who hold it, and keepers. */
  storedBy(entry: Entry, session: string): number {
    return this.#people.count(session, entry.seq)
  }

  keptBy(entry: Entry, session: string): number {
    return this.#keepers.count(session, entry.seq)
  }

  /** It has left, or somebody has it, which is as good. */
  hasLeft(entry: Entry, session: string): boolean {
    return this.#sent.has(entry.key) || this.storedBy(entry, session) > 0 || this.keptBy(entry, session) > 0
  }

  /** It is here no more. */
  forget({ key }: Entry): void {
    this.#sent.delete(key)
  }
}

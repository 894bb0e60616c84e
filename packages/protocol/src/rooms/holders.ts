/** Who else is known to hold own messages: per own session, how far each other person has it. */

/** Messages whose count may change at once; older ones show what they showed. */
const maxTouched = 512

export class Holders {
  readonly #upToByAuthor = new Map<string, Map<string, number>>()

  /** Other people who hold `seq` of an own session. */
  count(session: string, seq: number): number {
    let count = 0
    for (const upTo of this.#upToByAuthor.get(session)?.values() ?? []) if (upTo >= seq) count++
    return count
  }

  /** `author` holds everything up to `upTo`. Returns the newest seqs whose count changed. */
  hold(author: string, session: string, upTo: number): number[] {
    let upToByAuthor = this.#upToByAuthor.get(session)
    if (upToByAuthor === undefined) this.#upToByAuthor.set(session, (upToByAuthor = new Map()))
    const before = upToByAuthor.get(author) ?? -1
    if (upTo <= before) return []
    upToByAuthor.set(author, upTo)
    const changed: number[] = []
    for (let seq = upTo; seq > before && changed.length < maxTouched; seq--) changed.push(seq)
    return changed
  }
}

/**
 * Who may write in a members room and how often, applied by every receiver to what it shows: what the rules do not allow
 * is kept, passed on and never shown, so that all who know the same messages and the same rules show the same.
 *
 * A message is judged by the rules if it was written after they were set. Slow mode goes through the messages of one
 * person in their order and shows each that comes long enough after the last one shown. The founder and admins are not
 * judged, and neither is oneself by one's own program before it was sent: the interface says beforehand when one may.
 */
import type { Millis } from '@kith/protocol'
import type { Message } from './chat.ts'
import type { MessageChange } from './timeline-view.ts'

export interface PostingRules {
  /** Time of the operation that set them. */
  readonly since: Millis
  readonly slowMs: Millis
  readonly onlyAdmins: boolean
  /** `Person.id` of the founder and the admins. */
  readonly admins: ReadonlySet<string>
}

export const noRules: PostingRules = { since: 0, slowMs: 0, onlyAdmins: false, admins: new Set() }

export class Posting<M extends Message> {
  #rules: PostingRules = noRules
  /** What is judged, by author: every message since the rules were set, and whether it is shown. */
  readonly #judged = new Map<string, Map<string, { message: M; shown: boolean }>>()

  get rules(): PostingRules {
    return this.#rules
  }

  /** The changes as they are shown under the rules. */
  apply(changes: readonly MessageChange<M>[]): readonly MessageChange<M>[] {
    if (!this.#isJudging) return changes
    const passed: MessageChange<M>[] = []
    const touched = new Set<string>()
    for (const change of changes) {
      const author = this.#noted(change)
      // What is gone is gone; what came too soon after it may come now.
      if (author === undefined || change.type === 'drop') passed.push(change)
      if (author !== undefined) touched.add(author)
    }
    return [...passed, ...[...touched].flatMap((author) => this.#judge(author))]
  }

  /** New rules; `all` is what is shown now. The changes they make. */
  setRules(rules: PostingRules, all: Iterable<M>): readonly MessageChange<M>[] {
    if (same(rules, this.#rules)) return []
    const known = new Map<string, M>()
    for (const message of all) known.set(message.id, message)
    const before = new Set(known.keys())
    for (const messages of this.#judged.values()) for (const [id, { message }] of messages) known.set(id, message)
    this.#judged.clear()
    this.#rules = rules
    const shown = new Set<string>()
    const changes: MessageChange<M>[] = []
    const wanted = this.apply([...known.values()].map((message) => ({ type: 'put', message })))
    for (const change of wanted) {
      if (change.type === 'drop') continue
      shown.add(change.message.id)
      if (!before.has(change.message.id)) changes.push(change)
    }
    for (const id of before) if (!shown.has(id)) changes.push({ type: 'drop', id })
    return changes
  }

  get #isJudging(): boolean {
    return this.#rules.slowMs > 0 || this.#rules.onlyAdmins
  }

  /** The author whose messages have to be judged again; undefined when this one is not judged. */
  #noted(change: MessageChange<M>): string | undefined {
    if (change.type === 'drop') {
      for (const [author, messages] of this.#judged) {
        if (messages.delete(change.id)) return author
      }
      return undefined
    }
    const { message } = change
    const { since, admins } = this.#rules
    if (message.time < since || admins.has(message.author)) return undefined
    let messages = this.#judged.get(message.author)
    if (messages === undefined) this.#judged.set(message.author, (messages = new Map()))
    const was = messages.get(message.id)
    // An edit or a reaction changes what is shown, and nothing of the pace.
    messages.set(message.id, { message, shown: was?.shown === true && was.message === message })
    return message.author
  }

  #judge(author: string): readonly MessageChange<M>[] {
    const messages = this.#judged.get(author)
    if (messages === undefined) return []
    const { slowMs, onlyAdmins } = this.#rules
    const changes: MessageChange<M>[] = []
    let last = Number.NEGATIVE_INFINITY
    for (const id of [...messages.keys()].sort()) {
      const entry = messages.get(id)
      if (entry === undefined) continue
      const allowed = !onlyAdmins && entry.message.time - last >= slowMs
      if (allowed) last = entry.message.time
      if (allowed && !entry.shown) changes.push({ type: 'put', message: entry.message })
      else if (!allowed) changes.push({ type: 'drop', id })
      entry.shown = allowed
    }
    return changes
  }
}

function same(a: PostingRules, b: PostingRules): boolean {
  return (
    a.since === b.since &&
    a.slowMs === b.slowMs &&
    a.onlyAdmins === b.onlyAdmins &&
    a.admins.size === b.admins.size &&
    [...a.admins].every((admin) => b.admins.has(admin))
  )
}

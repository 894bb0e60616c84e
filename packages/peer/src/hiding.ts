/** Who is muted or hidden here, and the messages of those who are hidden: kept, and not shown. */
import type { Message, Quiet } from './chat.ts'
import type { QuietPeople } from './chat-store.ts'
import type { MessageChange } from './timeline-view.ts'

export class Hiding<M extends Message> {
  readonly #quiet: Map<string, Quiet>
  readonly #concealed = new Map<string, M>()

  constructor(quiet: QuietPeople) {
    this.#quiet = new Map(quiet)
  }

  get people(): QuietPeople {
    return this.#quiet
  }

  /** Messages that are here and not shown. */
  get concealed(): Iterable<M> {
    return this.#concealed.values()
  }

  isConcealed(id: string): boolean {
    return this.#concealed.has(id)
  }

  isQuiet(author: string): boolean {
    return this.#quiet.has(author)
  }

  /** The messages that are to be shown again, or no more. What was said while somebody was hidden is there again after it. */
  set(who: string, quiet: Quiet | undefined, shown: Iterable<M>): readonly M[] {
    const wasHidden = this.#quiet.get(who) === 'hidden'
    if (quiet === undefined) this.#quiet.delete(who)
    else this.#quiet.set(who, quiet)
    const changed = wasHidden ? this.#concealed.values() : quiet === 'hidden' ? shown : []
    return [...changed].filter(({ author }) => author === who)
  }

  /** What a change is to the timeline, and the concealed message that it took away, if it did. */
  conceal(change: MessageChange<M>): { readonly shown: MessageChange<M>; readonly lost: M | undefined } {
    if (change.type === 'put' && this.#quiet.get(change.message.author) === 'hidden') {
      this.#concealed.set(change.message.id, change.message)
      return { shown: { type: 'drop', id: change.message.id }, lost: undefined }
    }
    const id = change.type === 'put' ? change.message.id : change.id
    const lost = change.type === 'drop' ? this.#concealed.get(id) : undefined
    this.#concealed.delete(id)
    return { shown: change, lost }
  }
}

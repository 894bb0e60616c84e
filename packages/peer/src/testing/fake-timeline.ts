import type { Message, TimelineView } from '../chat.ts'

/** Messages in the order of their ids. */
export class FakeTimeline implements TimelineView {
  readonly #messages: readonly Message[]

  constructor(messages: readonly Message[]) {
    this.#messages = messages
  }

  get length(): number {
    return this.#messages.length
  }

  at(index: number): Message {
    const message = this.#messages[index]
    if (message === undefined) throw new RangeError(`no message at ${index} of ${this.#messages.length}`)
    return message
  }

  indexOf(id: string): number {
    let low = 0
    let high = this.#messages.length - 1
    while (low <= high) {
      const middle = (low + high) >> 1
      const found = this.at(middle).id
      if (found === id) return middle
      if (found < id) low = middle + 1
      else high = middle - 1
    }
    return -1
  }
}

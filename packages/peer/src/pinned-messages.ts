/** The pinned ones among the messages that are shown here. */
import type { Pin } from '@kith/protocol'

export class PinnedMessages {
  readonly #pins = new Map<string, Pin>()

  /** Whether that changes the list. */
  note(id: string, pin: Pin | undefined): boolean {
    const before = this.#pins.get(id)
    if (before?.at === pin?.at && before?.by === pin?.by) return false
    if (pin === undefined) this.#pins.delete(id)
    else this.#pins.set(id, pin)
    return true
  }

  /** Ids of messages, the newest pin first. */
  list(): readonly string[] {
    const byTime = [...this.#pins].sort(([id, a], [other, b]) => b.at - a.at || (other < id ? -1 : 1))
    return byTime.map(([id]) => id)
  }
}

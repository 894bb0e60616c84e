/** What this run has sent and nobody has yet, so that a script can leave when its words have arrived. */
import type { Message, Room } from '@kith/peer'

/** The longest anybody is made to wait at the end. */
export const deliveryLimitMs = 10_000
/** After the relay took everything, how long people who are online get to confirm. */
export const confirmLimitMs = 2000

export class Outbox {
  readonly #room: Room
  readonly #ids = new Set<string>()
  #sending = 0

  constructor(room: Room) {
    this.#room = room
  }

  /** Sends and keeps track. Rejects as `Room.send` does. */
  send(text: string): Promise<string> {
    return this.track(this.#room.send(text))
  }

  /** Keeps track of a message that is being sent; `sending` resolves with its id. */
  async track(sending: Promise<string>): Promise<string> {
    this.#sending++
    try {
      const id = await sending
      this.#ids.add(id)
      return id
    } finally {
      this.#sending--
    }
  }

  /** Messages that have not left this machine. */
  get waiting(): number {
    return this.#sending + this.#count((message) => message.delivery === 'waiting')
  }

  /** Messages nobody else has confirmed to hold. */
  get unconfirmed(): number {
    return this.#sending + this.#count((message) => message.delivery !== 'stored')
  }

  #count(matches: (message: Message) => boolean): number {
    let count = 0
    const { timeline } = this.#room
    for (const id of this.#ids) {
      const index = timeline.indexOf(id)
      if (index < 0 || !matches(timeline.at(index))) continue
      count++
    }
    return count
  }
}

/** Resolves when everything has arrived, or the limits are over. */
export async function delivered(
  outboxes: readonly Outbox[],
  othersOnline: () => boolean,
  sleep: (ms: number) => Promise<void>,
  limitMs: number = deliveryLimitMs,
): Promise<void> {
  const stepMs = 50
  let confirmMs = 0
  for (let waited = 0; waited < limitMs; waited += stepMs) {
    const waiting = outboxes.some((outbox) => outbox.waiting > 0)
    if (!waiting) {
      const confirmed = outboxes.every((outbox) => outbox.unconfirmed === 0)
      if (confirmed || !othersOnline() || confirmMs >= confirmLimitMs) return
      confirmMs += stepMs
    }
    await sleep(stepMs)
  }
}

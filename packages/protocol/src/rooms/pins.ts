/**
 * Which messages of a room are pinned: those whose newest pin or unpin that counts is a pin, and of these the newest
 * `maxPins`. An older one comes back when a newer one is taken off.
 *
 * Told message by message what their acts amount to; answers whose standing that changed, so that a pin that pushes
 * another one out shows at both.
 */
import type { Millis } from '../machine.ts'

export const maxPins = 32

export interface Pin {
  /** Author key of whoever pinned it, hex. */
  readonly by: string
  readonly at: Millis
}

/** A pin with the sorting key of its entry: the order of pins. */
export interface KeyedPin extends Pin {
  readonly key: string
}

export class Pins {
  /** By id of the message. */
  readonly #pins = new Map<string, KeyedPin>()
  #standing: ReadonlyMap<string, KeyedPin> = new Map()
  #changed = false

  /** What a message's pins amount to now; undefined: it is not pinned, or no more here. */
  note(id: string, pin: KeyedPin | undefined): void {
    const before = this.#pins.get(id)
    if (before?.key === pin?.key && before?.by === pin?.by) return
    if (pin === undefined) this.#pins.delete(id)
    else this.#pins.set(id, pin)
    this.#changed = true
  }

  /** The messages whose standing is another than when this was last asked. */
  settle(): readonly string[] {
    if (!this.#changed) return nobody
    this.#changed = false
    const before = this.#standing
    const newest = [...this.#pins].sort(([, a], [, b]) => (a.key > b.key ? -1 : 1)).slice(0, maxPins)
    this.#standing = new Map(newest)
    const ids = new Set([...before.keys(), ...this.#standing.keys()])
    return [...ids].filter((id) => before.get(id) !== this.#standing.get(id))
  }

  of(id: string): Pin | undefined {
    const pin = this.#standing.get(id)
    return pin && { by: pin.by, at: pin.at }
  }
}

const nobody: readonly string[] = []

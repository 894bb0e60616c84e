/**
 * How many are in the room, and whether that makes it a mesh.
 *
 * A room of up to `smallRoom` is a full mesh of links; above `meshFrom` it becomes a network with roots that count it,
 * and below `smallUntil` it goes back, so that a room at the border does not change to and fro. Whoever comes learns
 * from its first neighbour which of the two it is: it may know of nobody else yet.
 */
import type { Millis } from '../machine.ts'

/** Known online, ourselves included: more make a mesh; fewer than `smallUntil` make it a small room again. */
export const meshFrom = 20
export const smallUntil = 12
/** What a neighbour told of the room counts for this long. */
const hearsayMs = 30_000
/** Neighbours whose word is kept. */
const maxHearsay = 64

interface Hearsay {
  readonly online: number
  readonly mesh: boolean
  readonly at: Millis
}

export class Crowd {
  readonly #hearsay = new Map<string, Hearsay>()

  heard(session: string, online: number, mesh: boolean, now: Millis): void {
    this.#hearsay.delete(session)
    if (this.#hearsay.size >= maxHearsay) this.#hearsay.delete(this.#hearsay.keys().next().value as string)
    this.#hearsay.set(session, { online, mesh, at: now })
  }

  forget(session: string): void {
    this.#hearsay.delete(session)
  }

  /** The most that anybody who calls the room a mesh has counted; 0 when nobody does. */
  told(now: Millis): number {
    let most = 0
    for (const { online, mesh, at } of this.#hearsay.values()) {
      if (mesh && now - at < hearsayMs && online > most) most = online
    }
    return most
  }

  /** `counted`: those we know to be here, ourselves included. */
  isMesh(was: boolean, counted: number, now: Millis): boolean {
    const told = this.told(now)
    return was ? Math.max(counted, told) >= smallUntil : counted > meshFrom || told >= smallUntil
  }
}

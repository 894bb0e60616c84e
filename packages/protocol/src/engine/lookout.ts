/**
 * Who of a mesh stays in the relay's topic: about `greeters` whom chance chose for this hour, for whoever comes; and whoever
 * has nobody, or nobody but an island, to find the others again.
 */
import type { Crypto } from '../crypto/crypto.ts'
import type { Millis } from '../machine.ts'
import type { Reach } from './reach.ts'

/** About so many peers stay in the relay's topic, for whoever comes or has lost everybody. */
export const greeters = 48
/** Links, but no root's beacon for so long: perhaps those we are linked with are an island. */
export const rootlessMs = 3_500
const hourMs = 3_600_000

export interface LookoutContext {
  readonly sha256: Crypto['sha256']
  readonly ownKey: Uint8Array
  readonly reach: Pick<Reach, 'seekOthers' | 'setAttending'>
  readonly corrected: (now: Millis) => Millis
}

export interface Outlook {
  /** No neighbour is left, or so few of many that they may be on an island. */
  readonly isAlone: boolean
  /** When the newest beacon of a root came. */
  readonly rootHeardAt: Millis
  /** As the roots count: the engine itself knows a few of thousands. */
  readonly online: number
}

export class Lookout {
  readonly #context: LookoutContext
  #isLonely = false
  #rootedAt: Millis
  /** What chance says of us, between 0 and 1, and of which hour. */
  #drawn = 0
  #drawnOf = -1

  constructor(context: LookoutContext, now: Millis) {
    this.#context = context
    this.#rootedAt = now
  }

  /** The overlay has nobody, and nobody left to try. */
  lonely(): void {
    this.#isLonely = true
  }

  found(): void {
    this.#isLonely = false
  }

  judge({ isAlone, rootHeardAt, online }: Outlook, now: Millis): void {
    this.#rootedAt = Math.max(this.#rootedAt, rootHeardAt)
    // On an island nobody hears of a root; addresses and the relay may lead off it.
    const isIsland = now - this.#rootedAt >= rootlessMs
    const isLost = this.#isLonely || isAlone || isIsland
    const { reach } = this.#context
    reach.seekOthers(isLost, now)
    reach.setAttending(isLost || this.#isGreeter(online, now), now)
  }

  #isGreeter(online: number, now: Millis): boolean {
    return online <= greeters || this.#draw(now) * online < greeters
  }

  #draw(now: Millis): number {
    const { sha256, ownKey, corrected } = this.#context
    const hour = Math.floor(corrected(now) / hourMs)
    if (hour === this.#drawnOf) return this.#drawn
    const seed = new Uint8Array(36)
    seed.set(ownKey)
    new DataView(seed.buffer).setUint32(32, hour)
    this.#drawnOf = hour
    this.#drawn = new DataView(sha256(seed).slice(0, 4).buffer).getUint32(0) / 2 ** 32
    return this.#drawn
  }
}

/** What the parts of a simulated network share: the clock, chance, and who can be reached from where. */
import type { Input } from '../engine/input.ts'
import type { Millis } from '../machine.ts'
import type { SimPeer } from './peer.ts'
import type { SeededRandom } from './random.ts'

/** Where the relay stands among the machines: no machine has this number. */
export const relayPlace = -1

export interface World {
  readonly now: Millis
  readonly random: SeededRandom
  peer(index: number): SimPeer | undefined
  /** Are two places in the same part of the network? */
  connects(a: number, b: number): boolean
  /** How long one frame takes between two places, this time. */
  delay(a: number, b: number): Millis
  /** At `at` the input is given to that run of the machine's program; to nobody when it was killed meanwhile. */
  deliver(at: Millis, peer: number, run: number, input: Input): void
  schedule(at: Millis, happen: () => void): void
  /** Now. */
  give(peer: SimPeer, input: Input): void
}

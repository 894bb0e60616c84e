/** Runs one scenario (`scenarios.ts`) with n real engines from one seed, and measures it. */
import type { Millis } from '../machine.ts'
import type { Scenario } from './scenarios.ts'

export interface SimulateOptions {
  readonly scenario: Scenario
  readonly peers: number
  readonly seed: number
  /** Reads a clock of the host, for `wallMs`; a simulation has none of its own. */
  readonly clock?: (() => Millis) | undefined
  /** Told what goes on, now and then. */
  readonly progress?: ((text: string) => void) | undefined
}

/** What a run measured. Times are simulated milliseconds, but for `wallMs`. */
export interface SimulateFigures {
  readonly scenario: string
  readonly peers: number
  readonly seed: number
  /** Messages × survivors that have them, of all that should. */
  readonly delivered: number
  /** Copies of entries that arrived over links and were known already, per delivery. */
  readonly redundancy: number
  /** Mean over messages of the most links one of its copies travelled. */
  readonly lastHop: number
  /** Time from posting to being shown, over all message × machine. */
  readonly p99Ms: number
  /** The same if every message were flooded over the very links that were there when it was sent. */
  readonly floodP99Ms: number
  readonly p99Ratio: number
  /** The longest any message took to any survivor; after a crash, of messages sent after it. */
  readonly worstDeliveryMs: number
  /** Messages on their way when the crash came: the longest. */
  readonly worstInFlightMs: number | undefined
  readonly wallMs: number
  readonly eventHash: string
  /** Machines that never linked with anybody. */
  readonly orphans: number
  readonly linksPerPeer: number
  readonly events: number
  readonly frames: number
  readonly bytes: number
  /** Frames and bytes by the first byte of the payload, where it is to be seen. */
  readonly byTag: Readonly<Record<string, readonly [frames: number, bytes: number]>>
}

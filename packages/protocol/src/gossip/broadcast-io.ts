/** What the broadcast of a large room is given, asks for and shows. */
import type { Millis, Random } from '../machine.ts'
import type { Ref, TreeId } from './broadcast-wire.ts'

export interface BroadcastPort {
  /** Send this payload to a neighbour, at the highest priority. The bytes are shared: nobody may change them. */
  send(to: string, payload: Uint8Array): void
  /**
   * Send an entry on to each of `to`, in a frame of `encodeTreeEntries` with others that go the same way. A ref the engine no
   * longer has is left out.
   */
  forward(ref: Ref, to: readonly string[], tree: TreeId, hop: number, pulled: boolean, late: boolean): void
  /** Call `timerFired` at `at`; replaces the last request. */
  timer(at: Millis): void
  /** A root told what it holds, and how many are online (`Broadcast.online`). Once per beacon. */
  beacon(root: string, digest: Uint8Array): void
  /** This neighbour broke a rule that nobody breaks by accident: `forged` a beacon it passed on, or `malformed`. */
  misbehaved(session: string, code: 'forged' | 'malformed'): void
}

export interface BroadcastOptions {
  /** Own session key, hex, and the key itself. */
  readonly own: string
  readonly ownKey: Uint8Array
  /** Eight bytes that only this room's beacons are signed with, equal for everybody in it. */
  readonly roomTag: Uint8Array
  readonly random: Random
  readonly sign: (message: Uint8Array) => Uint8Array
  readonly verify: (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean
  readonly sha256: (...parts: readonly Uint8Array[]) => Uint8Array
  /** The room's clock: `now` corrected by what neighbours say. Beacons are dated by it. */
  readonly roomTime: (now: Millis) => Millis
  /** Eight bytes that go into own beacons. */
  readonly digest: (now: Millis) => Uint8Array
  readonly port: BroadcastPort
}

/** What is known of a neighbour when its link comes up. */
export interface NeighbourInfo {
  readonly rttMs: number | undefined
  /** Slow, hidden or metered: never a parent. */
  readonly leaf: boolean
}

/** One tree as the map shows it: children are those at the last thing that happened here. */
export interface TreeView {
  readonly tree: TreeId
  /** Session key of the root, hex. */
  readonly root: string
  readonly slot: number | 'hot'
  /** How many links away the root is; 0 for our own. */
  readonly hops: number
  /** Undefined for our own tree, or while there is none. */
  readonly parent: string | undefined
  readonly children: readonly string[]
}

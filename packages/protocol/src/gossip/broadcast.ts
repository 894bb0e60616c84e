/**
 * How an entry reaches everybody in a large room: trees shaped by beacons, announcements on every other link, and pulls
 * of what the trees left out.
 *
 * The engine tells it which links are up and what came over them; it answers through a `BroadcastPort`. It never sees an
 * entry, only its `ref`: the engine keeps the bytes of the last minute by ref and encodes them once for all receivers.
 *
 *     neighbourUp / neighbourDown / neighbourSuspect / measured      from the links
 *     receive(from, payload)        a payload of tag 0x09 to 0x0d
 *     author(ref)                   an own entry was made          → port.forward
 *     arrived(ref, …)               a link brought a new one       → port.forward
 *     duplicate(ref, …)             a link brought one that is held
 *     known(ref)                    the relay or a synchronisation brought a recent one
 *     timerFired()                  at the time of the last port.timer
 */
import type { Millis, Random } from '../machine.ts'
import type { Ref, TreeId } from './broadcast-wire.ts'

export interface BroadcastPort {
  /** Send this payload to a neighbour, at the highest priority. The bytes are shared: nobody may change them. */
  send(to: string, payload: Uint8Array): void
  /**
   * Send an entry on: `encodeTreeEntry(tree, hop, pulled, …)`, encoded once, to each of `to`. `to` is only valid during
   * the call. A ref the engine no longer has is left out.
   */
  forward(ref: Ref, to: readonly string[], tree: TreeId, hop: number, pulled: boolean): void
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

/** One tree as the map shows it. */
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

export declare class Broadcast {
  constructor(options: BroadcastOptions)

  /** May this peer be a root? A Node peer, or a desktop in the foreground for a minute; not metered, never hidden. */
  setCapable(capable: boolean, now: Millis): void
  /** How many the engine believes to be online, used until a beacon says. */
  setOnline(online: number): void

  neighbourUp(session: string, info: NeighbourInfo, now: Millis): void
  neighbourDown(session: string, now: Millis): void
  /** Silent for 3 s, or heard again. Trees stop counting on a suspect. */
  neighbourSuspect(session: string, suspect: boolean, now: Millis): void
  measured(session: string, rttMs: number): void
  setLeaf(session: string, leaf: boolean, now: Millis): void

  /** A payload of tag 0x09 to 0x0d from a neighbour. */
  receive(from: string, payload: Uint8Array, now: Millis): void

  /** An own entry is to go out. */
  author(ref: Ref, now: Millis): void
  /** A new and valid entry came over a link; `tree` is `noTree` and `hop` 1 when it came without a tree tag. */
  arrived(ref: Ref, from: string, tree: TreeId, hop: number, pulled: boolean, now: Millis): void
  /** A copy of an entry that is held came over a link. */
  duplicate(ref: Ref, from: string, tree: TreeId, pulled: boolean, now: Millis): void
  /** It is held although no gossip brought it. Only for entries of the last minute: older ones are never announced. */
  known(ref: Ref, now: Millis): void
  timerFired(now: Millis): void

  /** How many are online: as the beacons say, else as the engine said. */
  get online(): number
  /** This peer leads a shared tree or its own. */
  get isRoot(): boolean
  /** Sessions that lead the shared trees now. */
  get roots(): readonly string[]
  get trees(): readonly TreeView[]
}

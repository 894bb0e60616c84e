/** What the map and "Why can't I reach NAME?" show: plain values, made on request by the engine, safe to copy. */
import type { Millis } from '../machine.ts'
import type { Platform } from './claims.ts'
import type { Path } from './output.ts'

export interface MapNode {
  /** Session key, hex. */
  readonly session: string
  /** Author key, hex; the session key while unknown. */
  readonly author: string
  readonly name: string
  readonly platform: Platform | undefined
  /** It keeps history for others and is nobody. */
  readonly keeper?: 'blind' | 'reader' | undefined
  readonly isSelf: boolean
  /** It sends beacons: slot of the shared tree, or `hot` for a speaker's own tree. */
  readonly root: number | 'hot' | undefined
  /** It said that it is in the background. */
  readonly hidden: boolean
}

/** A link somebody has. Told by both ends or by one; `a` < `b`. */
export interface MapLink {
  readonly a: string
  readonly b: string
  readonly path: Path
  /** Session that carries the frames of a circuit. */
  readonly through: string | undefined
  readonly rttMs: number | undefined
  /** A shared tree uses it (only known of own links). */
  readonly isTree: boolean
}

export interface MapTree {
  readonly root: string
  readonly slot: number | 'hot'
  /** How many links away the root is; 0 for our own tree. */
  readonly hops: number
  /** Undefined for our own tree, or while there is none. */
  readonly parent: string | undefined
  readonly children: readonly string[]
}

export interface RoomMap {
  readonly self: string
  /** `small`: everybody links with everybody; `mesh`: a bounded number of links each. */
  readonly mode: 'small' | 'mesh'
  /** How many are here, also where not all are drawn. */
  readonly online: number
  readonly nodes: readonly MapNode[]
  readonly links: readonly MapLink[]
  /** Pairs that should be linked and are not, as both ends tell it: only in mode `small`. */
  readonly gaps: readonly (readonly [string, string])[]
  readonly trees: readonly MapTree[]
}

/** One way to a peer and how far it got. */
export interface ReachAttempt {
  readonly way: 'socket' | 'webrtc' | 'relay' | 'through'
  readonly state: 'up' | 'trying' | 'waiting' | 'failed' | 'off'
  /** The step that is under way or that failed. */
  readonly step: 'signal' | 'transport' | 'handshake' | 'none'
  /** Code of the last failure, as in docs/spec. */
  readonly code: string | undefined
  readonly failures: number
  /** When this state began. */
  readonly since: Millis | undefined
  /** Next try. */
  readonly nextAt: Millis | undefined
  /** Who carries it, session hex, for `through`. */
  readonly through: string | undefined
}

export interface ReachReport {
  readonly session: string
  readonly name: string
  /** The path in use. */
  readonly path: Path | undefined
  readonly through: string | undefined
  readonly rttMs: number | undefined
  readonly attempts: readonly ReachAttempt[]
  readonly relay: 'none' | 'connecting' | 'up' | 'away'
  /** Is it in the relay's topic? */
  readonly isInTopic: boolean
  /** How far its clock is ahead of ours, once measured; and ours of the room's. */
  readonly clockAheadMs: number | undefined
  readonly ownClockAheadMs: number
  /** When something was last heard from it. */
  readonly heardAt: Millis | undefined
}

/**
 * One tree as one peer keeps it: who leads it, which link goes towards the root, which go away from it.
 *
 * The parent is the neighbour that brings the root's beacons first; it changes when another was first three times by more
 * than 10 ms. A copy kept back on purpose says so and is judged as if it had not been. Whoever loses its parent attaches
 * to a neighbour that is no farther from the root (by hops, then by session key), so that no circle can close; a beacon
 * newer than ours proves the same. Children renew their place with every beacon.
 */
import type { Millis } from '../machine.ts'
import type { TreeId } from './broadcast-wire.ts'
import { beaconDistanceMs, beaconHeldMs, beaconHop, beaconSentAt, hotSlot } from './broadcast-wire.ts'
import { never } from './lanes.ts'
import type { Lane } from './lanes.ts'

export const beaconMs = 2_000
/** The wait for the next beacon varies by this part of it, up and down. */
export const beaconJitter = 0.1
/** Three beacons with their jitter: a root not heard of for this long leads nothing. A child not heard of, too. */
export const leaseMs = 6_600
/** A parent must lose this often in a row, by more than this. */
export const winsToLead = 3
export const winMs = 10
/** What a neighbour said of its place counts for this long when a parent is lost. */
export const placeMs = 7_000
/** Entries go to everybody for this long after a parent was lost and none found. */
export const floodMs = 2_000

/** A neighbour in one tree. */
export class Edge {
  readonly lane: Lane
  /** When the newest beacon it gave us was made, by the room's clock; 0 when it never gave us one. */
  sentAt: Millis = 0
  /** When that one came, by ours. */
  heardAt: Millis = 0
  /** Its distance from the root. */
  hop = 0
  distanceMs: Millis = 0
  /** The newest we gave it. */
  givenAt: Millis = 0
  /** It is our child until then. */
  childUntil: Millis = 0
  size = 0
  /** When it last renewed its place. */
  renewedAt: Millis = 0
  wins = 0
  detachedAt: Millis = 0
  /** It was the parent until then: what it still sends goes down the tree, not up. */
  ledUntil: Millis = 0

  constructor(lane: Lane) {
    this.lane = lane
  }
}

export class Tree {
  readonly id: TreeId
  /** Session of the root, hex, and its key. */
  readonly root: string
  readonly key: Uint8Array
  readonly isOwn: boolean
  /** Number of the shared tree or `hotSlot`. */
  slot: number
  claimed: Millis
  /** Lower wins. */
  rank: number
  /** When the newest beacon was made, and when its first copy came. */
  sentAt: Millis = 0
  at: Millis = 0
  beacon: Uint8Array | undefined
  online = 0
  hop = 0
  /** Half the round trips between us and the root. */
  distanceMs: Millis = 0
  parent: Edge | undefined
  attachedAt: Millis = 0
  /** Another root took its slot: it carries what is under way until its lease ends. */
  isRetired = false
  floodUntil: Millis = 0
  /** Which half of the links was left out last. */
  turn = 0
  readonly edges: Edge[] = []
  readonly #byLane: (Edge | undefined)[] = []
  /** Of the newest beacon: the earliest copy, corrected by what was kept back, and the parent's. */
  #best: Edge | undefined
  #bestAt: Millis = never
  #parentAt: Millis = never

  // What is to be done when.
  spreadAt: Millis = never
  attachAt: Millis = never
  /** The newest beacon did not come by the parent: attach to `healBy` then, unless the parent brings it yet. */
  healAt: Millis = never
  healBy: Edge | undefined
  /** The parent before this one still sends until then. */
  leaveAt: Millis = never
  leaving: Edge | undefined

  constructor(id: TreeId, root: string, key: Uint8Array, isOwn: boolean, slot: number, claimed: Millis, rank: number) {
    this.id = id
    this.root = root
    this.key = key
    this.isOwn = isOwn
    this.slot = slot
    this.claimed = claimed
    this.rank = rank
  }

  get isHot(): boolean {
    return this.slot === hotSlot
  }

  /** Its second beacon has gone round: those it reaches have taken their places. */
  get isSettled(): boolean {
    return this.sentAt - this.claimed > beaconMs / 2
  }

  isLive(now: Millis): boolean {
    return now - this.at < leaseMs
  }

  get dueAt(): Millis {
    return Math.min(this.spreadAt, this.attachAt, this.healAt, this.leaveAt, this.at + leaseMs)
  }

  /** The same root with another claim. */
  renew(slot: number, claimed: Millis, rank: number): void {
    this.slot = slot
    this.claimed = claimed
    this.rank = rank
    this.isRetired = false
    if (this.isOwn) {
      this.hop = 0
      this.distanceMs = 0
      this.parent = undefined
    }
  }

  /** From now on this is the parent. */
  follow(edge: Edge, now: Millis): void {
    this.parent = edge
    this.attachedAt = now
    this.#place(edge)
    this.floodUntil = 0
    this.healAt = never
    edge.childUntil = 0
    edge.wins = 0
    edge.lane.misses = 0
    edge.lane.missesSince = never
  }

  edge(lane: Lane): Edge {
    const known = this.#byLane[lane.index]
    if (known !== undefined && known.lane === lane) return known
    const edge = new Edge(lane)
    this.#byLane[lane.index] = edge
    this.edges.push(edge)
    return edge
  }

  find(lane: Lane): Edge | undefined {
    const known = this.#byLane[lane.index]
    return known !== undefined && known.lane === lane ? known : undefined
  }

  /**
   * A child tells how many hang on it. Edges are kept with the heaviest first: a peer of sixty children takes some twenty
   * milliseconds to send to all of them, and those who have to pass it on must not be the last.
   */
  weigh(edge: Edge, size: number): void {
    const { edges } = this
    let at = edges.indexOf(edge)
    edge.size = size
    for (; at > 0 && (edges[at - 1] as Edge).size < size; at--) edges[at] = edges[at - 1] as Edge
    for (; at + 1 < edges.length && (edges[at + 1] as Edge).size > size; at++) edges[at] = edges[at + 1] as Edge
    edges[at] = edge
  }

  /** The link is gone. True when it led to the parent. */
  drop(lane: Lane): boolean {
    const edge = this.find(lane)
    if (edge === undefined) return false
    this.#byLane[lane.index] = undefined
    this.edges.splice(this.edges.indexOf(edge), 1)
    if (this.#best === edge) this.#best = undefined
    if (this.healBy === edge) this.healBy = undefined
    if (this.leaving === edge) this.leaving = undefined
    if (this.parent !== edge) return false
    this.parent = undefined
    return true
  }

  /** A beacon newer than the last: its first copy came over this edge. */
  renewed(edge: Edge, beacon: Uint8Array, now: Millis): void {
    const cameAt = now - beaconHeldMs(beacon)
    // A copy: the frame it came in shares its buffer with others.
    if (this.beacon === undefined) this.beacon = beacon.slice()
    else this.beacon.set(beacon)
    this.sentAt = beaconSentAt(beacon)
    this.at = now
    this.#best = edge
    this.#bestAt = cameAt
    this.#parentAt = edge === this.parent ? cameAt : never
    this.#note(edge, beacon, now)
    this.#place(edge)
  }

  /** Another copy of the newest. True when this neighbour has become a better parent than ours. */
  raced(edge: Edge, beacon: Uint8Array, now: Millis): boolean {
    const cameAt = now - beaconHeldMs(beacon)
    this.#note(edge, beacon, now)
    if (edge === this.parent) {
      this.#parentAt = cameAt
      this.#place(edge)
      this.healAt = never
      const best = this.#best
      return best !== undefined && best !== edge && this.#won(best, this.#bestAt)
    }
    if (cameAt < this.#bestAt) {
      this.#best = edge
      this.#bestAt = cameAt
      return this.#parentAt !== never && this.#won(edge, cameAt)
    }
    edge.wins = 0
    return false
  }

  /** The neighbour that won last. */
  get winner(): Edge | undefined {
    return this.#best
  }

  #note(edge: Edge, beacon: Uint8Array, now: Millis): void {
    edge.sentAt = this.sentAt
    edge.heardAt = now
    edge.hop = beaconHop(beacon)
    edge.distanceMs = beaconDistanceMs(beacon)
  }

  /** We are as far from the root as this neighbour, and one link more. */
  #place(edge: Edge): void {
    this.hop = edge.hop + 1
    this.distanceMs = edge.distanceMs + edge.lane.rttMs / 2
  }

  #won(edge: Edge, cameAt: Millis): boolean {
    if (cameAt >= this.#parentAt - winMs) {
      edge.wins = 0
      return false
    }
    edge.wins++
    return edge.wins >= winsToLead
  }

  /** Could entries come from there without ever having passed here? */
  isUpstream(edge: Edge, own: string): boolean {
    if (edge.sentAt === 0 || edge.sentAt < this.sentAt - placeMs) return false
    return edge.hop < this.hop || (edge.hop === this.hop && edge.lane.session < own)
  }

  /** The best neighbour to attach to in place of a lost parent. */
  alternative(own: string, now: Millis): Edge | undefined {
    let best: Edge | undefined
    for (const edge of this.edges) {
      if (edge === this.parent || edge.childUntil > now) continue
      if (!mayLead(edge.lane, now) || !this.isUpstream(edge, own)) continue
      if (best === undefined || isNearer(edge, best)) best = edge
    }
    return best
  }

  /** This peer and all below it. */
  size(now: Millis): number {
    let size = 1
    for (const edge of this.edges) if (edge.childUntil > now) size += edge.size
    return size
  }

  /** All children have renewed their places since the newest beacon came. */
  haveRenewed(now: Millis): boolean {
    for (const edge of this.edges) if (edge.childUntil > now && edge.renewedAt < this.at) return false
    return true
  }

  hasChild(now: Millis): boolean {
    return this.edges.some((edge) => edge.childUntil > now)
  }

  isChild(edge: Edge | undefined, now: Millis): boolean {
    return edge !== undefined && edge.childUntil > now && edge !== this.parent
  }
}

/** Something may be attached there. */
export function mayLead(lane: Lane, now: Millis): boolean {
  return lane.up && !lane.leaf && !lane.parting && !lane.suspect && lane.barredUntil <= now
}

function isNearer(a: Edge, b: Edge): boolean {
  if (a.hop !== b.hop) return a.hop < b.hop
  return a.lane.rttMs < b.lane.rttMs
}

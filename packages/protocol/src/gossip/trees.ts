/**
 * The trees of a room as one peer keeps them: beacons in and on, places taken and given, slots claimed and left.
 *
 * A beacon is verified once, sent to the children at once, and to the other links a little later unless they brought it
 * themselves: so a link that is not of the tree carries about one copy. What shapes the trees is not changed by that,
 * because a copy says how long it was kept.
 */
import { formatHex } from '../codec/text.ts'
import type { Millis } from '../machine.ts'
import type { BroadcastOptions } from './broadcast-io.ts'
import {
  beaconClaimed,
  beaconDigest,
  beaconHop,
  beaconOnline,
  beaconRoot,
  beaconSentAt,
  beaconSignature,
  beaconSlot,
  beaconTranscript,
  beaconTree,
  hotSlot,
  isBeacon,
  maxHops,
  relayedBeacon,
} from './broadcast-wire.ts'
import type { TreeId } from './broadcast-wire.ts'
import { maxAheadMs, maxBehindMs, maxClaimMs, maxSlots, rankOf } from './election.ts'
import { Forest } from './forest.ts'
import type { Jitter } from './jitter.ts'
import { never } from './lanes.ts'
import type { Lane, Lanes } from './lanes.ts'
import { Leader } from './leader.ts'
import { Places } from './places.ts'
import type { PlacesEvents } from './places.ts'
import { Slots } from './slots.ts'
import { leaseMs, mayLead, Tree } from './tree.ts'
import type { Edge } from './tree.ts'

/** Copies for links that are not of the tree wait this long. */
export const spreadMinMs = 100
export const spreadMaxMs = 300
/** In rooms this large every other link gets every other of them; and wherever a tree has stood for a while. */
export const manyOnline = 2_000
export const calmTreeMs = 20_000
/** A parent is given this long to bring what another brought first. */
export const healMs = 300
/** Beacons of one root closer together than this are not its own work. */
export const minBeaconGapMs = 500
/**
 * Places are renewed when those below have been, so that sizes are added up within one beacon; or after this, less a step for
 * each hop, so that whoever is farther from the root gives up first and its sum still counts.
 */
export const renewMaxMs = 1_700
export const renewStepMs = 120
export const renewMinMs = 300
/** A neighbour that passed on a forged beacon is not believed for this long. */
export const mutedMs = 60_000

interface Candidate {
  readonly slot: number
  readonly claimed: Millis
  readonly rank: number
}

export class Trees {
  readonly leader: Leader
  readonly places: Places
  readonly #options: BroadcastOptions
  readonly #lanes: Lanes
  readonly #jitter: Jitter
  readonly #events: PlacesEvents
  readonly #forest: Forest
  #heardAt: Millis = 0

  constructor(options: BroadcastOptions, lanes: Lanes, jitter: Jitter, events: PlacesEvents) {
    this.#options = options
    this.#lanes = lanes
    this.#jitter = jitter
    this.#events = events
    const ownRank = (slot: number, now: Millis): number =>
      rankOf(options.sha256, options.roomTime(now), slot, options.ownKey)
    this.#forest = new Forest(new Slots(jitter, ownRank), lanes)
    this.places = new Places(options, this.#forest, events)
    this.leader = new Leader(options, this.#forest, lanes, jitter, (at) => events.due(at))
  }

  get list(): readonly Tree[] {
    return this.#forest.list
  }

  get shared(): readonly (Tree | undefined)[] {
    return this.#forest.slots.holders
  }

  find(id: TreeId): Tree | undefined {
    return this.#forest.find(id)
  }

  /** Some tree has a place for this peer. */
  get isFed(): boolean {
    return this.#forest.isFed
  }

  get online(): number {
    return this.#forest.online
  }

  /** `online` is what some root has counted. */
  get isCounted(): boolean {
    return this.#forest.isCounted
  }

  setOnline(online: number): void {
    this.#forest.setOnline(online)
  }

  // Links.

  laneUp(lane: Lane, now: Millis): void {
    if (this.#lanes.list.length === 1) this.#forest.slots.listen(now)
    for (const tree of this.#forest.list) {
      if (tree.isRetired || tree.beacon === undefined || !tree.isLive(now) || tree.hop >= maxHops) continue
      this.#give(tree, tree.edge(lane), relayedBeacon(tree.beacon, tree.hop, now - tree.at, tree.distanceMs))
    }
    this.leader.plan(now)
  }

  laneDown(lane: Lane, now: Millis): void {
    for (const tree of this.#forest.list) if (tree.drop(lane)) this.places.lost(tree, now)
  }

  /** Is this link an edge of a tree? */
  carries(lane: Lane, now: Millis): boolean {
    return this.#forest.list.some((tree) => {
      const edge = tree.isRetired ? undefined : tree.find(lane)
      return edge !== undefined && (edge === tree.parent || edge.childUntil > now)
    })
  }

  /** Is this link the only place in some tree? */
  needs(lane: Lane, now: Millis): boolean {
    return this.#forest.list.some(
      (tree) => !tree.isRetired && tree.parent?.lane === lane && tree.alternative(this.#options.own, now) === undefined,
    )
  }

  /** Whatever hangs on this link is attached elsewhere where that is possible. */
  laneDoubtful(lane: Lane, now: Millis): void {
    for (const tree of this.#forest.list) if (tree.parent?.lane === lane) this.places.lost(tree, now)
  }

  // Messages.

  receiveBeacon(lane: Lane, beacon: Uint8Array, now: Millis): boolean {
    if (!isBeacon(beacon)) return false
    this.#heardAt = now
    const id = beaconTree(beacon)
    const sentAt = beaconSentAt(beacon)
    const tree = this.#forest.find(id)
    if (tree !== undefined && sentAt <= tree.sentAt) {
      if (sentAt === tree.sentAt && !tree.isOwn) this.#raced(tree, lane, beacon, now)
      return true
    }
    if (id === this.leader.id || lane.mutedUntil > now || beaconHop(beacon) >= maxHops) return true
    // Whoever leads nobody gives no place: with its beacon we would be too near to the root for everybody else's.
    if (tree?.parent === undefined && !mayLead(lane, now)) return true
    const candidate = this.#judge(tree, lane, beacon, sentAt, now)
    if (candidate === undefined) return true
    const message = beaconTranscript(beacon, this.#options.roomTag)
    if (!this.#options.verify(beaconRoot(beacon), message, beaconSignature(beacon))) {
      lane.mutedUntil = now + mutedMs
      this.#options.port.misbehaved(lane.session, 'forged')
      return true
    }
    const accepted = candidate === tree ? tree : this.#install(tree, candidate, beacon)
    this.#accept(accepted, lane, beacon, now)
    return true
  }

  // Entries.

  /** The tree for an entry that has none yet. */
  choose(now: Millis): Tree | undefined {
    return this.#forest.choose(this.leader.tree, now)
  }

  // Time.

  get dueAt(): Millis {
    let at = this.leader.dueAt
    for (const tree of this.#forest.list) at = Math.min(at, tree.dueAt)
    return at
  }

  run(now: Millis): void {
    this.leader.run(now)
    for (let i = this.#forest.list.length - 1; i >= 0; i--) {
      const tree = this.#forest.list[i] as Tree
      if (tree.spreadAt <= now) this.#spread(tree, now)
      if (tree.healAt <= now) this.places.heal(tree, now)
      if (tree.leaveAt <= now) this.places.leave(tree)
      if (tree.attachAt <= now) this.places.renew(tree, now)
      if (!tree.isLive(now)) this.#lapse(tree, now)
    }
  }

  // Beacons of others.

  /** What a beacon is of, before its signature is looked at: the tree it renews, or a claim that would get its place. */
  #judge(tree: Tree | undefined, lane: Lane, beacon: Uint8Array, sentAt: Millis, now: Millis): Candidate | undefined {
    const slot = beaconSlot(beacon)
    const claimed = beaconClaimed(beacon)
    const time = this.#options.roomTime(now)
    if (sentAt > time + maxAheadMs || sentAt < time - maxBehindMs || sentAt - claimed > maxClaimMs) return undefined
    if (slot !== hotSlot && slot >= maxSlots) return undefined
    if (tree !== undefined) {
      if (now - tree.at < minBeaconGapMs || !isRootOf(tree, beacon)) return undefined
      if (!tree.isRetired && tree.slot === slot && tree.claimed === claimed) return tree
      if (claimed < tree.claimed) return undefined
    }
    const id = beaconTree(beacon)
    if (!this.#forest.slots.lapsed.admits(id, sentAt, now)) return undefined
    const rank = rankOf(this.#options.sha256, claimed, slot, beaconRoot(beacon))
    if (!this.#forest.slots.hasPlace(slot, { claimed, sentAt, rank }, id, now)) return undefined
    // Where many claim at once most are told apart by their rank: only those that would lead are counted, and verified.
    return lane.strangers.take(now) ? { slot, claimed, rank } : undefined
  }

  #install(tree: Tree | undefined, { slot, claimed, rank }: Candidate, beacon: Uint8Array): Tree {
    if (tree !== undefined) {
      // The same root with another claim: its edges stay.
      this.#forest.slots.remove(tree)
      tree.renew(slot, claimed, rank)
      return tree
    }
    const key = beaconRoot(beacon).slice()
    return this.#forest.add(new Tree(beaconTree(beacon), formatHex(key), key, false, slot, claimed, rank))
  }

  #accept(tree: Tree, lane: Lane, beacon: Uint8Array, now: Millis): void {
    const wasSilent = tree.parent === undefined
    const edge = tree.edge(lane)
    tree.renewed(edge, beacon, now)
    tree.online = beaconOnline(beacon)
    if (edge !== tree.parent) {
      if (wasSilent) {
        if (mayLead(lane, now)) this.places.attach(tree, edge, now)
      } else {
        tree.healAt = now + Math.max(healMs, 2 * (tree.parent?.lane.rttMs ?? 0))
        tree.healBy = edge
      }
    }
    const displaced = this.#forest.slots.put(tree)
    if (displaced !== undefined && displaced !== tree) this.#retire(displaced, now)
    this.leader.plan(now)
    this.#options.port.beacon(tree.root, beaconDigest(beacon))
    this.#pass(tree, now)
    // Whoever has nobody below renews its place when it passes the beacon on to the others. Of a new tree nobody knows yet.
    if (wasSilent || tree.hasChild(now)) tree.attachAt = now + Math.max(renewMinMs, renewMaxMs - tree.hop * renewStepMs)
    else tree.attachAt = tree.spreadAt === never ? now + this.#jitter.between(spreadMinMs, spreadMaxMs) : tree.spreadAt
    this.#due(tree.dueAt)
  }

  /** Sends a new beacon to the children and to whoever never gave us one; to the others it goes later. */
  #pass(tree: Tree, now: Millis): void {
    if (tree.hop >= maxHops) return
    const copy = relayedBeacon(tree.beacon as Uint8Array, tree.hop, 0, tree.distanceMs)
    let isLeft = false
    for (const lane of this.#lanes.list) {
      const edge = tree.edge(lane)
      if (edge.sentAt === tree.sentAt || edge === tree.parent) continue
      if (edge.childUntil > now || edge.sentAt === 0) this.#give(tree, edge, copy)
      else isLeft = true
    }
    tree.spreadAt = isLeft ? now + this.#jitter.between(spreadMinMs, spreadMaxMs) : never
  }

  #spread(tree: Tree, now: Millis): void {
    tree.spreadAt = never
    let copy: Uint8Array | undefined
    const thin = this.online >= manyOnline || now - tree.attachedAt >= calmTreeMs
    tree.turn ^= 1
    for (const lane of this.#lanes.list) {
      if (thin && (lane.index & 1) === tree.turn) continue
      const edge = tree.edge(lane)
      if (edge.sentAt >= tree.sentAt || edge.givenAt >= tree.sentAt || edge === tree.parent) continue
      copy ??= relayedBeacon(tree.beacon as Uint8Array, tree.hop, now - tree.at, tree.distanceMs)
      this.#give(tree, edge, copy)
    }
  }

  #give(tree: Tree, edge: Edge, copy: Uint8Array): void {
    edge.givenAt = tree.sentAt
    this.#options.port.send(edge.lane.session, copy)
  }

  #raced(tree: Tree, lane: Lane, beacon: Uint8Array, now: Millis): void {
    const edge = tree.edge(lane)
    if (edge.sentAt === tree.sentAt) return
    const better = tree.raced(edge, beacon, now)
    const winner = tree.winner
    if (better && winner !== undefined && mayLead(winner.lane, now)) this.places.attach(tree, winner, now)
    else if (tree.parent === undefined && !tree.isRetired) this.places.leaveParent(tree, now)
  }

  /** Another took its slot. */
  #retire(tree: Tree, now: Millis): void {
    if (tree === this.leader.tree) this.leader.resign(now)
    else tree.isRetired = true
  }

  #lapse(tree: Tree, now: Millis): void {
    const { slots } = this.#forest
    this.#forest.remove(tree)
    const listened = now - this.#heardAt < leaseMs / 2
    slots.lapsed.add(tree.id, tree.sentAt, listened && !tree.isHot && !tree.isRetired && !tree.isOwn, now)
    this.leader.plan(now)
  }

  #due(at: Millis): void {
    if (at !== never) this.#events.due(at)
  }
}

function isRootOf(tree: Tree, beacon: Uint8Array): boolean {
  const root = beaconRoot(beacon)
  for (let i = 0; i < root.length; i++) if (root[i] !== tree.key[i]) return false
  return true
}

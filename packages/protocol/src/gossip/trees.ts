/**
 * The trees of a room as one peer keeps them: beacons in and on, places taken and given, slots claimed and left.
 *
 * A beacon is verified once, sent to the children at once, and to the other links a little later unless they brought it
 * themselves: so a link that is not of the tree carries about one copy. What shapes the trees is not changed by that,
 * because a copy says how long it was kept.
 */
import { formatHex } from '../codec/text.ts'
import type { Millis } from '../machine.ts'
import type { BroadcastOptions } from './broadcast.ts'
import {
  attachedSize,
  attachedTree,
  beaconClaimed,
  beaconDigest,
  beaconHeldMs,
  beaconHop,
  beaconOnline,
  beaconRoot,
  beaconSentAt,
  beaconSignature,
  beaconSlot,
  beaconTranscript,
  beaconTree,
  broadcastTags,
  countAttached,
  countIds,
  encodeAttach,
  encodeBeacon,
  encodeIds,
  hotSlot,
  idAt,
  isBeacon,
  maxHops,
  maxTreesPerFrame,
  relayedBeacon,
  shortId,
} from './broadcast-wire.ts'
import type { TreeId } from './broadcast-wire.ts'
import { maxAheadMs, maxBehindMs, maxClaimMs, maxHotTrees, maxSlots, matureMs, rankOf, slotsFor } from './election.ts'
import type { Jitter } from './jitter.ts'
import { never } from './lanes.ts'
import type { Lane, Lanes } from './lanes.ts'
import { Slots } from './slots.ts'
import { beaconJitter, beaconMs, floodMs, leaseMs, mayLead, Tree } from './tree.ts'
import type { Edge } from './tree.ts'

/** Copies for links that are not of the tree wait this long. */
export const spreadMinMs = 100
export const spreadMaxMs = 300
/** A parent is given this long to bring what another brought first. */
export const healMs = 300
/** Beacons of one root closer together than this are not its own work. */
export const minBeaconGapMs = 500
/** Attachments are renewed by the farthest first, so that sizes are added up within one beacon. */
export const renewStepMs = 30
export const renewSteps = 20
/** A neighbour that passed on a forged beacon is not believed for this long. */
export const mutedMs = 60_000
/** Entries prefer a tree whose root was heard of this recently, and never use one older than the second. */
export const freshMs = 2_750
export const usableMs = 4_700
/** A root nobody attached to after this long steps back. */
export const lonelyRootMs = 7_000
export const lonelyRootRestMs = 120_000

/** A root claims anew this long before its claim ends. */
const epochMargin = 60_000
/** A slot is given up only when the room has become this much too small for it. */
const shrinkMargin = 1.25

export interface TreesEvents {
  /** Run again at this time at the latest. */
  due(at: Millis): void
  /** A tree may have a hole. */
  doubt(now: Millis): void
}

interface Candidate {
  readonly slot: number
  readonly claimed: Millis
  readonly rank: number
}

export class Trees {
  readonly #options: BroadcastOptions
  readonly #lanes: Lanes
  readonly #jitter: Jitter
  readonly #events: TreesEvents
  readonly #byId = new Map<TreeId, Tree>()
  /** The same as a list. */
  readonly #list: Tree[] = []
  readonly #slots: Slots
  readonly #ownId: TreeId
  #own: Tree | undefined
  #beaconAt: Millis = never
  #hotUntil: Millis = 0
  #isCapable = false
  #restUntil: Millis = 0
  #online = 1
  #heardAt: Millis = 0

  constructor(options: BroadcastOptions, lanes: Lanes, jitter: Jitter, events: TreesEvents) {
    this.#options = options
    this.#lanes = lanes
    this.#jitter = jitter
    this.#events = events
    this.#ownId = shortId(options.ownKey)
    this.#slots = new Slots(jitter, (slot, now) => rankOf(options.sha256, options.roomTime(now), slot, options.ownKey))
  }

  get list(): readonly Tree[] {
    return this.#list
  }

  /** The tree this peer leads. */
  get own(): Tree | undefined {
    return this.#own
  }

  get shared(): readonly (Tree | undefined)[] {
    return this.#slots.holders
  }

  find(id: TreeId): Tree | undefined {
    return this.#byId.get(id)
  }

  /** How many are online: the most that a root counts, else what the engine said. */
  get online(): number {
    let online = 0
    for (const tree of this.#slots.holders) if (tree !== undefined && tree.online > online) online = tree.online
    return online > 0 ? online : Math.max(this.#online, this.#lanes.list.length + 1)
  }

  setOnline(online: number): void {
    this.#online = online
  }

  setCapable(capable: boolean, now: Millis): void {
    if (capable === this.#isCapable) return
    this.#isCapable = capable
    if (!capable && this.#own !== undefined && !this.#own.isHot) this.#resign(now)
    this.#plan(now)
  }

  // Links.

  laneUp(lane: Lane, now: Millis): void {
    if (this.#lanes.list.length === 1) this.#slots.listen(now)
    for (const tree of this.#list) {
      if (tree.isRetired || tree.beacon === undefined || !tree.isLive(now) || tree.hop >= maxHops) continue
      this.#give(tree, tree.edge(lane), relayedBeacon(tree.beacon, tree.hop, now - tree.at))
    }
    this.#plan(now)
  }

  laneDown(lane: Lane, now: Millis): void {
    for (const tree of this.#list) if (tree.drop(lane)) this.#parentLost(tree, now)
  }

  /** Whatever hangs on this link is attached elsewhere where that is possible. */
  laneDoubtful(lane: Lane, now: Millis): void {
    for (const tree of this.#list) if (tree.parent?.lane === lane) this.#parentLost(tree, now)
  }

  // Messages.

  receiveBeacon(lane: Lane, beacon: Uint8Array, now: Millis): boolean {
    if (!isBeacon(beacon)) return false
    this.#heardAt = now
    const id = beaconTree(beacon)
    const sentAt = beaconSentAt(beacon)
    const tree = this.#byId.get(id)
    if (tree !== undefined && sentAt <= tree.sentAt) {
      if (sentAt === tree.sentAt && !tree.isOwn) this.#raced(tree, lane, beacon, now)
      return true
    }
    if (id === this.#ownId || lane.mutedUntil > now || beaconHop(beacon) >= maxHops) return true
    const candidate = this.#judge(tree, lane, beacon, sentAt, now)
    if (candidate === undefined) return true
    const message = beaconTranscript(beacon, this.#options.roomTag)
    if (!this.#options.verify(beaconRoot(beacon), message, beaconSignature(beacon))) {
      lane.mutedUntil = now + mutedMs
      this.#options.port.misbehaved(lane.session, 'forged')
      return true
    }
    const accepted = candidate === tree ? tree : this.#install(tree, candidate, beacon)
    this.#accept(accepted, lane, beacon, sentAt, now)
    return true
  }

  receiveAttach(lane: Lane, payload: Uint8Array, now: Millis): boolean {
    const count = countAttached(payload)
    if (count < 0) return false
    for (let i = 0; i < count; i++) {
      const id = attachedTree(payload, i)
      const tree = this.#byId.get(id)
      if (tree === undefined || tree.isRetired) {
        this.#options.port.send(lane.session, encodeIds(broadcastTags.detach, [id]))
        continue
      }
      const edge = tree.edge(lane)
      edge.childUntil = now + leaseMs
      edge.size = Math.max(1, attachedSize(payload, i))
      // Each took the other for nearer to the root: neither leads anywhere.
      if (tree.parent === edge) {
        tree.parent = undefined
        this.#parentLost(tree, now)
      }
    }
    return true
  }

  receiveDetach(lane: Lane, payload: Uint8Array, now: Millis): boolean {
    const count = countIds(payload, maxTreesPerFrame)
    if (count < 0) return false
    for (let i = 0; i < count; i++) {
      const tree = this.#byId.get(idAt(payload, i))
      const edge = tree?.find(lane)
      if (tree === undefined || edge === undefined) continue
      edge.childUntil = 0
      if (tree.parent !== edge) continue
      // It is no place to come back to before its next beacon.
      edge.sentAt = 0
      this.#parentLost(tree, now)
    }
    return true
  }

  // Entries.

  /** The tree for an entry that has none yet: the nearest root that was heard of recently. */
  choose(now: Millis): Tree | undefined {
    const own = this.#own
    if (own !== undefined && own.isSettled && own.hasChild(now)) return own
    let best: Tree | undefined
    let bestAge: Millis = usableMs
    for (const tree of this.#slots.holders) {
      if (tree === undefined || tree.parent === undefined || !tree.isSettled) continue
      const age = now - tree.at < freshMs ? 0 : now - tree.at
      if (age > bestAge || (age === bestAge && best !== undefined && tree.hop >= best.hop)) continue
      best = tree
      bestAge = age
    }
    return best
  }

  /** A link that is no edge of this tree carried one of its entries: its far end takes us for what we are not. */
  repair(tree: Tree, lane: Lane, now: Millis): void {
    const edge = tree.edge(lane)
    if (tree.parent === edge || edge.childUntil > now || now - edge.detachedAt < floodMs) return
    edge.detachedAt = now
    this.#options.port.send(lane.session, encodeIds(broadcastTags.detach, [tree.id]))
  }

  /** Attaches elsewhere if there is a place. */
  leaveParent(tree: Tree, now: Millis): boolean {
    const alternative = tree.alternative(this.#options.own, now)
    if (alternative !== undefined) this.#attach(tree, alternative, now)
    return alternative !== undefined
  }

  /** This peer speaks much: it leads its own tree until then. */
  speakHot(until: Millis, now: Millis): void {
    this.#hotUntil = until
    if (this.#own !== undefined || this.#lanes.list.length === 0) return
    let others = 0
    for (const tree of this.#list) if (tree.isHot && !tree.isRetired) others++
    if (others < maxHotTrees) this.#lead(hotSlot, now)
  }

  // Time.

  get dueAt(): Millis {
    let at = Math.min(this.#beaconAt, this.#slots.dueAt)
    for (const tree of this.#list) at = Math.min(at, tree.dueAt)
    return at
  }

  run(now: Millis): void {
    if (this.#beaconAt <= now) this.#sendBeacon(now)
    for (let i = this.#list.length - 1; i >= 0; i--) {
      const tree = this.#list[i] as Tree
      if (tree.spreadAt <= now) this.#spread(tree, now)
      if (tree.healAt <= now) this.#heal(tree, now)
      if (tree.attachAt <= now) this.#renew(tree, now)
      if (!tree.isLive(now)) this.#lapse(tree, now)
    }
    const slot = this.#slots.dueAt <= now ? this.#slots.due(now) : -1
    if (slot >= 0) this.#lead(slot, now)
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
    if (!this.#slots.lapsed.admits(id, sentAt, now) || !lane.strangers.take(now)) return undefined
    const rank = rankOf(this.#options.sha256, claimed, slot, beaconRoot(beacon))
    return this.#slots.hasPlace(slot, { claimed, sentAt, rank }, id, now) ? { slot, claimed, rank } : undefined
  }

  #install(tree: Tree | undefined, { slot, claimed, rank }: Candidate, beacon: Uint8Array): Tree {
    if (tree !== undefined) {
      // The same root with another claim: its edges stay.
      this.#slots.remove(tree)
      tree.renew(slot, claimed, rank)
      return tree
    }
    const key = beaconRoot(beacon).slice()
    return this.#add(new Tree(beaconTree(beacon), formatHex(key), key, false, slot, claimed, rank))
  }

  #add(tree: Tree): Tree {
    this.#byId.set(tree.id, tree)
    this.#list.push(tree)
    return tree
  }

  #accept(tree: Tree, lane: Lane, beacon: Uint8Array, sentAt: Millis, now: Millis): void {
    const wasSilent = tree.parent === undefined
    const edge = tree.edge(lane)
    tree.renewed(edge, beacon, sentAt, beaconHop(beacon), beaconHeldMs(beacon), now)
    tree.online = beaconOnline(beacon)
    if (edge !== tree.parent) {
      if (wasSilent) {
        if (mayLead(lane, now)) this.#attach(tree, edge, now)
      } else {
        tree.healAt = now + Math.max(healMs, 2 * (tree.parent?.lane.rttMs ?? 0))
        tree.healBy = edge
        this.#events.doubt(now)
      }
    }
    const displaced = this.#slots.put(tree)
    if (displaced !== undefined && displaced !== tree) this.#retire(displaced, now)
    this.#plan(now)
    this.#options.port.beacon(tree.root, beaconDigest(beacon))
    this.#pass(tree, now)
    tree.attachAt = now + renewStepMs * Math.max(1, renewSteps - tree.hop)
    this.#due(tree.dueAt)
  }

  /** Sends a new beacon to the children and to whoever never gave us one; to the others it goes later. */
  #pass(tree: Tree, now: Millis): void {
    if (tree.hop >= maxHops) return
    const copy = relayedBeacon(tree.beacon as Uint8Array, tree.hop, 0)
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
    for (const lane of this.#lanes.list) {
      const edge = tree.edge(lane)
      if (edge.sentAt >= tree.sentAt || edge.givenAt >= tree.sentAt || edge === tree.parent) continue
      copy ??= relayedBeacon(tree.beacon as Uint8Array, tree.hop, now - tree.at)
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
    const better = tree.raced(edge, beaconHop(beacon), beaconHeldMs(beacon), now)
    const winner = tree.winner
    if (better && winner !== undefined && mayLead(winner.lane, now)) this.#attach(tree, winner, now)
    else if (tree.parent === undefined && !tree.isRetired) this.leaveParent(tree, now)
  }

  // Places in a tree.

  #attach(tree: Tree, edge: Edge, now: Millis): void {
    const before = tree.parent
    if (before === edge) return
    const { port } = this.#options
    tree.follow(edge, now)
    if (before !== undefined && before.lane.up) {
      port.send(before.lane.session, encodeIds(broadcastTags.detach, [tree.id]))
    }
    port.send(edge.lane.session, encodeAttach([tree.id], [tree.size(now)]))
  }

  #parentLost(tree: Tree, now: Millis): void {
    if (tree.isOwn || tree.isRetired) return
    this.#events.doubt(now)
    if (this.leaveParent(tree, now)) return
    // A suspect may still be there; whoever is gone is not. Until somebody brings a beacon, everybody gets everything.
    tree.floodUntil = now + floodMs
    if (tree.parent !== undefined && tree.parent.sentAt === 0) tree.parent = undefined
  }

  /** The newest beacon came by another, and the parent had its time. */
  #heal(tree: Tree, now: Millis): void {
    tree.healAt = never
    const by = tree.healBy
    tree.healBy = undefined
    if (tree.parent !== undefined && tree.parent.sentAt >= tree.sentAt) return
    if (by !== undefined && by.sentAt === tree.sentAt && mayLead(by.lane, now)) this.#attach(tree, by, now)
    else this.leaveParent(tree, now)
  }

  #renew(tree: Tree, now: Millis): void {
    tree.attachAt = never
    const parent = tree.parent
    if (parent === undefined || tree.isRetired) return
    this.#options.port.send(parent.lane.session, encodeAttach([tree.id], [tree.size(now)]))
  }

  // Roots.

  #plan(now: Millis): void {
    const isFree = this.#own === undefined || this.#own.isHot
    const mayClaim = this.#isCapable && isFree && now >= this.#restUntil && this.#lanes.list.length > 0
    this.#slots.plan(mayClaim, this.online, now)
    this.#due(this.#slots.dueAt)
  }

  #lead(slot: number, now: Millis): void {
    const { own, ownKey, sha256, roomTime } = this.#options
    const claimed = roomTime(now)
    const rank = rankOf(sha256, claimed, slot, ownKey)
    const before = this.#byId.get(this.#ownId)
    if (before !== undefined) {
      this.#slots.remove(before)
      before.renew(slot, claimed, rank)
    }
    const tree = before ?? this.#add(new Tree(this.#ownId, own, ownKey, true, slot, claimed, rank))
    // Nobody has counted yet: what the room believed goes on.
    tree.online = this.online
    this.#own = tree
    this.#slots.put(tree)
    this.#sendBeacon(now)
  }

  #sendBeacon(now: Millis): void {
    const tree = this.#own
    this.#beaconAt = never
    if (tree === undefined) return
    const { ownKey, roomTag, roomTime, digest, sign } = this.#options
    const time = roomTime(now)
    const age = time - tree.claimed
    if (tree.isHot ? now >= this.#hotUntil : this.#isOut(tree, age, now)) {
      this.#resign(now)
      return
    }
    if (age > maxClaimMs - epochMargin || age < 0) {
      this.#lead(tree.slot, now)
      return
    }
    // A clock set back does not silence a root: each beacon is newer than the last.
    tree.sentAt = Math.max(time, tree.sentAt + 1)
    tree.at = now
    const counted = tree.size(now)
    tree.online = age < matureMs ? Math.max(counted, tree.online) : counted
    const fields = { root: ownKey, slot: tree.slot, claimed: tree.claimed, age: tree.sentAt - tree.claimed }
    tree.beacon = encodeBeacon({ ...fields, online: tree.online, digest: digest(now) }, roomTag, sign)
    for (const lane of this.#lanes.list) this.#give(tree, tree.edge(lane), tree.beacon)
    this.#beaconAt = now + Math.round(beaconMs * (1 + beaconJitter * (2 * this.#jitter.next() - 1)))
    this.#due(this.#beaconAt)
  }

  /** Nobody follows, or the room has become too small for so many roots. */
  #isOut(tree: Tree, age: Millis, now: Millis): boolean {
    if (age < lonelyRootMs || this.#lanes.list.length === 0) return false
    if (!tree.hasChild(now)) {
      this.#restUntil = now + lonelyRootRestMs
      return true
    }
    return tree.slot >= slotsFor(this.online * shrinkMargin)
  }

  /** The tree goes on for what is under way, but has no beacons any more. */
  #resign(now: Millis): void {
    const tree = this.#own
    if (tree === undefined) return
    this.#own = undefined
    this.#beaconAt = never
    tree.isRetired = true
    this.#slots.remove(tree)
    this.#plan(now)
  }

  /** Another took its slot. */
  #retire(tree: Tree, now: Millis): void {
    if (tree === this.#own) this.#resign(now)
    else tree.isRetired = true
  }

  #lapse(tree: Tree, now: Millis): void {
    this.#slots.remove(tree)
    this.#byId.delete(tree.id)
    this.#list.splice(this.#list.indexOf(tree), 1)
    const listened = now - this.#heardAt < leaseMs / 2
    this.#slots.lapsed.add(tree.id, tree.sentAt, listened && !tree.isHot && !tree.isRetired && !tree.isOwn, now)
    this.#plan(now)
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

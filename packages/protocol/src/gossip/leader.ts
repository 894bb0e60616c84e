/**
 * This peer as a root: it claims a free slot when its turn comes, or leads its own tree while it speaks much, and sends a
 * beacon every two seconds until there is no reason any more.
 */
import type { Millis } from '../machine.ts'
import type { BroadcastOptions } from './broadcast-io.ts'
import { encodeBeacon, hotSlot, shortId } from './broadcast-wire.ts'
import type { TreeId } from './broadcast-wire.ts'
import { matureMs, maxClaimMs, maxHotTrees, rankOf, slotsFor } from './election.ts'
import type { Forest } from './forest.ts'
import type { Jitter } from './jitter.ts'
import { never } from './lanes.ts'
import type { Lanes } from './lanes.ts'
import { beaconJitter, beaconMs, Tree } from './tree.ts'

/** A root nobody attached to after this long steps back, for so long. */
export const lonelyRootMs = 7_000
export const lonelyRootRestMs = 120_000
/** A root claims anew this long before its claim ends. */
export const claimMarginMs = 60_000
/** A slot is given up only when the room has become this much too small for it. */
export const shrinkMargin = 1.25

export class Leader {
  readonly id: TreeId
  readonly #options: BroadcastOptions
  readonly #forest: Forest
  readonly #lanes: Lanes
  readonly #jitter: Jitter
  readonly #due: (at: Millis) => void
  #tree: Tree | undefined
  #beaconAt: Millis = never
  #hotUntil: Millis = 0
  #isCapable = false
  #restUntil: Millis = 0

  constructor(options: BroadcastOptions, forest: Forest, lanes: Lanes, jitter: Jitter, due: (at: Millis) => void) {
    this.id = shortId(options.ownKey)
    this.#options = options
    this.#forest = forest
    this.#lanes = lanes
    this.#jitter = jitter
    this.#due = due
  }

  /** The tree this peer leads. */
  get tree(): Tree | undefined {
    return this.#tree
  }

  get dueAt(): Millis {
    return Math.min(this.#beaconAt, this.#forest.slots.dueAt)
  }

  setCapable(capable: boolean, now: Millis): void {
    if (capable === this.#isCapable) return
    this.#isCapable = capable
    if (!capable && this.#tree !== undefined && !this.#tree.isHot) this.resign(now)
    this.plan(now)
  }

  /** Decides when to claim what is free. */
  plan(now: Millis): void {
    const isFree = this.#tree === undefined || this.#tree.isHot
    const mayClaim = this.#isCapable && isFree && now >= this.#restUntil && this.#lanes.list.length > 0
    this.#forest.slots.plan(mayClaim, this.#forest.online, now)
    if (this.#forest.slots.dueAt !== never) this.#due(this.#forest.slots.dueAt)
  }

  /** This peer speaks much: it leads its own tree until then. */
  speakHot(until: Millis, now: Millis): void {
    this.#hotUntil = until
    if (this.#tree !== undefined || this.#lanes.list.length === 0) return
    let others = 0
    for (const tree of this.#forest.list) if (tree.isHot && !tree.isRetired) others++
    if (others < maxHotTrees) this.#lead(hotSlot, now)
  }

  run(now: Millis): void {
    if (this.#beaconAt <= now) this.#sendBeacon(now)
    const { slots } = this.#forest
    const slot = slots.dueAt <= now ? slots.due(now) : -1
    if (slot >= 0) this.#lead(slot, now)
  }

  /** The tree goes on for what is under way, but has no beacons any more. */
  resign(now: Millis): void {
    const tree = this.#tree
    if (tree === undefined) return
    this.#tree = undefined
    this.#beaconAt = never
    tree.isRetired = true
    this.#forest.slots.remove(tree)
    this.plan(now)
  }

  #lead(slot: number, now: Millis): void {
    const { own, ownKey, sha256, roomTime } = this.#options
    const claimed = roomTime(now)
    const rank = rankOf(sha256, claimed, slot, ownKey)
    const before = this.#forest.find(this.id)
    if (before !== undefined) {
      this.#forest.slots.remove(before)
      before.renew(slot, claimed, rank)
    }
    const tree = before ?? this.#forest.add(new Tree(this.id, own, ownKey, true, slot, claimed, rank))
    // Nobody has counted yet: what the room believed goes on.
    tree.online = this.#forest.online
    this.#tree = tree
    this.#forest.slots.put(tree)
    this.plan(now)
    this.#sendBeacon(now)
  }

  #sendBeacon(now: Millis): void {
    const tree = this.#tree
    this.#beaconAt = never
    if (tree === undefined) return
    const { ownKey, roomTag, roomTime, digest, sign, port } = this.#options
    const time = roomTime(now)
    const age = time - tree.claimed
    if (tree.isHot ? now >= this.#hotUntil : this.#isOut(tree, age, now)) {
      this.resign(now)
      return
    }
    if (age > maxClaimMs - claimMarginMs || age < 0) {
      this.#lead(tree.slot, now)
      return
    }
    // Each is newer than the last, also where the clock was set back a little.
    tree.sentAt = Math.max(time, tree.sentAt + 1)
    tree.at = now
    const counted = tree.size(now)
    tree.online = age < matureMs ? Math.max(counted, tree.online) : counted
    const fields = { root: ownKey, slot: tree.slot, claimed: tree.claimed, age: tree.sentAt - tree.claimed }
    tree.beacon = encodeBeacon({ ...fields, online: tree.online, digest: digest(now) }, roomTag, sign)
    for (const lane of this.#lanes.list) {
      tree.edge(lane).givenAt = tree.sentAt
      port.send(lane.session, tree.beacon)
    }
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
    return tree.slot >= slotsFor(this.#forest.online * shrinkMargin)
  }
}

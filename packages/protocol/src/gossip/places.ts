/**
 * A peer's places in the trees it knows: attaching, renewing, leaving, and what happens when a parent is lost.
 *
 * Whoever changes its parent of its own will stays with the old one until the new one has had the time to deliver, so that
 * no entry falls between the two.
 */
import type { Millis } from '../machine.ts'
import type { BroadcastOptions } from './broadcast-io.ts'
import {
  attachedSize,
  attachedTree,
  broadcastTags,
  countAttached,
  countIds,
  encodeAttach,
  encodeIds,
  idAt,
  maxTreesPerFrame,
} from './broadcast-wire.ts'
import type { Forest } from './forest.ts'
import { never } from './lanes.ts'
import type { Lane } from './lanes.ts'
import { floodMs, leaseMs, mayLead } from './tree.ts'
import type { Edge, Tree } from './tree.ts'

/** An old parent is kept for a round trip to the new one, and this. */
export const overlapMs = 60
/** What a former parent sends may be on its way for this long. */
export const formerMs = 1_000

export interface PlacesEvents {
  /** Run again at this time at the latest. */
  due(at: Millis): void
  /** A tree may have a hole. */
  doubt(now: Millis): void
}

export class Places {
  readonly #options: BroadcastOptions
  readonly #forest: Forest
  readonly #events: PlacesEvents

  constructor(options: BroadcastOptions, forest: Forest, events: PlacesEvents) {
    this.#options = options
    this.#forest = forest
    this.#events = events
  }

  receiveAttach(lane: Lane, payload: Uint8Array, now: Millis): boolean {
    const count = countAttached(payload)
    if (count < 0) return false
    for (let i = 0; i < count; i++) {
      const id = attachedTree(payload, i)
      const tree = this.#forest.find(id)
      if (tree === undefined || tree.isRetired) {
        this.#options.port.send(lane.session, encodeIds(broadcastTags.detach, [id]))
        continue
      }
      const edge = tree.edge(lane)
      edge.childUntil = now + leaseMs
      edge.renewedAt = now
      tree.weigh(edge, Math.max(1, attachedSize(payload, i)))
      // Where we are new ourselves, more are to come.
      if (tree.attachAt !== never && tree.attachedAt < tree.at && tree.haveRenewed(now)) this.renew(tree, now)
      // Each took the other for nearer to the root: neither leads anywhere.
      if (tree.parent === edge) {
        tree.parent = undefined
        this.lost(tree, now)
      }
    }
    return true
  }

  receiveDetach(lane: Lane, payload: Uint8Array, now: Millis): boolean {
    const count = countIds(payload, maxTreesPerFrame)
    if (count < 0) return false
    for (let i = 0; i < count; i++) {
      const tree = this.#forest.find(idAt(payload, i))
      const edge = tree?.find(lane)
      if (tree === undefined || edge === undefined) continue
      edge.childUntil = 0
      if (tree.parent !== edge) continue
      // It is no place to come back to before its next beacon.
      edge.sentAt = 0
      this.lost(tree, now)
    }
    return true
  }

  /** A link that is no edge of this tree carried one of its entries: its far end takes us for what we are not. */
  repair(tree: Tree, lane: Lane, now: Millis): void {
    const edge = tree.edge(lane)
    if (tree.parent === edge || edge.childUntil > now || now - edge.detachedAt < floodMs) return
    edge.detachedAt = now
    if (edge === tree.leaving) tree.leaving = undefined
    this.#options.port.send(lane.session, encodeIds(broadcastTags.detach, [tree.id]))
  }

  /** Attaches elsewhere if there is a place. */
  leaveParent(tree: Tree, now: Millis): boolean {
    const alternative = tree.alternative(this.#options.own, now)
    if (alternative !== undefined) this.attach(tree, alternative, now)
    return alternative !== undefined
  }

  attach(tree: Tree, edge: Edge, now: Millis): void {
    const before = tree.parent
    if (before === edge) return
    this.leave(tree)
    tree.follow(edge, now)
    this.#options.port.send(edge.lane.session, encodeAttach([tree.id], [tree.size(now)]))
    if (before === undefined || !before.lane.up) return
    before.ledUntil = now + formerMs
    tree.leaving = before
    tree.leaveAt = mayLead(before.lane, now) ? now + edge.lane.rttMs + overlapMs : now
    if (tree.leaveAt === now) this.leave(tree)
    else this.#events.due(tree.leaveAt)
  }

  /** The new parent has had its time: the old one need send nothing more. */
  leave(tree: Tree): void {
    const before = tree.leaving
    tree.leaving = undefined
    tree.leaveAt = never
    if (before === undefined || before === tree.parent || !before.lane.up) return
    this.#options.port.send(before.lane.session, encodeIds(broadcastTags.detach, [tree.id]))
  }

  lost(tree: Tree, now: Millis): void {
    if (tree.isOwn || tree.isRetired) return
    this.#events.doubt(now)
    if (this.leaveParent(tree, now)) return
    // It goes on bringing entries until its link ends.
    if (tree.parent?.lane.parting === true && !tree.parent.lane.suspect) return
    // A suspect may still be there; whoever is gone is not. Until somebody brings a beacon, everybody gets everything.
    tree.floodUntil = now + floodMs
    if (tree.parent !== undefined && tree.parent.sentAt === 0) tree.parent = undefined
  }

  /** The newest beacon came by another, and the parent had its time. */
  heal(tree: Tree, now: Millis): void {
    tree.healAt = never
    const by = tree.healBy
    tree.healBy = undefined
    if (tree.parent !== undefined && tree.parent.sentAt >= tree.sentAt) return
    this.#events.doubt(now)
    if (by !== undefined && by.sentAt === tree.sentAt && mayLead(by.lane, now)) this.attach(tree, by, now)
    else this.leaveParent(tree, now)
  }

  renew(tree: Tree, now: Millis): void {
    tree.attachAt = never
    const parent = tree.parent
    if (parent === undefined || tree.isRetired) return
    this.#options.port.send(parent.lane.session, encodeAttach([tree.id], [tree.size(now)]))
  }
}

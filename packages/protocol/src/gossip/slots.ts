/** The places of a room's roots as one peer sees them: who holds which, who may take one, and when this peer claims one. */
import type { Millis } from '../machine.ts'
import { hotSlot } from './broadcast-wire.ts'
import type { TreeId } from './broadcast-wire.ts'
import { claimDelay, goesBefore, Lapsed, maxHotTrees, maxSlots, slotsFor, youngSilenceMs } from './election.ts'
import type { Claim } from './election.ts'
import type { Jitter } from './jitter.ts'
import { never } from './lanes.ts'
import { leaseMs } from './tree.ts'
import type { Tree } from './tree.ts'

export class Slots {
  readonly #jitter: Jitter
  readonly #ownRank: (slot: number, now: Millis) => number
  readonly #holders: (Tree | undefined)[] = [undefined, undefined, undefined]
  readonly #hot: Tree[] = []
  /** When this peer would claim each. */
  readonly #claimAt: Millis[] = [never, never, never]
  /** Since when each has been silent. */
  readonly #silentSince: Millis[] = [0, 0, 0]
  /** How long that must be: less while nobody was ever heard there. */
  readonly #silence: Millis[] = [youngSilenceMs, youngSilenceMs, youngSilenceMs]
  readonly lapsed: Lapsed = new Lapsed()

  constructor(jitter: Jitter, ownRank: (slot: number, now: Millis) => number) {
    this.#jitter = jitter
    this.#ownRank = ownRank
  }

  get holders(): readonly (Tree | undefined)[] {
    return this.#holders
  }

  /** Would a root with this claim get the place? */
  hasPlace(slot: number, claim: Claim, id: TreeId, now: Millis): boolean {
    if (slot !== hotSlot) {
      const holder = this.#holders[slot]
      return holder === undefined || holder.id === id || !holder.isLive(now) || goesBefore(claim, holder)
    }
    let others = 0
    let worst = 0
    for (const tree of this.#hot) {
      if (tree.id === id) continue
      others++
      worst = Math.max(worst, tree.rank)
    }
    return others < maxHotTrees || claim.rank < worst
  }

  /** Gives the tree the place its slot names. Answers whom it took it from. */
  put(tree: Tree): Tree | undefined {
    if (this.#holders[tree.slot] === tree || (tree.isHot && this.#hot.includes(tree))) return undefined
    this.remove(tree)
    if (tree.slot === hotSlot) {
      this.#hot.push(tree)
      if (this.#hot.length <= maxHotTrees) return undefined
      const worst = this.#hot.reduce((a, b) => (b.rank > a.rank ? b : a))
      this.remove(worst)
      return worst
    }
    const before = this.#holders[tree.slot]
    this.#holders[tree.slot] = tree
    this.#claimAt[tree.slot] = never
    return before
  }

  /** Its place is free. */
  remove(tree: Tree): void {
    const hot = this.#hot.indexOf(tree)
    if (hot >= 0) this.#hot.splice(hot, 1)
    for (let slot = 0; slot < maxSlots; slot++) {
      if (this.#holders[slot] !== tree) continue
      this.#holders[slot] = undefined
      this.#silentSince[slot] = tree.at
      this.#silence[slot] = leaseMs
      this.#claimAt[slot] = never
    }
  }

  /** From now on there is somebody to hear: silence before this means nothing. */
  listen(now: Millis): void {
    for (let slot = 0; slot < maxSlots; slot++) {
      this.#silentSince[slot] = now
      this.#claimAt[slot] = never
    }
  }

  /** Decides when to claim what is free; nothing, when this peer may not. */
  plan(mayClaim: boolean, online: number, now: Millis): void {
    const slots = slotsFor(online)
    for (let slot = 0; slot < maxSlots; slot++) {
      if (!mayClaim || slot >= slots || this.#holders[slot] !== undefined) this.#claimAt[slot] = never
      else if (this.#claimAt[slot] === never) {
        const delay = claimDelay(this.#ownRank(slot, now), online, this.#jitter)
        const silentUntil = (this.#silentSince[slot] as Millis) + (this.#silence[slot] as Millis)
        this.#claimAt[slot] = Math.max(now, silentUntil) + delay
      }
    }
  }

  get dueAt(): Millis {
    return Math.min(this.#claimAt[0] as Millis, this.#claimAt[1] as Millis, this.#claimAt[2] as Millis)
  }

  /** The slot to claim now, or -1. */
  due(now: Millis): number {
    for (let slot = 0; slot < maxSlots; slot++) {
      if ((this.#claimAt[slot] as Millis) > now) continue
      this.#claimAt[slot] = never
      return slot
    }
    return -1
  }
}

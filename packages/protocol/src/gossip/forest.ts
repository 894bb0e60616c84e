/** The trees a peer knows of: by name, as a list, and by the place their root holds. */
import type { Millis } from '../machine.ts'
import type { TreeId } from './broadcast-wire.ts'
import { maxSlots } from './election.ts'
import type { Lanes } from './lanes.ts'
import type { Slots } from './slots.ts'
import type { Tree } from './tree.ts'

/** Entries prefer a tree whose root was heard of this recently, and never use one older than the second. */
export const freshMs = 2_750
export const usableMs = 4_700

export class Forest {
  readonly slots: Slots
  readonly #lanes: Lanes
  readonly #byId = new Map<TreeId, Tree>()
  readonly #list: Tree[] = []
  #told = 1

  constructor(slots: Slots, lanes: Lanes) {
    this.slots = slots
    this.#lanes = lanes
  }

  get list(): readonly Tree[] {
    return this.#list
  }

  find(id: TreeId): Tree | undefined {
    return this.#byId.get(id)
  }

  add(tree: Tree): Tree {
    this.#byId.set(tree.id, tree)
    this.#list.push(tree)
    return tree
  }

  remove(tree: Tree): void {
    this.slots.remove(tree)
    this.#byId.delete(tree.id)
    this.#list.splice(this.#list.indexOf(tree), 1)
  }

  /** What the engine believes, until a root counts. */
  setOnline(online: number): void {
    this.#told = online
  }

  /**
   * How many are online: what the roots count, the middle one of three and the lesser of two, so that one that is lied to
   * does not decide; else what the engine said. A root's first beacon says what it believed before anybody was counted.
   */
  get online(): number {
    return this.#counted(true) ?? this.#counted(false) ?? Math.max(this.#told, this.#lanes.list.length + 1)
  }

  /** `online` is what some root has counted. */
  get isCounted(): boolean {
    return this.#counted(true) !== undefined
  }

  #counted(beyondFirst: boolean): number | undefined {
    let count = 0
    let sum = 0
    let least = Infinity
    let most = 0
    for (const tree of this.slots.holders) {
      if (tree === undefined || tree.online <= 0 || (beyondFirst && tree.sentAt <= tree.claimed)) continue
      count++
      sum += tree.online
      least = Math.min(least, tree.online)
      most = Math.max(most, tree.online)
    }
    if (count === 0) return undefined
    return count === maxSlots ? sum - least - most : least
  }

  /** The tree for an entry that has none yet: the nearest root that was heard of recently. */
  choose(own: Tree | undefined, now: Millis): Tree | undefined {
    if (own !== undefined && own.isSettled && own.hasChild(now)) return own
    let best: Tree | undefined
    let bestAge: Millis = usableMs
    for (const tree of this.slots.holders) {
      if (tree === undefined || tree.parent === undefined || !tree.isSettled) continue
      const age = now - tree.at < freshMs ? 0 : now - tree.at
      if (age > bestAge || (age === bestAge && best !== undefined && tree.distanceMs >= best.distanceMs)) continue
      best = tree
      bestAge = age
    }
    return best
  }

  /** Some tree has a place for this peer: entries will come by themselves. */
  get isFed(): boolean {
    for (const tree of this.#list) {
      if (!tree.isRetired && (tree.isOwn || (tree.parent !== undefined && !tree.parent.lane.suspect))) return true
    }
    return false
  }
}

/**
 * A tenure: one time of one identity in the room, from the word that completed its admission to whatever ends it.
 *
 * Rank is a tree with the founder at its root: rank = rank of whoever it stands on ++ [depth, id of the completing
 * operation], compared from left to right, smaller is senior. It stands on the least senior of those whose words it
 * took, so it ranks below all of them, and no act of a junior can ever decide about a senior.
 */
import type { VouchMethod } from './edges.ts'
import { type Node, knows } from './graph.ts'

/** A member's word for a newcomer: the `add` itself, or a `vouch`. */
export interface GivenWord {
  readonly by: Tenure
  readonly node: Node
  readonly method: VouchMethod
}

export interface Tenure {
  readonly identity: string
  /** Whom it stands on; undefined for the founder. */
  readonly on: Tenure | undefined
  readonly level: number
  /** `create` for the founder. */
  readonly add: Node
  readonly completing: Node
  /** Removals and departures that count. */
  readonly cuts: Node[]
  readonly roles: RoleChange[]
}

export interface RoleChange {
  readonly node: Node
  readonly role: 'admin' | 'member'
}

export function foundingTenure(create: Node): Tenure {
  const { author } = create.op
  return { identity: author, on: undefined, level: 0, add: create, completing: create, cuts: [], roles: [] }
}

export function tenureOn(on: Tenure, identity: string, add: Node, completing: Node): Tenure {
  return { identity, on, level: on.level + 1, add, completing, cuts: [], roles: [] }
}

/** Negative when `a` is senior. */
export function compareRank(a: Tenure, b: Tenure): number {
  if (a === b) return 0
  let [x, y] = [a, b]
  while (x.level > y.level) x = x.on as Tenure
  while (y.level > x.level) y = y.on as Tenure
  // One stands, at some remove, on the other.
  if (x === y) return a.level - b.level
  while (x.on !== y.on) [x, y] = [x.on as Tenure, y.on as Tenure]
  const [p, q] = [x.completing, y.completing]
  if (p.depth !== q.depth) return p.depth - q.depth
  if (p !== q) return p.op.id < q.op.id ? -1 : 1
  return x.add.op.id < y.add.op.id ? -1 : 1
}

export function isSenior(a: Tenure, b: Tenure): boolean {
  return compareRank(a, b) < 0
}

/** Does `tenure` stand on `on`, directly or through others? */
export function standsOn(tenure: Tenure, on: Tenure): boolean {
  let at: Tenure | undefined = tenure.on
  while (at !== undefined && at !== on) at = at.on
  return at === on
}

/**
 * Is what `node` says within this time of membership? It must know that it began, and whatever ended it must know of
 * `node`: what is written beside one's removal is void, however it is dated.
 */
export function isWithin({ completing, cuts }: Tenure, node: Node): boolean {
  if (node !== completing && !knows(node, completing)) return false
  return cuts.every((cut) => cut === node || knows(cut, node))
}

/** An admin at this point: promoted before it, and not demoted beside or before it without being promoted again. */
export function isAdminAt(tenure: Tenure, node: Node): boolean {
  if (tenure.on === undefined) return true
  const promotions = tenure.roles.filter(({ role, node: at }) => role === 'admin' && knows(node, at))
  const demotions = tenure.roles.filter(({ role }) => role === 'member')
  return promotions.some((up) => demotions.every((down) => knows(up.node, down.node) || knows(down.node, node)))
}

/** As things stand: no demotion that a promotion has not answered. */
export function isAdminNow({ on, roles }: Tenure): boolean {
  if (on === undefined) return true
  const demotions = roles.filter(({ role }) => role === 'member')
  return roles.some(({ role, node }) => role === 'admin' && demotions.every((down) => knows(node, down.node)))
}

/**
 * Who is in a room, settled from its operations: a pure function of the set, whatever the order they came in.
 *
 * Times of membership (`tenure.ts`) are settled from the most senior down, as a shortest-path search: what ends one, who
 * holds a role and which words count is the doing of its seniors alone, and those are settled before. So:
 *
 *   1. the founder's tenure begins with `create`
 *   2. the most senior tenure that is not settled gets the removals of its seniors, and its own departures; of its
 *      operations those within it count (`isWithin`), by a device that could speak for it
 *   3. what counts takes effect: removals and roles on juniors, policies by the founder, words for newcomers. A word with
 *      which k members' words are known to whoever gave it completes an admission: a new tenure, junior to all k
 *
 * An operation that comes later is settled by itself: one that takes nothing away changes nothing that was settled, and
 * one that knows everything else cannot make any of it void. Only what ends something *beside* others settles all anew.
 */
import { type Certificates } from './certificates.ts'
import { type Node, isBeside, isLater, knows, knowsOrIs } from './graph.ts'
import type { Graph } from './graph.ts'
import type { Millis } from '../machine.ts'
import type { OperationBody } from './operation-body.ts'
import type { Policy } from './policy.ts'
import {
  type GivenWord,
  type Tenure,
  compareRank,
  foundingTenure,
  isAdminAt,
  isSenior,
  isWithin,
  standsOn,
  tenureOn,
} from './tenure.ts'

type BodyOf<Type extends OperationBody['type']> = Extract<OperationBody, { readonly type: Type }>

export interface Counted<Type extends OperationBody['type']> {
  readonly node: Node
  readonly by: Tenure
  readonly body: BodyOf<Type>
}

/** Somebody was added; in once enough members vouch. */
export interface Candidate {
  readonly add: Counted<'add'>
  readonly needed: number
  readonly words: GivenWord[]
}

/** Rules that a test may switch off, to see that its simulation finds out. Never set otherwise. */
export interface Sabotage {
  readonly rule: 'rank' | 'beside' | 'outrank' | 'vouches' | 'admins' | 'devices' | 'lateRule'
}

export class Settlement {
  readonly #graph: Graph
  readonly #certificates: Certificates
  readonly #sabotage: Sabotage['rule'] | undefined
  readonly #tenures = new Map<string, Tenure[]>()
  readonly #queue: Tenure[] = []
  readonly #under = new Map<Node, Tenure>()
  readonly #removals = new Map<string, Counted<'remove'>[]>()
  readonly #roles = new Map<string, Counted<'role'>[]>()
  readonly #policies: { readonly node: Node; readonly policy: Policy }[] = []
  readonly #vouches = new Map<string, GivenWord[]>()
  readonly candidates: Map<string, Candidate> = new Map()
  readonly invites: Counted<'invite'>[] = []
  readonly revokedInvites: Map<string, Node> = new Map()
  readonly rekeys: Counted<'rekey'>[] = []
  readonly grants: Counted<'grant'>[] = []
  readonly departures: Counted<'leave'>[] = []

  constructor(graph: Graph, certificates: Certificates, sabotage?: Sabotage['rule']) {
    this.#graph = graph
    this.#certificates = certificates
    this.#sabotage = sabotage
    const create = graph.nodes[0]
    if (create === undefined) return
    this.#begin(foundingTenure(create))
    this.#drain()
  }

  get founder(): string {
    return this.#graph.nodes[0]?.op.author ?? ''
  }

  /** Of the `create`: what the founder's identity comes from, together with a root (`identity/root.ts`). */
  get foundingSalt(): Uint8Array | undefined {
    const create = this.#graph.nodes[0]?.op.body
    return create?.type === 'create' ? create.salt : undefined
  }

  /** All times of membership of an identity, ended ones too. */
  tenuresOf(identity: string): readonly Tenure[] {
    return this.#tenures.get(identity) ?? noTenures
  }

  /** Everybody who ever was a member. */
  identities(): Iterable<string> {
    return this.#tenures.keys()
  }

  /** The most senior one that goes on; undefined for who is no member. */
  current(identity: string): Tenure | undefined {
    let best: Tenure | undefined
    for (const tenure of this.tenuresOf(identity)) {
      if (tenure.cuts.length === 0 && (best === undefined || isSenior(tenure, best))) best = tenure
    }
    return best
  }

  /** The tenure within which an operation counts; undefined when it is void. */
  under(node: Node): Tenure | undefined {
    return this.#under.get(node)
  }

  /** Removals that ended a membership of this identity. */
  removalsOf(identity: string): readonly Counted<'remove'>[] {
    return (this.#removals.get(identity) ?? []).filter(({ node }) =>
      this.tenuresOf(identity).some(({ cuts }) => cuts.includes(node)),
    )
  }

  /** The policy that counts, and when it was made: 0 for the one the room began with. */
  policyNow(): { readonly policy: Policy; readonly since: Millis } | undefined {
    const create = this.#graph.nodes[0]?.op.body
    const newest = this.#policies.reduce<{ node: Node; policy: Policy } | undefined>(
      (best, one) => (best === undefined || isLater(one.node, best.node) ? one : best),
      undefined,
    )
    if (newest !== undefined) return { policy: newest.policy, since: newest.node.op.time }
    return create?.type === 'create' ? { policy: create.policy, since: 0 } : undefined
  }

  /** Takes in one more operation; false when all has to be settled anew. */
  insert(node: Node): boolean {
    if (this.#graph.nodes[0] === node) return false
    if (endsSomething(node) && !this.#knowsAll(node)) return false
    for (const tenure of this.#bySeniority(node.op.author)) {
      if (node.op.body.type === 'leave' && this.#counts(tenure, node)) tenure.cuts.push(node)
      if (!this.#under.has(node)) this.#consider(tenure, node)
    }
    this.#drain()
    return true
  }

  #knowsAll(node: Node): boolean {
    let known = 0
    for (const word of node.past) for (let rest = word; rest !== 0; rest &= rest - 1) known++
    return known === this.#graph.nodes.length - 1
  }

  #bySeniority(identity: string): readonly Tenure[] {
    return [...this.tenuresOf(identity)].sort(compareRank)
  }

  /** Settles what waits, from the most senior down. */
  #drain(): void {
    for (let next = this.#queue.pop(); next !== undefined; next = this.#queue.pop()) this.#settle(next)
  }

  #begin(tenure: Tenure): void {
    const known = this.#tenures.get(tenure.identity)
    if (known === undefined) this.#tenures.set(tenure.identity, [tenure])
    else known.push(tenure)
    // The most senior stands last; most are more junior than all that wait.
    let [low, high] = [0, this.#queue.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (isSenior(tenure, this.#queue[middle] as Tenure)) low = middle + 1
      else high = middle
    }
    this.#queue.splice(low, 0, tenure)
  }

  #settle(tenure: Tenure): void {
    const { identity } = tenure
    for (const removal of this.#removals.get(identity) ?? []) this.#cut(tenure, removal)
    for (const change of this.#roles.get(identity) ?? []) this.#promote(tenure, change)
    const own = this.#graph.by(identity)
    const leaving = own.filter((node) => node.op.body.type === 'leave' && this.#counts(tenure, node))
    tenure.cuts.push(...leaving)
    for (const node of own) if (!this.#under.has(node)) this.#consider(tenure, node)
  }

  #counts(tenure: Tenure, node: Node): boolean {
    if (node === tenure.add && tenure.on !== undefined) return false
    if (this.#sabotage !== 'devices' && !this.#certificates.speaks(tenure.identity, node.op.device, node)) return false
    if (this.#sabotage === 'beside')
      return knowsOrIs(node, tenure.completing) && !tenure.cuts.some((cut) => knows(node, cut))
    return isWithin(tenure, node)
  }

  #consider(tenure: Tenure, node: Node): void {
    if (!this.#counts(tenure, node)) return
    const { body } = node.op
    switch (body.type) {
      case 'create':
        break
      case 'add': {
        const { vouches, whoMayAdd } = this.#rulesFor(node)
        if (whoMayAdd === 'admins' && !this.#isAdmin(tenure, node)) return
        const add = { node, by: tenure, body }
        const candidate: Candidate = { add, needed: this.#sabotage === 'vouches' ? 1 : vouches, words: [] }
        this.candidates.set(node.op.id, candidate)
        this.#word(candidate, { by: tenure, node, method: body.method })
        for (const word of this.#vouches.get(node.op.id) ?? []) this.#word(candidate, word)
        break
      }
      case 'vouch': {
        const add = this.#graph.get(body.add)
        if (add === undefined || !knows(node, add) || body.subject === tenure.identity) return
        if (add.op.body.type !== 'add' || add.op.body.subject !== body.subject) return
        const word = { by: tenure, node, method: body.method }
        const candidate = this.candidates.get(body.add)
        if (candidate !== undefined) this.#word(candidate, word)
        else this.#vouches.set(body.add, [...(this.#vouches.get(body.add) ?? []), word])
        break
      }
      case 'remove': {
        const removal = { node, by: tenure, body }
        for (const subject of body.subjects) {
          this.#removals.set(subject, [...(this.#removals.get(subject) ?? []), removal])
          for (const other of this.tenuresOf(subject)) this.#cut(other, removal)
        }
        break
      }
      case 'leave':
        this.departures.push({ node, by: tenure, body })
        break
      case 'role': {
        if (!this.#isAdmin(tenure, node)) return
        const change = { node, by: tenure, body }
        this.#roles.set(body.subject, [...(this.#roles.get(body.subject) ?? []), change])
        for (const other of this.tenuresOf(body.subject)) this.#promote(other, change)
        break
      }
      case 'policy':
        if (tenure.on !== undefined) return
        this.#policies.push({ node, policy: body.policy })
        break
      case 'invite':
        if (this.#rulesFor(node).whoMayAdd === 'admins' && !this.#isAdmin(tenure, node)) return
        this.invites.push({ node, by: tenure, body })
        break
      case 'revokeInvite':
        this.revokedInvites.set(body.invite, node)
        break
      case 'rekey':
        this.rekeys.push({ node, by: tenure, body })
        break
      case 'grant':
        this.grants.push({ node, by: tenure, body })
        break
      case 'device':
      case 'revocation':
        break
    }
    this.#under.set(node, tenure)
  }

  /** Does a removal end this time of membership? Only of a junior, and not one that was begun knowing of it. */
  #cut(tenure: Tenure, { node, by, body }: Counted<'remove'>): void {
    if (body.subjects.includes(tenure.identity) && !tenure.cuts.includes(node) && !knows(tenure.add, node)) {
      const outranks = this.#sabotage === 'outrank' || isSenior(by, tenure)
      const may = this.#sabotage === 'admins' || isAdminAt(by, node) || standsOn(tenure, by)
      if (outranks && may) tenure.cuts.push(node)
    }
  }

  #promote(tenure: Tenure, { node, by, body }: Counted<'role'>): void {
    if (!isSenior(by, tenure) || !knows(node, tenure.completing)) return
    if (!tenure.roles.some((known) => known.node === node)) tenure.roles.push({ node, role: body.role })
  }

  #isAdmin(tenure: Tenure, node: Node): boolean {
    return this.#sabotage === 'admins' || isAdminAt(tenure, node)
  }

  /**
   * What an `add` is judged by: the newest policies it knew, and all it did not know of, because whoever wants to get round a new
   * rule says not to have heard of it.
   */
  #rulesFor(node: Node): Pick<Policy, 'vouches' | 'whoMayAdd'> {
    const known = this.#policies.filter((one) => knows(node, one.node))
    const newest = known.filter((one) => !known.some((other) => knows(other.node, one.node)))
    const beside = this.#sabotage === 'lateRule' ? [] : this.#policies.filter((one) => isBeside(one.node, node))
    const create = this.#graph.nodes[0]?.op.body
    const first = newest.length === 0 && create?.type === 'create' ? [create.policy] : []
    const all = [...first, ...newest.map(({ policy }) => policy), ...beside.map(({ policy }) => policy)]
    return {
      vouches: Math.max(1, ...all.map(({ vouches }) => vouches)),
      whoMayAdd: all.some(({ whoMayAdd }) => whoMayAdd === 'admins') ? 'admins' : 'members',
    }
  }

  /** One more word: with it, admissions may be complete. */
  #word(candidate: Candidate, word: GivenWord): void {
    candidate.words.push(word)
    const { subject } = candidate.add.body
    for (const last of candidate.words) {
      if (last !== word && !knows(last.node, word.node)) continue
      if (this.tenuresOf(subject).some(({ completing, add }) => completing === last.node && add === candidate.add.node))
        continue
      const on = this.#standing(candidate, last)
      if (on === undefined) continue
      this.#begin(tenureOn(on, subject, candidate.add.node, last.node))
    }
  }

  /** Whom an admission stands on that is complete with the word `last`: the least senior of the k it takes. */
  #standing(candidate: Candidate, last: GivenWord): Tenure | undefined {
    const by = new Map<string, Tenure>()
    for (const word of candidate.words) {
      if (!knowsOrIs(last.node, word.node)) continue
      const known = by.get(word.by.identity)
      if (known === undefined || isSenior(word.by, known)) by.set(word.by.identity, word.by)
    }
    if (by.size < candidate.needed) return undefined
    const must = [...new Set([candidate.add.by, last.by])]
    const others = [...by.values()].filter((one) => !must.some(({ identity }) => identity === one.identity))
    others.sort(compareRank)
    const taken = [...must, ...others.slice(0, Math.max(0, candidate.needed - must.length))].sort(compareRank)
    return this.#sabotage === 'rank' ? taken[0] : taken.at(-1)
  }
}

const noTenures: readonly Tenure[] = []

/** May make void what was said beside it. */
function endsSomething({ op }: Node): boolean {
  const { type } = op.body
  if (type === 'role') return op.body.type === 'role' && op.body.role === 'member'
  return type === 'remove' || type === 'leave' || type === 'policy' || type === 'revocation'
}

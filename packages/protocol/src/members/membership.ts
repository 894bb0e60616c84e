/**
 * Membership of one room (docs/spec/members.md): takes operations in, keeps those that are what they say, and answers
 * who is in, who may do what, and whose messages count.
 *
 *     bytes ─ signature, papers ─▶ Graph (who knew what) ─▶ Settlement (what counts) ─▶ answers
 *
 * It answers from the set of operations alone: two members that hold the same ones answer the same. No clock is asked.
 */
import { formatHex, parseHex } from '../codec/text.ts'
import type { Crypto } from '../crypto/crypto.ts'
import type { Millis } from '../machine.ts'
import { Certificates, type Certified, type Papers, papersOf } from './certificates.ts'
import type { OfferedInvite } from './door.ts'
import type { Voucher } from './edges.ts'
import { Graph, type Node, isLater, knows } from './graph.ts'
import { meetingOf } from './invite.ts'
import type { Head, OperationBody } from './operation-body.ts'
import {
  type Operation,
  type Speaker,
  decodeOperation,
  isOperationSigned,
  maxParents,
  signOperation,
} from './operation.ts'
import { type Policy, defaultPolicy } from './policy.ts'
import { type Candidate, type Sabotage, Settlement } from './settling.ts'
import { type GivenWord, type Tenure, isAdminNow, isSenior, standsOn } from './tenure.ts'

export type Taken = 'added' | 'known' | 'waiting' | 'refused' | 'forged' | 'malformed'

/** A message as its header and its session's opening tell of it. Hex. */
export interface Saying {
  readonly author: string
  readonly device: string
  readonly session: string
  readonly seq: number
  readonly epoch: string
}

export class Membership {
  /** Hex. */
  readonly roomId: string
  readonly #room: Uint8Array
  readonly #crypto: Pick<Crypto, 'sha256' | 'verify' | 'sign' | 'hkdf'>
  readonly #graph: Graph
  readonly #certificates = new Certificates()
  readonly #papers = new WeakMap<Operation, Papers>()
  readonly #sabotage: Sabotage['rule'] | undefined
  #settlement: Settlement | undefined
  #version = 0

  constructor(
    crypto: Pick<Crypto, 'sha256' | 'verify' | 'sign' | 'hkdf'>,
    roomId: Uint8Array,
    sabotage?: Sabotage['rule'],
  ) {
    this.#crypto = crypto
    this.#room = roomId
    this.roomId = formatHex(roomId)
    this.#sabotage = sabotage
    this.#graph = new Graph(this.roomId)
  }

  /** Goes up with every operation that is taken in. */
  get version(): number {
    return this.#version
  }

  get size(): number {
    return this.#graph.nodes.length
  }

  /** What counts, as things stand. */
  get settled(): Settlement {
    return (this.#settlement ??= new Settlement(this.#graph, this.#certificates, this.#sabotage))
  }

  /** Operations from anybody. `trusted` ones come from the own store, where they were checked before. */
  receive(bytes: Uint8Array, trusted = false): { readonly taken: Taken; readonly added: readonly Node[] } {
    const decoded = decodeOperation(this.#crypto, bytes)
    if (!decoded.ok) return { taken: 'malformed', added: [] }
    const op = decoded.value
    if (this.#graph.isKnown(op.id)) return { taken: 'known', added: [] }
    const isSigned = trusted || isOperationSigned(this.#crypto, op)
    return isSigned ? this.take(op, trusted) : { taken: 'forged', added: [] }
  }

  /** An operation whose signature was checked. */
  take(op: Operation, trusted = false): { readonly taken: Taken; readonly added: readonly Node[] } {
    if (this.#graph.isKnown(op.id)) return { taken: 'known', added: [] }
    const papers = papersOf(trusted ? { verify: () => true } : this.#crypto, op)
    if (papers === false) return { taken: 'forged', added: [] }
    this.#papers.set(op, papers)
    const added: Node[] = []
    const taken = this.#graph.add(op, (node) => {
      added.push(node)
      this.#certificates.note(node, this.#papers.get(node.op) as Papers)
      if (this.#settlement?.insert(node) === false) this.#settlement = undefined
    })
    this.#version += added.length
    return { taken, added }
  }

  /** Says something on top of all that is known here. The caller has asked whether it may. */
  write(speaker: Speaker, body: OperationBody, time: Millis): Operation {
    const heads = [...this.#graph.heads()].sort((a, b) => (isLater(a, b) ? -1 : 1)).slice(0, maxParents)
    const parents = heads.map(({ op }) => parseHex(op.id) as Uint8Array)
    const op = signOperation(this.#crypto, speaker, { room: this.#room, time, parents, body })
    this.take(op, false)
    return op
  }

  // What others have, and lack.

  /** Ids, hex. */
  heads(): readonly string[] {
    return this.#graph.heads().map(({ op }) => op.id)
  }

  missing(): readonly string[] {
    return this.#graph.missing()
  }

  isKnown(id: string): boolean {
    return this.#graph.isKnown(id)
  }

  node(id: string): Node | undefined {
    return this.#graph.get(id)
  }

  /** `wanted` and all behind them that does not lie behind `held`, parents first. */
  between(wanted: readonly string[], held: readonly string[]): readonly Operation[] {
    const to = wanted.map((id) => this.#graph.get(id)).filter((node) => node !== undefined)
    const from = held.map((id) => this.#graph.get(id)).filter((node) => node !== undefined)
    return this.#graph.nodes
      .filter((node) => to.some((one) => one === node || knows(one, node)))
      .filter((node) => !from.some((one) => one === node || knows(one, node)))
      .map(({ op }) => op)
  }

  operations(): readonly Operation[] {
    return this.#graph.nodes.map(({ op }) => op)
  }

  // Who is in.

  isMember(identity: string): boolean {
    return this.settled.current(identity) !== undefined
  }

  *members(): Generator<Tenure> {
    for (const identity of this.settled.identities()) {
      const tenure = this.settled.current(identity)
      if (tenure !== undefined) yield tenure
    }
  }

  isAdmin(identity: string): boolean {
    const tenure = this.settled.current(identity)
    return tenure !== undefined && isAdminNow(tenure)
  }

  policy(): Policy {
    return this.settled.policyNow()?.policy ?? defaultPolicy
  }

  /** May `by` remove `subject`, as things stand? */
  mayRemove(by: string, subject: string): boolean {
    const [one, other] = [this.settled.current(by), this.settled.current(subject)]
    if (one === undefined || other === undefined || !isSenior(one, other)) return false
    return isAdminNow(one) || standsOn(other, one)
  }

  mayAdd(identity: string): boolean {
    return this.policy().whoMayAdd === 'admins' ? this.isAdmin(identity) : this.isMember(identity)
  }

  mayPost(identity: string): boolean {
    return this.policy().whoMayPost === 'admins' ? this.isAdmin(identity) : this.isMember(identity)
  }

  /** Where only admins write, only theirs count; elsewhere also those of who is gone, as what they said is still there. */
  mayPin(identity: string): boolean {
    return this.policy().whoMayPost !== 'admins' || this.isAdmin(identity)
  }

  /** Devices that speak for a member now, with the keys to seal for. */
  devicesOf(identity: string): readonly Certified[] {
    return this.#certificates.devicesOf(identity, (node) => isPaper(node) || this.settled.under(node) !== undefined)
  }

  isRevoked(identity: string, device: string): boolean {
    return this.#certificates.isRevoked(identity, device)
  }

  /** Does a device of a current member speak here? What a link's far end has to show. */
  speaksNow(identity: string, device: string): boolean {
    return this.isMember(identity) && this.devicesOf(identity).some((one) => one.device === device)
  }

  // Whose messages count.

  /**
   * Only what a member's device said. Of whoever was removed or left, only what the heads name that were listed then, or
   * what was said under an epoch made after, by somebody who had come again.
   */
  counts(saying: Saying): boolean {
    const { author, device } = saying
    const tenures = this.settled.tenuresOf(author)
    if (tenures.length === 0) return false
    const revoked = this.#certificates.headsOf(author, device) ?? []
    if (!revoked.every((heads) => isListed(heads, saying))) return false
    const epoch = this.settled.rekeys.find(({ body }) => body.epoch === saying.epoch)?.node
    return this.#endings(author, tenures).every(({ node, heads }) => {
      if (isListed(heads, saying)) return true
      return epoch !== undefined && knows(epoch, node) && tenures.some(({ add }) => knows(add, node))
    })
  }

  /** Was this author ever a member whose membership ended? */
  hasEnded(author: string): boolean {
    return this.settled.tenuresOf(author).some(({ cuts }) => cuts.length > 0)
  }

  #endings(
    author: string,
    tenures: readonly Tenure[],
  ): readonly { readonly node: Node; readonly heads: readonly Head[] }[] {
    const removals = this.settled.removalsOf(author).map(({ node, body }) => ({ node, heads: body.heads }))
    const departures = this.settled.departures.filter(({ node }) => tenures.some(({ cuts }) => cuts.includes(node)))
    return [...removals, ...departures.map(({ node, body }) => ({ node, heads: body.heads }))]
  }

  // Newcomers.

  /** The invite, or the keeper's ticket, an id names; with those who came by it. */
  invite(id: string): OfferedInvite | undefined {
    const found = this.settled.invites.find(({ body }) => meetingOf(this.#crypto, body.meet).id === id)
    if (found === undefined) return undefined
    const { node, by, body } = found
    const revoked = this.#isInviteRevoked(id, by.identity)
    const usedBy = new Set<string>()
    for (const { add } of this.settled.candidates.values()) if (add.body.invite === id) usedBy.add(add.body.subject)
    // An invite of who is a member no more is none.
    const isVoid = revoked || this.settled.under(node) === undefined || !this.isMember(by.identity)
    const { key, expires, uses, asksPin } = body
    return { id, by: by.identity, key, expires, uses, asksPin, revoked: isVoid, usedBy: [...usedBy] }
  }

  invites(): readonly { readonly offered: OfferedInvite; readonly meet: Uint8Array }[] {
    return this.#offered(false)
  }

  /** Tickets of keepers that were made, those taken back as well. */
  keeperTickets(): readonly OfferedInvite[] {
    return this.#offered(true).map(({ offered }) => offered)
  }

  /** When keepers were last turned away: an epoch that did not know of it meets where they may still come. */
  keepersTurnedAway(): readonly Node[] {
    const turned: Node[] = []
    for (const { body, by } of this.settled.invites) {
      if (body.forKeeper !== true) continue
      const { id } = meetingOf(this.#crypto, body.meet)
      const node = this.settled.revokedInvites.get(id)
      if (node !== undefined && this.#isInviteRevoked(id, by.identity)) turned.push(node)
    }
    return turned
  }

  #offered(forKeeper: boolean): readonly { readonly offered: OfferedInvite; readonly meet: Uint8Array }[] {
    const all: { offered: OfferedInvite; meet: Uint8Array }[] = []
    for (const { body } of this.settled.invites) {
      if ((body.forKeeper === true) !== forKeeper) continue
      const offered = this.invite(meetingOf(this.#crypto, body.meet).id)
      if (offered !== undefined) all.push({ offered, meet: body.meet })
    }
    return all
  }

  #isInviteRevoked(id: string, by: string): boolean {
    const node = this.settled.revokedInvites.get(id)
    return node !== undefined && (node.op.author === by || this.isAdmin(node.op.author))
  }

  /** Those who were added and lack words, the newest `add` of each. */
  pending(): readonly Candidate[] {
    const bySubject = new Map<string, Candidate>()
    for (const candidate of this.settled.candidates.values()) {
      const { subject } = candidate.add.body
      if (this.isMember(subject) || this.#isPast(candidate)) continue
      const known = bySubject.get(subject)
      if (known === undefined || isLater(candidate.add.node, known.add.node)) bySubject.set(subject, candidate)
    }
    return [...bySubject.values()]
  }

  /** It was complete once, and ended; or the one who added is gone and nobody may build on it. */
  #isPast({ add }: Candidate): boolean {
    return this.settled.tenuresOf(add.body.subject).some((tenure) => tenure.add === add.node)
  }

  /** Words that count for somebody: of the admission that holds, or else of the one that waits. */
  wordsFor(identity: string): readonly GivenWord[] {
    const tenure = this.settled.current(identity)
    const candidate =
      tenure === undefined
        ? this.pending().find(({ add }) => add.body.subject === identity)
        : this.settled.candidates.get(tenure.add.op.id)
    const byVoucher = new Map<string, GivenWord>()
    for (const word of candidate?.words ?? [])
      if (!byVoucher.has(word.by.identity)) byVoucher.set(word.by.identity, word)
    return [...byVoucher.values()]
  }

  /** Every member's word for every member: what the edge rule reads. */
  vouchers(): readonly Voucher[] {
    const vouchers: Voucher[] = []
    for (const { identity } of this.members()) {
      for (const { by, method } of this.wordsFor(identity)) {
        if (this.isMember(by.identity)) vouchers.push({ by: by.identity, for: identity, method })
      }
    }
    return vouchers
  }
}

function isPaper({ op }: Node): boolean {
  return op.body.type !== 'device' || op.body.certificate.length > 0
}

function isListed(heads: readonly Head[], { session, seq }: Pick<Saying, 'session' | 'seq'>): boolean {
  return heads.some((head) => head.session === session && seq <= head.seq)
}

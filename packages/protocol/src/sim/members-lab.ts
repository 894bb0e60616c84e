/**
 * A members room of twelve, three of whom are hostile, over a network that loses time: the rules of membership, tried.
 *
 * The hostile ones work together, know everything at once, and say whatever they can sign: removals of anybody, backdated
 * to any point, adds and vouches of puppets, roles, policies, and words in the founder's name by devices of their own.
 * The others only do what their replica says they may. At the end everybody has everything, the founder has removed whoever does
 * not belong, and the hostile ones had a last word, backdated. A run answers with what went against the rules.
 *
 * Signatures are stand-ins (`toy-crypto.ts`): what is tried is what counts, not who could forge.
 */
import { formatHex, parseHex } from '../codec/text.ts'
import type { Crypto, KeyPair } from '../crypto/crypto.ts'
import { certifyDevice } from '../identity/session.ts'
import { Membership } from '../members/membership.ts'
import type { OperationBody } from '../members/operation-body.ts'
import { type Operation, signOperation } from '../members/operation.ts'
import { type Policy, defaultPolicy } from '../members/policy.ts'
import type { Sabotage } from '../members/settling.ts'
import { isSenior } from '../members/tenure.ts'
import { type SeededRandom, createSeededRandom } from './random.ts'
import { createToyCrypto } from './toy-crypto.ts'

export interface MembersRun {
  readonly violations: readonly string[]
  readonly operations: number
  /** Of those, said by who is hostile. */
  readonly hostile: number
}

interface Someone {
  readonly name: string
  readonly id: string
  readonly identity: KeyPair
  readonly device: KeyPair
  readonly certificate: Uint8Array
  readonly isHostile: boolean
}

const time = 1_700_000_000_000
const steps = 60
const lastWords = 12
const puppets = 5

export function runMembersLab(seed: number, rule?: Sabotage['rule']): MembersRun {
  return new MembersLab(seed, rule).run()
}

class MembersLab {
  readonly #random: SeededRandom
  readonly #crypto: Crypto
  readonly #rule: Sabotage['rule'] | undefined
  readonly #violations = new Set<string>()
  readonly #operations: Operation[] = []
  readonly #replicas = new Map<Someone, Membership>()
  readonly #founder: Someone
  readonly #honest: Someone[]
  readonly #hostile: Someone[]
  readonly #puppets: Someone[]
  readonly #room: Uint8Array
  readonly #vouches: number
  /** What the hostile ones know together: everything. */
  readonly #all: Membership
  #ownNow: readonly Someone[] = []
  #ownUntil = 0
  #said = 0

  constructor(seed: number, rule: Sabotage['rule'] | undefined) {
    this.#random = createSeededRandom(seed)
    this.#crypto = createToyCrypto(this.#random.bytes)
    this.#rule = rule
    this.#founder = this.#someone('founder', false)
    this.#honest = [this.#founder, ...range(8).map((i) => this.#someone(`h${i}`, false))]
    this.#hostile = range(3).map((i) => this.#someone(`x${i}`, true))
    this.#puppets = range(puppets).map((i) => this.#someone(`p${i}`, true))
    this.#vouches = this.#random.pick([1, 2, 4])
    const { certificate } = this.#founder
    const policy = defaultPolicy
    const create = this.#sign(this.#founder, undefined, [], {
      type: 'create',
      salt: this.#random.bytes(16),
      policy,
      certificate,
    })
    this.#room = parseHex(create.id) as Uint8Array
    this.#all = this.#replica()
    for (const one of [...this.#honest, ...this.#hostile]) this.#replicas.set(one, this.#replica())
    this.#keep(create)
    this.#tellAll()
  }

  run(): MembersRun {
    this.#settleIn()
    const [first] = this.#operations.slice(-1)
    for (let step = 0; step < steps; step++) {
      if (this.#random.chance(0.4)) this.#attack(first)
      else if (this.#random.chance(0.6)) this.#tell()
      else this.#defend(this.#random.pick(this.#honest))
    }
    this.#tellAll()
    for (const round of [0, 1]) {
      this.#throwOut(this.#founder, () => true)
      for (let i = 0; i < lastWords; i++) this.#attack(first)
      if (round === 0) this.#tellAll()
    }
    this.#tellAll()
    this.#judge()
    return { violations: [...this.#violations], operations: this.#operations.length, hostile: this.#said }
  }

  /** Everybody comes in: hostile ones among the first and the last, one of them an admin. */
  #settleIn(): void {
    const [h0, h1, ...others] = this.#honest.slice(1) as [Someone, Someone, ...Someone[]]
    const [x0, x1, x2] = this.#hostile as [Someone, Someone, Someone]
    this.#begin(this.#founder, this.#add(x0))
    this.#begin(this.#founder, this.#add(h0))
    this.#begin(this.#founder, this.#add(h1))
    for (const one of others) this.#begin(this.#random.pick([this.#founder, h0, h1]), this.#add(one))
    this.#begin(this.#founder, { type: 'role', subject: h1.id, role: 'admin' })
    this.#begin(this.#founder, this.#add(x1))
    this.#begin(this.#founder, { type: 'role', subject: x1.id, role: 'admin' })
    this.#begin(others.at(-1) ?? h0, this.#add(x2))
    const policy: Policy = { ...defaultPolicy, vouches: this.#vouches }
    if (this.#vouches > 1) this.#begin(this.#founder, { type: 'policy', policy })
  }

  #begin(by: Someone, body: OperationBody): void {
    this.#say(by, body)
    this.#tellAll()
  }

  /** The hostile ones, and their puppets that are in: asked every few times only, for each answer settles everything anew. */
  #own(): readonly Someone[] {
    if (this.#operations.length >= this.#ownUntil) {
      this.#ownUntil = this.#operations.length + 4
      this.#ownNow = [...this.#hostile, ...this.#puppets.filter(({ id }) => this.#all.isMember(id))]
    }
    return this.#ownNow
  }

  #attack(first: Operation | undefined): void {
    const own = this.#own()
    const by = this.#random.pick(own)
    const victims = this.#honest
    const body = this.#random.pick<() => OperationBody>([
      () => ({ type: 'remove', subjects: [this.#random.pick(victims).id], heads: [] }),
      () => ({ type: 'remove', subjects: victims.map(({ id }) => id), heads: [] }),
      () => this.#add(this.#random.pick([...this.#puppets, ...this.#hostile])),
      () => this.#add(this.#random.pick(this.#puppets)),
      () => this.#vouch(),
      () => ({ type: 'role', subject: this.#random.pick(own).id, role: 'admin' }),
      () => ({ type: 'role', subject: this.#random.pick(victims).id, role: 'member' }),
      () => ({ type: 'policy', policy: { ...defaultPolicy, vouches: 1 } }),
    ])()
    const add = body.type === 'vouch' ? [body.add] : []
    // What it claims to have known: everything, or as little as it likes.
    const known = this.#random.chance(0.4) ? this.#all.heads() : [this.#random.pick(this.#operations).id, ...add]
    const start = this.#random.chance(0.3) && first !== undefined && body.type !== 'vouch' ? [first.id] : known
    const parents = [...new Set(start)].slice(0, 16)
    const as = this.#random.chance(0.15) ? this.#founder : by
    this.#keep(this.#sign(by, this.#room, parents, body, as))
    this.#said++
  }

  #vouch(): OperationBody {
    const adds = this.#operations.flatMap(({ id, body }) =>
      body.type === 'add' ? [{ id, subject: body.subject }] : [],
    )
    const ours = adds.filter(({ subject }) => this.#puppets.some(({ id }) => id === subject))
    const { id: add, subject } = this.#random.pick(ours.length > 0 ? ours : adds)
    return { type: 'vouch', subject, add, method: 'pin' }
  }

  /** Honest members throw out whom they may, sometimes, and tell. */
  #defend(by: Someone): void {
    const replica = this.#replicas.get(by) as Membership
    if (this.#random.chance(0.5)) this.#throwOut(by, () => this.#random.chance(0.5))
    for (const one of this.#honest) {
      // Who has heard of the room's beginning has all honest ones in it.
      if (!replica.isMember(one.id)) this.#violations.add(`${one.name} was removed`)
    }
    if (this.#vouches <= this.#hostile.length) return
    for (const one of this.#puppets) {
      if (replica.isMember(one.id)) this.#violations.add(`${one.name} came in without enough vouchers`)
    }
  }

  #throwOut(by: Someone, chosen: () => boolean): void {
    const replica = this.#replicas.get(by) as Membership
    const subjects = [...this.#hostile, ...this.#puppets]
      .filter(({ id }) => replica.mayRemove(by.id, id) && chosen())
      .map(({ id }) => id)
    if (subjects.length > 0) this.#say(by, { type: 'remove', subjects, heads: [] })
  }

  #judge(): void {
    const expected = this.#honest.map(({ id }) => id).sort()
    const answers = new Set<string>()
    for (const one of this.#honest) answers.add(membersOf(this.#replicas.get(one) as Membership).join())
    const shuffled = this.#replica()
    for (const op of this.#shuffled(this.#operations)) shuffled.take(op)
    answers.add(membersOf(shuffled).join())
    if (answers.size !== 1) this.#violations.add('replicas disagree')
    if (!answers.has(expected.join())) this.#violations.add('somebody is in who should not be, or out')
    for (const one of this.#puppets) {
      for (const tenure of shuffled.settled.tenuresOf(one.id)) {
        const words = shuffled.settled.candidates.get(tenure.add.op.id)?.words ?? []
        const above = new Set(words.filter(({ by }) => isSenior(by, tenure)).map(({ by }) => by.identity))
        if (above.size < this.#vouches) this.#violations.add(`${one.name} outranks whom it stands on`)
      }
    }
  }

  /** One honest member hears what another one, or the hostile ones, know; never only a part of it. */
  #tell(): void {
    const to = this.#replicas.get(this.#random.pick(this.#honest)) as Membership
    const from = this.#random.chance(0.4)
      ? this.#all
      : (this.#replicas.get(this.#random.pick(this.#honest)) as Membership)
    for (const op of this.#shuffled(from.operations())) to.take(op)
  }

  #tellAll(): void {
    for (const replica of this.#replicas.values()) for (const op of this.#operations) replica.take(op)
  }

  #say(by: Someone, body: OperationBody): void {
    const replica = this.#replicas.get(by) as Membership
    const op = this.#sign(by, this.#room, replica.heads().slice(0, 16), body)
    replica.take(op)
    this.#keep(op)
  }

  #keep(op: Operation): void {
    this.#operations.push(op)
    this.#all.take(op)
  }

  #replica(): Membership {
    return new Membership(this.#crypto, this.#room, this.#rule)
  }

  #add({ id, name, certificate }: Someone): OperationBody {
    return { type: 'add', subject: id, method: 'pin', invite: undefined, certificate, name }
  }

  #sign(
    by: Someone,
    room: Uint8Array | undefined,
    parents: readonly string[],
    body: OperationBody,
    as: Someone = by,
  ): Operation {
    const speaker = { author: as.identity.publicKey, device: by.device }
    return signOperation(this.#crypto, speaker, {
      room,
      time,
      parents: parents.map((id) => parseHex(id) as Uint8Array),
      body,
    })
  }

  #someone(name: string, isHostile: boolean): Someone {
    const identity = this.#crypto.signKeyPair(this.#random.bytes(32))
    const device = this.#crypto.signKeyPair(this.#random.bytes(32))
    const certificate = certifyDevice(this.#crypto, identity, { sign: device.publicKey, agree: device.publicKey }, time)
    return { name, id: formatHex(identity.publicKey), identity, device, certificate, isHostile }
  }

  #shuffled<T>(items: readonly T[]): readonly T[] {
    const order = [...items]
    for (let i = order.length - 1; i > 0; i--) {
      const j = this.#random.between(0, i)
      ;[order[i], order[j]] = [order[j] as T, order[i] as T]
    }
    return order
  }
}

function membersOf(membership: Membership): string[] {
  return [...membership.members()].map(({ identity }) => identity).sort()
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i)
}

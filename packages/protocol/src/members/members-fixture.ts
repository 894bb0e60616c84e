/** People, their devices, and operations said on top of whatever one likes: for tests of membership. */
import { formatHex, parseHex } from '../codec/text.ts'
import type { Crypto, KeyPair } from '../crypto/crypto.ts'
import { type DeviceKeys, certifyDevice, createDevice, createIdentity } from '../identity/session.ts'
import type { Millis } from '../machine.ts'
import { Membership } from './membership.ts'
import type { OperationBody } from './operation-body.ts'
import { type Operation, signOperation } from './operation.ts'
import { type Policy, defaultPolicy } from './policy.ts'

export interface Somebody {
  readonly name: string
  readonly identity: KeyPair
  /** Identity, hex. */
  readonly id: string
  readonly device: DeviceKeys
  readonly certificate: Uint8Array
}

export const labTime: Millis = 1_700_000_000_000

export function createSomebody(crypto: Crypto, name: string): Somebody {
  const identity = createIdentity(crypto)
  const device = createDevice(crypto)
  const keys = { sign: device.sign.publicKey, agree: device.agree.publicKey }
  const certificate = certifyDevice(crypto, identity, keys, labTime)
  return { name, identity, id: formatHex(identity.publicKey), device, certificate }
}

export function createRoomOperation(crypto: Crypto, founder: Somebody, policy: Partial<Policy> = {}): Operation {
  const body = {
    type: 'create',
    salt: crypto.random(16),
    policy: { ...defaultPolicy, ...policy },
    certificate: founder.certificate,
  } as const
  return say(crypto, founder, undefined, [], body)
}

/** `parents` are ids; whoever backdates chooses old ones. */
export function say(
  crypto: Crypto,
  by: Somebody,
  room: Uint8Array | undefined,
  parents: readonly string[],
  body: OperationBody,
  as: Uint8Array = by.identity.publicKey,
): Operation {
  const speaker = { author: as, device: by.device.sign }
  return signOperation(crypto, speaker, { room, time: labTime, parents: parents.map(bytesOf), body })
}

export function adding(subject: Somebody, method: 'pin' | 'link' = 'pin', invite?: string): OperationBody {
  const { certificate, id, name } = subject
  return { type: 'add', subject: id, method, invite, certificate, name }
}

export function removing(...subjects: readonly Somebody[]): OperationBody {
  return { type: 'remove', subjects: subjects.map(({ id }) => id), heads: [] }
}

export function vouching(subject: Somebody, add: Operation): OperationBody {
  return { type: 'vouch', subject: subject.id, add: add.id, method: 'pin' }
}

/** One replica and the people of it: every test says what was said, on top of what. */
export class OneRoom {
  readonly crypto: Crypto
  readonly founder: Somebody
  readonly create: Operation
  readonly room: Uint8Array
  readonly operations: Operation[] = []
  readonly members: Membership

  constructor(crypto: Crypto, policy: Partial<Policy> = {}) {
    this.crypto = crypto
    this.founder = createSomebody(crypto, 'founder')
    this.create = createRoomOperation(crypto, this.founder, policy)
    this.room = bytesOf(this.create.id)
    this.members = this.replica()
    this.keep(this.create)
  }

  replica(): Membership {
    return new Membership(this.crypto, this.room)
  }

  somebody(name: string): Somebody {
    return createSomebody(this.crypto, name)
  }

  keep(op: Operation): Operation {
    this.operations.push(op)
    this.members.receive(op.bytes)
    return op
  }

  /** On top of everything, or of `after` only. */
  say(by: Somebody, body: OperationBody, after?: readonly Operation[]): Operation {
    return this.keep(say(this.crypto, by, this.room, after?.map(({ id }) => id) ?? this.members.heads(), body))
  }

  add(by: Somebody, subject: Somebody, after?: readonly Operation[]): Operation {
    return this.say(by, adding(subject), after)
  }

  has(somebody: Somebody): boolean {
    return this.members.isMember(somebody.id)
  }

  names(members: Membership = this.members, people: readonly Somebody[] = []): readonly string[] {
    const byId = new Map([this.founder, ...people].map(({ id, name }) => [id, name]))
    return [...members.members()].map(({ identity }) => byId.get(identity) ?? identity).sort()
  }
}

function bytesOf(hex: string): Uint8Array {
  return parseHex(hex) as Uint8Array
}

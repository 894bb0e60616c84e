/**
 * What the operations of a members room say, and their layouts. Integers are big-endian.
 *
 * | kind | operation | body |
 * |---|---|---|
 * | 1 | create | salt 16 · policy · certificate |
 * | 2 | add | subject 32 · method u8 · invite 16 (zeros: none) · certificate · name ≤ 128 bytes |
 * | 3 | remove | subjects u8 ≤ 64 · subject 32 … · heads |
 * | 4 | leave | heads |
 * | 5 | role | subject 32 · role u8 (1 admin, 2 member) |
 * | 6 | policy | policy |
 * | 7 | invite | meet 32 · key 32 · expires u48 · uses u8 · flags u8 (1 asks for a PIN, 2 is a keeper’s ticket) |
 * | 8 | revokeInvite | invite 16 |
 * | 9 | vouch | subject 32 · add 32 · method u8 |
 * | 10 | rekey | epoch id 32 · nonce 24 · sealed (varint length, ≤ 16 KiB) · count varint · (device prefix 8 · lockbox 80) … |
 * | 11 | grant | epoch id 32 · count varint ≤ 64 · (device prefix 8 · sealed, varint length, ≤ 16 KiB) … |
 * | 12 | device | agree key 32 · certificate, empty when only the agree key is new |
 * | 13 | revocation | statement of the identity (varint length, ≤ 4,096) |
 *
 *   policy       whoMayAdd u8 · vouches u8 1…16 · history u8 (0 all, 1 days, 2 since join) · days u16 · whoMayPost u8
 *                · slow u32 seconds · services u8 ≤ 8 · key 32 …          whoMay…: 0 members, 1 admins
 *   certificate  device statement of the subject, varint length
 *   heads        count varint ≤ 512 · (session 32 · seq u32) …
 *   method       1 pin, 2 sas, 3 link
 */
import type { Reader } from '../codec/reader.ts'
import { formatHex, parseHex } from '../codec/text.ts'
import type { Writer } from '../codec/writer.ts'
import { maxStatementBytes } from '../identity/statement.ts'
import { BrokenPromise, type Millis, unreachable } from '../machine.ts'
import type { VouchMethod } from './edges.ts'
import { type Policy, maxDays, maxServices, maxVouches } from './policy.ts'

export const maxSubjects = 64
export const maxHeads = 512
export const maxRecipients = 2900
export const maxGrants = 64
export const maxSealedBytes: number = 16 * 1024
export const prefixBytes = 8
export const lockboxBytes = 80
const maxNameBytes = 128

/** The newest entry of a session the remover has seen: what comes later is hidden. */
export interface Head {
  /** Session, hex. */
  readonly session: string
  readonly seq: number
}

export interface Lockbox {
  /** First 8 bytes of the device's signing key, hex. */
  readonly device: string
  readonly sealed: Uint8Array
}

export type OperationBody =
  | { readonly type: 'create'; readonly salt: Uint8Array; readonly policy: Policy; readonly certificate: Uint8Array }
  | {
      readonly type: 'add'
      readonly subject: string
      /** The adder's own vouch. */
      readonly method: VouchMethod
      /** Hex of 16 bytes. */
      readonly invite: string | undefined
      readonly certificate: Uint8Array
      readonly name: string
    }
  /** The first is who it is about; the others fall with it. */
  | { readonly type: 'remove'; readonly subjects: readonly string[]; readonly heads: readonly Head[] }
  | { readonly type: 'leave'; readonly heads: readonly Head[] }
  | { readonly type: 'role'; readonly subject: string; readonly role: 'admin' | 'member' }
  | { readonly type: 'policy'; readonly policy: Policy }
  | {
      readonly type: 'invite'
      readonly meet: Uint8Array
      readonly key: Uint8Array
      readonly expires: Millis
      readonly uses: number
      readonly asksPin: boolean
      /** It lets nobody in: whoever holds its key may keep the room's history, blind. */
      readonly forKeeper?: boolean | undefined
    }
  | { readonly type: 'revokeInvite'; readonly invite: string }
  /** `add`: id of the operation it supports. */
  | { readonly type: 'vouch'; readonly subject: string; readonly add: string; readonly method: VouchMethod }
  | {
      readonly type: 'rekey'
      readonly epoch: string
      readonly nonce: Uint8Array
      /** Under the epoch key: the lobby secret, and the keys of epochs before, as far as the policy allows. */
      readonly sealed: Uint8Array
      readonly lockboxes: readonly Lockbox[]
    }
  /** The key of an epoch, for devices that came after its rekey. */
  | { readonly type: 'grant'; readonly epoch: string; readonly lockboxes: readonly Lockbox[] }
  | { readonly type: 'device'; readonly agree: Uint8Array; readonly certificate: Uint8Array }
  | { readonly type: 'revocation'; readonly statement: Uint8Array }

export type OperationKind = OperationBody['type']

const kinds: readonly (OperationKind | undefined)[] = [
  undefined,
  'create',
  'add',
  'remove',
  'leave',
  'role',
  'policy',
  'invite',
  'revokeInvite',
  'vouch',
  'rekey',
  'grant',
  'device',
  'revocation',
]
const methods: readonly (VouchMethod | undefined)[] = [undefined, 'pin', 'sas', 'link']
const roles = [undefined, 'admin', 'member'] as const
const who = ['members', 'admins'] as const
const histories = ['all', 'days', 'sinceJoin'] as const
const noInvite = '0'.repeat(32)
const flagAsksPin = 1
const flagForKeeper = 2

export function kindOf(body: OperationBody): number {
  return kinds.indexOf(body.type)
}

function bytesOf(hex: string): Uint8Array {
  const bytes = parseHex(hex)
  if (bytes === undefined) throw new BrokenPromise('not hex')
  return bytes
}

export function writeBody(writer: Writer, body: OperationBody): void {
  switch (body.type) {
    case 'create':
      writePolicy(writer.raw(body.salt), body.policy)
      writer.bytes(body.certificate)
      return
    case 'add':
      writer.raw(bytesOf(body.subject)).u8(methods.indexOf(body.method))
      writer
        .raw(bytesOf(body.invite ?? noInvite))
        .bytes(body.certificate)
        .text(body.name)
      return
    case 'remove':
      writer.u8(body.subjects.length)
      for (const subject of body.subjects) writer.raw(bytesOf(subject))
      return writeHeads(writer, body.heads)
    case 'leave':
      return writeHeads(writer, body.heads)
    case 'role':
      writer.raw(bytesOf(body.subject)).u8(roles.indexOf(body.role))
      return
    case 'policy':
      return writePolicy(writer, body.policy)
    case 'invite':
      writer.raw(body.meet).raw(body.key).u48(body.expires).u8(body.uses)
      writer.u8((body.asksPin ? flagAsksPin : 0) | (body.forKeeper === true ? flagForKeeper : 0))
      return
    case 'revokeInvite':
      writer.raw(bytesOf(body.invite))
      return
    case 'vouch':
      writer.raw(bytesOf(body.subject)).raw(bytesOf(body.add)).u8(methods.indexOf(body.method))
      return
    case 'rekey':
      writer.raw(bytesOf(body.epoch)).raw(body.nonce).bytes(body.sealed).varint(body.lockboxes.length)
      for (const { device, sealed } of body.lockboxes) writer.raw(bytesOf(device)).raw(sealed)
      return
    case 'grant':
      writer.raw(bytesOf(body.epoch)).varint(body.lockboxes.length)
      for (const { device, sealed } of body.lockboxes) writer.raw(bytesOf(device)).bytes(sealed)
      return
    case 'device':
      writer.raw(body.agree).bytes(body.certificate)
      return
    case 'revocation':
      writer.bytes(body.statement)
      return
    default:
      unreachable(body)
  }
}

/** Undefined for a kind nobody knows and values that may not be; the caller asks whether the reader is done. */
export function readBody(reader: Reader, kind: number): OperationBody | undefined {
  const type = kinds[kind]
  switch (type) {
    case undefined:
      return undefined
    case 'create': {
      const salt = reader.raw(16)
      const policy = readPolicy(reader)
      return policy && { type, salt, policy, certificate: reader.bytes(maxStatementBytes) }
    }
    case 'add': {
      const subject = formatHex(reader.raw(32))
      const method = methods[reader.u8()]
      const invite = formatHex(reader.raw(16))
      const certificate = reader.bytes(maxStatementBytes)
      const name = reader.text(maxNameBytes)
      return method && { type, subject, method, invite: invite === noInvite ? undefined : invite, certificate, name }
    }
    case 'remove': {
      const count = reader.u8()
      if (count === 0 || count > maxSubjects) return undefined
      const subjects = Array.from({ length: count }, () => formatHex(reader.raw(32)))
      const heads = readHeads(reader)
      return heads && new Set(subjects).size === count ? { type, subjects, heads } : undefined
    }
    case 'leave': {
      const heads = readHeads(reader)
      return heads && { type, heads }
    }
    case 'role': {
      const subject = formatHex(reader.raw(32))
      const role = roles[reader.u8()]
      return role && { type, subject, role }
    }
    case 'policy': {
      const policy = readPolicy(reader)
      return policy && { type, policy }
    }
    case 'invite': {
      const [meet, key, expires] = [reader.raw(32), reader.raw(32), reader.u48()] as const
      const [uses, flags] = [reader.u8(), reader.u8()] as const
      if (uses === 0 || flags > flagForKeeper) return undefined
      const forKeeper = flags === flagForKeeper ? { forKeeper: true } : undefined
      return { type, meet, key, expires, uses, asksPin: flags === flagAsksPin, ...forKeeper }
    }
    case 'revokeInvite':
      return { type, invite: formatHex(reader.raw(16)) }
    case 'vouch': {
      const [subject, add, method] = [
        formatHex(reader.raw(32)),
        formatHex(reader.raw(32)),
        methods[reader.u8()],
      ] as const
      return method && { type, subject, add, method }
    }
    case 'rekey': {
      const [epoch, nonce, sealed] = [formatHex(reader.raw(32)), reader.raw(24), reader.bytes(maxSealedBytes)] as const
      const lockboxes = readLockboxes(reader, maxRecipients, () => reader.raw(lockboxBytes))
      return lockboxes && { type, epoch, nonce, sealed, lockboxes }
    }
    case 'grant': {
      const epoch = formatHex(reader.raw(32))
      const lockboxes = readLockboxes(reader, maxGrants, () => reader.bytes(maxSealedBytes))
      return lockboxes && { type, epoch, lockboxes }
    }
    case 'device':
      return { type, agree: reader.raw(32), certificate: reader.bytes(maxStatementBytes) }
    case 'revocation':
      return { type, statement: reader.bytes(maxStatementBytes) }
    default:
      return unreachable(type)
  }
}

function writePolicy(writer: Writer, policy: Policy): void {
  const { history } = policy
  const rule = typeof history === 'string' ? history : 'days'
  writer.u8(who.indexOf(policy.whoMayAdd)).u8(policy.vouches).u8(histories.indexOf(rule))
  writer.u16(typeof history === 'string' ? 0 : history.days)
  writer.u8(who.indexOf(policy.whoMayPost)).u32(policy.slowSeconds).u8(policy.acceptedServices.length)
  for (const service of policy.acceptedServices) writer.raw(bytesOf(service))
}

function readPolicy(reader: Reader): Policy | undefined {
  const [whoMayAdd, vouches, rule, days] = [
    who[reader.u8()],
    reader.u8(),
    histories[reader.u8()],
    reader.u16(),
  ] as const
  const [whoMayPost, slowSeconds, services] = [who[reader.u8()], reader.u32(), reader.u8()] as const
  if (whoMayAdd === undefined || whoMayPost === undefined || rule === undefined || services > maxServices)
    return undefined
  if (vouches === 0 || vouches > maxVouches || (rule === 'days') !== days > 0 || days > maxDays) return undefined
  const acceptedServices = Array.from({ length: services }, () => formatHex(reader.raw(32)))
  const history = rule === 'days' ? { days } : rule
  return { whoMayAdd, vouches, history, whoMayPost, slowSeconds, acceptedServices }
}

function writeHeads(writer: Writer, heads: readonly Head[]): void {
  writer.varint(heads.length)
  for (const { session, seq } of heads) writer.raw(bytesOf(session)).u32(seq)
}

function readHeads(reader: Reader): readonly Head[] | undefined {
  const count = reader.varint()
  if (count > maxHeads) return undefined
  const heads: Head[] = []
  for (let i = 0; i < count && !reader.failed; i++)
    heads.push({ session: formatHex(reader.raw(32)), seq: reader.u32() })
  return heads
}

function readLockboxes(reader: Reader, max: number, sealed: () => Uint8Array): readonly Lockbox[] | undefined {
  const count = reader.varint()
  if (count > max) return undefined
  const lockboxes: Lockbox[] = []
  for (let i = 0; i < count && !reader.failed; i++) {
    lockboxes.push({ device: formatHex(reader.raw(prefixBytes)), sealed: sealed() })
  }
  return lockboxes
}

/**
 * Keys of members rooms: what a rekey costs for 10, 100 and 1,000 members beside a commit of MLS and beside sealing every message
 * to every member, what a message costs under an epoch's key, and what membership of 3,000 operations costs to settle.
 *
 * Everything is real and native. Signatures of operations are checked before and counted apart (`checkUs` each).
 */
import { createNativeCrypto } from '@kith/peer/node'
import {
  type Crypto,
  type Operation,
  Membership,
  certifyDevice,
  createDevice,
  createIdentity,
  hpkeSeal,
} from '@kith/protocol'
import { formatHex } from '../packages/protocol/src/codec/text.ts'
import { Epochs, maxEpochAgeMs } from '../packages/protocol/src/members/epochs.ts'
import { foundRoom } from '../packages/protocol/src/members/founding.ts'
import { openLockbox, prefixOf } from '../packages/protocol/src/members/lockbox.ts'
import { readMemberRecords } from '../packages/protocol/src/members/member-records.ts'
import { isOperationSigned } from '../packages/protocol/src/members/operation.ts'
import { defaultPolicy } from '../packages/protocol/src/members/policy.ts'
import { BodySeal } from '../packages/protocol/src/rooms/seal.ts'
import { measureMls } from './keys-mls.ts'
import { measureSealing, sealingTable } from './measurements-sealing.ts'

const counts = [10, 100, 1_000] as const
const operations = 3_000
const messageBytes = 300
const time = 1_790_000_000_000

type ByCount = Readonly<Record<string, number>>

interface Figures {
  readonly rekeyMs: ByCount
  readonly rekeyBytes: ByCount
  readonly tsMlsMs: ByCount
  readonly tsMlsBytes: ByCount
  readonly perMemberSealMs: ByCount
  readonly perMemberSealBytes: ByCount
  readonly evaluate3000Ms: number
  readonly perOperationMs: number
  readonly checkUs: number
  readonly sealUs: number
  readonly openUs: number
  readonly joinUs: number
}

interface Room {
  readonly crypto: Crypto
  readonly roomId: Uint8Array
  readonly membership: Membership
  readonly epochs: Epochs
  readonly speaker: Parameters<Membership['write']>[0]
}

function room(crypto: Crypto): Room {
  const identity = createIdentity(crypto)
  const device = createDevice(crypto)
  const keys = { sign: device.sign.publicKey, agree: device.agree.publicKey }
  const founder = { author: identity.publicKey, device, statements: [certifyDevice(crypto, identity, keys, time)] }
  const { roomId, records } = foundRoom(crypto, founder, defaultPolicy, time)
  const membership = new Membership(crypto, roomId)
  const read = readMemberRecords(records)
  for (const bytes of read.operations) membership.receive(bytes)
  const epochs = new Epochs(crypto, membership, roomId, formatHex(device.sign.publicKey), [device.agree])
  for (const key of read.keys) epochs.hold(key)
  return { crypto, roomId, membership, epochs, speaker: { author: founder.author, device: device.sign } }
}

/** Somebody new, added by the founder. */
function grow({ crypto, membership, speaker }: Room): {
  readonly identity: string
  readonly device: ReturnType<typeof createDevice>
} {
  const identity = createIdentity(crypto)
  const device = createDevice(crypto)
  const certificate = certifyDevice(
    crypto,
    identity,
    { sign: device.sign.publicKey, agree: device.agree.publicKey },
    time,
  )
  const subject = formatHex(identity.publicKey)
  membership.write(
    speaker,
    { type: 'add', subject, method: 'link', invite: undefined, certificate, name: 'somebody' },
    time,
  )
  return { identity: subject, device }
}

export async function run(): Promise<Figures> {
  const crypto = createNativeCrypto()
  const rekeyMs: Record<string, number> = {}
  const rekeyBytes: Record<string, number> = {}
  const tsMlsMs: Record<string, number> = {}
  const tsMlsBytes: Record<string, number> = {}
  const perMemberSealMs: Record<string, number> = {}
  const perMemberSealBytes: Record<string, number> = {}
  let joinUs = 0
  for (const count of counts) {
    const one = room(crypto)
    const members = Array.from({ length: count }, () => grow(one))
    const gone = grow(one)
    one.membership.write(one.speaker, { type: 'remove', subjects: [gone.identity], heads: [] }, time)
    // A day later, so that a rekey is due whoever was removed.
    const due = time + maxEpochAgeMs + 1
    const { ms, value } = best(5, () => one.epochs.renew(due)[0])
    if (value?.type !== 'rekey') throw new Error('no rekey was due')
    rekeyMs[count] = round(ms)
    rekeyBytes[count] = one.membership.write(one.speaker, value, time).bytes.length
    const last = members.at(-1)
    const box = value.lockboxes.find(
      ({ device }) => device === prefixOf(formatHex(last?.device.sign.publicKey ?? new Uint8Array(32))),
    )
    if (last === undefined || box === undefined) throw new Error('a member has no lockbox')
    joinUs = 1000 * best(20, () => openLockbox(crypto, one.roomId, value.epoch, box, last.device.agree)).ms
    const message = crypto.random(messageBytes)
    const sealing = best(3, () =>
      members.map(({ device }) =>
        hpkeSeal(crypto, {
          recipient: device.agree.publicKey,
          info: one.roomId,
          aad: one.roomId,
          plaintext: message,
        }),
      ),
    )
    perMemberSealMs[count] = round(sealing.ms)
    perMemberSealBytes[count] = sealing.value.reduce((sum, sealed) => sum + (sealed?.length ?? 0), 0)
    const mls = await measureMls(count)
    tsMlsMs[count] = round(mls.commitMs)
    tsMlsBytes[count] = mls.commitBytes
  }
  return {
    rekeyMs,
    rekeyBytes,
    tsMlsMs,
    tsMlsBytes,
    perMemberSealMs,
    perMemberSealBytes,
    ...measureMembership(crypto),
    ...measureMessages(crypto),
    joinUs: round(joinUs),
  }
}

/** 3,000 operations of 300 people: adds, vouches, roles, invites' ends, removals; some of them beside others. */
function manyOperations(one: Room): readonly Operation[] {
  const people: string[] = []
  for (let i = 0; one.membership.size < operations; i++) {
    if (i % 10 === 0) people.push(grow(one).identity)
    const subject = people[i % people.length] as string
    if (i % 40 === 7) one.membership.write(one.speaker, { type: 'role', subject, role: 'admin' }, time)
    else if (i % 60 === 9) one.membership.write(one.speaker, { type: 'remove', subjects: [subject], heads: [] }, time)
    else one.membership.write(one.speaker, { type: 'revokeInvite', invite: formatHex(one.crypto.random(16)) }, time)
  }
  return one.membership.operations()
}

function measureMembership(crypto: Crypto): Pick<Figures, 'evaluate3000Ms' | 'perOperationMs' | 'checkUs'> {
  const one = room(crypto)
  const all = manyOperations(one)
  // Papers and signatures are checked here, and remembered: what is timed below is what the rules cost.
  const trusting: Crypto = { ...crypto, verify: () => true }
  const evaluate = best(6, () => {
    const replica = new Membership(trusting, one.roomId)
    for (const op of all) replica.take(op, true)
    return [...replica.members()].length
  })
  const incremental = best(3, () => {
    const replica = new Membership(trusting, one.roomId)
    for (const op of all) {
      replica.take(op, true)
      replica.isMember(one.membership.settled.founder)
    }
    return replica.size
  })
  const sample = all.slice(0, 300)
  const check = best(3, () => sample.every((op) => isOperationSigned(crypto, op)))
  return {
    evaluate3000Ms: round(evaluate.ms),
    perOperationMs: round(incremental.ms / all.length),
    checkUs: round((1000 * check.ms) / sample.length),
  }
}

function measureMessages(crypto: Crypto): Pick<Figures, 'sealUs' | 'openUs'> {
  const seal = new BodySeal(crypto, crypto.random(32))
  const message = crypto.random(messageBytes)
  const header = crypto.random(133)
  const rounds = 2_000
  const nonces = Array.from({ length: rounds }, () => crypto.random(24))
  const sealed = best(3, () => nonces.map((nonce) => seal.seal(header, nonce, message)))
  const key = crypto.hkdf(crypto.random(32), new Uint8Array(0), header, 32)
  const bodies = nonces.map((nonce) => crypto.xchachaSeal(key, nonce, header, message))
  const opened = best(3, () =>
    nonces.every((nonce, i) => crypto.xchachaOpen(key, nonce, header, bodies[i] as Uint8Array) !== undefined),
  )
  return { sealUs: round((1000 * sealed.ms) / rounds), openUs: round((1000 * opened.ms) / rounds) }
}

/** The quickest of some runs: what else the machine does only ever adds. */
function best<T>(times: number, work: () => T): { readonly ms: number; readonly value: T } {
  let ms = Infinity
  let value = work()
  for (let i = 0; i < times; i++) {
    const began = performance.now()
    value = work()
    ms = Math.min(ms, performance.now() - began)
  }
  return { ms, value }
}

function round(value: number): number {
  return Number(value.toPrecision(3))
}

/** The table of S1-04. */
export function table(): string {
  return sealingTable(measureSealing())
}

/** The beginning of a members room: its `create`, its first key, and the records they are kept in. */
import { formatHex, parseHex } from '../codec/text.ts'
import type { Crypto } from '../crypto/crypto.ts'
import type { DeviceKeys } from '../identity/session.ts'
import type { Millis, StoredRecord } from '../machine.ts'
import { Epochs } from './epochs.ts'
import { keyRecord, operationRecord } from './member-records.ts'
import { Membership } from './membership.ts'
import { signOperation } from './operation.ts'
import type { Policy } from './policy.ts'

/** Who founds: as `engine/options.ts` has it. */
export interface Founder {
  /** Identity key, 32 bytes. */
  readonly author: Uint8Array
  readonly device: DeviceKeys
  /** The identity's statement about the device comes last. */
  readonly statements: readonly Uint8Array[]
  /** Of the `create`, where the founder's identity was derived with it (`identity/root.ts`); otherwise random. */
  readonly salt?: Uint8Array | undefined
}

export const foundingSaltBytes = 16

export interface Founded {
  /** 32 bytes. */
  readonly roomId: Uint8Array
  readonly records: readonly StoredRecord[]
}

export function foundRoom(crypto: Crypto, founder: Founder, policy: Policy, now: Millis): Founded {
  const speaker = { author: founder.author, device: founder.device.sign }
  const certificate = founder.statements.at(-1) ?? new Uint8Array(0)
  const create = signOperation(crypto, speaker, {
    room: undefined,
    time: now,
    parents: [],
    body: { type: 'create', salt: founder.salt ?? crypto.random(foundingSaltBytes), policy, certificate },
  })
  const roomId = parseHex(create.id) as Uint8Array
  const membership = new Membership(crypto, roomId)
  membership.take(create)
  const device = formatHex(founder.device.sign.publicKey)
  const epochs = new Epochs(crypto, membership, roomId, device, [founder.device.agree])
  const made = epochs.renew(now).map((body) => membership.write(speaker, body, now))
  const keys = epochs.opened().map((id) => keyRecord(id, epochs.keyOf(id) as Uint8Array))
  return { roomId, records: [...[create, ...made].map(operationRecord), ...keys] }
}

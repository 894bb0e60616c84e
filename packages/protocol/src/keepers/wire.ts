/**
 * What members and blind keepers say to each other. First byte of a payload is its tag; 0x50 to 0x5f belong here.
 *
 * | tag | payload | fields after the tag |
 * |---|---|---|
 * | 0x50 | grant | epoch id 32 · write key 32 · since u48 · signature 64 |
 * | 0x51 | tickets | epoch id 32 · count varint ≤ 128 · (session 32 · up to u32 · signature 64) … |
 * | 0x52 | wantTickets | epoch id 32 · count varint ≤ 128 · session 32 … |
 * | 0x53 | offers | epoch id 32 · count varint ≤ 128 · (root 32 · size u48 · signature 64) … |
 * | 0x54 | appointment | order u48 · count u8 ≤ 64 · device 32 … · certificate, varint length · signature 64 |
 * | 0x55 | lobbyGrant | lobby id 32 · write key 32 · order u48 · lobby key 32 · rendezvous 32 · signer 32 · certificate, varint length · signature 64 |
 * | 0x56 | sealedState | digest 8 |
 * | 0x57 | sealedNames | count varint ≤ 16,384 · name 16 … |
 * | 0x58 | wantSealed | count varint ≤ 16,384 · name 16 … |
 * | 0x59 | sealed | lobby id 32 · name 16 · epoch id 32 · signature 64 · box, varint length |
 *
 * From 0x54 on they are of members rooms only.
 */
import { Reader } from '../codec/reader.ts'
import { Writer } from '../codec/writer.ts'
import { type Result, accept, reject } from '../machine.ts'
import { maxStatementBytes } from '../identity/statement.ts'
import { maxOperationBytes } from '../members/operation.ts'
import { type Appointment, type LobbyGrant, maxAppointed } from './lobby-words.ts'
import { type SealedOperation, sealedNameBytes } from './sealed-operation.ts'
import type { BlobOffer, Grant, WriteTicket } from './words.ts'

export const keeperTags = { from: 0x50, to: 0x5f } as const
/** Tickets, sessions or offers of one payload. */
export const maxPerPayload = 128

/** Names of sealed operations of one payload: all there can be. */
export const maxNames = 16_384

export type KeeperMessage =
  | { readonly type: 'grant'; readonly grant: Grant }
  | { readonly type: 'tickets'; readonly epochId: Uint8Array; readonly tickets: readonly WriteTicket[] }
  | { readonly type: 'wantTickets'; readonly epochId: Uint8Array; readonly sessions: readonly Uint8Array[] }
  | { readonly type: 'offers'; readonly epochId: Uint8Array; readonly offers: readonly BlobOffer[] }
  | { readonly type: 'appointment'; readonly appointment: Appointment }
  | { readonly type: 'lobbyGrant'; readonly grant: LobbyGrant }
  /** What sealed operations there are, to whom compares. */
  | { readonly type: 'sealedState'; readonly digest: Uint8Array }
  | { readonly type: 'sealedNames'; readonly names: readonly Uint8Array[] }
  | { readonly type: 'wantSealed'; readonly names: readonly Uint8Array[] }
  | { readonly type: 'sealed'; readonly operation: SealedOperation }

const tags = {
  grant: 0x50,
  tickets: 0x51,
  wantTickets: 0x52,
  offers: 0x53,
  appointment: 0x54,
  lobbyGrant: 0x55,
  sealedState: 0x56,
  sealedNames: 0x57,
  wantSealed: 0x58,
  sealed: 0x59,
} as const
const digestBytes = 8
/** A nonce and a tag more than the operation. */
const maxBoxBytes = maxOperationBytes + 64
const keyBytes = 32
const signatureBytes = 64

export function encodeKeeperMessage(message: KeeperMessage): Uint8Array {
  const writer = new Writer(256).u8(tags[message.type])
  switch (message.type) {
    case 'grant': {
      const { epochId, writeKey, since, signature } = message.grant
      return writer.raw(epochId).raw(writeKey).u48(since).raw(signature).finish()
    }
    case 'tickets':
      writer.raw(message.epochId).varint(message.tickets.length)
      for (const { session, upTo, signature } of message.tickets) writer.raw(session).u32(upTo).raw(signature)
      return writer.finish()
    case 'wantTickets':
      writer.raw(message.epochId).varint(message.sessions.length)
      for (const session of message.sessions) writer.raw(session)
      return writer.finish()
    case 'offers':
      writer.raw(message.epochId).varint(message.offers.length)
      for (const { root, size, signature } of message.offers) writer.raw(root).u48(size).raw(signature)
      return writer.finish()
    case 'appointment': {
      const { order, devices, certificate, signature } = message.appointment
      writer.u48(order).u8(devices.length)
      for (const device of devices) writer.raw(device)
      return writer.bytes(certificate).raw(signature).finish()
    }
    case 'lobbyGrant': {
      const { lobbyId, writeKey, order, lobbyKey, rendezvousSecret, signer, certificate, signature } = message.grant
      writer.raw(lobbyId).raw(writeKey).u48(order).raw(lobbyKey).raw(rendezvousSecret)
      return writer.raw(signer).bytes(certificate).raw(signature).finish()
    }
    case 'sealedState':
      return writer.raw(message.digest).finish()
    case 'sealedNames':
    case 'wantSealed':
      writer.varint(message.names.length)
      for (const name of message.names) writer.raw(name)
      return writer.finish()
    case 'sealed': {
      const { lobbyId, name, epochId, signature, box } = message.operation
      return writer.raw(lobbyId).raw(name).raw(epochId).raw(signature).bytes(box).finish()
    }
  }
}

/** `unknown`: said by a newer program. */
export function decodeKeeperMessage(payload: Uint8Array): Result<KeeperMessage, 'malformed' | 'unknown'> {
  // A copy: what is read here is kept.
  const reader = new Reader(payload.slice())
  const message = readMessage(reader.u8(), reader)
  if (message === undefined) return reject('unknown')
  return reader.done() ? accept(message) : reject('malformed')
}

function readMessage(tag: number, reader: Reader): KeeperMessage | undefined {
  switch (tag) {
    case tags.grant: {
      const [epochId, writeKey, since] = [reader.raw(keyBytes), reader.raw(keyBytes), reader.u48()]
      return { type: 'grant', grant: { epochId, writeKey, since, signature: reader.raw(signatureBytes) } }
    }
    case tags.tickets: {
      const epochId = reader.raw(keyBytes)
      const read = (): WriteTicket => ({
        session: reader.raw(keyBytes),
        upTo: reader.u32(),
        signature: reader.raw(signatureBytes),
      })
      return { type: 'tickets', epochId, tickets: readMany(reader, read) }
    }
    case tags.wantTickets: {
      const epochId = reader.raw(keyBytes)
      return { type: 'wantTickets', epochId, sessions: readMany(reader, () => reader.raw(keyBytes)) }
    }
    case tags.offers: {
      const epochId = reader.raw(keyBytes)
      const read = (): BlobOffer => ({
        root: reader.raw(keyBytes),
        size: reader.u48(),
        signature: reader.raw(signatureBytes),
      })
      return { type: 'offers', epochId, offers: readMany(reader, read) }
    }
    case tags.appointment: {
      const [order, count] = [reader.u48(), reader.u8()]
      if (count > maxAppointed) reader.fail()
      const devices: Uint8Array[] = []
      for (let i = 0; i < count && !reader.failed; i++) devices.push(reader.raw(keyBytes))
      const certificate = reader.bytes(maxStatementBytes)
      return {
        type: 'appointment',
        appointment: { order, devices, certificate, signature: reader.raw(signatureBytes) },
      }
    }
    case tags.lobbyGrant: {
      const [lobbyId, writeKey, order] = [reader.raw(keyBytes), reader.raw(keyBytes), reader.u48()]
      const [lobbyKey, rendezvousSecret, signer] = [reader.raw(keyBytes), reader.raw(keyBytes), reader.raw(keyBytes)]
      const certificate = reader.bytes(maxStatementBytes)
      const signature = reader.raw(signatureBytes)
      const grant = { lobbyId, writeKey, order, lobbyKey, rendezvousSecret, signer, certificate, signature }
      return { type: 'lobbyGrant', grant }
    }
    case tags.sealedState:
      return { type: 'sealedState', digest: reader.raw(digestBytes) }
    case tags.sealedNames:
    case tags.wantSealed: {
      const names = readMany(reader, () => reader.raw(sealedNameBytes), maxNames)
      return { type: tag === tags.sealedNames ? 'sealedNames' : 'wantSealed', names }
    }
    case tags.sealed: {
      const [lobbyId, name, epochId] = [reader.raw(keyBytes), reader.raw(sealedNameBytes), reader.raw(keyBytes)]
      const [signature, box] = [reader.raw(signatureBytes), reader.bytes(maxBoxBytes)]
      return { type: 'sealed', operation: { lobbyId, name, epochId, signature, box } }
    }
    default:
      return undefined
  }
}

function readMany<T>(reader: Reader, read: () => T, most = maxPerPayload): T[] {
  const count = reader.varint()
  if (count > most) reader.fail()
  const many: T[] = []
  for (let i = 0; i < count && !reader.failed; i++) many.push(read())
  return many
}

/**
 * What members and blind keepers say to each other. First byte of a payload is its tag; 0x50 to 0x5f belong here.
 *
 * | tag | payload | fields after the tag |
 * |---|---|---|
 * | 0x50 | grant | epoch id 32 · write key 32 · since u48 · signature 64 |
 * | 0x51 | tickets | epoch id 32 · count varint ≤ 128 · (session 32 · signature 64) … |
 * | 0x52 | wantTickets | epoch id 32 · count varint ≤ 128 · session 32 … |
 * | 0x53 | offers | epoch id 32 · count varint ≤ 128 · (root 32 · size u48 · signature 64) … |
 */
import { Reader } from '../codec/reader.ts'
import { Writer } from '../codec/writer.ts'
import { type Result, accept, reject } from '../machine.ts'
import type { BlobOffer, Grant, WriteTicket } from './words.ts'

export const keeperTags = { from: 0x50, to: 0x5f } as const
/** Tickets, sessions or offers of one payload. */
export const maxPerPayload = 128

export type KeeperMessage =
  | { readonly type: 'grant'; readonly grant: Grant }
  | { readonly type: 'tickets'; readonly epochId: Uint8Array; readonly tickets: readonly WriteTicket[] }
  | { readonly type: 'wantTickets'; readonly epochId: Uint8Array; readonly sessions: readonly Uint8Array[] }
  | { readonly type: 'offers'; readonly epochId: Uint8Array; readonly offers: readonly BlobOffer[] }

const tags = { grant: 0x50, tickets: 0x51, wantTickets: 0x52, offers: 0x53 } as const
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
      for (const { session, signature } of message.tickets) writer.raw(session).raw(signature)
      return writer.finish()
    case 'wantTickets':
      writer.raw(message.epochId).varint(message.sessions.length)
      for (const session of message.sessions) writer.raw(session)
      return writer.finish()
    case 'offers':
      writer.raw(message.epochId).varint(message.offers.length)
      for (const { root, size, signature } of message.offers) writer.raw(root).u48(size).raw(signature)
      return writer.finish()
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
      const read = (): WriteTicket => ({ session: reader.raw(keyBytes), signature: reader.raw(signatureBytes) })
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
    default:
      return undefined
  }
}

function readMany<T>(reader: Reader, read: () => T): T[] {
  const count = reader.varint()
  if (count > maxPerPayload) reader.fail()
  const many: T[] = []
  for (let i = 0; i < count && !reader.failed; i++) many.push(read())
  return many
}

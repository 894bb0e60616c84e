/**
 * The three things a room signs for its blind keepers, so that they need no key of the room (docs/spec/keepers.md).
 *
 *   grant    keeper's key of the room:  "kith1/keep/grant\0"  ‖ room id 16 ‖ epoch id 32 ‖ write key 32 ‖ since u48
 *   ticket   write key of the epoch:    "kith1/keep/ticket\0" ‖ epoch id 32 ‖ session 32 ‖ up to u32
 *   offer    write key of the epoch:    "kith1/keep/offer\0"  ‖ epoch id 32 ‖ root 32 ‖ size u48
 *
 * A grant says which write key counts for an epoch, a ticket that a session may write in it, an offer that a blob belongs
 * to the room. Everybody with the epoch's key can make tickets and offers, and nobody else can. In a members room a lobby's
 * id stands where the epoch's does (`lobby-words.ts`).
 */
import { concatBytes, label } from '../codec/bytes.ts'
import { Writer } from '../codec/writer.ts'
import type { Crypto } from '../crypto/crypto.ts'
import type { Millis } from '../machine.ts'

/** Which key tickets and offers of an epoch are signed by. */
export interface Grant {
  readonly epochId: Uint8Array
  /** Ed25519, 32 bytes. */
  readonly writeKey: Uint8Array
  readonly since: Millis
  readonly signature: Uint8Array
}

/** Of a ticket that says nothing of an end. */
export const noEnd = 0xffff_ffff

/** A session may write, up to and including an entry: of who was removed, what counts. */
export interface WriteTicket {
  readonly session: Uint8Array
  /** Seq, or `noEnd`. */
  readonly upTo: number
  readonly signature: Uint8Array
}

/** A blob belongs to the room. `root` is 32 bytes, `size` that of the plaintext. */
export interface BlobOffer {
  readonly root: Uint8Array
  readonly size: number
  readonly signature: Uint8Array
}

const grantLabel = label('kith1/keep/grant')
const ticketLabel = label('kith1/keep/ticket')
const offerLabel = label('kith1/keep/offer')

function grantText(roomId: Uint8Array, { epochId, writeKey, since }: Omit<Grant, 'signature'>): Uint8Array {
  return concatBytes(grantLabel, roomId, epochId, writeKey, new Writer(6).u48(since).finish())
}

function ticketText(epochId: Uint8Array, { session, upTo }: Omit<WriteTicket, 'signature'>): Uint8Array {
  return concatBytes(ticketLabel, epochId, session, new Writer(4).u32(upTo).finish())
}

function offerText(epochId: Uint8Array, { root, size }: Omit<BlobOffer, 'signature'>): Uint8Array {
  return concatBytes(offerLabel, epochId, root, new Writer(6).u48(size).finish())
}

/** `keeperKey`: seed of the room's Ed25519 key for its keepers. */
export function signGrant(
  crypto: Pick<Crypto, 'sign'>,
  keeperKey: Uint8Array,
  roomId: Uint8Array,
  about: Omit<Grant, 'signature'>,
): Grant {
  return { ...about, signature: crypto.sign(keeperKey, grantText(roomId, about)) }
}

/** `keeperKey`: the public one. */
export function isGranted(
  crypto: Pick<Crypto, 'verify'>,
  keeperKey: Uint8Array,
  roomId: Uint8Array,
  grant: Grant,
): boolean {
  return crypto.verify(keeperKey, grantText(roomId, grant), grant.signature)
}

export function signWriteTicket(
  crypto: Pick<Crypto, 'sign'>,
  writeKey: Uint8Array,
  epochId: Uint8Array,
  about: Omit<WriteTicket, 'signature'>,
): WriteTicket {
  return { ...about, signature: crypto.sign(writeKey, ticketText(epochId, about)) }
}

export function isTicketed(
  crypto: Pick<Crypto, 'verify'>,
  { epochId, writeKey }: Pick<Grant, 'epochId' | 'writeKey'>,
  ticket: WriteTicket,
): boolean {
  return crypto.verify(writeKey, ticketText(epochId, ticket), ticket.signature)
}

export function signOffer(
  crypto: Pick<Crypto, 'sign'>,
  writeKey: Uint8Array,
  epochId: Uint8Array,
  about: Omit<BlobOffer, 'signature'>,
): BlobOffer {
  return { ...about, signature: crypto.sign(writeKey, offerText(epochId, about)) }
}

export function isOffered(
  crypto: Pick<Crypto, 'verify'>,
  { epochId, writeKey }: Pick<Grant, 'epochId' | 'writeKey'>,
  offer: BlobOffer,
): boolean {
  return crypto.verify(writeKey, offerText(epochId, offer), offer.signature)
}

/**
 * What the overlay says over a link: tag 0x10, then a kind.
 *
 * | kind | message | fields after the kind |
 * |---|---|---|
 * | 1 | neighbour | priority u8 (0 low, 1 high) · kind u8 |
 * | 2 | accept | kind u8 · contacts |
 * | 3 | refuse | contacts |
 * | 4 | disconnect | nothing |
 * | 5 | part | nothing |
 * | 6 | join | nothing |
 * | 7 | forwardJoin | ttl u8 · contact |
 * | 8 | shuffle | walk u32 · ttl u8 · contacts, the first is the origin |
 * | 9 | shuffleReply | walk u32 · contacts |
 *
 * `contacts` is a count u8 and that many contacts; a contact is its card, varint-prefixed: 32 bytes of session key and
 * whatever the engine puts behind them (`discovery/card.ts`). This file does not open cards.
 *
 * Source of the messages: Leitão, Pereira, Rodrigues, "HyParView: a membership protocol for reliable gossip-based
 * broadcast", DSN 2007. `accept` and `refuse` that carry contacts, and `part`, are ours.
 */
import { keepAlike } from '../codec/bytes.ts'
import { Reader } from '../codec/reader.ts'
import { formatHex } from '../codec/text.ts'
import { Writer } from '../codec/writer.ts'
import { accept, reject, unreachable } from '../machine.ts'
import type { Result } from '../machine.ts'

export const overlayTag = 0x10
export const maxCardBytes = 192
/** A card begins with the session key. */
export const minCardBytes = 32
/** Contacts in one message: own, Ka 3, Kp 4. */
export const maxContactsPerMessage = 8
/** Longest random walk anybody may ask for. */
export const maxWalkHops = 8

/** Somebody to link with. */
export interface Contact {
  /** Session key, hex: the first 32 bytes of the card. */
  readonly session: string
  /** Opaque here; the engine judges it when it is used, and calls `Overlay.drop` when it is wrong. */
  readonly card: Uint8Array
}

/** What a peer is as a neighbour; `mobile` is also who pays by volume. */
export type PeerKind = 'desktop' | 'mobile' | 'node' | 'keeper'
const peerKinds: readonly PeerKind[] = ['desktop', 'mobile', 'node', 'keeper']

/** `high`: whoever asks has no neighbour. */
export type NeighbourPriority = 'low' | 'high'

export type OverlayMessage =
  /** May we be neighbours? Answered by `accept` or `refuse`; two crossing requests are an answer to each other. */
  | { readonly type: 'neighbour'; readonly priority: NeighbourPriority; readonly kind: PeerKind }
  | { readonly type: 'accept'; readonly kind: PeerKind; readonly contacts: readonly Contact[] }
  | { readonly type: 'refuse'; readonly contacts: readonly Contact[] }
  /** We are not neighbours any more. */
  | { readonly type: 'disconnect' }
  /** You may end it if you have enough others: answered by `disconnect` or not at all. */
  | { readonly type: 'part' }
  /** Newly here: tell others of me. */
  | { readonly type: 'join' }
  | { readonly type: 'forwardJoin'; readonly ttl: number; readonly contact: Contact }
  | { readonly type: 'shuffle'; readonly walk: number; readonly ttl: number; readonly contacts: readonly Contact[] }
  | { readonly type: 'shuffleReply'; readonly walk: number; readonly contacts: readonly Contact[] }

const kinds = {
  neighbour: 1,
  accept: 2,
  refuse: 3,
  disconnect: 4,
  part: 5,
  join: 6,
  forwardJoin: 7,
  shuffle: 8,
  shuffleReply: 9,
} as const

export function encodeOverlay(message: OverlayMessage): Uint8Array {
  const writer = new Writer(message.type === 'shuffle' || message.type === 'shuffleReply' ? 1_280 : 256)
  writer.u8(overlayTag).u8(kinds[message.type])
  switch (message.type) {
    case 'neighbour':
      writer.u8(message.priority === 'high' ? 1 : 0).u8(peerKinds.indexOf(message.kind))
      break
    case 'accept':
      writer.u8(peerKinds.indexOf(message.kind))
      writeContacts(writer, message.contacts)
      break
    case 'refuse':
      writeContacts(writer, message.contacts)
      break
    case 'disconnect':
    case 'part':
    case 'join':
      break
    case 'forwardJoin':
      writer.u8(message.ttl).bytes(message.contact.card)
      break
    case 'shuffle':
      writer.u32(message.walk).u8(message.ttl)
      writeContacts(writer, message.contacts)
      break
    case 'shuffleReply':
      writer.u32(message.walk)
      writeContacts(writer, message.contacts)
      break
    default:
      unreachable(message)
  }
  return writer.finishPassing()
}

/** `bytes` begins with the tag. Cards are copied, so that a kept contact does not keep the frame it came in. */
export function decodeOverlay(bytes: Uint8Array): Result<OverlayMessage, 'malformed' | 'unknownTag'> {
  const reader = new Reader(bytes)
  if (reader.u8() !== overlayTag) return reject('unknownTag')
  const message = readMessage(reader, reader.u8())
  if (message === undefined) return reject(reader.failed ? 'malformed' : 'unknownTag')
  return reader.done() ? accept(message) : reject('malformed')
}

function readMessage(reader: Reader, kind: number): OverlayMessage | undefined {
  switch (kind) {
    case kinds.neighbour: {
      const priority = reader.u8()
      if (priority > 1) reader.fail()
      return { type: 'neighbour', priority: priority === 1 ? 'high' : 'low', kind: readKind(reader) }
    }
    case kinds.accept:
      return { type: 'accept', kind: readKind(reader), contacts: readContacts(reader) }
    case kinds.refuse:
      return { type: 'refuse', contacts: readContacts(reader) }
    case kinds.disconnect:
      return { type: 'disconnect' }
    case kinds.part:
      return { type: 'part' }
    case kinds.join:
      return { type: 'join' }
    case kinds.forwardJoin: {
      const ttl = readTtl(reader)
      const contact = readContact(reader)
      return contact === undefined ? undefined : { type: 'forwardJoin', ttl, contact }
    }
    case kinds.shuffle: {
      const walk = reader.u32()
      const ttl = readTtl(reader)
      const contacts = readContacts(reader)
      if (contacts.length === 0) reader.fail()
      return { type: 'shuffle', walk, ttl, contacts }
    }
    case kinds.shuffleReply:
      return { type: 'shuffleReply', walk: reader.u32(), contacts: readContacts(reader) }
    default:
      return undefined
  }
}

function readKind(reader: Reader): PeerKind {
  const kind = peerKinds[reader.u8()]
  if (kind === undefined) reader.fail()
  return kind ?? 'desktop'
}

function readTtl(reader: Reader): number {
  const ttl = reader.u8()
  if (ttl > maxWalkHops) reader.fail()
  return ttl
}

function writeContacts(writer: Writer, contacts: readonly Contact[]): void {
  writer.u8(contacts.length)
  for (const contact of contacts) writer.bytes(contact.card)
}

function readContacts(reader: Reader): Contact[] {
  const count = reader.u8()
  if (count > maxContactsPerMessage) reader.fail()
  const contacts: Contact[] = []
  for (let i = 0; i < count && !reader.failed; i++) {
    const contact = readContact(reader)
    if (contact !== undefined) contacts.push(contact)
  }
  return contacts
}

function readContact(reader: Reader): Contact | undefined {
  const bytes = reader.bytes(maxCardBytes)
  if (bytes.length < minCardBytes) reader.fail()
  if (reader.failed) return undefined
  const card = keepAlike(bytes)
  return { session: formatHex(card.subarray(0, minCardBytes)), card }
}

/**
 * What linked peers say to each other besides synchronisation. First byte of a payload is its tag; tags 0x01 to 0x1f are
 * this file's, 0x20 to 0x3f belong to `sync/wire.ts`.
 *
 * | tag | payload | fields after the tag |
 * |---|---|---|
 * | 0x01 | beat | sentAt u48 · echo u48 · heldBack varint · held varint · flags u8 (1 hidden, 2 urgent, 4 digest, 8 settled) · [digest 8] · [settled epoch varint · settled digest 8] |
 * | 0x02 | entry | entry varint-prefixed · receipt varint-prefixed, empty when none |
 * | 0x03 | neighbours | count varint · that many (8-byte prefix of a session key · path u8 · round trip varint · [8-byte prefix of its carrier]) |
 * | 0x04 | presence | flags u8 · name varint-prefixed |
 * | 0x05 | goodbye | nothing |
 * | 0x06 | wantReceipts | count varint · that many 16-byte sorting keys of entries |
 * | 0x07 | receipts | count varint · that many (sorting key 16 · receipt varint-prefixed) |
 * | 0x18 | online | how many are here varint · flags u8 |
 * | 0x19 | whisper | number u32 · bytes varint-prefixed, ≤ 4,096: for the person at the far end alone (`identity/whisper.ts`) |
 * | 0x1a | whisperHeard | number u32 |
 *
 * The path of a neighbour is 0 direct, 1 by the relay, 2 through a member, whose prefix follows; its round trip is in
 * milliseconds, plus one, 0 when not measured.
 *
 * A link has authenticated its far end before the first of these, so nothing here is signed again.
 */
import { Reader } from '../codec/reader.ts'
import { formatBase32, parseBase32 } from '../codec/text.ts'
import { Writer } from '../codec/writer.ts'
import { accept, BrokenPromise, reject, unreachable } from '../machine.ts'
import type { Millis, Result } from '../machine.ts'

/** An encoded entry: header, signature and a body of 256 KiB. */
export const maxEntryBytes: number = 256 * 1024 + 256
export const maxReceiptBytes = 512
export const maxNeighbours = 1024
export const maxNameBytes = 128
export const maxReceiptsPerFrame = 256
export const maxWhisperBytes = 4096
export const prefixBytes = 8
export const digestBytes = 8
const keyBytes = 16
/** The carrier is not known. */
const noCarrier = new Uint8Array(prefixBytes)

/**
 * Keepalive, clock sample, digest and acknowledgement in one: sent when a link has been silent and soon after entries
 * arrived.
 */
export interface Beat {
  readonly type: 'beat'
  /** The sender's clock. */
  readonly sentAt: Millis
  /** `sentAt` of the last beat received on this link, 0 when none, and how long it was held back before this answer. */
  readonly echo: Millis
  readonly heldBack: number
  /** Digest of everything the sender holds (`log/digest.ts`); undefined where it would tell nothing. */
  readonly digest: Uint8Array | undefined
  /** How many entries of the *receiver's* session the sender holds without a hole, counted from its opening. */
  readonly held: number
  /** The sender is in the background and may be slow to answer. */
  readonly hidden: boolean
  /** The sender wants a beat back at once. */
  readonly urgent: boolean
  /** What the sender holds from before a border, where it was asked or asks (`Catchup.settledFor`). */
  readonly settled: Settled | undefined
}

/** A digest over what is older than the border `epoch` (`log/settled.ts`). */
export interface Settled {
  readonly epoch: number
  readonly digest: Uint8Array
}

export type Payload =
  | Beat
  | { readonly type: 'entry'; readonly entry: Uint8Array; readonly receipt: Uint8Array | undefined }
  /** Sessions the sender has links with. */
  | { readonly type: 'neighbours'; readonly neighbours: readonly Neighbour[] }
  | { readonly type: 'presence'; readonly typing: boolean; readonly name: string }
  | { readonly type: 'goodbye' }
  | { readonly type: 'wantReceipts'; readonly keys: readonly string[] }
  | { readonly type: 'receipts'; readonly receipts: readonly EntryReceipt[] }
  /** How many are here, and whether the sender's links are those of a mesh. */
  | { readonly type: 'online'; readonly online: number; readonly mesh: boolean }
  /** From one person to another, on no other link and in no log. */
  | { readonly type: 'whisper'; readonly number: number; readonly whisper: Uint8Array }
  /** That one came, and is not to be said again (`engine/whispers.ts`). */
  | { readonly type: 'whisperHeard'; readonly number: number }

/** A link somebody has, as it tells it. */
export interface Neighbour {
  /** First 8 bytes of the session key. */
  readonly prefix: Uint8Array
  readonly path: NeighbourPath
  readonly rttMs: number | undefined
  /** First 8 bytes of the session that carries a link of path `through`. */
  readonly through: Uint8Array | undefined
}

export type NeighbourPath = 'direct' | 'relay' | 'through'
const neighbourPaths: readonly NeighbourPath[] = ['direct', 'relay', 'through']
const throughCode = 2

export interface EntryReceipt {
  /** Sorting key of the entry. */
  readonly key: string
  readonly receipt: Uint8Array
}

const tags = {
  beat: 1,
  entry: 2,
  neighbours: 3,
  presence: 4,
  goodbye: 5,
  wantReceipts: 6,
  receipts: 7,
  online: 0x18,
  whisper: 0x19,
  whisperHeard: 0x1a,
} as const

const flagHidden = 1
const flagUrgent = 2
const flagDigest = 4
const flagSettled = 8
const flagTyping = 1
const flagMesh = 1

export function encodePayload(payload: Payload): Uint8Array {
  const writer = new Writer(64).u8(tags[payload.type])
  switch (payload.type) {
    case 'beat':
      writer.u48(payload.sentAt).u48(payload.echo).varint(payload.heldBack).varint(payload.held).u8(beatFlags(payload))
      if (payload.digest !== undefined) writer.raw(payload.digest)
      if (payload.settled !== undefined) writer.varint(payload.settled.epoch).raw(payload.settled.digest)
      break
    case 'entry':
      writer.bytes(payload.entry).bytes(payload.receipt ?? new Uint8Array(0))
      break
    case 'neighbours':
      writer.varint(payload.neighbours.length)
      for (const { prefix, path, rttMs, through } of payload.neighbours) {
        writer
          .raw(prefix)
          .u8(neighbourPaths.indexOf(path))
          .varint(rttMs === undefined ? 0 : rttMs + 1)
        if (path === 'through') writer.raw(through ?? noCarrier)
      }
      break
    case 'online':
      writer.varint(payload.online).u8(payload.mesh ? flagMesh : 0)
      break
    case 'presence':
      writer.u8(payload.typing ? flagTyping : 0).text(payload.name)
      break
    case 'goodbye':
      break
    case 'wantReceipts':
      writer.varint(payload.keys.length)
      for (const key of payload.keys) writer.raw(keyToBytes(key))
      break
    case 'whisper':
      writer.u32(payload.number).bytes(payload.whisper)
      break
    case 'whisperHeard':
      writer.u32(payload.number)
      break
    case 'receipts':
      writer.varint(payload.receipts.length)
      for (const { key, receipt } of payload.receipts) writer.raw(keyToBytes(key)).bytes(receipt)
      break
    default:
      unreachable(payload)
  }
  return writer.finishPassing()
}

function beatFlags({ hidden, urgent, digest, settled }: Beat): number {
  const told = (digest === undefined ? 0 : flagDigest) | (settled === undefined ? 0 : flagSettled)
  return (hidden ? flagHidden : 0) | (urgent ? flagUrgent : 0) | told
}

export function decodePayload(bytes: Uint8Array): Result<Payload, 'malformed' | 'unknownTag'> {
  const reader = new Reader(bytes)
  const tag = reader.u8()
  const payload = readPayload(reader, tag)
  if (payload === undefined) return reject('unknownTag')
  return reader.done() ? accept(payload) : reject('malformed')
}

function readPayload(reader: Reader, tag: number): Payload | undefined {
  switch (tag) {
    case tags.beat: {
      const sentAt = reader.u48()
      const echo = reader.u48()
      const heldBack = reader.varint()
      const held = reader.varint()
      const flags = reader.u8()
      const hidden = (flags & flagHidden) !== 0
      const urgent = (flags & flagUrgent) !== 0
      const digest = (flags & flagDigest) === 0 ? undefined : reader.raw(digestBytes)
      const isSettled = (flags & flagSettled) !== 0
      const settled = isSettled ? { epoch: reader.varint(), digest: reader.raw(digestBytes) } : undefined
      return { type: 'beat', sentAt, echo, heldBack, digest, held, hidden, urgent, settled }
    }
    case tags.entry: {
      const entry = reader.bytes(maxEntryBytes)
      const receipt = reader.bytes(maxReceiptBytes)
      return { type: 'entry', entry, receipt: receipt.length > 0 ? receipt : undefined }
    }
    case tags.neighbours:
      return { type: 'neighbours', neighbours: readMany(reader, maxNeighbours, () => readNeighbour(reader)) }
    case tags.online: {
      const online = reader.varint()
      return { type: 'online', online, mesh: (reader.u8() & flagMesh) !== 0 }
    }
    case tags.presence: {
      const typing = (reader.u8() & flagTyping) !== 0
      return { type: 'presence', typing, name: reader.text(maxNameBytes) }
    }
    case tags.goodbye:
      return { type: 'goodbye' }
    case tags.whisper:
      return { type: 'whisper', number: reader.u32(), whisper: reader.bytes(maxWhisperBytes) }
    case tags.whisperHeard:
      return { type: 'whisperHeard', number: reader.u32() }
    case tags.wantReceipts:
      return { type: 'wantReceipts', keys: readMany(reader, maxReceiptsPerFrame, () => readKey(reader)) }
    case tags.receipts:
      return {
        type: 'receipts',
        receipts: readMany(reader, maxReceiptsPerFrame, () => ({
          key: readKey(reader),
          receipt: reader.bytes(maxReceiptBytes),
        })),
      }
    default:
      return undefined
  }
}

function readNeighbour(reader: Reader): Neighbour {
  const prefix = reader.raw(prefixBytes)
  const code = reader.u8()
  const path = neighbourPaths[code]
  if (path === undefined) reader.fail()
  const rtt = reader.varint()
  const through = code === throughCode ? reader.raw(prefixBytes) : undefined
  return { prefix, path: path ?? 'direct', rttMs: rtt === 0 ? undefined : rtt - 1, through }
}

function readKey(reader: Reader): string {
  return formatBase32(reader.raw(keyBytes))
}

function keyToBytes(key: string): Uint8Array {
  const bytes = parseBase32(key, keyBytes)
  if (bytes === undefined) throw new BrokenPromise(`not a sorting key: ${key}`)
  return bytes
}

function readMany<T>(reader: Reader, max: number, read: () => T): T[] {
  const count = reader.varint()
  if (count > max) reader.fail()
  const items: T[] = []
  for (let i = 0; i < count && !reader.failed; i++) items.push(read())
  return items
}

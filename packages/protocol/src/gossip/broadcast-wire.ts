/**
 * What peers of a large room say to each other about spreading entries. First byte of a payload is its tag; 0x08 to 0x0d
 * are this file's.
 *
 * | tag | payload | fields after the tag |
 * |---|---|---|
 * | 0x08 | treeEntries | tree u48 · hop u8 (bit 7: they were pulled, bit 6: they are late) · one or more (entry varint-prefixed · receipt varint-prefixed, empty when none) |
 * | 0x09 | beacon | hop u8 · held u8 · distance u8 · root 32 · slot u8 · claimed u48 · age u32 · online u24 · digest 8 · signature 64 |
 * | 0x0a | attach | one or more (tree u48 · size of the subtree u24) |
 * | 0x0b | detach | one or more tree u48 |
 * | 0x0c | have | one or more ref u48 |
 * | 0x0d | pull | one or more ref u48 |
 *
 * A tree is named by the first six bytes of its root's session key, an entry by the first six of its id (`ref`); both are
 * integers here, so that they are keys of a Map without a string being built. Tree 0 means none.
 *
 * Beacons are read where they lie: of the copies that arrive of each, all but the first are told by three fields. The
 * signature covers a label, the room's tag and everything from `root` to `digest`; the fields before change on the way.
 */
import { label, passingBytes } from '../codec/bytes.ts'
import { Reader } from '../codec/reader.ts'
import { Writer } from '../codec/writer.ts'
import { accept, reject } from '../machine.ts'
import type { Millis, Result } from '../machine.ts'
import { digestBytes, maxEntryBytes, maxReceiptBytes } from './wire.ts'

/** First six bytes of the root's session key as an integer. */
export type TreeId = number
/** First six bytes of an entry's id as an integer. */
export type Ref = number

export const noTree: TreeId = 0
/** An entry that came this far is not passed on. */
export const maxHops = 32
export const maxRefsPerFrame = 256
export const maxTreesPerFrame = 16
export const maxEntriesPerFrame = 16
export const roomTagBytes = 8
/** `slot` of a beacon whose root speaks much and leads its own tree. */
export const hotSlot = 0x80
/** The count of those online ends here. */
export const maxOnline = 0xff_ffff
/** Unit of the beacon's fields `held` and `distance`. */
export const beaconUnitMs = 4

export const broadcastTags = { treeEntries: 8, beacon: 9, attach: 10, detach: 11, have: 12, pull: 13 } as const

const idBytes = 6
const attachBytes = idBytes + 3
const pulledFlag = 0x80
const lateFlag = 0x40

/** First six bytes as an integer: of an entry's id its ref, of a session key its tree. */
export function shortId(bytes: Uint8Array, at = 0): number {
  return readU48(bytes, at)
}

/** An entry as it travels. Decoded, both are views on the payload, not copies. */
export interface CarriedEntry {
  readonly entry: Uint8Array
  readonly receipt: Uint8Array | undefined
}

/** Where entries go along, and how they came. */
export interface TreeWay {
  readonly tree: TreeId
  /** Links they have passed, this one included. */
  readonly hop: number
  /** They answer a pull: they did not come along an edge of their tree. */
  readonly pulled: boolean
  /** Somewhere on their way they had to be pulled: others may lack them too. */
  readonly late: boolean
}

export interface TreeEntries extends TreeWay {
  readonly entries: readonly CarriedEntry[]
}

/** `entries`: at least one, at most `maxEntriesPerFrame`. */
export function encodeTreeEntries({ tree, hop, pulled, late, entries }: TreeEntries): Uint8Array {
  let size = 8
  for (const { entry, receipt } of entries) size += entry.length + (receipt?.length ?? 0) + 6
  const writer = new Writer(size)
  writer.u8(broadcastTags.treeEntries).u48(tree)
  writer.u8(Math.min(hop, maxHops) | (pulled ? pulledFlag : 0) | (late ? lateFlag : 0))
  for (const { entry, receipt } of entries) {
    writer.bytes(entry)
    if (receipt === undefined) writer.u8(0)
    else writer.bytes(receipt)
  }
  return writer.finishPassing()
}

export function decodeTreeEntries(payload: Uint8Array): Result<TreeEntries, 'malformed'> {
  const reader = new Reader(payload)
  if (reader.u8() !== broadcastTags.treeEntries) reader.fail()
  const tree = reader.u48()
  const how = reader.u8()
  const hop = how & ~(pulledFlag | lateFlag)
  if (hop > maxHops) reader.fail()
  const entries: CarriedEntry[] = []
  do {
    if (entries.length === maxEntriesPerFrame) reader.fail()
    const entry = reader.bytes(maxEntryBytes)
    const receipt = reader.bytes(maxReceiptBytes)
    entries.push({ entry, receipt: receipt.length > 0 ? receipt : undefined })
  } while (reader.remaining > 0 && !reader.failed)
  if (!reader.done()) return reject('malformed')
  return accept({ tree, hop, pulled: (how & pulledFlag) !== 0, late: (how & lateFlag) !== 0, entries })
}

// Beacons.

const hopAt = 1
const heldAt = 2
const distanceAt = 3
const rootAt = 4
const slotAt = 36
const claimedAt = 37
const ageAt = 43
const onlineAt = 47
const digestAt = 50
const signatureAt = digestAt + digestBytes
export const beaconBytes: number = signatureAt + 64

export interface BeaconFields {
  readonly root: Uint8Array
  /** Number of the shared tree, or `hotSlot`. */
  readonly slot: number
  /** When its root claimed the slot. */
  readonly claimed: Millis
  /** Milliseconds since then: grows with every beacon. */
  readonly age: Millis
  /** How many the root counts. */
  readonly online: number
  readonly digest: Uint8Array
}

/** A beacon of ours, hop 0, signed. */
export function encodeBeacon(
  fields: BeaconFields,
  roomTag: Uint8Array,
  sign: (message: Uint8Array) => Uint8Array,
): Uint8Array {
  const bytes = new Writer(beaconBytes)
    .u8(broadcastTags.beacon)
    .u8(0)
    .u8(0)
    .u8(0)
    .raw(fields.root)
    .u8(fields.slot)
    .u48(fields.claimed)
    .u32(fields.age)
    .u16(Math.min(fields.online, maxOnline) >>> 8)
    .u8(Math.min(fields.online, maxOnline) & 0xff)
    .raw(fields.digest)
    .raw(new Uint8Array(beaconBytes - signatureAt))
    .finish()
  bytes.set(sign(beaconTranscript(bytes, roomTag)), signatureAt)
  return bytes
}

const beaconLabel = label('kith1/beacon')

/** What the root signs. */
export function beaconTranscript(beacon: Uint8Array, roomTag: Uint8Array): Uint8Array {
  const message = passingBytes(beaconLabel.length + roomTagBytes + signatureAt - rootAt)
  message.set(beaconLabel)
  message.set(roomTag.subarray(0, roomTagBytes), beaconLabel.length)
  message.set(beacon.subarray(rootAt, signatureAt), beaconLabel.length + roomTagBytes)
  return message
}

export function isBeacon(payload: Uint8Array): boolean {
  return payload.length === beaconBytes && payload[0] === broadcastTags.beacon
}

/** A copy to send on. */
export function relayedBeacon(beacon: Uint8Array, hop: number, heldMs: Millis, distanceMs: Millis): Uint8Array {
  const bytes = passingBytes(beaconBytes)
  bytes.set(beacon)
  bytes[hopAt] = hop
  bytes[heldAt] = Math.min(0xff, Math.round(heldMs / beaconUnitMs))
  bytes[distanceAt] = Math.min(0xff, Math.round(distanceMs / beaconUnitMs))
  return bytes
}

export function beaconTree(beacon: Uint8Array): TreeId {
  return readU48(beacon, rootAt)
}

export function beaconHop(beacon: Uint8Array): number {
  return beacon[hopAt] as number
}

/** How long whoever sent this copy kept it on purpose. */
export function beaconHeldMs(beacon: Uint8Array): Millis {
  return (beacon[heldAt] as number) * beaconUnitMs
}

/** How far from the root whoever sent this copy takes itself to be: half the round trips on the way. */
export function beaconDistanceMs(beacon: Uint8Array): Millis {
  return (beacon[distanceAt] as number) * beaconUnitMs
}

export function beaconRoot(beacon: Uint8Array): Uint8Array {
  return beacon.subarray(rootAt, slotAt)
}

export function beaconSlot(beacon: Uint8Array): number {
  return beacon[slotAt] as number
}

export function beaconClaimed(beacon: Uint8Array): Millis {
  return readU48(beacon, claimedAt)
}

/** When its root sent it, by the room's clock: the newer of two beacons has the greater. */
export function beaconSentAt(beacon: Uint8Array): Millis {
  return readU48(beacon, claimedAt) + readU32(beacon, ageAt)
}

export function beaconOnline(beacon: Uint8Array): number {
  return (
    ((beacon[onlineAt] as number) << 16) | ((beacon[onlineAt + 1] as number) << 8) | (beacon[onlineAt + 2] as number)
  )
}

export function beaconDigest(beacon: Uint8Array): Uint8Array {
  return beacon.subarray(digestAt, signatureAt)
}

export function beaconSignature(beacon: Uint8Array): Uint8Array {
  return beacon.subarray(signatureAt, beaconBytes)
}

// Lists.

/** have, pull or detach: `count` ids from `ids`. */
export function encodeIds(tag: number, ids: ArrayLike<number>, count: number = ids.length): Uint8Array {
  const bytes = passingBytes(1 + count * idBytes)
  bytes[0] = tag
  for (let i = 0; i < count; i++) writeU48(bytes, 1 + i * idBytes, ids[i] as number)
  return bytes
}

/** Number of ids in a have, pull or detach; -1 when malformed. */
export function countIds(payload: Uint8Array, max: number): number {
  const count = (payload.length - 1) / idBytes
  return Number.isInteger(count) && count >= 1 && count <= max ? count : -1
}

export function idAt(payload: Uint8Array, index: number): number {
  return readU48(payload, 1 + index * idBytes)
}

export function encodeAttach(trees: readonly TreeId[], sizes: readonly number[]): Uint8Array {
  const bytes = passingBytes(1 + trees.length * attachBytes)
  bytes[0] = broadcastTags.attach
  for (let i = 0; i < trees.length; i++) {
    const at = 1 + i * attachBytes
    const size = Math.min(sizes[i] as number, maxOnline)
    writeU48(bytes, at, trees[i] as number)
    bytes[at + 6] = size >>> 16
    bytes[at + 7] = size >>> 8
    bytes[at + 8] = size
  }
  return bytes
}

/** Number of trees in an attach; -1 when malformed. */
export function countAttached(payload: Uint8Array): number {
  const count = (payload.length - 1) / attachBytes
  return Number.isInteger(count) && count >= 1 && count <= maxTreesPerFrame ? count : -1
}

export function attachedTree(payload: Uint8Array, index: number): TreeId {
  return readU48(payload, 1 + index * attachBytes)
}

export function attachedSize(payload: Uint8Array, index: number): number {
  const at = 7 + index * attachBytes
  return ((payload[at] as number) << 16) | ((payload[at + 1] as number) << 8) | (payload[at + 2] as number)
}

function readU32(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] as number) << 24) |
      ((bytes[at + 1] as number) << 16) |
      ((bytes[at + 2] as number) << 8) |
      (bytes[at + 3] as number)) >>>
    0
  )
}

function readU48(bytes: Uint8Array, at: number): number {
  return (((bytes[at] as number) << 8) | (bytes[at + 1] as number)) * 0x1_0000_0000 + readU32(bytes, at + 2)
}

function writeU48(bytes: Uint8Array, at: number, value: number): void {
  const high = Math.floor(value / 0x1_0000_0000)
  bytes[at] = high >>> 8
  bytes[at + 1] = high
  bytes[at + 2] = value >>> 24
  bytes[at + 3] = value >>> 16
  bytes[at + 4] = value >>> 8
  bytes[at + 5] = value
}

/**
 * What the devices of one person say to each other: where they meet for the first time, and later in the rooms they share
 * (`whisper.ts` has the rest of what goes over a link alone).
 *
 * | tag | whisper | fields after the tag | said by |
 * |---|---|---|---|
 * | 32 | introduce | name text ≤ 128 · platform u8 (1 browser, 2 node) · count u8 ≤ 64 · beginnings of room ids 8 … | linked device |
 * | 33 | welcome | identity 32 · name text ≤ 128 | main device |
 * | 34 | offer | room id (varint length, 16 or 32 bytes) · author 32 | main device |
 * | 35 | keys | room id · device key 32 · agree key 32 | linked device |
 * | 36 | room | room id · kind u8 (0 open, 1 members) · secret 32 · relay, title, name texts · certificate · proof | main device |
 * | 37 | person | identity 32 · name text · room id · since u48 · flags u8 (1 blocked) | main device |
 * | 38 | done | | main device |
 */
import { Reader } from '../codec/reader.ts'
import { Writer } from '../codec/writer.ts'
import { type Millis, type Result, accept, reject, unreachable } from '../machine.ts'
import { maxProofBytes } from './proof.ts'

/** Rooms a device says it has; more than a program opens. */
export const maxToldRooms = 64
export const toldRoomBytes = 8
const maxNameBytes = 128
const maxRelayBytes = 300
const maxTitleBytes = 480
const maxRoomIdBytes = 32
const maxCertificateBytes = 512

export type DeviceWhisper =
  | {
      readonly type: 'introduce'
      readonly name: string
      readonly platform: 'browser' | 'node'
      /** First eight bytes of the id of each room it has. */
      readonly rooms: readonly Uint8Array[]
    }
  /** `identity`: the long-term one of the person both are of. */
  | { readonly type: 'welcome'; readonly identity: Uint8Array; readonly name: string }
  /** There is a room: which keys shall speak for `author` there? */
  | { readonly type: 'offer'; readonly room: Uint8Array; readonly author: Uint8Array }
  | { readonly type: 'keys'; readonly room: Uint8Array; readonly sign: Uint8Array; readonly agree: Uint8Array }
  | GivenRoom
  | GivenPerson
  | { readonly type: 'done' }

export interface GivenRoom {
  readonly type: 'room'
  readonly room: Uint8Array
  readonly kind: 'open' | 'members'
  /** Of an open room; of a members room the secret of the lobby where its members are now. */
  readonly secret: Uint8Array
  readonly relay: string
  readonly title: string
  /** How the person is called there; empty: as everywhere. */
  readonly name: string
  /** The room identity's statement about the keys that were told. */
  readonly certificate: Uint8Array
  /** What the person shows there of who they are, when they choose to. */
  readonly proof: Uint8Array
}

export interface GivenPerson {
  readonly type: 'person'
  readonly identity: Uint8Array
  readonly name: string
  readonly room: Uint8Array
  readonly since: Millis
  readonly blocked: boolean
}

const tags = { introduce: 32, welcome: 33, offer: 34, keys: 35, room: 36, person: 37, done: 38 } as const

export function encodeDeviceWhisper(whisper: DeviceWhisper): Uint8Array {
  const writer = new Writer().u8(tags[whisper.type])
  switch (whisper.type) {
    case 'introduce': {
      const rooms = whisper.rooms.slice(0, maxToldRooms)
      writer
        .text(whisper.name)
        .u8(whisper.platform === 'browser' ? 1 : 2)
        .u8(rooms.length)
      for (const room of rooms) writer.raw(room.subarray(0, toldRoomBytes))
      return writer.finish()
    }
    case 'welcome':
      return writer.raw(whisper.identity).text(whisper.name).finish()
    case 'offer':
      return writer.bytes(whisper.room).raw(whisper.author).finish()
    case 'keys':
      return writer.bytes(whisper.room).raw(whisper.sign).raw(whisper.agree).finish()
    case 'room': {
      const { room, kind, secret, relay, title, name, certificate, proof } = whisper
      writer
        .bytes(room)
        .u8(kind === 'open' ? 0 : 1)
        .raw(secret)
        .text(relay)
        .text(title)
        .text(name)
      return writer.bytes(certificate).bytes(proof).finish()
    }
    case 'person': {
      const { identity, name, room, since, blocked } = whisper
      return writer
        .raw(identity)
        .text(name)
        .bytes(room)
        .u48(since)
        .u8(blocked ? 1 : 0)
        .finish()
    }
    case 'done':
      return writer.finish()
    default:
      return unreachable(whisper)
  }
}

/** Is this one of a person's devices speaking to another? The rest of the bytes may still be anything. */
export function isDeviceWhisper(bytes: Uint8Array): boolean {
  const [tag = 0] = bytes
  return tag >= tags.introduce && tag <= tags.done
}

export function decodeDeviceWhisper(bytes: Uint8Array): Result<DeviceWhisper, 'malformed' | 'unknown'> {
  const reader = new Reader(bytes)
  const whisper = readWhisper(reader.u8(), reader)
  if (whisper === undefined) return reject(reader.failed ? 'malformed' : 'unknown')
  return reader.done() ? accept(whisper) : reject('malformed')
}

function readWhisper(tag: number, reader: Reader): DeviceWhisper | undefined {
  switch (tag) {
    case tags.introduce: {
      const name = reader.text(maxNameBytes)
      const platform = reader.u8()
      const count = reader.u8()
      if (platform < 1 || platform > 2 || count > maxToldRooms) reader.fail()
      const rooms: Uint8Array[] = []
      for (let i = 0; i < count && !reader.failed; i++) rooms.push(reader.raw(toldRoomBytes).slice())
      return { type: 'introduce', name, platform: platform === 1 ? 'browser' : 'node', rooms }
    }
    case tags.welcome:
      return { type: 'welcome', identity: reader.raw(32).slice(), name: reader.text(maxNameBytes) }
    case tags.offer:
      return { type: 'offer', room: readRoomId(reader), author: reader.raw(32).slice() }
    case tags.keys:
      return { type: 'keys', room: readRoomId(reader), sign: reader.raw(32).slice(), agree: reader.raw(32).slice() }
    case tags.room: {
      const room = readRoomId(reader)
      const kind = readFlag(reader) ? 'members' : 'open'
      const secret = reader.raw(32).slice()
      const relay = reader.text(maxRelayBytes)
      const title = reader.text(maxTitleBytes)
      const name = reader.text(maxNameBytes)
      const certificate = reader.bytes(maxCertificateBytes).slice()
      return {
        type: 'room',
        room,
        kind,
        secret,
        relay,
        title,
        name,
        certificate,
        proof: reader.bytes(maxProofBytes).slice(),
      }
    }
    case tags.person: {
      const identity = reader.raw(32).slice()
      const name = reader.text(maxNameBytes)
      const room = readRoomId(reader)
      return { type: 'person', identity, name, room, since: reader.u48(), blocked: readFlag(reader) }
    }
    case tags.done:
      return { type: 'done' }
    default:
      return undefined
  }
}

/** Sixteen bytes for an open room, 32 for a members room. */
function readRoomId(reader: Reader): Uint8Array {
  const id = reader.bytes(maxRoomIdBytes)
  if (id.length !== 16 && id.length !== maxRoomIdBytes) reader.fail()
  return id.slice()
}

function readFlag(reader: Reader): boolean {
  const flag = reader.u8()
  if (flag > 1) reader.fail()
  return flag === 1
}

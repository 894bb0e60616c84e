/**
 * Messages of synchronisation, as payloads of a link (docs/spec/sync.md).
 *
 * An exchange has an id given by the side that started it; `own` says whether the id is of the sender's giving.
 *
 *   0x20 vector   id varint · slice index u8 · slices u8 · part u8 · parts u8 · flags u8 (1 the pushed page came, 2 sessions that
 *                 differ only) · salt u32 · [keys lacking, varint-prefixed, with flag 2 in part 0] · vector (vector.ts)
 *   0x21 delta    id varint · total varint · delta (delta.ts)
 *   0x22 page     id varint · own u8 · left varint · page (log/page.ts)
 *   0x23 more     id varint · own u8
 *   0x24 forks    count varint · proof (varint length, bytes)…
 *   0x25 recent   page
 *   0x26 narrow   id varint · slice index u8 · slices u8
 *   0x27 cancel   id varint
 *   0x28 sketch   id varint · salt u32 · sessions varint · estimate u32 × 12 (iblt.ts)
 *   0x29 symbols  id varint · sessions varint · (u32, u32)…
 */
import { Reader } from '../codec/reader.ts'
import { Writer } from '../codec/writer.ts'
import { maxForkProofBytes } from '../log/fork.ts'
import { maxSeq } from '../log/entry.ts'
import { limits } from '../log/limits.ts'
import { type Page, encodePage, maxPageBytes } from '../log/page.ts'
import { type Result, accept, reject } from '../machine.ts'
import { type Delta, decodeDelta, encodeDelta } from './delta.ts'
import { estimateLevels, symbolBytes } from './iblt.ts'
import { type Vector, decodeKeys, decodeVector, encodeKeys } from './vector.ts'

/** First payload bytes that belong to this room of the library. */
export const syncTags = { from: 0x20, to: 0x3f } as const

/** Parts of one vector. */
export const maxParts = 16
/** Symbols of one message. */
export const maxSymbols = 4096
const maxProofs = 64

export interface Slice {
  readonly index: number
  readonly of: number
}

interface VectorHeader {
  readonly type: 'vector'
  readonly id: number
  /** The far side is to send history of the sessions of slice `index` of `of`. */
  readonly slice: Slice
  readonly part: number
  readonly parts: number
  /** The page the far side pushed has come, and is not in this vector. */
  readonly pushCame: boolean
  readonly salt: number
  /** In part 0, when the parts name only the sessions that differ: keys of those the sender has nothing of. */
  readonly lacking: readonly number[] | undefined
}

type Common =
  | (Delta & {
      readonly type: 'delta'
      readonly id: number
      /** Entries about to be sent. */
      readonly total: number
    })
  | { readonly type: 'more'; readonly id: number; readonly own: boolean }
  | { readonly type: 'forks'; readonly proofs: readonly Uint8Array[] }
  | { readonly type: 'narrow'; readonly id: number; readonly slice: Slice }
  | { readonly type: 'cancel'; readonly id: number }
  | {
      readonly type: 'sketch'
      readonly id: number
      readonly salt: number
      readonly sessions: number
      readonly estimate: Int32Array
    }
  /** Pairs of sums; none: send a vector instead. */
  | { readonly type: 'symbols'; readonly id: number; readonly sessions: number; readonly symbols: Uint32Array }

export type SyncMessage =
  | Common
  | (VectorHeader & { readonly vector: Vector })
  /** Pages are read only once it is known that they were asked for. `left` entries follow. */
  | {
      readonly type: 'page'
      readonly id: number
      readonly own: boolean
      readonly left: number
      readonly page: Uint8Array
    }
  | { readonly type: 'recent'; readonly page: Uint8Array }

export type Encodable =
  | Common
  /** `vector` as `encodeVector` made it. */
  | (VectorHeader & { readonly vector: Uint8Array })
  | { readonly type: 'page'; readonly id: number; readonly own: boolean; readonly left: number; readonly page: Page }
  | { readonly type: 'recent'; readonly page: Page }

const tags = {
  vector: 0x20,
  delta: 0x21,
  page: 0x22,
  more: 0x23,
  forks: 0x24,
  recent: 0x25,
  narrow: 0x26,
  cancel: 0x27,
  sketch: 0x28,
  symbols: 0x29,
} as const

const flagPushCame = 1
const flagDiffering = 2

export function encodeSync(message: Encodable): Uint8Array {
  const writer = new Writer().u8(tags[message.type])
  switch (message.type) {
    case 'vector':
      writer.varint(message.id).u8(message.slice.index).u8(message.slice.of).u8(message.part).u8(message.parts)
      writer.u8((message.pushCame ? flagPushCame : 0) | (message.lacking === undefined ? 0 : flagDiffering))
      writer.u32(message.salt)
      if (message.lacking !== undefined && message.part === 0) writer.bytes(encodeKeys(message.lacking))
      return writer.raw(message.vector).finish()
    case 'delta':
      return writer.varint(message.id).varint(message.total).raw(encodeDelta(message)).finish()
    case 'page':
      writer.varint(message.id).u8(message.own ? 1 : 0)
      return writer.varint(message.left).raw(encodePage(message.page)).finish()
    case 'more':
      return writer
        .varint(message.id)
        .u8(message.own ? 1 : 0)
        .finish()
    case 'forks':
      writer.varint(message.proofs.length)
      for (const proof of message.proofs) writer.bytes(proof)
      return writer.finish()
    case 'recent':
      return writer.raw(encodePage(message.page)).finish()
    case 'narrow':
      return writer.varint(message.id).u8(message.slice.index).u8(message.slice.of).finish()
    case 'cancel':
      return writer.varint(message.id).finish()
    case 'sketch':
      writer.varint(message.id).u32(message.salt).varint(message.sessions)
      for (const word of message.estimate) writer.u32(word >>> 0)
      return writer.finish()
    case 'symbols':
      writer.varint(message.id).varint(message.sessions)
      for (const sum of message.symbols) writer.u32(sum)
      return writer.finish()
  }
}

export type SyncRefusal = 'malformed' | 'tooMany' | 'oversize'

export function decodeSync(bytes: Uint8Array): Result<SyncMessage, SyncRefusal> {
  const reader = new Reader(bytes)
  const tag = reader.u8()
  if (tag === tags.vector) return decodeVectorMessage(reader)
  const message = readMessage(tag, reader)
  if (message === undefined || !reader.done()) return reject('malformed')
  const isLong = (message.type === 'page' || message.type === 'recent') && message.page.length > maxPageBytes
  return isLong ? reject('oversize') : accept(message)
}

function decodeVectorMessage(reader: Reader): Result<SyncMessage, SyncRefusal> {
  const id = reader.varint()
  const slice = readSlice(reader)
  const part = reader.u8()
  const parts = reader.u8()
  const flags = reader.u8()
  const salt = reader.u32()
  if (part >= parts || parts > maxParts || flags > (flagPushCame | flagDiffering)) return reject('malformed')
  const differing = (flags & flagDiffering) !== 0
  const lacking = differing ? (part === 0 ? decodeKeys(reader.bytes(reader.remaining)) : []) : undefined
  if (reader.failed || (differing && lacking === undefined)) return reject('malformed')
  const vector = decodeVector(reader.rest())
  if (!vector.ok) return vector
  const pushCame = (flags & flagPushCame) !== 0
  return accept({ type: 'vector', id, slice, part, parts, pushCame, salt, lacking, vector: vector.value })
}

function readMessage(tag: number, reader: Reader): SyncMessage | undefined {
  switch (tag) {
    case tags.delta: {
      const id = reader.varint()
      const total = reader.varint()
      const delta = decodeDelta(reader.rest())
      return delta && { type: 'delta', id, total, ...delta }
    }
    case tags.page:
      return { type: 'page', id: reader.varint(), own: readFlag(reader), left: readCount(reader), page: reader.rest() }
    case tags.more:
      return { type: 'more', id: reader.varint(), own: readFlag(reader) }
    case tags.forks: {
      const proofs: Uint8Array[] = []
      const count = reader.varint()
      if (count > maxProofs) reader.fail()
      for (let i = 0; i < count && !reader.failed; i++) proofs.push(reader.bytes(maxForkProofBytes))
      return { type: 'forks', proofs }
    }
    case tags.recent:
      return { type: 'recent', page: reader.rest() }
    case tags.narrow:
      return { type: 'narrow', id: reader.varint(), slice: readSlice(reader) }
    case tags.cancel:
      return { type: 'cancel', id: reader.varint() }
    case tags.sketch: {
      const id = reader.varint()
      const salt = reader.u32()
      const sessions = reader.varint()
      if (sessions > limits.sessions) reader.fail()
      return {
        type: 'sketch',
        id,
        salt,
        sessions,
        estimate: Int32Array.from({ length: estimateLevels }, () => reader.u32()),
      }
    }
    case tags.symbols: {
      const id = reader.varint()
      const sessions = reader.varint()
      const count = reader.remaining / symbolBytes
      if (count > maxSymbols || !Number.isInteger(count) || sessions > limits.sessions) return undefined
      return { type: 'symbols', id, sessions, symbols: Uint32Array.from({ length: count * 2 }, () => reader.u32()) }
    }
    default:
      return undefined
  }
}

function readSlice(reader: Reader): Slice {
  const slice = { index: reader.u8(), of: reader.u8() }
  if (slice.index >= slice.of) reader.fail()
  return slice
}

function readCount(reader: Reader): number {
  const count = reader.varint()
  if (count > maxSeq) reader.fail()
  return count
}

function readFlag(reader: Reader): boolean {
  const flag = reader.u8()
  if (flag > 1) reader.fail()
  return flag === 1
}

/** Proofs in as many messages as they need. */
export function encodeForks(proofs: readonly Uint8Array[]): Uint8Array[] {
  const messages: Uint8Array[] = []
  let batch: Uint8Array[] = []
  let bytes = 0
  for (const proof of proofs) {
    if (batch.length === maxProofs || (batch.length > 0 && bytes + proof.length > 64 * 1024)) {
      messages.push(encodeSync({ type: 'forks', proofs: batch }))
      batch = []
      bytes = 0
    }
    batch.push(proof)
    bytes += proof.length
  }
  if (batch.length > 0) messages.push(encodeSync({ type: 'forks', proofs: batch }))
  return messages
}

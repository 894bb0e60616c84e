/**
 * Messages of synchronisation, as payloads of a link (docs/spec/sync.md).
 *
 * An exchange has an id given by the side that started it; `own` says whether the id is of the sender's giving.
 *
 *   0x20 vector   id varint · slice index u8 · slices u8 · part u8 · parts u8 · vector
 *   0x21 delta    id varint · total varint · wants · proofs wanted (count, index…) · floors (count, (index, floor)…)
 *   0x22 page     id varint · own u8 · last u8 · page
 *   0x23 more     id varint · own u8
 *   0x24 forks    count varint · proof (varint length, bytes)…
 *   0x25 want     id varint · session 32 · ranges
 *
 *   wants         count varint, then per item: index varint · ranges
 *   ranges        count varint, then per range: from the last end varint, length − 1 varint
 */
import { Reader } from '../codec/reader.ts'
import { Writer } from '../codec/writer.ts'
import type { Crypto } from '../crypto/crypto.ts'
import { maxForkProofBytes } from '../log/fork.ts'
import { maxSeq } from '../log/entry.ts'
import { limits } from '../log/limits.ts'
import { type Page, decodePage, encodePage } from '../log/page.ts'
import type { Range } from '../log/ranges.ts'
import { type Result, accept, reject } from '../machine.ts'
import { type VectorItem, type Want, decodeVector } from './vector.ts'

/** First payload bytes that belong to this room of the library. */
export const syncTags = { from: 0x20, to: 0x3f } as const

/** Parts of one vector; sessions of one part. */
export const maxParts = 16
export const partSessions = 8192
const maxProofs = 64

export type SyncMessage =
  | {
      readonly type: 'vector'
      readonly id: number
      /** The far side is to send history of the sessions of slice `index` of `of`. */
      readonly slice: Slice
      readonly part: number
      readonly parts: number
      readonly items: readonly VectorItem[]
    }
  | {
      readonly type: 'delta'
      readonly id: number
      /** Entries about to be sent. */
      readonly total: number
      readonly wants: readonly Want[]
      readonly wantProofs: readonly number[]
      readonly floors: readonly { readonly index: number; readonly floor: number }[]
    }
  | { readonly type: 'page'; readonly id: number; readonly own: boolean; readonly last: boolean; readonly page: Page }
  | { readonly type: 'more'; readonly id: number; readonly own: boolean }
  | { readonly type: 'forks'; readonly proofs: readonly Uint8Array[] }
  | { readonly type: 'want'; readonly id: number; readonly session: Uint8Array; readonly ranges: readonly Range[] }

export interface Slice {
  readonly index: number
  readonly of: number
}

const tags = { vector: 0x20, delta: 0x21, page: 0x22, more: 0x23, forks: 0x24, want: 0x25 } as const

export type Encodable = Exclude<SyncMessage, { readonly type: 'vector' }> | EncodedVector

/** A vector that `encodeVector` made. */
export interface EncodedVector {
  readonly type: 'vector'
  readonly id: number
  readonly slice: Slice
  readonly part: number
  readonly parts: number
  readonly vector: Uint8Array
}

export function encodeSync(message: Encodable): Uint8Array {
  const writer = new Writer().u8(tags[message.type])
  switch (message.type) {
    case 'vector':
      writer.varint(message.id).u8(message.slice.index).u8(message.slice.of)
      return writer.u8(message.part).u8(message.parts).raw(message.vector).finish()
    case 'delta': {
      writer.varint(message.id).varint(message.total).varint(message.wants.length)
      for (const { index, ranges } of message.wants) writeRanges(writer.varint(index), ranges)
      writer.varint(message.wantProofs.length)
      for (const index of message.wantProofs) writer.varint(index)
      writer.varint(message.floors.length)
      for (const { index, floor } of message.floors) writer.varint(index).varint(floor)
      return writer.finish()
    }
    case 'page':
      writer.varint(message.id).u8(message.own ? 1 : 0)
      return writer
        .u8(message.last ? 1 : 0)
        .raw(encodePage(message.page))
        .finish()
    case 'more':
      return writer
        .varint(message.id)
        .u8(message.own ? 1 : 0)
        .finish()
    case 'forks':
      writer.varint(message.proofs.length)
      for (const proof of message.proofs) writer.bytes(proof)
      return writer.finish()
    case 'want':
      return writeRanges(writer.varint(message.id).raw(message.session), message.ranges).finish()
  }
}

export type SyncRefusal = 'malformed' | 'tooMany' | 'oversize'

export function decodeSync(crypto: Pick<Crypto, 'sha256'>, bytes: Uint8Array): Result<SyncMessage, SyncRefusal> {
  const reader = new Reader(bytes)
  const tag = reader.u8()
  if (tag === tags.vector || tag === tags.page) return decodeLong(crypto, tag, reader)
  const message = readShort(tag, reader)
  return message !== undefined && reader.done() ? accept(message) : reject('malformed')
}

function decodeLong(crypto: Pick<Crypto, 'sha256'>, tag: number, reader: Reader): Result<SyncMessage, SyncRefusal> {
  const id = reader.varint()
  if (tag === tags.page) {
    const own = readFlag(reader)
    const last = readFlag(reader)
    const page = decodePage(crypto, reader.rest())
    if (!page.ok) return page
    return reader.failed ? reject('malformed') : accept({ type: 'page', id, own, last, page: page.value })
  }
  const slice = { index: reader.u8(), of: reader.u8() }
  const part = reader.u8()
  const parts = reader.u8()
  if (slice.index >= slice.of || part >= parts || parts > maxParts) return reject('malformed')
  const items = decodeVector(reader.rest())
  if (!items.ok) return items
  return accept({ type: 'vector', id, slice, part, parts, items: items.value })
}

function readShort(tag: number, reader: Reader): SyncMessage | undefined {
  switch (tag) {
    case tags.delta: {
      const id = reader.varint()
      const total = reader.varint()
      const wants = readList(reader, limits.sessions, () => ({ index: reader.varint(), ranges: readRanges(reader) }))
      const wantProofs = readList(reader, limits.sessions, () => reader.varint())
      const floors = readList(reader, limits.sessions, () => ({ index: reader.varint(), floor: reader.varint() }))
      return { type: 'delta', id, total, wants, wantProofs, floors }
    }
    case tags.more:
      return { type: 'more', id: reader.varint(), own: readFlag(reader) }
    case tags.forks:
      return { type: 'forks', proofs: readList(reader, maxProofs, () => reader.bytes(maxForkProofBytes)) }
    case tags.want:
      return { type: 'want', id: reader.varint(), session: reader.raw(32), ranges: readRanges(reader) }
    default:
      return undefined
  }
}

function writeRanges(writer: Writer, ranges: readonly Range[]): Writer {
  writer.varint(ranges.length)
  let end = 0
  for (const [from, to] of ranges) {
    writer.varint(from - end).varint(to - from)
    end = to
  }
  return writer
}

function readRanges(reader: Reader): Range[] {
  let end = -1
  return readList(reader, 2 * limits.gapRanges + 2, () => {
    const from = Math.max(end, 0) + reader.varint()
    const to = from + reader.varint()
    if (to > maxSeq || from <= end) reader.fail()
    end = to
    return [from, to]
  })
}

/** At most as many as there are bytes left, whatever the count says. */
function readList<T>(reader: Reader, most: number, read: () => T): T[] {
  const count = reader.varint()
  const list: T[] = []
  if (count > most) reader.fail()
  for (let i = 0; i < count && !reader.failed; i++) list.push(read())
  return list
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

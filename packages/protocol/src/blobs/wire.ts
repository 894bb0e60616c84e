/**
 * What linked peers say to each other of blobs. First byte of a payload is its tag; 0x40 to 0x4f belong here.
 *
 * | tag | payload | fields after the tag |
 * |---|---|---|
 * | 0x40 | ask | root 32 · size u48 · flags u8 (1 wants blocks and news of blocks, 2 a person waits, 4 in order) |
 * | 0x41 | have | root 32 · flags u8 (1 all of it) · bitmap, varint length, empty with flag 1 |
 * | 0x42 | gained | root 32 · numbers |
 * | 0x43 | want | root 32 · flags u8 (2 a person waits) · numbers |
 * | 0x44 | block | root 32 · number varint · ciphertext |
 * | 0x45 | cancel | root 32 · numbers |
 * | 0x46 | wantPage | root 32 · number varint |
 * | 0x47 | page | root 32 · number varint · leaves and path |
 * | 0x48 | lack | root 32 · numbers |
 * | 0x49 | holds | count varint ≤ 256 · root 32 … |
 * | 0x4a | gives | root 32 |
 *
 * Numbers are ascending: count varint ≤ 1,024 · first varint · (gap − 1) varint …
 */
import { formatHex, parseHex } from '../codec/text.ts'
import { Reader } from '../codec/reader.ts'
import { Writer } from '../codec/writer.ts'
import { BrokenPromise, type Result, accept, reject } from '../machine.ts'
import { blockBytes, hashBytes, leavesPerPage } from './layout.ts'

export const blobTags = { from: 0x40, to: 0x4f } as const
export const maxNumbers = 1024
export const maxHolds = 256
/** A million blocks. */
const maxBitmapBytes: number = 128 * 1024 + 1024
const maxPageBytes: number = (leavesPerPage + 32) * hashBytes
const rootBytes = 32

/** Roots are hex. */
export type BlobMessage =
  | {
      readonly type: 'ask'
      readonly root: string
      readonly size: number
      readonly wants: boolean
      readonly urgent: boolean
      /** Somebody reads it. */
      readonly ordered: boolean
    }
  /** Undefined: all of it. */
  | { readonly type: 'have'; readonly root: string; readonly bitmap: Uint8Array | undefined }
  | { readonly type: 'gained'; readonly root: string; readonly numbers: readonly number[] }
  | { readonly type: 'want'; readonly root: string; readonly urgent: boolean; readonly numbers: readonly number[] }
  | { readonly type: 'block'; readonly root: string; readonly index: number; readonly bytes: Uint8Array }
  | { readonly type: 'cancel'; readonly root: string; readonly numbers: readonly number[] }
  | { readonly type: 'wantPage'; readonly root: string; readonly index: number }
  | { readonly type: 'page'; readonly root: string; readonly index: number; readonly bytes: Uint8Array }
  /** Asked for, and not here. */
  | { readonly type: 'lack'; readonly root: string; readonly numbers: readonly number[] }
  /** The sender has all of it and gives it away unasked: to be asked only for what is read in order. */
  | { readonly type: 'gives'; readonly root: string }
  /** Blobs the sender has all of. */
  | { readonly type: 'holds'; readonly roots: readonly string[] }

const tags = {
  ask: 0x40,
  have: 0x41,
  gained: 0x42,
  want: 0x43,
  block: 0x44,
  cancel: 0x45,
  wantPage: 0x46,
  page: 0x47,
  lack: 0x48,
  holds: 0x49,
  gives: 0x4a,
} as const

const flagWants = 1
const flagUrgent = 2
const flagOrdered = 4
const askFlags = flagWants | flagUrgent | flagOrdered
const flagAll = 1

export function encodeBlobMessage(message: BlobMessage): Uint8Array {
  const writer = new Writer(64).u8(tags[message.type])
  if (message.type === 'holds') {
    writer.varint(message.roots.length)
    for (const root of message.roots) writeRoot(writer, root)
    return writer.finish()
  }
  if (message.type === 'block') return encodeBlock(message.root, message.index, message.bytes)
  writeRoot(writer, message.root)
  switch (message.type) {
    case 'ask':
      return writer
        .u48(message.size)
        .u8(flagsOf(message.wants, message.urgent, message.ordered))
        .finish()
    case 'have':
      writer.u8(message.bitmap === undefined ? flagAll : 0)
      return writer.bytes(message.bitmap ?? new Uint8Array()).finish()
    case 'want':
      return writeNumbers(writer.u8(flagsOf(false, message.urgent)), message.numbers).finish()
    case 'gained':
    case 'cancel':
    case 'lack':
      return writeNumbers(writer, message.numbers).finish()
    case 'gives':
      return writer.finish()
    case 'wantPage':
      return writer.varint(message.index).finish()
    case 'page':
      return writer.varint(message.index).raw(message.bytes).finish()
  }
}

/** Made with one copy of the ciphertext. */
function encodeBlock(root: string, index: number, bytes: Uint8Array): Uint8Array {
  const writer = new Writer(64).u8(tags.block)
  writeRoot(writer, root)
  const head = writer.varint(index).finish()
  const payload = new Uint8Array(head.length + bytes.length)
  payload.set(head)
  payload.set(bytes, head.length)
  return payload
}

/** `unknown`: said by a newer program. Bytes of blocks and pages are views. */
export function decodeBlobMessage(payload: Uint8Array): Result<BlobMessage, 'malformed' | 'unknown'> {
  const reader = new Reader(payload)
  const message = readMessage(reader.u8(), reader)
  if (message === undefined) return reject('unknown')
  return reader.done() ? accept(message) : reject('malformed')
}

function readMessage(tag: number, reader: Reader): BlobMessage | undefined {
  switch (tag) {
    case tags.ask: {
      const [root, size, flags] = [readRoot(reader), reader.u48(), readFlags(reader, askFlags)]
      const has = (flag: number): boolean => (flags & flag) !== 0
      return { type: 'ask', root, size, wants: has(flagWants), urgent: has(flagUrgent), ordered: has(flagOrdered) }
    }
    case tags.have: {
      const [root, all, bitmap] = [readRoot(reader), readFlags(reader, flagAll), reader.bytes(maxBitmapBytes)]
      if (all !== 0 && bitmap.length > 0) reader.fail()
      return { type: 'have', root, bitmap: all === 0 ? bitmap : undefined }
    }
    case tags.gained:
      return { type: 'gained', root: readRoot(reader), numbers: readNumbers(reader) }
    case tags.want: {
      const [root, flags] = [readRoot(reader), readFlags(reader, flagUrgent)]
      return { type: 'want', root, urgent: flags !== 0, numbers: readNumbers(reader) }
    }
    case tags.block:
      return { type: 'block', root: readRoot(reader), index: reader.varint(), bytes: readRest(reader, blockBytes) }
    case tags.cancel:
      return { type: 'cancel', root: readRoot(reader), numbers: readNumbers(reader) }
    case tags.gives:
      return { type: 'gives', root: readRoot(reader) }
    case tags.wantPage:
      return { type: 'wantPage', root: readRoot(reader), index: reader.varint() }
    case tags.page:
      return { type: 'page', root: readRoot(reader), index: reader.varint(), bytes: readRest(reader, maxPageBytes) }
    case tags.lack:
      return { type: 'lack', root: readRoot(reader), numbers: readNumbers(reader) }
    case tags.holds: {
      const count = reader.varint()
      if (count > maxHolds || count * rootBytes > reader.remaining) reader.fail()
      const roots: string[] = []
      for (let i = 0; i < count && !reader.failed; i++) roots.push(readRoot(reader))
      return { type: 'holds', roots }
    }
    default:
      return undefined
  }
}

function flagsOf(wants: boolean, urgent: boolean, ordered = false): number {
  return (wants ? flagWants : 0) | (urgent ? flagUrgent : 0) | (ordered ? flagOrdered : 0)
}

function readFlags(reader: Reader, known: number): number {
  const flags = reader.u8()
  if ((flags & ~known) !== 0) reader.fail()
  return flags
}

function writeRoot(writer: Writer, root: string): void {
  const bytes = parseHex(root)
  if (bytes?.length !== rootBytes) throw new BrokenPromise('not a root')
  writer.raw(bytes)
}

function readRoot(reader: Reader): string {
  return formatHex(reader.raw(rootBytes))
}

function readRest(reader: Reader, most: number): Uint8Array {
  if (reader.remaining > most) reader.fail()
  return reader.rest()
}

function writeNumbers(writer: Writer, numbers: readonly number[]): Writer {
  writer.varint(numbers.length)
  let before = -1
  for (const number of numbers) {
    writer.varint(number - before - 1)
    before = number
  }
  return writer
}

function readNumbers(reader: Reader): number[] {
  const count = reader.varint()
  if (count > maxNumbers || count > reader.remaining) reader.fail()
  const numbers: number[] = []
  let before = -1
  for (let i = 0; i < count && !reader.failed; i++) {
    before += reader.varint() + 1
    numbers.push(before)
  }
  if (before > 0xffff_ffff) reader.fail()
  return numbers
}

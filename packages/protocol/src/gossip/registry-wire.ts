/**
 * What the registry says over tree edges: tag 0x11, then a kind.
 *
 * | kind | message | way | fields after the kind |
 * |---|---|---|---|
 * | 1 | checkIn | up | count u8, entries · count u8, 8-byte prefixes of sessions that are still here |
 * | 2 | checkOut | up | count u8, prefixes of sessions somebody lost |
 * | 3 | ask | down | count u8, prefixes: check in now |
 * | 4 | push | down | stream u32 · version varint · count u16 · digest 8 · count u8, prefixes gone · count u8, entries |
 * | 5 | want | up | count u16, fingerprints u32 of the entries held |
 * | 6 | copy | down | stream u32 · version varint · count u16 · digest 8 · last u8 · count u16, fingerprints gone · count u8, entries |
 *
 * An entry is card varint-prefixed · since u48 · name varint-prefixed. `stream` names one root's time in office,
 * `version` counts its changes; count and digest are those of the whole copy after the change.
 */
import { Reader } from '../codec/reader.ts'
import { formatHex, parseHex } from '../codec/text.ts'
import { emptyBytes, keepAlike } from '../codec/bytes.ts'
import { Writer } from '../codec/writer.ts'
import { accept, reject, unreachable } from '../machine.ts'
import type { Millis, Result } from '../machine.ts'
import { maxCardBytes, minCardBytes } from './overlay-wire.ts'
import { maxNameBytes, prefixBytes } from './wire.ts'

export const registryTag = 0x11
/** Entries, or prefixes, in one message. */
export const maxItemsPerMessage = 64
/** A session is named by the first 8 bytes of its key, hex. */
export const prefixDigits: number = prefixBytes * 2
/** Everybody keeps at most so many. */
export const maxRegistryEntries = 512

export interface RegistryEntry {
  /** Session key, hex. */
  readonly session: string
  readonly card: Uint8Array
  /** As the session told it; at most 128 bytes of UTF-8, not signed. */
  readonly name: string
  /** When it came, by its own clock. */
  readonly since: Millis
}

/** What a copy is after a change, so that equal copies are told from unequal ones without sending them. */
export interface CopyState {
  readonly stream: number
  readonly version: number
  readonly count: number
  /** Sum of the fingerprints of all entries, in two lanes. */
  readonly digestHigh: number
  readonly digestLow: number
}

export type RegistryMessage =
  | { readonly type: 'checkIn'; readonly entries: readonly RegistryEntry[]; readonly here: readonly string[] }
  | { readonly type: 'checkOut'; readonly lost: readonly string[] }
  | { readonly type: 'ask'; readonly sessions: readonly string[] }
  | {
      readonly type: 'push'
      readonly state: CopyState
      readonly gone: readonly string[]
      readonly put: readonly RegistryEntry[]
    }
  | { readonly type: 'want'; readonly have: readonly number[] }
  | {
      readonly type: 'copy'
      readonly state: CopyState
      readonly last: boolean
      readonly gone: readonly number[]
      readonly put: readonly RegistryEntry[]
    }

const kinds = { checkIn: 1, checkOut: 2, ask: 3, push: 4, want: 5, copy: 6 } as const

export function encodeRegistry(message: RegistryMessage): Uint8Array {
  const writer = new Writer(256).u8(registryTag).u8(kinds[message.type])
  switch (message.type) {
    case 'checkIn':
      writeEntries(writer, message.entries)
      writePrefixes(writer, message.here)
      break
    case 'checkOut':
      writePrefixes(writer, message.lost)
      break
    case 'ask':
      writePrefixes(writer, message.sessions)
      break
    case 'push':
      writeState(writer, message.state)
      writePrefixes(writer, message.gone)
      writeEntries(writer, message.put)
      break
    case 'want':
      writeFingerprints(writer, message.have)
      break
    case 'copy':
      writeState(writer, message.state)
      writer.u8(message.last ? 1 : 0)
      writeFingerprints(writer, message.gone)
      writeEntries(writer, message.put)
      break
    default:
      unreachable(message)
  }
  return writer.finishPassing()
}

/** Cards are copied, so that a kept entry does not keep the frame it came in. */
export function decodeRegistry(bytes: Uint8Array): Result<RegistryMessage, 'malformed' | 'unknownTag'> {
  const reader = new Reader(bytes)
  if (reader.u8() !== registryTag) return reject('unknownTag')
  const kind = reader.u8()
  const message = readMessage(reader, kind)
  if (message === undefined) return reject(reader.failed ? 'malformed' : 'unknownTag')
  return reader.done() ? accept(message) : reject('malformed')
}

function readMessage(reader: Reader, kind: number): RegistryMessage | undefined {
  switch (kind) {
    case kinds.checkIn: {
      const entries = readEntries(reader)
      return { type: 'checkIn', entries, here: readPrefixes(reader) }
    }
    case kinds.checkOut:
      return { type: 'checkOut', lost: readPrefixes(reader) }
    case kinds.ask:
      return { type: 'ask', sessions: readPrefixes(reader) }
    case kinds.push: {
      const state = readState(reader)
      const gone = readPrefixes(reader)
      return { type: 'push', state, gone, put: readEntries(reader) }
    }
    case kinds.want:
      return { type: 'want', have: readFingerprints(reader) }
    case kinds.copy: {
      const state = readState(reader)
      const last = readFlag(reader)
      const gone = readFingerprints(reader)
      return { type: 'copy', state, last, gone, put: readEntries(reader) }
    }
    default:
      return undefined
  }
}

function readFlag(reader: Reader): boolean {
  const flag = reader.u8()
  if (flag > 1) reader.fail()
  return flag === 1
}

function writeState(writer: Writer, state: CopyState): void {
  writer.u32(state.stream).varint(state.version).u16(state.count).u32(state.digestHigh).u32(state.digestLow)
}

function readState(reader: Reader): CopyState {
  const stream = reader.u32()
  const version = reader.varint()
  const count = reader.u16()
  if (count > maxRegistryEntries) reader.fail()
  return { stream, version, count, digestHigh: reader.u32(), digestLow: reader.u32() }
}

function writeEntries(writer: Writer, entries: readonly RegistryEntry[]): void {
  writer.u8(entries.length)
  for (const { card, since, name } of entries) writer.bytes(card).u48(since).text(name)
}

function readEntries(reader: Reader): RegistryEntry[] {
  const entries: RegistryEntry[] = []
  for (let left = readCount(reader.u8(), maxItemsPerMessage, reader); left > 0 && !reader.failed; left--) {
    const bytes = reader.bytes(maxCardBytes)
    const since = reader.u48()
    const name = reader.text(maxNameBytes)
    if (bytes.length < minCardBytes) reader.fail()
    if (reader.failed) break
    const card = keepAlike(bytes)
    entries.push({ session: formatHex(card.subarray(0, minCardBytes)), card, since, name })
  }
  return entries
}

function writePrefixes(writer: Writer, sessions: readonly string[]): void {
  writer.u8(sessions.length)
  for (const session of sessions) writer.raw((parseHex(session) ?? emptyBytes).subarray(0, prefixBytes))
}

function readPrefixes(reader: Reader): string[] {
  const prefixes: string[] = []
  for (let left = readCount(reader.u8(), maxItemsPerMessage, reader); left > 0 && !reader.failed; left--) {
    prefixes.push(formatHex(reader.raw(prefixBytes)))
  }
  return prefixes
}

function writeFingerprints(writer: Writer, fingerprints: readonly number[]): void {
  writer.u16(fingerprints.length)
  for (const fingerprint of fingerprints) writer.u32(fingerprint)
}

function readFingerprints(reader: Reader): number[] {
  const fingerprints: number[] = []
  for (let left = readCount(reader.u16(), maxRegistryEntries, reader); left > 0 && !reader.failed; left--) {
    fingerprints.push(reader.u32())
  }
  return fingerprints
}

function readCount(count: number, max: number, reader: Reader): number {
  if (count > max) reader.fail()
  return count
}

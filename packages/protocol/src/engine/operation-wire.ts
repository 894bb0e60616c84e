/**
 * How members tell each other of operations. First byte of a payload is its tag; 0x60 to 0x67 are this file's.
 *
 * | tag | payload | fields after the tag |
 * |---|---|---|
 * | 0x60 | heads | count u8 ≤ 64 · that many ids 32: operations nothing builds on, as the sender knows |
 * | 0x61 | want | count u8 ≤ 64 · ids 32 wanted · count u8 ≤ 64 · ids 32 held: what lies behind these is held, too |
 * | 0x62 | operations | flags u8 (1 there is more) · varint-prefixed operations, parents first, to the end |
 *
 * Operations are signed themselves; who brings one does not matter.
 */
import { Reader } from '../codec/reader.ts'
import { formatHex, parseHex } from '../codec/text.ts'
import { Writer } from '../codec/writer.ts'
import { BrokenPromise, type Result, accept, reject, unreachable } from '../machine.ts'
import { maxOperationBytes } from '../members/operation.ts'

export const operationTags = { from: 0x60, to: 0x67 } as const
export const maxIdsPerPayload = 64
/** Bytes of operations in one payload; one that is larger goes alone. */
export const operationsPayloadBytes: number = 64 * 1024

/** Ids in hex. */
export type OperationMessage =
  | { readonly type: 'heads'; readonly heads: readonly string[] }
  | { readonly type: 'want'; readonly wanted: readonly string[]; readonly held: readonly string[] }
  | { readonly type: 'operations'; readonly operations: readonly Uint8Array[]; readonly more: boolean }

export function encodeOperations(message: OperationMessage): Uint8Array {
  const writer = new Writer()
  switch (message.type) {
    case 'heads':
      writeIds(writer.u8(0x60), message.heads)
      return writer.finish()
    case 'want':
      writeIds(writer.u8(0x61), message.wanted)
      writeIds(writer, message.held)
      return writer.finish()
    case 'operations':
      writer.u8(0x62).u8(message.more ? 1 : 0)
      for (const operation of message.operations) writer.bytes(operation)
      return writer.finish()
    default:
      return unreachable(message)
  }
}

export function decodeOperations(bytes: Uint8Array): Result<OperationMessage, 'malformed'> {
  const reader = new Reader(bytes)
  const message = read(reader)
  return message !== undefined && reader.done() ? accept(message) : reject('malformed')
}

function read(reader: Reader): OperationMessage | undefined {
  switch (reader.u8()) {
    case 0x60:
      return { type: 'heads', heads: readIds(reader) }
    case 0x61:
      return { type: 'want', wanted: readIds(reader), held: readIds(reader) }
    case 0x62: {
      const flags = reader.u8()
      const operations: Uint8Array[] = []
      while (reader.remaining > 0) operations.push(reader.bytes(maxOperationBytes))
      return flags > 1 ? undefined : { type: 'operations', operations, more: flags === 1 }
    }
    default:
      return undefined
  }
}

function writeIds(writer: Writer, ids: readonly string[]): void {
  writer.u8(ids.length)
  for (const id of ids) {
    const bytes = parseHex(id)
    if (bytes?.length !== 32) throw new BrokenPromise('an id is 32 bytes')
    writer.raw(bytes)
  }
}

function readIds(reader: Reader): readonly string[] {
  const count = reader.u8()
  if (count > maxIdsPerPayload) reader.fail()
  return Array.from({ length: reader.failed ? 0 : count }, () => formatHex(reader.raw(32)))
}

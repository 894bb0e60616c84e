/**
 * Is somebody there? Tag 0x12, then a kind.
 *
 * | kind | message | fields after the kind |
 * |---|---|---|
 * | 0 | here | nothing: being heard is all it is for |
 * | 1 | probe | 8-byte prefix of the target's session key |
 * | 2 | probeAnswer | prefix 8 · heard varint: how long ago in ms, plus one; 0 when there is no link |
 * | 3 | ask | nothing: answered by `here` |
 */
import { Reader } from '../codec/reader.ts'
import { formatHex, parseHex } from '../codec/text.ts'
import { emptyBytes } from '../codec/bytes.ts'
import { Writer } from '../codec/writer.ts'
import { accept, reject } from '../machine.ts'
import type { Result } from '../machine.ts'
import { prefixBytes } from './wire.ts'

export const probeTag = 0x12

export type ProbeMessage =
  | { readonly type: 'ask' }
  | { readonly type: 'here' }
  /** When did you last hear of the session whose key begins so (16 hex digits)? */
  | { readonly type: 'probe'; readonly target: string }
  | { readonly type: 'probeAnswer'; readonly target: string; readonly heardAgoMs: number | undefined }

/** The one encoding of each; whoever sends them must not change them. */
const hereBytes: Uint8Array = Uint8Array.of(probeTag, 0)
const askBytes: Uint8Array = Uint8Array.of(probeTag, 3)

export function isAsk(payload: Uint8Array): boolean {
  return payload.length === 2 && payload[0] === probeTag && payload[1] === 3
}

export function encodeProbe(message: ProbeMessage): Uint8Array {
  if (message.type === 'ask') return askBytes
  if (message.type === 'here') return hereBytes
  const writer = new Writer(20).u8(probeTag).u8(message.type === 'probe' ? 1 : 2)
  writer.raw((parseHex(message.target) ?? emptyBytes).subarray(0, prefixBytes))
  if (message.type === 'probeAnswer') writer.varint(message.heardAgoMs === undefined ? 0 : message.heardAgoMs + 1)
  return writer.finishPassing()
}

export function decodeProbe(bytes: Uint8Array): Result<ProbeMessage, 'malformed' | 'unknownTag'> {
  const reader = new Reader(bytes)
  if (reader.u8() !== probeTag) return reject('unknownTag')
  const kind = reader.u8()
  if (kind > 3) return reject('unknownTag')
  if (kind === 0 || kind === 3)
    return reader.done() ? accept({ type: kind === 0 ? 'here' : 'ask' }) : reject('malformed')
  const prefix = reader.raw(prefixBytes)
  const heard = kind === 2 ? reader.varint() : 0
  if (!reader.done()) return reject('malformed')
  const target = formatHex(prefix)
  if (kind === 1) return accept({ type: 'probe', target })
  return accept({ type: 'probeAnswer', target, heardAgoMs: heard === 0 ? undefined : heard - 1 })
}

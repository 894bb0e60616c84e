/**
 * What travels on a link once it is up. First byte, then:
 *
 *   0x10 whole   priority u8 · payload (≤ 16 KiB)
 *   0x11 first   priority u8 · total u32 · exactly 16 KiB of a longer payload
 *   0x12 next    priority u8 · the next 16 KiB, or what is left
 *   0x13 credit  u48 bytes of bulk received since the link came up
 *   0x14 ready   the initiator has verified the responder
 *   0x15 bye
 *
 * Each priority is a stream of its own, so a receiver holds at most one unfinished payload (264 KiB) per priority.
 */
import { concatBytes } from '../codec/bytes.ts'
import { Reader } from '../codec/reader.ts'
import { Writer } from '../codec/writer.ts'

/** 0 beacons, keepalive · 1 text, receipts · 2 signals, circuits · 3 sync · 4 wanted blob · 5 prefetch · 6 keepers. */
export type Priority = 0 | 1 | 2 | 3 | 4 | 5 | 6

/** Payload bytes in one frame. */
export const maxFramePayloadBytes: number = 16 * 1024
/** An entry of 256 KiB and what surrounds it. */
export const maxPayloadBytes: number = 264 * 1024
/** The largest frame a transport has to carry: header and, on sealed links, type byte and tag. */
export const maxFrameBytes: number = maxFramePayloadBytes + 32
/** From this priority on, payloads are bulk: limited in flight, and on a channel of their own. */
export const firstBulkPriority = 3
export const priorityCount = 7

export type PayloadFrame =
  | { readonly type: 'whole'; readonly priority: Priority; readonly bytes: Uint8Array }
  | { readonly type: 'first'; readonly priority: Priority; readonly total: number; readonly bytes: Uint8Array }
  | { readonly type: 'next'; readonly priority: Priority; readonly bytes: Uint8Array }

export type Frame =
  | PayloadFrame
  | { readonly type: 'credit'; readonly received: number }
  | { readonly type: 'ready' }
  | { readonly type: 'bye' }

const codes = { whole: 0x10, first: 0x11, next: 0x12, credit: 0x13, ready: 0x14, bye: 0x15 } as const

export function encodeFrame(frame: Frame): Uint8Array {
  const head = new Writer(8).u8(codes[frame.type])
  if (frame.type === 'credit') return head.u48(frame.received).finish()
  if (frame.type === 'ready' || frame.type === 'bye') return head.finish()
  head.u8(frame.priority)
  if (frame.type === 'first') head.u32(frame.total)
  return concatBytes(head.finish(), frame.bytes)
}

export function decodeFrame(bytes: Uint8Array): Frame | undefined {
  const reader = new Reader(bytes)
  const frame = readFrame(reader, reader.u8())
  return reader.done() ? frame : undefined
}

function readFrame(reader: Reader, code: number): Frame | undefined {
  if (code === codes.ready) return { type: 'ready' }
  if (code === codes.bye) return { type: 'bye' }
  if (code === codes.credit) return { type: 'credit', received: reader.u48() }
  const priority = reader.u8()
  if (priority >= priorityCount) return undefined
  const total = code === codes.first ? reader.u32() : 0
  const payload = { priority: priority as Priority, bytes: reader.rest() }
  if (payload.bytes.length > maxFramePayloadBytes) return undefined
  if (code === codes.whole) return { type: 'whole', ...payload }
  if (code === codes.next) return { type: 'next', ...payload }
  return code === codes.first ? { type: 'first', total, ...payload } : undefined
}

/** The frame of `payload` that starts at `offset`; frames are cut only when their turn comes. */
export function cutFrame(payload: Uint8Array, priority: Priority, offset: number): PayloadFrame {
  if (payload.length <= maxFramePayloadBytes) return { type: 'whole', priority, bytes: payload }
  const bytes = payload.subarray(offset, offset + maxFramePayloadBytes)
  return offset === 0 ? { type: 'first', priority, total: payload.length, bytes } : { type: 'next', priority, bytes }
}

interface Unfinished {
  readonly total: number
  readonly parts: Uint8Array[]
  length: number
}

/** Puts payloads together again. Only one way of cutting is accepted, so nothing can grow beyond its total. */
export class Reassembly {
  readonly #unfinished: (Unfinished | undefined)[] = []

  /** The payload this frame completes, `pending`, or `malformed`. */
  accept(frame: PayloadFrame): Uint8Array | 'pending' | 'malformed' {
    const unfinished = this.#unfinished[frame.priority]
    if (frame.type !== 'next') {
      if (unfinished !== undefined) return 'malformed'
      if (frame.type === 'whole') return frame.bytes
      const { total, bytes } = frame
      if (total <= maxFramePayloadBytes || total > maxPayloadBytes || bytes.length !== maxFramePayloadBytes) {
        return 'malformed'
      }
      this.#unfinished[frame.priority] = { total, parts: [bytes], length: bytes.length }
      return 'pending'
    }
    if (unfinished === undefined) return 'malformed'
    const expected = Math.min(maxFramePayloadBytes, unfinished.total - unfinished.length)
    if (frame.bytes.length !== expected) return 'malformed'
    unfinished.parts.push(frame.bytes)
    unfinished.length += expected
    if (unfinished.length < unfinished.total) return 'pending'
    this.#unfinished[frame.priority] = undefined
    return concatBytes(...unfinished.parts)
  }

  /** Bytes held in unfinished payloads. */
  get heldBytes(): number {
    return this.#unfinished.reduce((sum, one) => sum + (one?.length ?? 0), 0)
  }
}

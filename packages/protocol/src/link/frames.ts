/**
 * What travels on a link once it is up. First byte, then:
 *
 *   0x10 whole   class u8 · payload (≤ 16 KiB + 64)
 *   0x11 first   class u8 · total u32 · the first 1 KiB or more of a longer payload
 *   0x12 next    class u8 · the next 1 KiB or more, or what is left
 *   0x13 credit  u48 what the bulk frames received since the link came up cost (`frameCost`)
 *   0x14 ready   the initiator has verified the responder
 *   0x15 bye
 *
 * A class is a priority; in a bulk frame, 0x80 on top asks for credit as soon as this frame is here. Each priority is a
 * stream of its own, so a receiver holds at most one unfinished payload (264 KiB) per priority.
 */
import { concatBytes, passingBytes } from '../codec/bytes.ts'
import { Writer } from '../codec/writer.ts'

/** 0 beacons, keepalive · 1 text, receipts · 2 signals, circuits · 3 sync · 4 wanted blob · 5 prefetch · 6 keepers. */
export type Priority = 0 | 1 | 2 | 3 | 4 | 5 | 6

/** Payload bytes in one frame: a block of a file and what stands in front of it, which would otherwise take two. */
export const maxFramePayloadBytes: number = 16 * 1024 + 64
/** A part that is not the last carries at least so much: bounds what the parts of one payload cost besides their bytes. */
export const minPartBytes: number = 1024
/** An entry of 256 KiB and what surrounds it. */
export const maxPayloadBytes: number = 264 * 1024
/** The largest frame a transport has to carry: header and, on sealed links, type byte and tag. */
export const maxFrameBytes: number = maxFramePayloadBytes + 32
/** From this priority on, payloads are bulk: limited in flight, and on a channel of their own. */
export const firstBulkPriority = 3
export const priorityCount = 7
/** What a bulk frame counts for besides its payload, so that empty ones are not free. */
export const frameOverheadBytes = 64

export interface PayloadFrame {
  readonly type: 'whole' | 'first' | 'next'
  readonly priority: Priority
  /** The receiver shall return credit at once. Bulk only. */
  readonly asks: boolean
  /** Of the payload that `first` begins; 0 in the others. */
  readonly total: number
  readonly bytes: Uint8Array
}

export type Frame =
  | PayloadFrame
  | { readonly type: 'credit'; readonly received: number }
  | { readonly type: 'ready' }
  | { readonly type: 'bye' }

const codes = { whole: 0x10, first: 0x11, next: 0x12, credit: 0x13, ready: 0x14, bye: 0x15 } as const
const askFlag = 0x80
const headBytes = 2
const firstHeadBytes = 6
const creditBytes = 7
const readyFrame: Frame = { type: 'ready' }
const byeFrame: Frame = { type: 'bye' }

/** What sender and receiver count for a bulk frame with so many bytes of payload. */
export function frameCost(payloadBytes: number): number {
  return payloadBytes + frameOverheadBytes
}

export function encodeFrame(frame: Frame): Uint8Array {
  switch (frame.type) {
    case 'whole':
    case 'next':
      return withHead(codes[frame.type], frame.asks ? frame.priority | askFlag : frame.priority, frame.bytes)
    case 'first': {
      const head = new Writer(firstHeadBytes).u8(codes.first).u8(frame.asks ? frame.priority | askFlag : frame.priority)
      return concatBytes(head.u32(frame.total).finish(), frame.bytes)
    }
    case 'credit':
      return new Writer(creditBytes).u8(codes.credit).u48(frame.received).finish()
    default:
      return Uint8Array.of(codes[frame.type])
  }
}

/** The frame that carries all of `payload`, which is not bulk: the usual one, made with one allocation. */
export function encodeWhole(priority: Priority, payload: Uint8Array): Uint8Array {
  return withHead(codes.whole, priority, payload)
}

function withHead(code: number, kind: number, payload: Uint8Array): Uint8Array {
  const frame = passingBytes(headBytes + payload.length)
  frame[0] = code
  frame[1] = kind
  frame.set(payload, headBytes)
  return frame
}

/** Payloads are views of `bytes`, not copies. */
export function decodeFrame(bytes: Uint8Array): Frame | undefined {
  switch (bytes[0]) {
    case codes.whole:
      return readPayload('whole', bytes, headBytes, 0)
    case codes.next:
      return readPayload('next', bytes, headBytes, 0)
    case codes.first:
      return readPayload('first', bytes, firstHeadBytes, readNumber(bytes, headBytes, firstHeadBytes))
    case codes.credit:
      return bytes.length === creditBytes ? { type: 'credit', received: readNumber(bytes, 1, creditBytes) } : undefined
    case codes.ready:
      return bytes.length === 1 ? readyFrame : undefined
    case codes.bye:
      return bytes.length === 1 ? byeFrame : undefined
    default:
      return undefined
  }
}

function readPayload(
  type: PayloadFrame['type'],
  bytes: Uint8Array,
  from: number,
  total: number,
): PayloadFrame | undefined {
  if (bytes.length < from || bytes.length > from + maxFramePayloadBytes) return undefined
  const kind = bytes[1] as number
  const priority = kind & ~askFlag
  const asks = kind !== priority
  if (priority >= priorityCount || (asks && priority < firstBulkPriority)) return undefined
  return { type, priority: priority as Priority, asks, total, bytes: bytes.subarray(from) }
}

function readNumber(bytes: Uint8Array, from: number, to: number): number {
  let value = 0
  for (let i = from; i < to; i++) value = value * 256 + (bytes[i] ?? 0)
  return value
}

interface Unfinished {
  readonly total: number
  readonly parts: Uint8Array[]
  length: number
}

/**
 * Puts payloads together again. No part is smaller than `minPartBytes` unless it is the last, and none goes beyond the
 * total, so what is held is bounded by what came.
 */
export class Reassembly {
  readonly #unfinished: (Unfinished | undefined)[] = []

  /** The payload this frame completes, `pending`, or `malformed`. */
  accept(frame: PayloadFrame): Uint8Array | 'pending' | 'malformed' {
    const { priority, bytes } = frame
    const unfinished = this.#unfinished[priority]
    if (frame.type !== 'next') {
      if (unfinished !== undefined) return 'malformed'
      if (frame.type === 'whole') return bytes
      if (frame.total > maxPayloadBytes || frame.total <= bytes.length || bytes.length < minPartBytes)
        return 'malformed'
      this.#unfinished[priority] = { total: frame.total, parts: [bytes], length: bytes.length }
      return 'pending'
    }
    if (unfinished === undefined) return 'malformed'
    const left = unfinished.total - unfinished.length
    if (bytes.length > left || (bytes.length < left && bytes.length < minPartBytes)) return 'malformed'
    unfinished.parts.push(bytes)
    unfinished.length += bytes.length
    if (unfinished.length < unfinished.total) return 'pending'
    this.#unfinished[priority] = undefined
    return concatBytes(...unfinished.parts)
  }

  /** Bytes held in unfinished payloads. */
  get heldBytes(): number {
    return this.#unfinished.reduce((sum, one) => sum + (one?.length ?? 0), 0)
  }
}

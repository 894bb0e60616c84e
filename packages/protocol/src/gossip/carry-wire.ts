/**
 * What members carry for others. First byte of a payload is its tag:
 *
 * | tag | payload | fields after the tag |
 * |---|---|---|
 * | 0x15 | cards | count u8 · that many cards, varint-prefixed: of those the sender is linked with, and its own |
 * | 0x16 | signal | target session 32 · ttl u8 · trail 8 · sealed signal, the rest |
 * | 0x17 | circuit | number u32 · kind u8 · what the kind says |
 *
 * | kind of circuit frame | from → to | fields after the kind |
 * |---|---|---|
 * | 1 open | an end → the carrier | session 32 of the other end |
 * | 2 offer | the carrier → the other end | session 32 of the end that opened |
 * | 3 data | both ways | one frame of the link inside, the rest |
 * | 4 close | both ways | code u8: 0 closed, 1 unreachable, 2 full, 3 clash, 4 tooFast |
 *
 * A trail is 8 random bytes that all signals of one conversation carry, so that answers find their way back although
 * nobody on the way knows who asked. Cards are not opened here (`discovery/card.ts`), nor are signals.
 */
import { keepAlike } from '../codec/bytes.ts'
import { Reader } from '../codec/reader.ts'
import { formatHex, parseHex } from '../codec/text.ts'
import { Writer } from '../codec/writer.ts'
import { accept, BrokenPromise, reject, unreachable } from '../machine.ts'
import type { Result } from '../machine.ts'
import { maxCardBytes } from './overlay-wire.ts'

export const carryTags = { from: 0x15, cards: 0x15, signal: 0x16, circuit: 0x17, to: 0x17 } as const
export const maxCardsPerPayload = 64
/** A signal passes at most so many members. */
export const maxSignalHops = 6
/** Sealed signals have 1 to 16 KiB. */
export const maxRoutedSignalBytes: number = 16 * 1024
/** A frame of the link inside: 16 KiB of payload, its header and tag. */
export const maxCircuitFrameBytes: number = 16 * 1024 + 128
const trailBytes = 8

export type CircuitCode = 'closed' | 'unreachable' | 'full' | 'clash' | 'tooFast'
const circuitCodes: readonly CircuitCode[] = ['closed', 'unreachable', 'full', 'clash', 'tooFast']

export interface RoutedSignal {
  readonly type: 'signal'
  /** Session key of whoever it is for. */
  readonly target: Uint8Array
  readonly ttl: number
  /** Hex. */
  readonly trail: string
  readonly sealed: Uint8Array
}

export type CircuitFrame =
  /** `session`: key of the other end. */
  | { readonly type: 'circuit'; readonly number: number; readonly kind: 'open'; readonly session: Uint8Array }
  | { readonly type: 'circuit'; readonly number: number; readonly kind: 'offer'; readonly session: Uint8Array }
  | { readonly type: 'circuit'; readonly number: number; readonly kind: 'data'; readonly bytes: Uint8Array }
  | { readonly type: 'circuit'; readonly number: number; readonly kind: 'close'; readonly code: CircuitCode }

export type Carried = { readonly type: 'cards'; readonly cards: readonly Uint8Array[] } | RoutedSignal | CircuitFrame

const kinds = { open: 1, offer: 2, data: 3, close: 4 } as const

export function encodeCards(cards: readonly Uint8Array[]): Uint8Array {
  const writer = new Writer(2 + cards.length * (maxCardBytes + 2)).u8(carryTags.cards).u8(cards.length)
  for (const card of cards) writer.bytes(card)
  return writer.finishPassing()
}

export function encodeRoutedSignal(signal: Omit<RoutedSignal, 'type'>): Uint8Array {
  const trail = parseHex(signal.trail)
  if (trail?.length !== trailBytes) throw new BrokenPromise(`not a trail: ${signal.trail}`)
  return new Writer(42 + signal.sealed.length)
    .u8(carryTags.signal)
    .raw(signal.target)
    .u8(signal.ttl)
    .raw(trail)
    .raw(signal.sealed)
    .finishPassing()
}

export function encodeCircuit(frame: CircuitFrame): Uint8Array {
  const size = frame.kind === 'data' ? frame.bytes.length : 32
  const writer = new Writer(6 + size).u8(carryTags.circuit).u32(frame.number).u8(kinds[frame.kind])
  switch (frame.kind) {
    case 'open':
    case 'offer':
      writer.raw(frame.session)
      break
    case 'data':
      writer.raw(frame.bytes)
      break
    case 'close':
      writer.u8(circuitCodes.indexOf(frame.code))
      break
    default:
      unreachable(frame)
  }
  return writer.finishPassing()
}

/** `bytes` begins with one of `carryTags`. */
export function decodeCarried(bytes: Uint8Array): Result<Carried, 'malformed'> {
  const reader = new Reader(bytes)
  const carried = read(reader, reader.u8())
  return carried !== undefined && reader.done() ? accept(carried) : reject('malformed')
}

function read(reader: Reader, tag: number): Carried | undefined {
  switch (tag) {
    case carryTags.cards:
      return readCards(reader)
    case carryTags.signal: {
      const target = reader.raw(32)
      const ttl = reader.u8()
      const trail = formatHex(reader.raw(trailBytes))
      const sealed = reader.rest()
      if (ttl > maxSignalHops || sealed.length === 0 || sealed.length > maxRoutedSignalBytes) return undefined
      return { type: 'signal', target, ttl, trail, sealed }
    }
    case carryTags.circuit:
      return readCircuit(reader)
    default:
      return undefined
  }
}

function readCards(reader: Reader): Carried | undefined {
  const count = reader.u8()
  if (count > maxCardsPerPayload) return undefined
  const cards: Uint8Array[] = []
  // Copied, so that a kept card does not keep the frame it came in.
  for (let i = 0; i < count && !reader.failed; i++) cards.push(keepAlike(reader.bytes(maxCardBytes)))
  return { type: 'cards', cards }
}

function readCircuit(reader: Reader): Carried | undefined {
  const number = reader.u32()
  const kind = reader.u8()
  if (kind === kinds.open || kind === kinds.offer) {
    const session = reader.raw(32).slice()
    return kind === kinds.open
      ? { type: 'circuit', number, kind: 'open', session }
      : { type: 'circuit', number, kind: 'offer', session }
  }
  if (kind === kinds.data) {
    const bytes = reader.rest()
    if (bytes.length === 0 || bytes.length > maxCircuitFrameBytes) return undefined
    return { type: 'circuit', number, kind: 'data', bytes }
  }
  const code = kind === kinds.close ? circuitCodes[reader.u8()] : undefined
  return code === undefined ? undefined : { type: 'circuit', number, kind: 'close', code }
}

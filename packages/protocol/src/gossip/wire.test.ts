import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatBase32 } from '../codec/text.ts'
import { decodePayload, encodePayload, maxNeighbours } from './wire.ts'
import type { Neighbour, Payload } from './wire.ts'

const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length })
const key = bytes(16).map(formatBase32)
const time = fc.integer({ min: 0, max: 2 ** 48 - 1 })

const neighbour: fc.Arbitrary<Neighbour> = fc
  .record({
    prefix: bytes(8),
    path: fc.constantFrom('direct' as const, 'relay' as const, 'through' as const),
    rttMs: fc.option(fc.nat(60_000), { nil: undefined }),
    carrier: bytes(8),
  })
  .map(({ carrier, ...told }) => ({ ...told, through: told.path === 'through' ? carrier : undefined }))

const payload: fc.Arbitrary<Payload> = fc.oneof(
  fc.record({
    type: fc.constant('beat' as const),
    sentAt: time,
    echo: time,
    heldBack: fc.nat(),
    digest: fc.option(bytes(8), { nil: undefined }),
    held: fc.nat(),
    hidden: fc.boolean(),
    urgent: fc.boolean(),
    settled: fc.option(fc.record({ epoch: fc.nat(), digest: bytes(8) }), { nil: undefined }),
  }),
  fc.record({
    type: fc.constant('entry' as const),
    entry: fc.uint8Array({ maxLength: 500 }),
    receipt: fc.option(fc.uint8Array({ minLength: 1, maxLength: 300 }), { nil: undefined }),
  }),
  fc.record({ type: fc.constant('neighbours' as const), neighbours: fc.array(neighbour, { maxLength: 40 }) }),
  fc.record({ type: fc.constant('online' as const), online: fc.nat(), mesh: fc.boolean() }),
  fc.record({
    type: fc.constant('presence' as const),
    typing: fc.boolean(),
    name: fc.string({ maxLength: 30, unit: 'grapheme' }).filter((name) => new TextEncoder().encode(name).length <= 128),
  }),
  fc.constant({ type: 'goodbye' as const }),
  fc.record({ type: fc.constant('wantReceipts' as const), keys: fc.array(key, { maxLength: 20 }) }),
  fc.record({
    type: fc.constant('receipts' as const),
    receipts: fc.array(fc.record({ key, receipt: fc.uint8Array({ maxLength: 300 }) }), { maxLength: 20 }),
  }),
)

describe('payloads between linked peers', () => {
  it('GOS2 decode to what was encoded', () => {
    fc.assert(
      fc.property(payload, (value) => {
        expect(decodePayload(encodePayload(value))).toEqual({ ok: true, value })
      }),
    )
  })

  it('GOS1 are rejected, not thrown on, when altered or cut', () => {
    fc.assert(
      fc.property(payload, fc.nat(), fc.nat(255), fc.nat(), (value, at, byte, cut) => {
        const encoded = encodePayload(value)
        encoded[at % encoded.length] = byte
        const decoded = decodePayload(encoded.subarray(0, encoded.length - (cut % encoded.length)))
        expect(decoded.ok || ['malformed', 'unknownTag'].includes(decoded.code)).toBe(true)
      }),
    )
  })

  it('GOS1 tell a later tag from nonsense', () => {
    expect(decodePayload(Uint8Array.of(0x1f))).toEqual({ ok: false, code: 'unknownTag' })
    expect(decodePayload(Uint8Array.of(0x05, 0))).toEqual({ ok: false, code: 'malformed' })
    expect(decodePayload(new Uint8Array(0))).toEqual({ ok: false, code: 'unknownTag' })
  })

  it('GOS1 refuse a list that claims to be longer than any may be', () => {
    const encoded = encodePayload({ type: 'neighbours', neighbours: [] })
    const claim = Uint8Array.of(encoded[0] as number, 0xff, 0xff, 0x7f)
    expect(maxNeighbours).toBeLessThan(0x1f_ffff)
    expect(decodePayload(claim)).toEqual({ ok: false, code: 'malformed' })
  })
})

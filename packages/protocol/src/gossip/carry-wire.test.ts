import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatHex } from '../codec/text.ts'
import {
  carryTags,
  decodeCarried,
  encodeCards,
  encodeCircuit,
  encodeRoutedSignal,
  maxCardsPerPayload,
  maxCircuitFrameBytes,
  maxRoutedSignalBytes,
  maxSignalHops,
} from './carry-wire.ts'
import type { CircuitFrame } from './carry-wire.ts'
import { maxCardBytes } from './overlay-wire.ts'

const session = fc.uint8Array({ minLength: 32, maxLength: 32 })
const u32 = fc.integer({ min: 0, max: 0xffff_ffff })
const bytes = (maxLength: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: 1, maxLength })

const circuits: fc.Arbitrary<CircuitFrame> = fc.oneof(
  fc.record({ type: fc.constant('circuit' as const), number: u32, kind: fc.constant('open' as const), session }),
  fc.record({ type: fc.constant('circuit' as const), number: u32, kind: fc.constant('offer' as const), session }),
  fc.record({
    type: fc.constant('circuit' as const),
    number: u32,
    kind: fc.constant('data' as const),
    bytes: bytes(500),
  }),
  fc.record({
    type: fc.constant('circuit' as const),
    number: u32,
    kind: fc.constant('close' as const),
    code: fc.constantFrom(
      'closed' as const,
      'unreachable' as const,
      'full' as const,
      'clash' as const,
      'tooFast' as const,
    ),
  }),
)

describe('what is carried for others', () => {
  it('GOS100 decodes to what was encoded', () => {
    const signals = fc.record({
      target: session,
      ttl: fc.integer({ min: 0, max: maxSignalHops }),
      trail: fc.uint8Array({ minLength: 8, maxLength: 8 }).map(formatHex),
      sealed: bytes(2_000),
    })
    fc.assert(
      fc.property(circuits, signals, fc.array(bytes(maxCardBytes), { maxLength: 5 }), (circuit, signal, cards) => {
        expect(decodeCarried(encodeCircuit(circuit))).toEqual({ ok: true, value: circuit })
        expect(decodeCarried(encodeRoutedSignal(signal))).toEqual({ ok: true, value: { type: 'signal', ...signal } })
        expect(decodeCarried(encodeCards(cards))).toEqual({ ok: true, value: { type: 'cards', cards } })
      }),
    )
  })

  it('GOS100 arbitrary bytes, and what was cut or lengthened, are rejected or decoded, and never throw', () => {
    const tags = fc.constantFrom(carryTags.cards, carryTags.signal, carryTags.circuit)
    fc.assert(
      fc.property(tags, fc.uint8Array({ maxLength: 300 }), (tag, rest) => {
        const decoded = decodeCarried(Uint8Array.of(tag, ...rest))
        expect(decoded.ok || decoded.code === 'malformed').toBe(true)
      }),
      { numRuns: 2_000 },
    )
    fc.assert(
      fc.property(circuits, fc.nat(40), (circuit, cut) => {
        const whole = encodeCircuit(circuit)
        const decoded = decodeCarried(whole.subarray(0, Math.max(1, whole.length - 1 - cut)))
        // Data may end anywhere; nothing else may.
        if (circuit.kind !== 'data') expect(decoded).toEqual({ ok: false, code: 'malformed' })
      }),
    )
  })

  it('GOS100 refuses what is beyond its limits', () => {
    const target = new Uint8Array(32)
    const trail = '00'.repeat(8)
    const refused = [
      encodeRoutedSignal({ target, ttl: maxSignalHops + 1, trail, sealed: new Uint8Array(1024) }),
      encodeRoutedSignal({ target, ttl: 1, trail, sealed: new Uint8Array(0) }),
      encodeRoutedSignal({ target, ttl: 1, trail, sealed: new Uint8Array(maxRoutedSignalBytes + 1) }),
      encodeCircuit({ type: 'circuit', number: 1, kind: 'data', bytes: new Uint8Array(0) }),
      encodeCircuit({ type: 'circuit', number: 1, kind: 'data', bytes: new Uint8Array(maxCircuitFrameBytes + 1) }),
      encodeCards([new Uint8Array(maxCardBytes + 1)]),
      Uint8Array.of(carryTags.cards, maxCardsPerPayload + 1),
    ]
    for (const payload of refused) expect(decodeCarried(payload)).toEqual({ ok: false, code: 'malformed' })
  })
})

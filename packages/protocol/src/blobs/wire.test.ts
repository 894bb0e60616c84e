import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatHex } from '../codec/text.ts'
import { blobTags, decodeBlobMessage, encodeBlobMessage } from './wire.ts'
import type { BlobMessage } from './wire.ts'

const root = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(formatHex)
const numbers = fc.uniqueArray(fc.nat(1_000_000), { maxLength: 60 }).map((list) => list.sort((a, b) => a - b))
const bytes = fc.uint8Array({ maxLength: 200 })
const message: fc.Arbitrary<BlobMessage> = fc.oneof(
  fc.record({
    type: fc.constant('ask' as const),
    root,
    size: fc.nat(),
    wants: fc.boolean(),
    urgent: fc.boolean(),
    ordered: fc.boolean(),
  }),
  fc.record({ type: fc.constant('have' as const), root, bitmap: fc.option(bytes, { nil: undefined }) }),
  fc.record({ type: fc.constantFrom('gained' as const, 'cancel' as const, 'lack' as const), root, numbers }),
  fc.record({ type: fc.constant('want' as const), root, urgent: fc.boolean(), numbers }),
  fc.record({ type: fc.constantFrom('block' as const, 'page' as const), root, index: fc.nat(), bytes }),
  fc.record({ type: fc.constant('wantPage' as const), root, index: fc.nat() }),
  fc.record({ type: fc.constant('gives' as const), root }),
  fc.record({ type: fc.constant('holds' as const), roots: fc.array(root, { maxLength: 20 }) }),
)

describe('messages about blobs', () => {
  it('BLB5 decode to what was encoded', () => {
    fc.assert(
      fc.property(message, (value) => {
        expect(decodeBlobMessage(encodeBlobMessage(value))).toEqual({ ok: true, value })
      }),
    )
  })

  it('BLB5 never throw, whatever the bytes, and nothing in them claims memory', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: blobTags.from, max: blobTags.to }),
        fc.uint8Array({ maxLength: 120 }),
        (tag, rest) => {
          expect(typeof decodeBlobMessage(Uint8Array.of(tag, ...rest)).ok).toBe('boolean')
        },
      ),
    )
    fc.assert(
      fc.property(message, fc.nat(), fc.nat(255), (value, at, byte) => {
        const encoded = encodeBlobMessage(value)
        encoded[at % encoded.length] = byte
        expect(typeof decodeBlobMessage(encoded).ok).toBe('boolean')
      }),
    )
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatHex } from '../codec/text.ts'
import {
  decodeOverlay,
  encodeOverlay,
  maxCardBytes,
  maxContactsPerMessage,
  maxWalkHops,
  overlayTag,
} from './overlay-wire.ts'
import type { Contact, OverlayMessage } from './overlay-wire.ts'

const contact: fc.Arbitrary<Contact> = fc
  .uint8Array({ minLength: 32, maxLength: maxCardBytes })
  .map((card) => ({ session: formatHex(card.subarray(0, 32)), card }))
const contacts = fc.array(contact, { maxLength: maxContactsPerMessage })
const kind = fc.constantFrom('desktop' as const, 'mobile' as const, 'node' as const, 'keeper' as const)
const ttl = fc.nat(maxWalkHops)
const walk = fc.integer({ min: 0, max: 2 ** 32 - 1 })

const message: fc.Arbitrary<OverlayMessage> = fc.oneof(
  fc.record({
    type: fc.constant('neighbour' as const),
    priority: fc.constantFrom('low' as const, 'high' as const),
    kind,
  }),
  fc.record({ type: fc.constant('accept' as const), kind, contacts }),
  fc.record({ type: fc.constant('refuse' as const), contacts }),
  fc.constantFrom({ type: 'disconnect' as const }, { type: 'part' as const }, { type: 'join' as const }),
  fc.record({ type: fc.constant('forwardJoin' as const), ttl, contact }),
  fc.record({
    type: fc.constant('shuffle' as const),
    walk,
    ttl,
    contacts: fc.array(contact, { minLength: 1, maxLength: maxContactsPerMessage }),
  }),
  fc.record({ type: fc.constant('shuffleReply' as const), walk, contacts }),
)

describe('messages of the overlay', () => {
  it('GOS50 decode to what was encoded', () => {
    fc.assert(
      fc.property(message, (value) => {
        expect(decodeOverlay(encodeOverlay(value))).toEqual({ ok: true, value })
      }),
    )
  })

  it('GOS50 are rejected, not thrown on, when altered or cut', () => {
    fc.assert(
      fc.property(message, fc.nat(), fc.nat(255), fc.nat(), (value, at, byte, cut) => {
        const encoded = encodeOverlay(value)
        encoded[at % encoded.length] = byte
        const decoded = decodeOverlay(encoded.subarray(0, encoded.length - (cut % encoded.length)))
        expect(decoded.ok || ['malformed', 'unknownTag'].includes(decoded.code)).toBe(true)
      }),
    )
  })

  it('GOS50 are rejected when they claim too much', () => {
    expect(decodeOverlay(Uint8Array.of(overlayTag, 3, maxContactsPerMessage + 1))).toMatchObject({ code: 'malformed' })
    expect(decodeOverlay(Uint8Array.of(overlayTag, 8, 0, 0, 0, 1, maxWalkHops + 1, 0))).toMatchObject({
      code: 'malformed',
    })
    expect(decodeOverlay(Uint8Array.of(overlayTag, 7, 0, 31, ...new Uint8Array(31)))).toMatchObject({
      code: 'malformed',
    })
    expect(decodeOverlay(Uint8Array.of(overlayTag, 99))).toMatchObject({ code: 'unknownTag' })
  })

  it('GOS50 keep no hold on the frame they came in', () => {
    const card = new Uint8Array(136).fill(7)
    const frame = encodeOverlay({ type: 'forwardJoin', ttl: 1, contact: { session: '', card } })
    const decoded = decodeOverlay(frame)
    frame.fill(0)
    if (!decoded.ok || decoded.value.type !== 'forwardJoin') throw new Error('not a forwardJoin')
    expect(decoded.value.contact.card).toEqual(card)
    expect(decoded.value.contact.card.buffer).not.toBe(frame.buffer)
  })
})

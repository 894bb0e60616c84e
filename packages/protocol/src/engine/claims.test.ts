import fc from 'fast-check'
import { expect, it } from 'vitest'
import { decodeClaims, encodeClaims } from './claims.ts'

it('ENG1 claims decode to what was encoded, and arbitrary bytes to a rejection or claims', () => {
  const claims = { platform: 'node', name: 'Ana 🦊', card: Uint8Array.of(9, 9), chain: Uint8Array.of(1, 2, 3) } as const
  expect(decodeClaims(encodeClaims(claims))).toEqual({ ok: true, value: claims })
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const decoded = decodeClaims(bytes)
      expect(decoded.ok || decoded.code === 'malformed').toBe(true)
    }),
  )
})

import { ed25519 } from '@noble/curves/ed25519.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concatBytes } from '../codec/bytes.ts'
import { formatHex, parseHex } from '../codec/text.ts'
import { formatUtf8 } from '../codec/utf8.ts'
import { createSeededCrypto } from './seeded.ts'
import cctv from './vectors/ed25519-cctv.json' with { type: 'json' }
import speccheck from './vectors/ed25519-speccheck.json' with { type: 'json' }
import { precheckSignature, verifyStrict } from './verify.ts'

const crypto = createSeededCrypto('verify')
const bytes = (hex: string): Uint8Array => parseHex(hex)!
const littleEndian = (value: bigint): Uint8Array => bytes(value.toString(16).padStart(64, '0')).reverse()
const p = 2n ** 255n - 19n

describe('the strict Ed25519 rule', () => {
  test('CRY1 accepts 43 of the 914 CCTV edge cases', () => {
    const accepted = cctv.filter((one) => verifyStrict(bytes(one.key), formatUtf8(one.msg), bytes(one.sig)))
    expect(cctv.length).toBe(914)
    expect(accepted.length).toBe(43)
    for (const one of accepted) {
      expect(one.flags ?? []).not.toContain('low_order_A')
      expect(one.flags ?? []).not.toContain('low_order_R')
      expect(one.flags ?? []).not.toContain('low_order_residue')
    }
  })

  test('CRY1 accepts 1 of the 10 speccheck cases', () => {
    const accepted = speccheck.filter((one) =>
      verifyStrict(bytes(one.pub_key), bytes(one.message), bytes(one.signature)),
    )
    expect(speccheck.length).toBeGreaterThanOrEqual(10)
    expect(accepted.length).toBe(1)
  })

  test('CRY1 refuses S not below L', () => {
    const keys = crypto.signKeyPair(crypto.random(32))
    const message = formatUtf8('malleable')
    const signature = crypto.sign(keys.secretKey, message)
    const s = BigInt(`0x${formatHex(signature.slice(32).reverse())}`)
    const again = concatBytes(signature.subarray(0, 32), littleEndian(s + ed25519.Point.Fn.ORDER))
    expect(verifyStrict(keys.publicKey, message, signature)).toBe(true)
    expect(verifyStrict(keys.publicKey, message, again)).toBe(false)
    expect(precheckSignature(keys.publicKey, concatBytes(signature.subarray(0, 32), littleEndian(0n)))).toBe(true)
    expect(
      precheckSignature(keys.publicKey, concatBytes(signature.subarray(0, 32), littleEndian(ed25519.Point.Fn.ORDER))),
    ).toBe(false)
  })

  test('CRY1 refuses the 8 small-order points and every y not below p, as A and as R', () => {
    const good = crypto.signKeyPair(crypto.random(32)).publicKey
    const torsion = ed25519.Point.fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a')
    const small = new Set<string>()
    let point = ed25519.Point.ZERO
    for (let i = 0; i < 8; i++) {
      small.add(point.toHex())
      point = point.add(torsion)
    }
    expect(small.size).toBe(8)
    const refused = [...small].map(bytes)
    for (let y = p; y < 2n ** 255n; y++) refused.push(littleEndian(y), littleEndian(y + 2n ** 255n))
    // x = 0 with the sign bit set: another spelling of the points of order 1 and 2.
    refused.push(littleEndian(1n + 2n ** 255n), littleEndian(p - 1n + 2n ** 255n))
    for (const encoded of refused) {
      expect(precheckSignature(encoded, concatBytes(good, littleEndian(1n)))).toBe(false)
      expect(precheckSignature(good, concatBytes(encoded, littleEndian(1n)))).toBe(false)
    }
    for (const y of [2n, 3n, p - 2n, p - 3n]) {
      expect(precheckSignature(littleEndian(y), concatBytes(good, littleEndian(1n)))).toBe(true)
    }
  })

  test('CRY2 wrong lengths and points off the curve are simply false', () => {
    const keys = crypto.signKeyPair(crypto.random(32))
    const message = formatUtf8('hello')
    const signature = crypto.sign(keys.secretKey, message)
    expect(verifyStrict(keys.publicKey.subarray(1), message, signature)).toBe(false)
    expect(verifyStrict(keys.publicKey, message, signature.subarray(1))).toBe(false)
    expect(verifyStrict(littleEndian(2n), message, signature)).toBe(false)
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 0, maxLength: 40 }),
        fc.uint8Array({ minLength: 0, maxLength: 70 }),
        (key, sig) => verifyStrict(key, message, sig) === false,
      ),
    )
  })

  test('CRY1 a signature holds for its key and message, and no bit of it can be changed', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.uint8Array({ maxLength: 100 }),
        fc.nat(511),
        (seed, message, bit) => {
          const keys = crypto.signKeyPair(seed)
          const signature = crypto.sign(keys.secretKey, message)
          expect(verifyStrict(keys.publicKey, message, signature)).toBe(true)
          const flipped = signature.slice()
          flipped[bit >> 3]! ^= 1 << (bit & 7)
          expect(verifyStrict(keys.publicKey, message, flipped)).toBe(false)
          expect(verifyStrict(keys.publicKey, concatBytes(message, Uint8Array.of(0)), signature)).toBe(false)
        },
      ),
      { numRuns: 40 },
    )
  })
})

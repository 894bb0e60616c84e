import { readFileSync } from 'node:fs'
import { type Crypto, createNobleCrypto, formatUtf8, parseHex } from '@kith/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createNativeCrypto } from './crypto.ts'

const native = createNativeCrypto()
const noble: Crypto = createNobleCrypto(native.random)
const bytes = (hex: string): Uint8Array => parseHex(hex)!
const vectors = (name: string): Record<string, string>[] =>
  JSON.parse(readFileSync(new URL(`../../../protocol/src/crypto/vectors/${name}.json`, import.meta.url), 'utf8'))

const exactly = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length })
const some = fc.uint8Array({ maxLength: 300 })
const runs = { numRuns: 60 }

describe('native crypto', () => {
  test('CRY1 gives the strict answer to all 914 CCTV and 10 speccheck cases', () => {
    const cctv = vectors('ed25519-cctv').map((one) => [bytes(one['key']!), formatUtf8(one['msg']!), bytes(one['sig']!)])
    const speccheck = vectors('ed25519-speccheck').map((one) => [
      bytes(one['pub_key']!),
      bytes(one['message']!),
      bytes(one['signature']!),
    ])
    const accepted = [cctv, speccheck].map((cases) =>
      cases.map(([key, message, signature]) => {
        const answer = native.verify(key!, message!, signature!)
        expect(answer).toBe(noble.verify(key!, message!, signature!))
        return answer
      }),
    )
    expect(accepted.map((answers) => answers.filter(Boolean).length)).toEqual([43, 1])
    expect(accepted[0]!.length).toBe(914)
  })

  test('CRY12 hashes, MACs and derives like noble', () => {
    fc.assert(
      fc.property(some, some, some, fc.integer({ min: 1, max: 200 }), (a, b, c, length) => {
        expect(native.sha256(a, b, c)).toEqual(noble.sha256(a, b, c))
        expect(native.hmacSha256(a, b, c)).toEqual(noble.hmacSha256(a, b, c))
        expect(native.hkdf(a, b, c, length)).toEqual(noble.hkdf(a, b, c, length))
      }),
      runs,
    )
    expect(native.sha256()).toEqual(noble.sha256())
    for (const length of [65_535, 65_536, 65_537]) {
      const long = native.random(length)
      expect(native.sha256(long)).toEqual(noble.sha256(long))
      expect(native.sha256(long.subarray(1), long)).toEqual(noble.sha256(long.subarray(1), long))
    }
  })

  test('CRY12 signs and verifies like noble, also what was changed', () => {
    fc.assert(
      fc.property(exactly(32), some, fc.nat(767), (seed, message, bit) => {
        const keys = native.signKeyPair(seed)
        expect(keys).toEqual(noble.signKeyPair(seed))
        const signature = native.sign(keys.secretKey, message)
        expect(signature).toEqual(noble.sign(keys.secretKey, message))
        expect(native.verify(keys.publicKey, message, signature)).toBe(true)
        const both = Uint8Array.of(...keys.publicKey, ...signature)
        both[bit >> 3]! ^= 1 << (bit & 7)
        const [key, altered] = [both.subarray(0, 32), both.subarray(32)]
        expect(native.verify(key, message, altered)).toBe(false)
        expect(noble.verify(key, message, altered)).toBe(false)
      }),
      runs,
    )
  })

  test('CRY2 CRY12 any bytes in place of a key or signature get the same answer', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 40 }),
        some,
        fc.uint8Array({ maxLength: 70 }),
        (key, message, signature) => {
          expect(native.verify(key, message, signature)).toBe(noble.verify(key, message, signature))
        },
      ),
    )
    fc.assert(
      fc.property(exactly(32), some, exactly(64), (key, message, signature) => {
        signature[63] = 0
        expect(native.verify(key, message, signature)).toBe(noble.verify(key, message, signature))
      }),
      runs,
    )
  })

  test('CRY4 CRY12 agrees like noble, also on useless shares', () => {
    const shares = ['00', '01', 'ec', 'ed', 'ee'].map((first) => {
      const share = new Uint8Array(32).fill(first < '02' ? 0 : 0xff)
      share[0] = Number.parseInt(first, 16)
      if (first >= '02') share[31] = 0x7f
      return share
    })
    const useless = fc.constantFrom(
      ...shares,
      bytes('e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800'),
    )
    fc.assert(
      fc.property(exactly(32), fc.oneof(exactly(32), fc.uint8Array({ maxLength: 40 }), useless), (seed, share) => {
        const keys = native.agreeKeyPair(seed)
        expect(keys).toEqual(noble.agreeKeyPair(seed))
        expect(native.agree(keys.secretKey, share)).toEqual(noble.agree(keys.secretKey, share))
      }),
      runs,
    )
    for (const share of shares) expect(native.agree(new Uint8Array(32).fill(3), share)).toBeUndefined()
  })

  test('CRY5 CRY12 seals like noble, opens what noble sealed, and refuses what was changed', () => {
    fc.assert(
      fc.property(exactly(32), exactly(24), some, some, fc.nat(), (key, long, aad, text, at) => {
        for (const kind of ['chacha', 'xchacha'] as const) {
          const nonce = kind === 'chacha' ? long.subarray(0, 12) : long
          const sealed = native[`${kind}Seal`](key, nonce, aad, text)
          expect(sealed).toEqual(noble[`${kind}Seal`](key, nonce, aad, text))
          expect(native[`${kind}Open`](key, nonce, aad, sealed)).toEqual(text)
          const altered = sealed.slice()
          altered[at % altered.length]! ^= 0x80
          expect(native[`${kind}Open`](key, nonce, aad, altered)).toBeUndefined()
          expect(native[`${kind}Open`](key, nonce, aad, sealed.subarray(0, at % 16))).toBeUndefined()
        }
      }),
      runs,
    )
  })

  test('CRY12 results are plain arrays, so that slice copies', () => {
    const results = [native.random(8), native.sha256(), native.hmacSha256(new Uint8Array(1)), native.random(40).slice()]
    for (const result of results) expect(Object.getPrototypeOf(result)).toBe(Uint8Array.prototype)
  })

  test('CRY12 random bytes come in every length, alike in none, and stay what they were', () => {
    const drawn = Array.from({ length: 2_000 }, (_, i) => native.random(i % 300))
    const texts = drawn.map((one) => Buffer.from(one).toString('hex'))
    drawn.forEach((one, i) => expect(one.length).toBe(i % 300))
    const long = texts.filter((text) => text.length >= 32)
    expect(new Set(long).size).toBe(long.length)
    // Whoever erases what it was given erases nothing of others, and nobody draws what was drawn before.
    drawn[200]?.fill(0)
    for (let i = 0; i < 500; i++) native.random(16).fill(0)
    drawn.forEach((one, i) => expect(i === 200 || Buffer.from(one).toString('hex') === texts[i]).toBe(true))
    const ones = drawn.flatMap((one, i) => (i === 200 ? [] : [...one])).reduce((sum, byte) => sum + byte, 0)
    const bytes = drawn.reduce((sum, one) => sum + one.length, 0) - 200
    expect(Math.abs(ones / bytes - 127.5)).toBeLessThan(2)
  })

  test('CRY13 more keys than the cache holds still give right answers', () => {
    const message = formatUtf8('one of many')
    const made = Array.from({ length: 1100 }, () => {
      const keys = native.signKeyPair(native.random(32))
      return { keys, signature: native.sign(keys.secretKey, message) }
    })
    for (const { keys, signature } of [made[0]!, made.at(-1)!, made[0]!]) {
      expect(native.verify(keys.publicKey, message, signature)).toBe(true)
      expect(native.verify(made[1]!.keys.publicKey, message, signature)).toBe(false)
    }
  })

  test('CRY12 a secret that its owner erased or changed afterwards is not remembered in its place', () => {
    const seed = native.random(32)
    const first = native.signKeyPair(seed)
    seed.fill(9)
    expect(first.secretKey).not.toEqual(seed)
    expect(native.signKeyPair(seed).publicKey).toEqual(noble.signKeyPair(seed).publicKey)
  })
})

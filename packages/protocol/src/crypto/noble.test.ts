import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { emptyBytes } from '../codec/bytes.ts'
import { formatHex, parseHex } from '../codec/text.ts'
import { formatUtf8 } from '../codec/utf8.ts'
import { createSeededCrypto } from './seeded.ts'
import { xchachaToChacha } from './xchacha.ts'

const crypto = createSeededCrypto('noble')
const bytes = (hex: string): Uint8Array => parseHex(hex.replaceAll(/\s/g, ''))!
const sunscreen = formatUtf8(
  "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.",
)

describe('known answers', () => {
  test('CRY3 SHA-256, FIPS 180-4, in one part and in three', () => {
    const digest = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
    expect(formatHex(crypto.sha256(formatUtf8('abc')))).toBe(digest)
    expect(formatHex(crypto.sha256(formatUtf8('a'), emptyBytes, formatUtf8('bc')))).toBe(digest)
  })

  test('CRY3 HMAC-SHA-256, RFC 4231 case 2', () => {
    expect(
      formatHex(crypto.hmacSha256(formatUtf8('Jefe'), formatUtf8('what do ya want '), formatUtf8('for nothing?'))),
    ).toBe('5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843')
  })

  test('CRY3 HKDF, RFC 5869 case 1', () => {
    const okm = crypto.hkdf(
      bytes('0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b'),
      bytes('000102030405060708090a0b0c'),
      bytes('f0f1f2f3f4f5f6f7f8f9'),
      42,
    )
    expect(formatHex(okm)).toBe('3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865')
  })

  test('CRY3 Ed25519, RFC 8032 test 2', () => {
    const keys = crypto.signKeyPair(bytes('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb'))
    expect(formatHex(keys.publicKey)).toBe('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c')
    const signature = crypto.sign(keys.secretKey, Uint8Array.of(0x72))
    expect(formatHex(signature)).toBe(
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    )
    expect(crypto.verify(keys.publicKey, Uint8Array.of(0x72), signature)).toBe(true)
  })

  test('CRY3 X25519, RFC 7748 section 6.1', () => {
    const a = crypto.agreeKeyPair(bytes('77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a'))
    const b = crypto.agreeKeyPair(bytes('5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb'))
    expect(formatHex(a.publicKey)).toBe('8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a')
    expect(formatHex(crypto.agree(a.secretKey, b.publicKey)!)).toBe(
      '4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742',
    )
  })

  test('CRY3 ChaCha20-Poly1305, RFC 8439 section 2.8.2', () => {
    const sealed = crypto.chachaSeal(
      bytes('808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f'),
      bytes('070000004041424344454647'),
      bytes('50515253c0c1c2c3c4c5c6c7'),
      sunscreen,
    )
    expect(formatHex(sealed.subarray(-16))).toBe('1ae10b594f09e26a7e902ecbd0600691')
    expect(formatHex(sealed.subarray(0, 16))).toBe('d31a8d34648e60db7b86afbc53ef7ec2')
  })

  test('CRY3 XChaCha20-Poly1305, draft-irtf-cfrg-xchacha appendix A.3.1, also by its ChaCha half', () => {
    const key = bytes('808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f')
    const nonce = bytes('404142434445464748494a4b4c4d4e4f5051525354555657')
    const aad = bytes('50515253c0c1c2c3c4c5c6c7')
    const sealed = crypto.xchachaSeal(key, nonce, aad, sunscreen)
    expect(formatHex(sealed.subarray(-16))).toBe('c0875924c1c7987947deafd8780acf49')
    const half = xchachaToChacha(key, nonce)
    expect(crypto.chachaSeal(half.key, half.nonce, aad, sunscreen)).toEqual(sealed)
  })
})

describe('bytes from outside', () => {
  test('CRY4 a low-order share or one of another length agrees on nothing', () => {
    const { secretKey } = crypto.agreeKeyPair(crypto.random(32))
    for (const share of [
      '0000000000000000000000000000000000000000000000000000000000000000',
      '0100000000000000000000000000000000000000000000000000000000000000',
      'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
      '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
      'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
      'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
      'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    ]) {
      expect(crypto.agree(secretKey, bytes(share))).toBeUndefined()
    }
    expect(crypto.agree(secretKey, new Uint8Array(31).fill(9))).toBeUndefined()
  })

  test('CRY5 open∘seal is the identity, and any change makes it undefined', () => {
    const key = crypto.random(32)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.uint8Array({ maxLength: 40 }), fc.nat(), (text, aad, at) => {
        for (const kind of ['chacha', 'xchacha'] as const) {
          const nonce = crypto.random(kind === 'chacha' ? 12 : 24)
          const sealed = crypto[`${kind}Seal`](key, nonce, aad, text)
          const open = crypto[`${kind}Open`]
          expect(sealed.length).toBe(text.length + 16)
          expect(open(key, nonce, aad, sealed)).toEqual(text)
          const altered = sealed.slice()
          altered[at % altered.length]! ^= 1
          expect(open(key, nonce, aad, altered)).toBeUndefined()
          expect(open(key, nonce, Uint8Array.of(...aad, 0), sealed)).toBeUndefined()
          expect(open(key, nonce, aad, sealed.subarray(0, at % 16))).toBeUndefined()
        }
      }),
    )
  })
})

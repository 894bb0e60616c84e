import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatHex } from '../codec/text.ts'
import { createSeededRandom } from './random.ts'
import { createToyCrypto } from './toy-crypto.ts'

const crypto = createToyCrypto(createSeededRandom(1).bytes)
const key = (seed: number): Uint8Array => createSeededRandom(seed).bytes(32)
const someBytes = fc.uint8Array({ maxLength: 300 })

/** The bytes with one bit changed. */
function altered(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice()
  const index = at % Math.max(1, copy.length)
  copy[index] = (copy[index] as number) ^ (1 << (at % 8))
  return copy
}

describe('the stand-in for cryptography', () => {
  it('SIM6 hashes the same however the parts are cut, and differently for every change', () => {
    fc.assert(
      fc.property(someBytes, fc.nat(300), fc.nat(), (bytes, cut, at) => {
        const whole = formatHex(crypto.sha256(bytes))
        expect(formatHex(crypto.sha256(bytes.subarray(0, cut), bytes.subarray(cut)))).toBe(whole)
        if (bytes.length > 0) expect(formatHex(crypto.sha256(altered(bytes, at)))).not.toBe(whole)
        expect(formatHex(crypto.sha256(bytes, Uint8Array.of(0)))).not.toBe(whole)
      }),
    )
    const all = new Set(Array.from({ length: 20_000 }, (_, i) => formatHex(crypto.sha256(Uint8Array.of(i, i >> 8, 7)))))
    expect(all.size).toBe(20_000)
  })

  it('SIM6 opens only with the same key, nonce and header, and unaltered', () => {
    fc.assert(
      fc.property(someBytes, someBytes, fc.nat(), (plaintext, aad, at) => {
        const nonce = key(9).subarray(0, 24)
        const sealed = crypto.xchachaSeal(key(1), nonce, aad, plaintext)
        expect(sealed.length).toBe(plaintext.length + 16)
        expect(crypto.xchachaOpen(key(1), nonce, aad, sealed)).toEqual(plaintext)
        expect(crypto.xchachaOpen(key(2), nonce, aad, sealed)).toBeUndefined()
        expect(crypto.xchachaOpen(key(1), altered(nonce, at), aad, sealed)).toBeUndefined()
        expect(crypto.xchachaOpen(key(1), nonce, aad, altered(sealed, at))).toBeUndefined()
        if (aad.length > 0) expect(crypto.xchachaOpen(key(1), nonce, altered(aad, at), sealed)).toBeUndefined()
        if (plaintext.length > 8) expect(sealed.subarray(0, plaintext.length)).not.toEqual(plaintext)
      }),
    )
  })

  it('SIM6 accepts no signature but the one made with the secret key', () => {
    fc.assert(
      fc.property(someBytes, fc.nat(), (message, at) => {
        const { secretKey, publicKey } = crypto.signKeyPair(key(3))
        const signature = crypto.sign(secretKey, message)
        expect(crypto.verify(publicKey, message, signature)).toBe(true)
        expect(crypto.verify(publicKey, message, altered(signature, at))).toBe(false)
        expect(crypto.verify(altered(publicKey, at), message, signature)).toBe(false)
        expect(crypto.verify(publicKey, message, crypto.sign(key(4), message))).toBe(false)
        if (message.length > 0) expect(crypto.verify(publicKey, altered(message, at), signature)).toBe(false)
      }),
    )
  })

  it('SIM6 agrees on the same secret from both ends, and on another one with anybody else', () => {
    const [ana, ben, cleo] = [5, 6, 7].map((seed) => crypto.agreeKeyPair(key(seed)))
    if (ana === undefined || ben === undefined || cleo === undefined) throw new Error('no keys')
    const shared = crypto.agree(ana.secretKey, ben.publicKey)
    expect(crypto.agree(ben.secretKey, ana.publicKey)).toEqual(shared)
    expect(crypto.agree(ana.secretKey, cleo.publicKey)).not.toEqual(shared)
    expect(crypto.agree(ana.secretKey, new Uint8Array(5))).toBeUndefined()
  })
})

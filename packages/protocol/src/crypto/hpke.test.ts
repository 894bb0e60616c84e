import { Chacha20Poly1305 } from '@hpke/chacha20poly1305'
import { CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { emptyBytes } from '../codec/bytes.ts'
import { formatHex, parseHex } from '../codec/text.ts'
import { type HpkePsk, hpkeOpen, hpkeOverheadBytes, hpkeSeal, hpkeSealWith } from './hpke.ts'
import { createSeededCrypto } from './seeded.ts'

const crypto = createSeededCrypto('hpke')
const bytes = (hex: string): Uint8Array => parseHex(hex)!
const owned = (view: Uint8Array): ArrayBuffer => view.slice().buffer as ArrayBuffer

const info = bytes('4f6465206f6e2061204772656369616e2055726e')
const aad = bytes('436f756e742d30')
const plaintext = bytes('4265617574792069732074727574682c20747275746820626561757479')

const vectors = [
  {
    name: 'A.2.1 base',
    skEm: 'f4ec9b33b792c372c1d2c2063507b684ef925b8c75a42dbcbf57d63ccd381600',
    skRm: '8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb',
    pkRm: '4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a',
    psk: undefined,
    enc: '1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a',
    ct: '1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28',
  },
  {
    name: 'A.2.2 psk',
    skEm: '0c35fdf49df7aa01cd330049332c40411ebba36e0c718ebc3edf5845795f6321',
    skRm: '77d114e0212be51cb1d76fa99dd41cfd4d0166b08caa09074430a6c59ef17879',
    pkRm: '13640af826b722fc04feaa4de2f28fbd5ecc03623b317834e7ff4120dbe73062',
    psk: {
      key: bytes('0247fd33b913760fa1fa51e1892d9f307fbe65eb171e8132c2af18555a738b82'),
      id: bytes('456e6e796e20447572696e206172616e204d6f726961'),
    },
    enc: '2261299c3f40a9afc133b969a97f05e95be2c514e54f3de26cbe5644ac735b04',
    ct: '4a177f9c0d6f15cfdf533fb65bf84aecdc6ab16b8b85b4cf65a370e07fc1d78d28fb073214525276f4a89608ff',
  },
]

describe('HPKE', () => {
  test.each(vectors)('CRY6 RFC 9180 $name', ({ skEm, skRm, pkRm, psk, enc, ct }) => {
    const keyPair = crypto.agreeKeyPair(bytes(skRm))
    expect(formatHex(keyPair.publicKey)).toBe(pkRm)
    const sealed = hpkeSealWith(crypto, crypto.agreeKeyPair(bytes(skEm)), {
      recipient: keyPair.publicKey,
      info,
      aad,
      plaintext,
      psk,
    })
    expect(formatHex(sealed!)).toBe(enc + ct)
    expect(hpkeOpen(crypto, { keyPair, info, aad, sealed: sealed!, psk })).toEqual(plaintext)
  })

  const suite = new CipherSuite({
    kem: new DhkemX25519HkdfSha256(),
    kdf: new HkdfSha256(),
    aead: new Chacha20Poly1305(),
  })
  const somePsk: HpkePsk = { key: crypto.random(32), id: crypto.random(8) }
  const theirs = (psk: HpkePsk | undefined): object =>
    psk === undefined ? {} : { psk: { key: owned(psk.key), id: owned(psk.id) } }

  test.each([undefined, somePsk])('CRY6 @hpke/core opens what we seal and we open what it seals', async (psk) => {
    const ours = crypto.agreeKeyPair(crypto.random(32))
    const recipientKey = await suite.kem.deserializePrivateKey(owned(ours.secretKey))
    const recipientPublicKey = await suite.kem.deserializePublicKey(owned(ours.publicKey))
    for (const text of [emptyBytes, plaintext, crypto.random(3000)]) {
      const sealed = hpkeSeal(crypto, { recipient: ours.publicKey, info, aad, plaintext: text, psk })!
      const opened = await suite.open(
        { recipientKey, enc: owned(sealed.subarray(0, 32)), info: owned(info), ...theirs(psk) },
        owned(sealed.subarray(32)),
        owned(aad),
      )
      expect(new Uint8Array(opened)).toEqual(text)
      const foreign = await suite.seal(
        { recipientPublicKey, info: owned(info), ...theirs(psk) },
        owned(text),
        owned(aad),
      )
      const joined = Uint8Array.of(...new Uint8Array(foreign.enc), ...new Uint8Array(foreign.ct))
      expect(hpkeOpen(crypto, { keyPair: ours, info, aad, sealed: joined, psk })).toEqual(text)
    }
  })

  test('CRY7 nothing opens with another key, info, aad, psk or mode, or when changed or cut', () => {
    const keyPair = crypto.agreeKeyPair(crypto.random(32))
    const psk = somePsk
    const sealed = hpkeSeal(crypto, { recipient: keyPair.publicKey, info, aad, plaintext, psk })!
    const right = { keyPair, info, aad, sealed, psk }
    expect(sealed.length).toBe(plaintext.length + hpkeOverheadBytes)
    expect(hpkeOpen(crypto, right)).toEqual(plaintext)
    expect(hpkeOpen(crypto, { ...right, keyPair: crypto.agreeKeyPair(crypto.random(32)) })).toBeUndefined()
    expect(hpkeOpen(crypto, { ...right, info: aad })).toBeUndefined()
    expect(hpkeOpen(crypto, { ...right, aad: info })).toBeUndefined()
    expect(hpkeOpen(crypto, { ...right, psk: undefined })).toBeUndefined()
    expect(hpkeOpen(crypto, { ...right, psk: { ...psk, key: crypto.random(32) } })).toBeUndefined()
    expect(hpkeOpen(crypto, { ...right, psk: { ...psk, id: crypto.random(8) } })).toBeUndefined()
    for (let length = 0; length < sealed.length; length++) {
      expect(hpkeOpen(crypto, { ...right, sealed: sealed.subarray(0, length) })).toBeUndefined()
    }
    fc.assert(
      fc.property(fc.nat(sealed.length * 8 - 1), (bit) => {
        // The top bit of an X25519 key is ignored by RFC 7748, but enc is part of the key schedule.
        const altered = sealed.slice()
        altered[bit >> 3]! ^= 1 << (bit & 7)
        return hpkeOpen(crypto, { ...right, sealed: altered }) === undefined
      }),
      { numRuns: 60 },
    )
  })

  test('CRY4 sealing to a low-order key, and a low-order enc, give undefined', () => {
    const zero = new Uint8Array(32)
    const keyPair = crypto.agreeKeyPair(crypto.random(32))
    expect(hpkeSeal(crypto, { recipient: zero, info, aad, plaintext })).toBeUndefined()
    expect(hpkeOpen(crypto, { keyPair, info, aad, sealed: new Uint8Array(64) })).toBeUndefined()
  })
})

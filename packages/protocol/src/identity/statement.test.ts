import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concatBytes, label } from '../codec/bytes.ts'
import { formatUtf8 } from '../codec/utf8.ts'
import { createSeededCrypto } from '../crypto/seeded.ts'
import {
  type Extension,
  type StatementBody,
  decodeStatement,
  extensionOf,
  extensionTypes,
  isSigned,
  maxStatementBytes,
  openStatement,
  signStatement,
  signatureCheckOf,
  statementId,
  statementOverheadBytes,
} from './statement.ts'

const crypto = createSeededCrypto('statement')
const issuer = crypto.signKeyPair(crypto.random(32))
const subject = crypto.random(32)
const plain: StatementBody = { type: 'session', subject, notBefore: 1000, notAfter: 2000 }

/** Signs any bytes as a statement, also those `signStatement` would refuse to make. */
function signRaw(unsigned: Uint8Array): Uint8Array {
  return concatBytes(unsigned, crypto.sign(issuer.secretKey, concatBytes(label('kith1/stmt'), unsigned)))
}

function withExtensions(extensions: readonly Extension[], type: StatementBody['type'] = 'session'): Uint8Array {
  const base = signStatement(crypto, issuer, { ...plain, type }).slice(0, -66)
  const encoded = extensions.map((one) =>
    concatBytes(
      Uint8Array.of(one.type, one.critical ? 1 : 0, one.value.length >> 8, one.value.length & 0xff),
      one.value,
    ),
  )
  const length = encoded.reduce((sum, one) => sum + one.length, 0)
  return signRaw(concatBytes(base, Uint8Array.of(length >> 8, length & 0xff), ...encoded))
}

const code = (bytes: Uint8Array): string => {
  const opened = openStatement(crypto, bytes)
  return opened.ok ? 'ok' : opened.code
}

describe('statement', () => {
  test('IDN1 reads back what was signed, in 150 bytes and its extensions', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('device', 'session', 'attestation', 'revocation', 'receipt', 'beacon', 'membership', 'vouch'),
        fc.nat(2 ** 31),
        fc.nat(2 ** 31),
        fc.uint8Array({ maxLength: 100 }),
        (type, notBefore, life, value) => {
          const extensions = [{ type: 200, critical: false, value }]
          const bytes = signStatement(crypto, issuer, {
            type: type as StatementBody['type'],
            subject,
            notBefore,
            notAfter: notBefore + life,
            extensions,
          })
          expect(bytes.length).toBe(statementOverheadBytes + 4 + value.length)
          expect(openStatement(crypto, bytes)).toEqual({
            ok: true,
            value: {
              type,
              issuer: issuer.publicKey,
              subject,
              notBefore,
              notAfter: notBefore + life,
              extensions,
              bytes,
            },
          })
        },
      ),
      { numRuns: 40 },
    )
  })

  test('IDN1 the id covers every byte, the signature included', () => {
    const bytes = signStatement(crypto, issuer, plain)
    const altered = bytes.slice()
    altered[bytes.length - 1]! ^= 1
    expect(statementId(crypto, bytes)).toEqual(crypto.sha256(bytes))
    expect(statementId(crypto, altered)).not.toEqual(statementId(crypto, bytes))
  })

  test('IDN2 bit flips at every offset are refused', () => {
    const bytes = signStatement(crypto, issuer, {
      ...plain,
      type: 'device',
      extensions: [{ type: extensionTypes.agreeKey, critical: true, value: subject }],
    })
    for (let at = 0; at < bytes.length; at++) {
      const altered = bytes.slice()
      altered[at]! ^= 1 << (at % 8)
      expect(code(altered)).not.toBe('ok')
    }
  })

  test('IDN2 truncated and over-long bytes are refused at every length', () => {
    const bytes = signStatement(crypto, issuer, plain)
    for (let length = 0; length < bytes.length; length++) expect(code(bytes.subarray(0, length))).toBe('malformed')
    expect(code(concatBytes(bytes, Uint8Array.of(0)))).toBe('malformed')
    expect(code(signRaw(new Uint8Array(maxStatementBytes)))).toBe('malformed')
  })

  test('IDN2 the same bytes signed under another label are refused', () => {
    const unsigned = signStatement(crypto, issuer, plain).slice(0, -64)
    for (const other of [label('kith1/msg'), label('kith1/auth/I'), new Uint8Array(0)]) {
      const signature = crypto.sign(issuer.secretKey, concatBytes(other, unsigned))
      expect(code(concatBytes(unsigned, signature))).toBe('badSignature')
    }
    expect(code(signRaw(unsigned))).toBe('ok')
  })

  test('IDN3 unknown magic, version, type, algorithm and flags are refused although signed', () => {
    const altered = (at: number, value: number): Uint8Array => {
      const unsigned = signStatement(crypto, issuer, plain).slice(0, -64)
      unsigned[at] = value
      return signRaw(unsigned)
    }
    expect(code(altered(0, 0x4c))).toBe('malformed')
    expect(code(altered(4, 2))).toBe('unknownVersion')
    expect(code(altered(5, 0))).toBe('unknownType')
    expect(code(altered(5, 11))).toBe('unknownType')
    expect(code(altered(6, 2))).toBe('unknownAlgorithm')
    expect(code(altered(7, 1))).toBe('unknownFlags')
  })

  test('IDN4 an unknown critical extension rejects, an unknown other one is kept and ignored', () => {
    const value = formatUtf8('later')
    expect(code(withExtensions([{ type: 99, critical: true, value }]))).toBe('unknownExtension')
    const opened = openStatement(crypto, withExtensions([{ type: 99, critical: false, value }]))
    expect(opened.ok && extensionOf(opened.value, 99)).toEqual(value)
    // Known for devices, unknown for sessions.
    expect(code(withExtensions([{ type: extensionTypes.agreeKey, critical: true, value: subject }]))).toBe(
      'unknownExtension',
    )
  })

  test('IDN4 extensions repeated, out of order, of a wrong length or with another critical byte are malformed', () => {
    const one = { type: 50, critical: false, value: Uint8Array.of(1) }
    const two = { type: 51, critical: false, value: Uint8Array.of(2) }
    expect(code(withExtensions([one, two]))).toBe('ok')
    expect(code(withExtensions([two, one]))).toBe('malformed')
    expect(code(withExtensions([one, one]))).toBe('malformed')
    const short = [{ type: extensionTypes.agreeKey, critical: true, value: Uint8Array.of(1) }]
    expect(code(withExtensions(short, 'device'))).toBe('malformed')
    const odd = withExtensions([one]).slice(0, -64)
    odd[statementOverheadBytes - 64 + 1] = 2
    expect(code(signRaw(odd))).toBe('malformed')
  })

  test('IDN4 an extension may not reach beyond the extensions', () => {
    const odd = withExtensions([{ type: 50, critical: false, value: new Uint8Array(8) }]).slice(0, -64)
    odd[statementOverheadBytes - 64 + 3] = 60
    expect(code(signRaw(odd))).toBe('malformed')
  })

  test('IDN5 a window that ends before it begins is refused; one instant is enough', () => {
    const unsigned = signStatement(crypto, issuer, plain).slice(0, -64)
    unsigned.fill(0, 78, 84)
    expect(code(signRaw(unsigned))).toBe('emptyWindow')
    expect(code(signStatement(crypto, issuer, { ...plain, notAfter: plain.notBefore }))).toBe('ok')
  })

  test('IDN1 making a statement nobody would read throws', () => {
    expect(() => signStatement(crypto, issuer, { ...plain, notAfter: 0 })).toThrow('emptyWindow')
    expect(() => signStatement(crypto, issuer, { ...plain, subject: new Uint8Array(31) })).toThrow('malformed')
    const tooMuch = [50, 51].map((type) => ({ type, critical: false, value: new Uint8Array(2000) }))
    expect(() => signStatement(crypto, issuer, { ...plain, extensions: tooMuch })).toThrow('malformed')
  })

  test('IDN2 any bytes give a coded answer', () => {
    const bytes = signStatement(crypto, issuer, plain)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(150), (junk, at) => {
        expect(code(junk)).not.toBe('ok')
        const mixed = concatBytes(bytes.subarray(0, at), junk)
        expect(code(mixed) === 'ok').toBe(mixed.length === bytes.length && mixed.every((byte, i) => byte === bytes[i]))
      }),
    )
  })

  test('IDN2 the check as data says the same as checking here', () => {
    const decoded = decodeStatement(signStatement(crypto, issuer, plain))
    if (!decoded.ok) throw new Error(decoded.code)
    const { publicKey, message, signature } = signatureCheckOf(decoded.value)
    expect(crypto.verify(publicKey, message, signature)).toBe(true)
    expect(isSigned(crypto, decoded.value)).toBe(true)
    expect(isSigned(crypto, { ...decoded.value, issuer: subject })).toBe(false)
  })
})

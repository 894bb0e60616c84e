import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concatBytes, equalBytes } from '../codec/bytes.ts'
import { formatUtf8 } from '../codec/utf8.ts'
import type { KeyPair } from '../crypto/crypto.ts'
import { createSeededCrypto } from '../crypto/seeded.ts'
import {
  type ChainContext,
  type ShownClaim,
  decodeChain,
  encodeChain,
  hashClaim,
  maxChainBytes,
  verifyChain,
} from './chain.ts'
import { revokeDevice } from './revocation.ts'
import {
  backdateMs,
  certifyDevice,
  certifySession,
  createDevice,
  createIdentity,
  createSession,
  dayMs,
  maxAttestationLifeMs,
  maxDeviceLifeMs,
  sessionLifeMs,
} from './session.ts'
import { extensionTypes, signStatement } from './statement.ts'

const crypto = createSeededCrypto('chain')
const now = 1_790_000_000_000

function person() {
  const identity = createIdentity(crypto)
  const device = createDevice(crypto)
  const session = createSession(crypto)
  const deviceStatement = certifyDevice(
    crypto,
    identity,
    { sign: device.sign.publicKey, agree: device.agree.publicKey },
    now,
  )
  const sessionStatement = certifySession(crypto, device.sign, session.sign.publicKey, now)
  return { identity, device, session, deviceStatement, sessionStatement }
}

const service = createIdentity(crypto)
const claim: ShownClaim = { type: 'email', salt: crypto.random(16), claim: formatUtf8('ada@example.org') }

function attest(by: KeyPair, subject: Uint8Array, lifeMs = maxAttestationLifeMs, shown = claim): Uint8Array {
  return signStatement(crypto, by, {
    type: 'attestation',
    subject,
    notBefore: now - dayMs,
    notAfter: now - dayMs + lifeMs,
    extensions: [
      { type: extensionTypes.claimType, critical: true, value: formatUtf8(shown.type) },
      { type: extensionTypes.claimHash, critical: true, value: hashClaim(crypto, shown) },
    ],
  })
}

const ada = person()
const eve = person()
const chain = encodeChain([ada.deviceStatement, ada.sessionStatement])
const attested = encodeChain([attest(service, ada.identity.publicKey), ada.deviceStatement, ada.sessionStatement])

function judge(bytes: Uint8Array, context: Partial<ChainContext> = {}): string {
  const result = verifyChain(crypto, bytes, { session: ada.session.sign.publicKey, time: now, ...context })
  return result.ok ? 'ok' : result.code
}

describe('chain', () => {
  test('IDN6 names the identity as author', () => {
    const result = verifyChain(crypto, chain, { session: ada.session.sign.publicKey, time: now })
    expect(result).toEqual({
      ok: true,
      value: {
        author: ada.identity.publicKey,
        device: ada.device.sign.publicKey,
        deviceAgree: ada.device.agree.publicKey,
        session: ada.session.sign.publicKey,
        notBefore: now - backdateMs,
        notAfter: now + sessionLifeMs,
        attestations: [],
        lastSeq: undefined,
      },
    })
  })

  test('IDN6 a person with two devices and many sessions stays one author', () => {
    const other = createDevice(crypto)
    const session = createSession(crypto)
    const bytes = encodeChain([
      certifyDevice(crypto, ada.identity, { sign: other.sign.publicKey, agree: other.agree.publicKey }, now),
      certifySession(crypto, other.sign, session.sign.publicKey, now),
    ])
    const result = verifyChain(crypto, bytes, { session: session.sign.publicKey, time: now })
    expect(result.ok && result.value.author).toEqual(ada.identity.publicKey)
  })

  test('IDN6 decode∘encode gives the statements, and a chain of four stays under 1 KiB', () => {
    const four = [
      attest(service, ada.identity.publicKey),
      attest(eve.identity, ada.identity.publicKey),
      ada.deviceStatement,
      ada.sessionStatement,
    ]
    const bytes = encodeChain(four)
    const decoded = decodeChain(bytes)
    expect(decoded.ok && decoded.value.map((statement) => statement.bytes)).toEqual(four)
    expect(bytes.length).toBeLessThanOrEqual(maxChainBytes)
    expect(judge(bytes)).toBe('ok')
  })

  test('IDN7 chain too long: five statements, or more than 1,024 bytes', () => {
    const five = Array.from({ length: 5 }, () => ada.sessionStatement)
    const body = concatBytes(...five.map((one) => concatBytes(Uint8Array.of(0, one.length), one)))
    expect(judge(concatBytes(Uint8Array.of(5), body))).toBe('chainTooLong')
    expect(judge(new Uint8Array(maxChainBytes + 1))).toBe('chainTooLong')
    expect(() => encodeChain(five)).toThrow('chain too long')
  })

  test('IDN7 empty, truncated and over-long chains are malformed', () => {
    expect(judge(Uint8Array.of(0))).toBe('malformed')
    for (let length = 0; length < chain.length; length++) expect(judge(chain.subarray(0, length))).toBe('malformed')
    expect(judge(concatBytes(chain, Uint8Array.of(0)))).toBe('malformed')
  })

  test('IDN7 bit flips at every offset are refused', () => {
    for (let at = 0; at < attested.length; at++) {
      const altered = attested.slice()
      altered[at]! ^= 1 << (at % 8)
      expect(judge(altered)).not.toBe('ok')
    }
  })

  test('IDN8 wrong issuer link: a device of one identity, a session of another device', () => {
    expect(judge(encodeChain([eve.deviceStatement, ada.sessionStatement]))).toBe('wrongIssuer')
    const forged = certifySession(crypto, eve.device.sign, ada.session.sign.publicKey, now)
    expect(judge(encodeChain([ada.deviceStatement, forged]))).toBe('wrongIssuer')
  })

  test('IDN8 an issuer key written over a statement does not verify', () => {
    const forged = certifySession(crypto, eve.device.sign, ada.session.sign.publicKey, now)
    forged.set(ada.device.sign.publicKey, 8)
    expect(judge(encodeChain([ada.deviceStatement, forged]))).toBe('badSignature')
  })

  test('IDN8 swapped type: positions hold only what may stand there', () => {
    const asSession = signStatement(crypto, ada.identity, {
      type: 'session',
      subject: ada.device.sign.publicKey,
      notBefore: now,
      notAfter: now,
    })
    const asDevice = signStatement(crypto, ada.device.sign, {
      type: 'device',
      subject: ada.session.sign.publicKey,
      notBefore: now,
      notAfter: now,
      extensions: [{ type: extensionTypes.agreeKey, critical: true, value: ada.device.agree.publicKey }],
    })
    expect(judge(encodeChain([asSession, ada.sessionStatement]))).toBe('wrongType')
    expect(judge(encodeChain([ada.deviceStatement, asDevice]))).toBe('wrongType')
    expect(judge(encodeChain([ada.sessionStatement, ada.deviceStatement]))).toBe('wrongType')
    expect(judge(encodeChain([ada.sessionStatement]))).toBe('wrongType')
    expect(judge(encodeChain([ada.deviceStatement, ada.deviceStatement, ada.sessionStatement]))).toBe('wrongType')
  })

  test('IDN8 an identity may not sign a session directly, nor a session another session', () => {
    const direct = certifySession(crypto, ada.identity, ada.session.sign.publicKey, now)
    expect(judge(encodeChain([ada.deviceStatement, direct]))).toBe('wrongIssuer')
    const next = createSession(crypto)
    const grandchild = certifySession(crypto, ada.session.sign, next.sign.publicKey, now)
    expect(
      judge(encodeChain([ada.deviceStatement, ada.sessionStatement, grandchild]), { session: next.sign.publicKey }),
    ).toBe('wrongType')
  })

  test("IDN9 somebody else's chain is refused for my session", () => {
    expect(judge(chain, { session: eve.session.sign.publicKey })).toBe('wrongSession')
  })

  test('IDN10 expired and not yet valid, at the edges of the windows', () => {
    expect(judge(chain, { time: now - backdateMs })).toBe('ok')
    expect(judge(chain, { time: now - backdateMs - 1 })).toBe('notYetValid')
    expect(judge(chain, { time: now + sessionLifeMs })).toBe('ok')
    expect(judge(chain, { time: now + sessionLifeMs + 1 })).toBe('expired')
    const late = certifySession(crypto, ada.device.sign, ada.session.sign.publicKey, now + maxDeviceLifeMs)
    expect(judge(encodeChain([ada.deviceStatement, late]), { time: now + maxDeviceLifeMs })).toBe('expired')
  })

  test('IDN10 a device may not live longer than 400 days, an attestation not longer than 90', () => {
    const long = signStatement(crypto, ada.identity, {
      type: 'device',
      subject: ada.device.sign.publicKey,
      notBefore: now - dayMs,
      notAfter: now - dayMs + maxDeviceLifeMs + 1,
      extensions: [{ type: extensionTypes.agreeKey, critical: true, value: ada.device.agree.publicKey }],
    })
    expect(judge(encodeChain([long, ada.sessionStatement]))).toBe('lifeTooLong')
    const old = attest(service, ada.identity.publicKey, maxAttestationLifeMs + 1)
    expect(judge(encodeChain([old, ada.deviceStatement, ada.sessionStatement]))).toBe('lifeTooLong')
  })

  test('IDN11 revoked: nothing of the device counts but the sessions the identity lists, up to their heads', () => {
    const device = ada.device.sign.publicKey
    const bare = revokeDevice(crypto, ada.identity, device, [], now)
    expect(judge(chain, { revocations: [bare] })).toBe('revoked')
    // Claiming an earlier time does not help a thief.
    expect(judge(chain, { revocations: [bare], time: now - dayMs })).toBe('revoked')
    const listed = revokeDevice(crypto, ada.identity, device, [{ session: ada.session.sign.publicKey, seq: 7 }], now)
    const result = verifyChain(crypto, chain, {
      session: ada.session.sign.publicKey,
      time: now,
      revocations: [listed],
    })
    expect(result.ok && result.value.lastSeq).toBe(7)
    expect(judge(chain, { revocations: [listed, bare] })).toBe('revoked')
  })

  test('IDN11 only the identity itself revokes, and only the device it names', () => {
    const device = ada.device.sign.publicKey
    const foreign = revokeDevice(crypto, eve.identity, device, [], now)
    const other = revokeDevice(crypto, ada.identity, eve.device.sign.publicKey, [], now)
    const forged = foreign.slice()
    forged.set(ada.identity.publicKey, 8)
    const byDevice = revokeDevice(crypto, ada.device.sign, device, [], now)
    expect(judge(chain, { revocations: [foreign, other, forged, byDevice, new Uint8Array(9)] })).toBe('ok')
  })

  test("IDN12 another identity's attestation is refused", () => {
    const bytes = encodeChain([attest(service, eve.identity.publicKey), ada.deviceStatement, ada.sessionStatement])
    expect(judge(bytes)).toBe('wrongIssuer')
  })

  test('IDN12 an unpinned service is refused where pins are given, also one pinned for another claim type', () => {
    const key = service.publicKey
    expect(judge(attested, { pinnedServices: [{ claimType: 'email', key }] })).toBe('ok')
    expect(judge(attested, { pinnedServices: [] })).toBe('unpinnedService')
    expect(judge(attested, { pinnedServices: [{ claimType: 'phone', key }] })).toBe('unpinnedService')
    expect(judge(attested, { pinnedServices: [{ claimType: 'email', key: eve.identity.publicKey }] })).toBe(
      'unpinnedService',
    )
    // Without pins the author does not depend on what this program trusts.
    expect(judge(attested)).toBe('ok')
  })

  test('IDN12 an attestation signed by somebody else in the name of a service is refused', () => {
    const forged = attest(eve.identity, ada.identity.publicKey)
    forged.set(service.publicKey, 8)
    expect(judge(encodeChain([forged, ada.deviceStatement, ada.sessionStatement]))).toBe('badSignature')
  })

  test('IDN13 a claim is checked against its salted hash', () => {
    expect(judge(attested, { claim })).toBe('ok')
    expect(judge(attested, { claim: { ...claim, claim: formatUtf8('eve@example.org') } })).toBe('wrongClaim')
    expect(judge(attested, { claim: { ...claim, salt: crypto.random(16) } })).toBe('wrongClaim')
    expect(judge(attested, { claim: { ...claim, salt: new Uint8Array(3) } })).toBe('wrongClaim')
    expect(judge(attested, { claim: { ...claim, type: 'phone' } })).toBe('wrongClaim')
    expect(judge(chain, { claim })).toBe('wrongClaim')
  })

  test('IDN7 any bytes give a coded answer', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), fc.nat(chain.length), (junk, at) => {
        expect(judge(junk)).not.toBe('ok')
        const mixed = concatBytes(chain.subarray(0, at), junk)
        expect(judge(mixed) === 'ok').toBe(equalBytes(mixed, chain))
      }),
    )
  })
})

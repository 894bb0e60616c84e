import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { equalBytes } from '../codec/bytes.ts'
import { formatHex } from '../codec/text.ts'
import { formatUtf8 } from '../codec/utf8.ts'
import { createSeededCrypto } from '../crypto/seeded.ts'
import { attest, emailClaim } from './attesting.ts'
import type { PinnedService, ShownClaim } from './chain.ts'
import { type ProofContext, type ProofParts, certifyPersona, encodeProof, maxProofBytes, verifyProof } from './proof.ts'
import { longTermIdentity, roomIdentitySecret } from './root.ts'
import { createIdentity, dayMs, maxAttestationLifeMs, maxDeviceLifeMs } from './session.ts'
import { extensionTypes, signStatement } from './statement.ts'

const crypto = createSeededCrypto('proof')
const now = 1_790_000_000_000
const ada = longTermIdentity(crypto, crypto.random(16))
const eve = longTermIdentity(crypto, crypto.random(16))
const author = createIdentity(crypto).publicKey
const service = createIdentity(crypto)
const pins: readonly PinnedService[] = [{ claimType: emailClaim, key: service.publicKey }]
const claim: ShownClaim = { type: emailClaim, salt: crypto.random(16), claim: formatUtf8('ada@example.org') }
const persona = certifyPersona(crypto, ada, author, now)
const attestation = attest(crypto, service, ada.publicKey, claim, now)

function prove(parts: Partial<ProofParts> = {}): Uint8Array {
  return encodeProof({ persona, attestations: [attestation], claims: [claim], ...parts })
}

function judge(bytes: Uint8Array, context: Partial<ProofContext> = {}) {
  return verifyProof(crypto, bytes, { author, time: now, pinnedServices: pins, ...context })
}

/** What becomes of the one claim: undefined when it holds. */
function claimRefusal(bytes: Uint8Array, context: Partial<ProofContext> = {}): string | undefined {
  const judged = judge(bytes, context)
  if (!judged.ok) return `no proof: ${judged.code}`
  expect(formatHex(judged.value.identity)).toBe(formatHex(ada.publicKey))
  return judged.value.claims[0]?.refused
}

describe('a proof of who stands behind a room identity', () => {
  test('IDN17 names the long-term identity and what a pinned service says of it, with no network', () => {
    const judged = judge(prove())
    expect(judged.ok && judged.value).toMatchObject({
      identity: ada.publicKey,
      claims: [{ type: 'email', claim: 'ada@example.org', service: service.publicKey, refused: undefined }],
    })
    expect(judge(prove({ attestations: [], claims: [] }))).toMatchObject({ ok: true, value: { claims: [] } })
  })

  test('IDN18 another room identity cannot show it, and nobody shows a passport that is not about them', () => {
    const stranger = createIdentity(crypto).publicKey
    expect(judge(prove(), { author: stranger })).toEqual({ ok: false, code: 'wrongIssuer' })
    expect(judge(prove({ persona: attestation }))).toEqual({ ok: false, code: 'wrongType' })
    const forged = persona.slice()
    forged.set(eve.publicKey, 8)
    expect(judge(prove({ persona: forged }))).toEqual({ ok: false, code: 'badSignature' })
    expect(judge(prove(), { time: now - 2 * dayMs })).toEqual({ ok: false, code: 'notYetValid' })
    expect(judge(prove(), { time: now + maxDeviceLifeMs })).toEqual({ ok: false, code: 'expired' })
    const endless = signStatement(crypto, ada, {
      type: 'persona',
      subject: author,
      notBefore: now,
      notAfter: now + maxDeviceLifeMs + 1,
    })
    expect(judge(prove({ persona: endless }))).toEqual({ ok: false, code: 'lifeTooLong' })
  })

  test('IDN19 a forged attestation is refused', () => {
    const forger = createIdentity(crypto)
    const forged = attest(crypto, forger, ada.publicKey, claim, now).slice()
    forged.set(service.publicKey, 8)
    expect(claimRefusal(prove({ attestations: [forged] }))).toBe('badSignature')
  })

  test('IDN19 an attestation of a service that is not pinned for this claim is refused', () => {
    expect(claimRefusal(prove(), { pinnedServices: [] })).toBe('unpinnedService')
    const other = { claimType: 'phone', key: service.publicKey }
    expect(claimRefusal(prove(), { pinnedServices: [other] })).toBe('unpinnedService')
  })

  test('IDN19 an expired attestation is refused, one that is not valid yet and one that lives too long', () => {
    expect(claimRefusal(prove(), { time: now + maxAttestationLifeMs })).toBe('expired')
    const later = attest(crypto, service, ada.publicKey, claim, now + 3 * dayMs)
    expect(claimRefusal(prove({ attestations: [later] }))).toBe('notYetValid')
    const endless = signStatement(crypto, service, {
      type: 'attestation',
      subject: ada.publicKey,
      notBefore: now,
      notAfter: now + maxAttestationLifeMs + 1,
      extensions: [
        { type: extensionTypes.claimType, critical: true, value: formatUtf8(emailClaim) },
        {
          type: extensionTypes.claimHash,
          critical: true,
          value: crypto.sha256(formatUtf8('kith1/claim\0'), claim.salt, claim.claim),
        },
      ],
    })
    expect(claimRefusal(prove({ attestations: [endless] }))).toBe('lifeTooLong')
  })

  test('IDN19 the attestation of another identity is refused', () => {
    const eves = attest(crypto, service, eve.publicKey, claim, now)
    expect(claimRefusal(prove({ attestations: [eves] }))).toBe('wrongIssuer')
  })

  test('IDN19 a claim that is not what was attested is refused', () => {
    const other = { ...claim, claim: formatUtf8('eve@example.org') }
    expect(claimRefusal(prove({ claims: [other] }))).toBe('wrongClaim')
    expect(claimRefusal(prove({ claims: [{ ...claim, salt: crypto.random(16) }] }))).toBe('wrongClaim')
    expect(claimRefusal(prove({ claims: [{ ...claim, type: 'phone' }] }))).toBe('wrongClaim')
    expect(claimRefusal(prove({ attestations: [] }))).toBe('wrongClaim')
  })

  test('IDN20 any changed, missing or added byte is refused or refuses the claim; no bytes throw', () => {
    const good = prove()
    for (let i = 0; i < good.length; i++) {
      const bent = good.slice()
      bent[i] = (bent[i] as number) ^ 1
      const judged = judge(bent)
      if (judged.ok) expect(judged.value.claims.every(({ refused }) => refused !== undefined)).toBe(true)
      expect(judge(good.subarray(0, i)).ok).toBe(false)
    }
    expect(judge(new Uint8Array([...good, 0])).ok).toBe(false)
    expect(judge(new Uint8Array(maxProofBytes + 1)).ok).toBe(false)
    fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => !judge(bytes).ok))
  })
})

describe('what keys grow from', () => {
  test('IDN15 the same root is the same person, in every room somebody else', () => {
    const root = crypto.random(16)
    const [room, other] = [crypto.random(16), crypto.random(16)]
    const once = roomIdentitySecret(crypto, root, room)
    expect(equalBytes(once, roomIdentitySecret(crypto, root.slice(), room))).toBe(true)
    const secrets = [once, roomIdentitySecret(crypto, root, other), roomIdentitySecret(crypto, crypto.random(16), room)]
    const identities = [longTermIdentity(crypto, root), ...secrets.map((secret) => crypto.signKeyPair(secret))]
    expect(new Set(identities.map(({ publicKey }) => formatHex(publicKey))).size).toBe(4)
    expect(longTermIdentity(crypto, root).publicKey).toEqual(identities[0]?.publicKey)
  })
})

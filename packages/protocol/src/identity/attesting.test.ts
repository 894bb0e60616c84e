import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatUtf8 } from '../codec/utf8.ts'
import { createSeededCrypto } from '../crypto/seeded.ts'
import {
  type AttestationRequest,
  attest,
  emailClaim,
  followSuccession,
  isRequestSigned,
  parseEmail,
  signRequest,
  succeed,
  successionLifeMs,
} from './attesting.ts'
import { createIdentity, maxAttestationLifeMs } from './session.ts'
import { openStatement } from './statement.ts'

const crypto = createSeededCrypto('attesting')
const now = 1_790_000_000_000
const service = createIdentity(crypto)
const ada = createIdentity(crypto)

describe('asking to be attested', () => {
  const request: AttestationRequest = {
    service: service.publicKey,
    identity: ada.publicKey,
    email: 'ada@example.org',
    salt: crypto.random(16),
    code: '123456',
  }

  test('AUT1 a request is good for one service, identity, address, salt and code', () => {
    const signature = signRequest(crypto, ada, request)
    expect(isRequestSigned(crypto, request, signature)).toBe(true)
    const others: readonly Partial<AttestationRequest>[] = [
      { service: createIdentity(crypto).publicKey },
      { identity: createIdentity(crypto).publicKey },
      { email: 'eve@example.org' },
      { salt: crypto.random(16) },
      { code: '123457' },
    ]
    for (const other of others) expect(isRequestSigned(crypto, { ...request, ...other }, signature)).toBe(false)
  })

  test('AUT2 an attestation is about one identity, hides the address and lives ninety days', () => {
    const claim = { type: emailClaim, salt: request.salt, claim: formatUtf8(request.email) }
    const bytes = attest(crypto, service, ada.publicKey, claim, now)
    const opened = openStatement(crypto, bytes)
    expect(opened).toMatchObject({ ok: true, value: { type: 'attestation', subject: ada.publicKey } })
    if (opened.ok) expect(opened.value.notAfter - opened.value.notBefore).toBe(maxAttestationLifeMs)
    expect(Buffer.from(bytes).includes('ada@')).toBe(false)
  })

  test('AUT3 an address is taken as people write it, and nothing else is', () => {
    expect(parseEmail('  Ada.L+kith@Example.ORG ')).toBe('Ada.L+kith@example.org')
    expect(parseEmail('root@localhost')).toBe('root@localhost')
    for (const bad of [
      '',
      'ada',
      'ada@',
      '@b.c',
      'a b@c.d',
      'a@b..c',
      'a@-b.c',
      'a@b.c\nBcc: d@e.f',
      `${'x'.repeat(65)}@b.c`,
    ])
      expect(parseEmail(bad)).toBeUndefined()
    fc.assert(fc.property(fc.string(), (text) => !/[\r\n<>, ]/u.test(parseEmail(text) ?? '')))
  })
})

describe('a service that changes its key', () => {
  const next = createIdentity(crypto)
  const third = createIdentity(crypto)
  const steps = [succeed(crypto, service, next.publicKey, now), succeed(crypto, next, third.publicKey, now)]

  test('AUT4 is followed from the pinned key along what each old key signed', () => {
    const follow = (current: Uint8Array, statements: readonly Uint8Array[], at = now) =>
      followSuccession(crypto, service.publicKey, current, statements, at)
    expect(follow(service.publicKey, [])).toMatchObject({ ok: true, value: [service.publicKey] })
    expect(follow(third.publicKey, steps)).toMatchObject({
      ok: true,
      value: [service.publicKey, next.publicKey, third.publicKey],
    })
    expect(follow(third.publicKey, steps.toReversed())).toEqual({ ok: false, code: 'unknownKey' })
    expect(follow(createIdentity(crypto).publicKey, steps)).toEqual({ ok: false, code: 'unknownKey' })
    expect(follow(third.publicKey, steps, now + successionLifeMs + 1)).toEqual({ ok: false, code: 'unknownKey' })
    const forged = (steps[0] as Uint8Array).slice()
    forged.set(third.publicKey, 40)
    expect(follow(third.publicKey, [forged])).toEqual({ ok: false, code: 'badSignature' })
    const byOther = succeed(crypto, next, service.publicKey, now)
    expect(follow(third.publicKey, [byOther])).toEqual({ ok: false, code: 'unknownKey' })
    expect(follow(third.publicKey, [new Uint8Array(9)]).ok).toBe(false)
  })
})

/**
 * Between a person and an authentication service: what is signed to ask for an attestation, the attestation itself, and
 * how a service's key is followed when it changes.
 *
 * Asking is signed by the long-term identity, over the service's key and the code that was mailed: nobody has somebody
 * else's key attested, and no other service can use the request.
 */
import { concatBytes, equalBytes, label } from '../codec/bytes.ts'
import { formatUtf8 } from '../codec/utf8.ts'
import { Writer } from '../codec/writer.ts'
import type { Crypto, KeyPair } from '../crypto/crypto.ts'
import { type Millis, type Result, accept, reject } from '../machine.ts'
import { type ShownClaim, hashClaim } from './chain.ts'
import { backdateMs, dayMs, maxAttestationLifeMs } from './session.ts'
import { type StatementRejection, extensionTypes, openStatement, signStatement } from './statement.ts'

export const emailClaim = 'email'
/** An address that long is none (RFC 5321). */
export const maxEmailLength = 254
/** A service's old key counts for so long after it named the next one: as long as what it attested. */
export const successionLifeMs: Millis = 5 * 365 * dayMs
/** Successors are followed so far. */
export const maxSuccessions = 16

const askLabel = label('kith1/auth/ask')

export interface AttestationRequest {
  readonly service: Uint8Array
  readonly identity: Uint8Array
  readonly email: string
  readonly salt: Uint8Array
  /** The six digits that were mailed. */
  readonly code: string
}

/** An address as it is compared and attested: no white space around it, the domain in small letters. */
export function parseEmail(text: string): string | undefined {
  const trimmed = text.trim()
  if (trimmed.length > maxEmailLength) return undefined
  const parts =
    /^([\w.!#$%&'*+/=?^`{|}~-]{1,64})@((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)$/iu.exec(
      trimmed,
    )
  return parts === null ? undefined : `${parts[1]}@${(parts[2] as string).toLowerCase()}`
}

export function signRequest(crypto: Pick<Crypto, 'sign'>, identity: KeyPair, request: AttestationRequest): Uint8Array {
  return crypto.sign(identity.secretKey, requestBytes(request))
}

export function isRequestSigned(
  crypto: Pick<Crypto, 'verify'>,
  request: AttestationRequest,
  signature: Uint8Array,
): boolean {
  return crypto.verify(request.identity, requestBytes(request), signature)
}

function requestBytes({ service, identity, email, salt, code }: AttestationRequest): Uint8Array {
  const fields = new Writer().raw(service).raw(identity).text(email).raw(salt).text(code)
  return concatBytes(askLabel, fields.finish())
}

/** The service says that `identity` controls `claim`, for ninety days. */
export function attest(
  crypto: Pick<Crypto, 'sign' | 'sha256'>,
  service: KeyPair,
  identity: Uint8Array,
  claim: ShownClaim,
  now: Millis,
): Uint8Array {
  const notBefore = Math.max(0, now - backdateMs)
  return signStatement(crypto, service, {
    type: 'attestation',
    subject: identity,
    notBefore,
    notAfter: notBefore + maxAttestationLifeMs,
    extensions: [
      { type: extensionTypes.claimType, critical: true, value: formatUtf8(claim.type) },
      { type: extensionTypes.claimHash, critical: true, value: hashClaim(crypto, claim) },
    ],
  })
}

/** The old key says which one comes after it. */
export function succeed(crypto: Pick<Crypto, 'sign'>, old: KeyPair, next: Uint8Array, now: Millis): Uint8Array {
  return signStatement(crypto, old, {
    type: 'succession',
    subject: next,
    notBefore: Math.max(0, now - backdateMs),
    notAfter: now + successionLifeMs,
    extensions: [{ type: extensionTypes.claimType, critical: true, value: formatUtf8(emailClaim) }],
  })
}

/**
 * From a pinned key along statements of succession, each signed by the key before it, to the key a service has now. Answers
 * every key on the way, the pinned one first; what is not signed by the last of them is passed over.
 */
export function followSuccession(
  crypto: Pick<Crypto, 'verify'>,
  pinned: Uint8Array,
  current: Uint8Array,
  successions: readonly Uint8Array[],
  now: Millis,
): Result<readonly Uint8Array[], StatementRejection | 'unknownKey'> {
  const keys = [pinned]
  for (const bytes of successions.slice(0, maxSuccessions)) {
    const last = keys.at(-1) as Uint8Array
    if (equalBytes(last, current)) break
    const opened = openStatement(crypto, bytes)
    if (!opened.ok) return opened
    const { type, issuer, subject, notBefore, notAfter } = opened.value
    if (type === 'succession' && equalBytes(issuer, last) && now >= notBefore && now <= notAfter) keys.push(subject)
  }
  return equalBytes(keys.at(-1) as Uint8Array, current) ? accept(keys) : reject('unknownKey')
}

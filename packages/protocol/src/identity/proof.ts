/**
 * What somebody shows of themselves in a room, when they choose to: that a long-term identity stands behind their room
 * identity, and what authentication services say of that identity.
 *
 *     service ── attestation ─► long-term identity ── persona ─► room identity ◄─ device ◄─ session
 *
 * Bytes: form u8 (1) · count u8 (1–4) · per statement u16 length and its bytes, the persona statement first, then
 * attestations · claims u8 (≤ 3), each: type (text ≤ 32) · salt 16 · claim (varint length, bytes ≤ 254).
 *
 * A proof is said by a session of the room identity it is about, so nobody can put another's passport in front of their
 * own name; and the passport names the room identity, so nobody can take it over. It is judged offline.
 */
import { equalBytes } from '../codec/bytes.ts'
import { Reader } from '../codec/reader.ts'
import { parseUtf8 } from '../codec/utf8.ts'
import { Writer } from '../codec/writer.ts'
import type { Crypto, KeyPair } from '../crypto/crypto.ts'
import { BrokenPromise, type Millis, type Result, accept, reject } from '../machine.ts'
import { type PinnedService, type ShownClaim, claimSaltBytes, hashClaim } from './chain.ts'
import { backdateMs, maxAttestationLifeMs, maxDeviceLifeMs } from './session.ts'
import {
  type Statement,
  type StatementRejection,
  decodeStatement,
  extensionOf,
  extensionTypes,
  isSigned,
  signStatement,
} from './statement.ts'

export const maxProofBytes = 2048
export const maxProofStatements = 4
export const maxProofClaims = 3
export const maxClaimBytes = 254
const form = 1

export interface ProofParts {
  /** The long-term identity's statement about the room identity. */
  readonly persona: Uint8Array
  readonly attestations: readonly Uint8Array[]
  readonly claims: readonly ShownClaim[]
}

/** Why something attested is not shown as true. */
export type ClaimRefusal =
  | StatementRejection
  | 'wrongType'
  | 'wrongIssuer'
  | 'wrongClaim'
  | 'notYetValid'
  | 'expired'
  | 'lifeTooLong'
  | 'unpinnedService'

export interface ProvedClaim {
  readonly type: string
  readonly claim: string
  readonly service: Uint8Array
  readonly notAfter: Millis
  /** Undefined: it holds here and now. */
  readonly refused: ClaimRefusal | undefined
}

export interface Proof {
  /** The long-term identity. */
  readonly identity: Uint8Array
  readonly notAfter: Millis
  readonly claims: readonly ProvedClaim[]
}

export type ProofRejection =
  | StatementRejection
  | 'wrongType'
  | 'wrongIssuer'
  | 'notYetValid'
  | 'expired'
  | 'lifeTooLong'

export interface ProofContext {
  /** The room identity whose session said it. */
  readonly author: Uint8Array
  readonly time: Millis
  readonly pinnedServices: readonly PinnedService[]
}

/** `identity` says that `author`, a room identity, is its own. */
export function certifyPersona(
  crypto: Pick<Crypto, 'sign'>,
  identity: KeyPair,
  author: Uint8Array,
  now: Millis,
): Uint8Array {
  const notBefore = Math.max(0, now - backdateMs)
  return signStatement(crypto, identity, {
    type: 'persona',
    subject: author,
    notBefore,
    notAfter: notBefore + maxDeviceLifeMs,
  })
}

export function encodeProof(parts: ProofParts): Uint8Array {
  const statements = [parts.persona, ...parts.attestations]
  const writer = new Writer().u8(form).u8(statements.length)
  for (const statement of statements) writer.u16(statement.length).raw(statement)
  writer.u8(parts.claims.length)
  for (const { type, salt, claim } of parts.claims) writer.text(type).raw(salt).bytes(claim)
  const bytes = writer.finish()
  if (!decodeProof(bytes).ok) throw new BrokenPromise('a proof nobody would read')
  return bytes
}

interface DecodedProof {
  readonly statements: readonly Statement[]
  readonly claims: readonly ShownClaim[]
}

/** Reads a proof without judging it. */
export function decodeProof(bytes: Uint8Array): Result<DecodedProof, StatementRejection> {
  if (bytes.length > maxProofBytes) return reject('malformed')
  const reader = new Reader(bytes)
  if (reader.u8() !== form) return reject('malformed')
  const count = reader.u8()
  if (count < 1 || count > maxProofStatements) return reject('malformed')
  const statements: Statement[] = []
  for (let i = 0; i < count; i++) {
    const decoded = decodeStatement(reader.raw(reader.u16()))
    if (!decoded.ok) return decoded
    statements.push(decoded.value)
  }
  const claimCount = reader.u8()
  if (claimCount > maxProofClaims) return reject('malformed')
  const claims: ShownClaim[] = []
  for (let i = 0; i < claimCount; i++) {
    const type = reader.text(32)
    claims.push({ type, salt: reader.raw(claimSaltBytes), claim: reader.bytes(maxClaimBytes) })
  }
  return reader.done() ? accept({ statements, claims }) : reject('malformed')
}

/**
 * Judges a proof at a time, with no network. A bad attestation does not take the identity away: it is told apart, as
 * refused, so that an interface can say why.
 */
export function verifyProof(
  crypto: Pick<Crypto, 'verify' | 'sha256'>,
  bytes: Uint8Array,
  context: ProofContext,
): Result<Proof, ProofRejection> {
  const decoded = decodeProof(bytes)
  if (!decoded.ok) return decoded
  const { statements, claims } = decoded.value
  const [persona, ...attestations] = statements as [Statement, ...Statement[]]
  if (persona.type !== 'persona') return reject('wrongType')
  if (!equalBytes(persona.subject, context.author)) return reject('wrongIssuer')
  const untimely = windowRefusal(persona, maxDeviceLifeMs, context.time)
  if (untimely !== undefined) return reject(untimely)
  if (!isSigned(crypto, persona)) return reject('badSignature')
  return accept({
    identity: persona.issuer,
    notAfter: persona.notAfter,
    claims: claims.map((claim) => judgeClaim(crypto, claim, attestations, persona.issuer, context)),
  })
}

function judgeClaim(
  crypto: Pick<Crypto, 'verify' | 'sha256'>,
  shown: ShownClaim,
  attestations: readonly Statement[],
  identity: Uint8Array,
  { time, pinnedServices }: ProofContext,
): ProvedClaim {
  const hash = hashClaim(crypto, shown)
  const claim = parseUtf8(shown.claim)
  const attestation = attestations.find((one) => {
    const claimHash = extensionOf(one, extensionTypes.claimHash)
    return claimHash !== undefined && equalBytes(claimHash, hash)
  })
  const service = attestation?.issuer ?? identity
  const judged = { type: shown.type, claim: claim ?? '', service, notAfter: attestation?.notAfter ?? 0 }
  const refuse = (refused: ClaimRefusal): ProvedClaim => ({ ...judged, refused })
  if (attestation === undefined || claim === undefined) return refuse('wrongClaim')
  if (attestation.type !== 'attestation') return refuse('wrongType')
  const type = extensionOf(attestation, extensionTypes.claimType)
  if (type === undefined || parseUtf8(type) !== shown.type) return refuse('wrongClaim')
  if (!equalBytes(attestation.subject, identity)) return refuse('wrongIssuer')
  const untimely = windowRefusal(attestation, maxAttestationLifeMs, time)
  if (untimely !== undefined) return refuse(untimely)
  // Whose key is not pinned is not worth a verification: anybody can make one.
  if (!pinnedServices.some((pin) => pin.claimType === shown.type && equalBytes(pin.key, attestation.issuer)))
    return refuse('unpinnedService')
  return isSigned(crypto, attestation) ? { ...judged, refused: undefined } : refuse('badSignature')
}

function windowRefusal(
  statement: Statement,
  maxLifeMs: Millis,
  time: Millis,
): 'notYetValid' | 'expired' | 'lifeTooLong' | undefined {
  if (time < statement.notBefore) return 'notYetValid'
  if (time > statement.notAfter) return 'expired'
  return statement.notAfter - statement.notBefore > maxLifeMs ? 'lifeTooLong' : undefined
}

/**
 * The chain that says whose session this is: attestation* → identity ← device ← session.
 *
 * Bytes: count u8 (1–4), then per statement u16 length and its bytes; attestations first, then the device statement,
 * then the session statement. At most 1,024 bytes. It is entry 0 of a session's log, so that a reader of old history
 * verifies it offline for ever: against the time of what it covers, not against today.
 */
import { equalBytes, label } from '../codec/bytes.ts'
import { Reader } from '../codec/reader.ts'
import { parseUtf8 } from '../codec/utf8.ts'
import { Writer } from '../codec/writer.ts'
import type { Crypto } from '../crypto/crypto.ts'
import { BrokenPromise, type Millis, type Result, accept, reject } from '../machine.ts'
import { maxAttestationLifeMs, maxDeviceLifeMs } from './session.ts'
import { headsOf } from './revocation.ts'
import {
  type Statement,
  type StatementRejection,
  decodeStatement,
  extensionOf,
  extensionTypes,
  isSigned,
} from './statement.ts'

export const maxChainStatements = 4
export const maxChainBytes = 1024
/** Bytes of salt in front of a claim before it is hashed. */
export const claimSaltBytes = 16

/** An authentication service this program trusts, for one kind of claim. */
export interface PinnedService {
  readonly claimType: string
  readonly key: Uint8Array
}

/** What an attestation's hash stands for, shown by its owner to whom it likes. */
export interface ShownClaim {
  readonly type: string
  /** 16 bytes. */
  readonly salt: Uint8Array
  readonly claim: Uint8Array
}

export interface ChainContext {
  /** The session key that presented the chain; whoever calls has seen it sign. */
  readonly session: Uint8Array
  /** Time of the entry, or now for a live link. */
  readonly time: Millis
  /** When given, every attestation has to come from a service pinned for its claim type. */
  readonly pinnedServices?: readonly PinnedService[] | undefined
  /** When given, one of the attestations has to be about exactly this. */
  readonly claim?: ShownClaim | undefined
  /** Revocation statements known here, as bytes; those that do not verify are ignored. */
  readonly revocations?: readonly Uint8Array[] | undefined
}

export interface Attestation {
  readonly service: Uint8Array
  readonly claimType: string
  readonly claimHash: Uint8Array
  readonly notAfter: Millis
}

export interface Chain {
  /** The identity key: who this is, everywhere. */
  readonly author: Uint8Array
  readonly device: Uint8Array
  /** The device's X25519 key. */
  readonly deviceAgree: Uint8Array
  readonly session: Uint8Array
  /** The span of time that device and session statements both cover. */
  readonly notBefore: Millis
  readonly notAfter: Millis
  readonly attestations: readonly Attestation[]
  /** Set when the device is revoked but this session is good up to this seq. */
  readonly lastSeq: number | undefined
}

export type ChainRejection =
  | StatementRejection
  /** Over-long, empty or more than four statements. */
  | 'chainTooLong'
  /** A position holds a type that may not stand there. */
  | 'wrongType'
  /** An issuer is not the subject of the statement above, or an attestation is about somebody else. */
  | 'wrongIssuer'
  | 'wrongSession'
  | 'notYetValid'
  | 'expired'
  | 'lifeTooLong'
  | 'revoked'
  | 'unpinnedService'
  | 'wrongClaim'

/** From the outermost to the session: attestations, device, session. */
export function encodeChain(statements: readonly Uint8Array[]): Uint8Array {
  const writer = new Writer(maxChainBytes).u8(statements.length)
  for (const statement of statements) writer.u16(statement.length).raw(statement)
  if (statements.length > maxChainStatements || writer.length > maxChainBytes) throw new BrokenPromise('chain too long')
  return writer.finish()
}

/** Reads the statements without checking who signed what. */
export function decodeChain(bytes: Uint8Array): Result<readonly Statement[], ChainRejection> {
  if (bytes.length > maxChainBytes) return reject('chainTooLong')
  const reader = new Reader(bytes)
  const count = reader.u8()
  if (count > maxChainStatements) return reject('chainTooLong')
  if (count === 0) return reject('malformed')
  const statements: Statement[] = []
  for (let i = 0; i < count; i++) {
    const decoded = decodeStatement(reader.raw(reader.u16()))
    if (!decoded.ok) return decoded
    statements.push(decoded.value)
  }
  return reader.done() ? accept(statements) : reject('malformed')
}

/**
 * Judges a chain for a session at a time. Cheap rules come first; signatures only for a chain that could hold.
 *
 * Without `pinnedServices` the answer depends on nothing but the bytes, the session, the time and the revocations, so
 * that every peer names the same author; pins are for showing an attested claim to this program's own person.
 */
export function verifyChain(
  crypto: Pick<Crypto, 'verify' | 'sha256'>,
  bytes: Uint8Array,
  context: ChainContext,
): Result<Chain, ChainRejection> {
  const decoded = decodeChain(bytes)
  if (!decoded.ok) return decoded
  const statements = decoded.value
  const session = statements.at(-1)
  const device = statements.at(-2)
  const attesting = statements.slice(0, -2)
  if (session?.type !== 'session' || device?.type !== 'device') return reject('wrongType')
  if (attesting.some((statement) => statement.type !== 'attestation')) return reject('wrongType')

  const author = device.issuer
  if (!equalBytes(session.issuer, device.subject)) return reject('wrongIssuer')
  if (attesting.some((statement) => !equalBytes(statement.subject, author))) return reject('wrongIssuer')
  if (!equalBytes(session.subject, context.session)) return reject('wrongSession')

  for (const statement of statements) {
    if (context.time < statement.notBefore) return reject('notYetValid')
    if (context.time > statement.notAfter) return reject('expired')
    if (statement.notAfter - statement.notBefore > maxLifeMs(statement)) return reject('lifeTooLong')
  }

  const deviceAgree = extensionOf(device, extensionTypes.agreeKey)
  if (deviceAgree === undefined) return reject('malformed')
  const attestations: Attestation[] = []
  for (const statement of attesting) {
    const attestation = readAttestation(statement)
    if (attestation === undefined) return reject('malformed')
    attestations.push(attestation)
  }
  const pins = context.pinnedServices
  if (pins !== undefined && !attestations.every((attestation) => isPinned(attestation, pins))) {
    return reject('unpinnedService')
  }
  const shown = context.claim
  if (shown !== undefined && !attestations.some((attestation) => isAbout(crypto, attestation, shown))) {
    return reject('wrongClaim')
  }

  if (!statements.every((statement) => isSigned(crypto, statement))) return reject('badSignature')

  const lastSeq = revokedAfter(crypto, author, device.subject, session.subject, context.revocations ?? [])
  if (lastSeq < 0) return reject('revoked')
  return accept({
    author,
    device: device.subject,
    deviceAgree,
    session: session.subject,
    notBefore: Math.max(device.notBefore, session.notBefore),
    notAfter: Math.min(device.notAfter, session.notAfter),
    attestations,
    lastSeq: lastSeq === Infinity ? undefined : lastSeq,
  })
}

/** What an attestation carries instead of the claim itself. */
export function hashClaim(crypto: Pick<Crypto, 'sha256'>, claim: ShownClaim): Uint8Array {
  if (claim.salt.length !== claimSaltBytes) throw new BrokenPromise('a claim salt is 16 bytes')
  return crypto.sha256(label('kith1/claim'), claim.salt, claim.claim)
}

function maxLifeMs(statement: Statement): Millis {
  return statement.type === 'attestation' ? maxAttestationLifeMs : maxDeviceLifeMs
}

function readAttestation(statement: Statement): Attestation | undefined {
  const type = extensionOf(statement, extensionTypes.claimType)
  const claimHash = extensionOf(statement, extensionTypes.claimHash)
  const claimType = type && parseUtf8(type)
  if (claimType === undefined || claimHash === undefined) return undefined
  return { service: statement.issuer, claimType, claimHash, notAfter: statement.notAfter }
}

function isPinned(attestation: Attestation, pins: readonly PinnedService[]): boolean {
  return pins.some((pin) => pin.claimType === attestation.claimType && equalBytes(pin.key, attestation.service))
}

function isAbout(crypto: Pick<Crypto, 'sha256'>, attestation: Attestation, claim: ShownClaim): boolean {
  // The salt came from outside: a wrong length is a wrong claim.
  if (claim.salt.length !== claimSaltBytes || claim.type !== attestation.claimType) return false
  return equalBytes(hashClaim(crypto, claim), attestation.claimHash)
}

/**
 * The last good seq of a session: Infinity when its device is not revoked, −1 when nothing of the session counts. Times
 * do not matter, because whoever stole the device key chooses them; the heads listed by the identity do.
 */
function revokedAfter(
  crypto: Pick<Crypto, 'verify'>,
  identity: Uint8Array,
  device: Uint8Array,
  session: Uint8Array,
  revocations: readonly Uint8Array[],
): number {
  let lastSeq = Infinity
  for (const bytes of revocations) {
    const decoded = decodeStatement(bytes)
    if (!decoded.ok || decoded.value.type !== 'revocation') continue
    const revocation = decoded.value
    if (!equalBytes(revocation.issuer, identity) || !equalBytes(revocation.subject, device)) continue
    if (!isSigned(crypto, revocation)) continue
    const head = headsOf(revocation).find((one) => equalBytes(one.session, session))
    lastSeq = Math.min(lastSeq, head?.seq ?? -1)
  }
  return lastSeq
}

/**
 * Statement: one signed format for everything a key can say about another key or a digest.
 *
 *   magic "KITH" · version 1 · type · algorithm (1 Ed25519) · flags (0)
 *   issuer key 32 · subject key or hash 32 · notBefore u48 · notAfter u48
 *   extensions: u16 total length, then {type u8 · critical u8 (0/1) · length u16 · value}, types strictly increasing
 *   signature 64 over "kith1/stmt\0" ‖ all bytes before it
 *
 * 150 bytes without extensions, at most 4,096. The id is SHA-256 of all bytes. A statement is never re-encoded: what is
 * kept, passed on and hashed is the bytes that came. An unknown extension marked critical rejects the statement.
 */
import { concatBytes, label } from '../codec/bytes.ts'
import { Reader } from '../codec/reader.ts'
import { Writer } from '../codec/writer.ts'
import type { Crypto, KeyPair } from '../crypto/crypto.ts'
import { BrokenPromise, type Millis, type Result, type SignatureCheck, accept, reject } from '../machine.ts'

/**
 * `membership` and `vouch` are reserved: their contents come with members rooms. `persona`: a long-term identity says that
 * a room identity is its own. `succession`: an authentication service says which key comes after its own.
 */
export type StatementType =
  | 'device'
  | 'session'
  | 'attestation'
  | 'revocation'
  | 'receipt'
  | 'beacon'
  | 'membership'
  | 'vouch'
  | 'persona'
  | 'succession'

export interface Extension {
  /** One of `extensionTypes`, or a number this version does not know. */
  readonly type: number
  readonly critical: boolean
  readonly value: Uint8Array
}

/** Everything of a statement but its signature. */
export interface StatementBody {
  readonly type: StatementType
  readonly subject: Uint8Array
  readonly notBefore: Millis
  readonly notAfter: Millis
  readonly extensions?: readonly Extension[] | undefined
}

export interface Statement {
  readonly type: StatementType
  readonly issuer: Uint8Array
  readonly subject: Uint8Array
  readonly notBefore: Millis
  readonly notAfter: Millis
  readonly extensions: readonly Extension[]
  /** Exactly as signed. */
  readonly bytes: Uint8Array
}

export type StatementRejection =
  | 'malformed'
  | 'unknownVersion'
  | 'unknownType'
  | 'unknownAlgorithm'
  | 'unknownFlags'
  | 'unknownExtension'
  | 'emptyWindow'
  | 'badSignature'

export const maxStatementBytes = 4096
export const statementOverheadBytes = 150

export const extensionTypes = {
  /** device: its X25519 key, 32 bytes. */
  agreeKey: 1,
  /** attestation: what kind of claim, 1–32 bytes of ASCII such as `email`. */
  claimType: 2,
  /** attestation: SHA-256("kith1/claim\0" ‖ salt 16 ‖ claim), 32 bytes. */
  claimHash: 3,
  /** revocation: the last good (session 32 ‖ seq u32) heads, 36 bytes each. */
  heads: 4,
  /** receipt: session key proved on the socket that brought the entry, 32 bytes. */
  sender: 5,
  /** receipt: its id, 16 bytes. */
  receiptId: 6,
  /** beacon: the 10-minute slot, u48. */
  slot: 7,
} as const

const magic = Uint8Array.of(0x4b, 0x49, 0x54, 0x48)
const version = 1
const ed25519Algorithm = 1
const signatureBytes = 64
const signingLabel = label('kith1/stmt')

const signedScratch = new Uint8Array(signingLabel.length + maxStatementBytes)
signedScratch.set(signingLabel)

const typeByCode: readonly (StatementType | undefined)[] = [
  undefined,
  'device',
  'session',
  'attestation',
  'revocation',
  'receipt',
  'beacon',
  'membership',
  'vouch',
  'persona',
  'succession',
]

/** Extensions each type understands, with the lengths they may have. */
const knownExtensions: Readonly<Record<StatementType, ReadonlyMap<number, (length: number) => boolean>>> = {
  device: new Map([[extensionTypes.agreeKey, exactly(32)]]),
  session: new Map(),
  attestation: new Map([
    [extensionTypes.claimType, (length: number) => length >= 1 && length <= 32],
    [extensionTypes.claimHash, exactly(32)],
  ]),
  revocation: new Map([[extensionTypes.heads, (length: number) => length % 36 === 0]]),
  receipt: new Map([
    [extensionTypes.sender, exactly(32)],
    [extensionTypes.receiptId, exactly(16)],
  ]),
  beacon: new Map([[extensionTypes.slot, exactly(6)]]),
  membership: new Map(),
  vouch: new Map(),
  persona: new Map(),
  succession: new Map([[extensionTypes.claimType, (length: number) => length >= 1 && length <= 32]]),
}

function exactly(bytes: number): (length: number) => boolean {
  return (length) => length === bytes
}

/** Makes and signs a statement with `issuer`'s Ed25519 key. */
export function signStatement(crypto: Pick<Crypto, 'sign'>, issuer: KeyPair, body: StatementBody): Uint8Array {
  const extensions = new Writer()
  for (const extension of body.extensions ?? []) {
    extensions
      .u8(extension.type)
      .u8(extension.critical ? 1 : 0)
      .u16(extension.value.length)
      .raw(extension.value)
  }
  const unsigned = new Writer()
    .raw(magic)
    .u8(version)
    .u8(typeByCode.indexOf(body.type))
    .u8(ed25519Algorithm)
    .u8(0)
    .raw(issuer.publicKey)
    .raw(body.subject)
    .u48(body.notBefore)
    .u48(body.notAfter)
    .u16(extensions.length)
    .raw(extensions.finish())
    .finish()
  const bytes = concatBytes(unsigned, crypto.sign(issuer.secretKey, concatBytes(signingLabel, unsigned)))
  const readable = decodeStatement(bytes)
  if (!readable.ok) throw new BrokenPromise(`a statement nobody would read: ${readable.code}`)
  return bytes
}

/** Reads a statement without checking its signature. */
export function decodeStatement(bytes: Uint8Array): Result<Statement, StatementRejection> {
  if (bytes.length < statementOverheadBytes || bytes.length > maxStatementBytes) return reject('malformed')
  const reader = new Reader(bytes)
  for (let i = 0; i < magic.length; i++) if (reader.u8() !== magic[i]) return reject('malformed')
  if (reader.u8() !== version) return reject('unknownVersion')
  const type = typeByCode[reader.u8()]
  if (type === undefined) return reject('unknownType')
  if (reader.u8() !== ed25519Algorithm) return reject('unknownAlgorithm')
  if (reader.u8() !== 0) return reject('unknownFlags')
  const issuer = reader.raw(32)
  const subject = reader.raw(32)
  const notBefore = reader.u48()
  const notAfter = reader.u48()
  const end = reader.u16() + reader.offset
  const extensions: Extension[] = []
  let last = -1
  let unknown = false
  while (!reader.failed && reader.offset < end) {
    const extensionType = reader.u8()
    const critical = reader.u8()
    const value = reader.raw(reader.u16())
    if (extensionType <= last || critical > 1 || reader.offset > end) return reject('malformed')
    last = extensionType
    const fits = knownExtensions[type].get(extensionType)
    if (fits === undefined) unknown ||= critical === 1
    else if (!fits(value.length)) return reject('malformed')
    extensions.push({ type: extensionType, critical: critical === 1, value })
  }
  reader.skip(signatureBytes)
  if (!reader.done()) return reject('malformed')
  if (unknown) return reject('unknownExtension')
  if (notBefore > notAfter) return reject('emptyWindow')
  return accept({ type, issuer, subject, notBefore, notAfter, extensions, bytes })
}

/** The check of a statement's signature as data, for hosts that verify in bulk. */
export function signatureCheckOf(statement: Statement): SignatureCheck {
  const { bytes } = statement
  const end = bytes.length - signatureBytes
  const message = concatBytes(signingLabel, bytes.subarray(0, end))
  return { publicKey: statement.issuer, message, signature: bytes.subarray(end) }
}

/** Whether the issuer signed exactly these bytes. */
export function isSigned(crypto: Pick<Crypto, 'verify'>, statement: Statement): boolean {
  const { bytes } = statement
  const end = bytes.length - signatureBytes
  // Verifying is never interrupted, so one buffer for what was signed will do.
  for (let i = 0; i < end; i++) signedScratch[signingLabel.length + i] = bytes[i] as number
  const message = signedScratch.subarray(0, signingLabel.length + end)
  return crypto.verify(statement.issuer, message, bytes.subarray(end))
}

/** Reads a statement and checks its signature; windows and who may issue it are the caller's to judge. */
export function openStatement(
  crypto: Pick<Crypto, 'verify'>,
  bytes: Uint8Array,
): Result<Statement, StatementRejection> {
  const decoded = decodeStatement(bytes)
  return decoded.ok && !isSigned(crypto, decoded.value) ? reject('badSignature') : decoded
}

export function statementId(crypto: Pick<Crypto, 'sha256'>, bytes: Uint8Array): Uint8Array {
  return crypto.sha256(bytes)
}

/** The value of one extension, or undefined. */
export function extensionOf(statement: Statement, type: number): Uint8Array | undefined {
  return statement.extensions.find((extension) => extension.type === type)?.value
}

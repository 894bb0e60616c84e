/**
 * One signed record of a session's chain (docs/spec/log.md).
 *
 *   header     version u8 = 1 · kind u8 · flags u8 · time u48 · session 32 · seq u32 · prev 32 · epochId 32 · nonce 24
 *   entry      header 133 ‖ signature 64 ‖ sealed body, 16 bytes to 256 KiB
 *   husk       the same with version 0x81 and the body's hash in place of the body: what a deletion leaves
 *   id         SHA-256("kith1/id\0" ‖ header ‖ SHA-256(body))
 *   signature  Ed25519(session key, "kith1/msg\0" ‖ id)
 *   key        time ‖ first 10 bytes of id, as 26 characters of Crockford base32: the order of everything
 *
 * An id does not cover the signature, so the same entry may reach us with a broken one: `mark` says what we know.
 */
import { equalBytes, keepSmall, label } from '../codec/bytes.ts'
import { formatBase32, formatName } from '../codec/text.ts'
import { Writer } from '../codec/writer.ts'
import type { Crypto } from '../crypto/crypto.ts'
import { BrokenPromise, type Millis, type Result, type SignatureCheck, accept, reject } from '../machine.ts'
import { limits } from './limits.ts'

export const entryVersion = 1
export const huskVersion = 0x81
export const headerBytes = 133
export const signatureBytes = 64
/** Where the sealed body, or its hash in a husk, begins. */
export const bodyOffset: number = headerBytes + signatureBytes
export const minBodyBytes = 16
export const maxEntryBytes: number = bodyOffset + limits.bodyBytes
export const huskBytes: number = bodyOffset + 32
export const maxSeq = 0xffff_ffff

/**
 * Kinds this version knows. Others are kept and passed on for newer programs, and shown by nobody here. A profile is told
 * from other posts because a session's latest one outlives its time.
 */
export const entryKinds = { opening: 0, post: 1, profile: 2 } as const

/** Low 3 bits of the flags: how long an entry lives; 0 is for ever. */
export type ExpiryClass = 0 | 1 | 2 | 3
const hourMs = 3_600_000
const lifeMsByClass: readonly Millis[] = [Infinity, 24 * hourMs, 7 * 24 * hourMs, 30 * 24 * hourMs]

export function lifeMsOf(expiry: ExpiryClass): Millis {
  return lifeMsByClass[expiry] as Millis
}

/** First prev of every chain. */
export const noPrev: Uint8Array = new Uint8Array(32)

const sessionOffset = 9
const epochOffset = 77

const idLabel = label('kith1/id')
const signLabel = label('kith1/msg')

/** What is known of the signature an entry carries: nothing yet, that it is good, or that it is not. */
export type SignatureMark = 'unchecked' | 'valid' | 'junk'

export interface Header {
  readonly kind: number
  readonly flags: number
  readonly time: Millis
  readonly session: Uint8Array
  readonly seq: number
  readonly prev: Uint8Array
  readonly epochId: Uint8Array
  readonly nonce: Uint8Array
}

export type EntryRefusal = 'malformed' | 'oversize' | 'unknownVersion'

/**
 * What an entry says never changes; what is held of it does: its body can be stripped and filled in again. Whoever
 * holds the object sees the change.
 */
export class Entry {
  readonly id: Uint8Array
  readonly time: Millis
  readonly seq: number
  mark: SignatureMark = 'unchecked'
  /** Key of the stored record it is in. */
  place: string | undefined
  #bytes: Uint8Array
  #key: string | undefined

  /** For `decodeEntry` and `signEntry`: the bytes have been checked and `id` is theirs. */
  constructor(bytes: Uint8Array, id: Uint8Array) {
    this.#bytes = bytes
    // Of a shelf already when it is shorter than its buffer.
    this.id = id.buffer.byteLength > id.length ? id : keepSmall(id)
    this.time = readTime(bytes)
    this.seq = readSeq(bytes)
  }

  /** Wire bytes of the entry, or of its husk. */
  get bytes(): Uint8Array {
    return this.#bytes
  }

  /** True when only the hash of the body is held. */
  get husk(): boolean {
    return this.#bytes[0] === huskVersion
  }

  get kind(): number {
    return this.#bytes[1] as number
  }

  get flags(): number {
    return this.#bytes[2] as number
  }

  get session(): Uint8Array {
    return this.#bytes.subarray(sessionOffset, sessionOffset + 32)
  }

  /** Session key, hex. */
  get hex(): string {
    return formatName(this.#bytes, sessionOffset)
  }

  get prev(): Uint8Array {
    return this.#bytes.subarray(45, 77)
  }

  get epochId(): Uint8Array {
    return this.#bytes.subarray(epochOffset, epochOffset + 32)
  }

  get nonce(): Uint8Array {
    return this.#bytes.subarray(109, headerBytes)
  }

  get signature(): Uint8Array {
    return this.#bytes.subarray(headerBytes, bodyOffset)
  }

  /** Sealed body, or its hash in a husk. */
  get body(): Uint8Array {
    return this.#bytes.subarray(bodyOffset)
  }

  /** The signed header, which is also what the body is bound to. */
  get header(): Uint8Array {
    if (!this.husk) return this.#bytes.subarray(0, headerBytes)
    const header = this.#bytes.slice(0, headerBytes)
    header[0] = entryVersion
    return header
  }

  /** Whether this entry names `id` as the one before it. */
  hasPrev(id: Uint8Array): boolean {
    return hasBytes(this.#bytes, 45, id)
  }

  isOf(session: Uint8Array): boolean {
    return hasBytes(this.#bytes, sessionOffset, session)
  }

  isOfEpoch(epochId: Uint8Array): boolean {
    return hasBytes(this.#bytes, epochOffset, epochId)
  }

  get key(): string {
    return (this.#key ??= formatKey(this.time, this.id))
  }

  /** First moment at which this entry may be dropped. */
  get expiresAt(): Millis {
    return this.time + (lifeMsByClass[this.flags & 7] ?? Infinity)
  }

  /** Erases the body. Its place is taken by its hash, so that the chain stays provable. */
  strip(crypto: Pick<Crypto, 'sha256'>): void {
    if (!this.husk) this.#bytes = huskOf(crypto, this)
  }

  /** Takes the body of another copy of the same entry, and its signature unless our own is known to be good. */
  fill(copy: Entry): void {
    if (!equalBytes(copy.id, this.id)) throw new BrokenPromise('another entry')
    if (this.mark === 'valid' && copy.mark !== 'valid') {
      const bytes = copy.#bytes.slice()
      bytes.set(this.signature, headerBytes)
      this.#bytes = bytes
      return
    }
    this.#bytes = copy.#bytes
    this.mark = copy.mark
  }
}

export function encodeHeader(header: Header): Uint8Array {
  return new Writer(headerBytes)
    .u8(entryVersion)
    .u8(header.kind)
    .u8(header.flags)
    .u48(header.time)
    .raw(header.session)
    .u32(header.seq)
    .raw(header.prev)
    .raw(header.epochId)
    .raw(header.nonce)
    .finish()
}

/** Signs a header and the body that was sealed under it. */
export function signEntry(
  crypto: Pick<Crypto, 'sha256' | 'sign'>,
  secretKey: Uint8Array,
  header: Uint8Array,
  body: Uint8Array,
): Entry {
  const bytes = new Uint8Array(bodyOffset + body.length)
  bytes.set(header)
  bytes.set(body, bodyOffset)
  if (header.length !== headerBytes || !isWellFormed(bytes)) throw new BrokenPromise('not a header')
  const id = entryId(crypto, header, crypto.sha256(body))
  bytes.set(crypto.sign(secretKey, signedMessage(id)), headerBytes)
  const entry = new Entry(bytes, id)
  entry.mark = 'valid'
  return entry
}

export function encodeEntry(entry: Entry): Uint8Array {
  return entry.bytes
}

/** Reads an entry or a husk. `bytes` is kept, not copied. The signature is not checked. `scratch`: see `identifyEntry`. */
export function decodeEntry(
  crypto: Pick<Crypto, 'sha256'>,
  bytes: Uint8Array,
  scratch?: Uint8Array,
): Result<Entry, EntryRefusal> {
  const version = bytes[0]
  if (version !== entryVersion && version !== huskVersion)
    return reject(bytes.length === 0 ? 'malformed' : 'unknownVersion')
  if (bytes.length > maxEntryBytes) return reject('oversize')
  if (!isWellFormed(bytes)) return reject('malformed')
  return accept(identifyEntry(crypto, bytes, scratch))
}

/** `decodeEntry` for bytes already known to be well-formed. `scratch` saves allocating one for each of many. */
export function identifyEntry(crypto: Pick<Crypto, 'sha256'>, bytes: Uint8Array, scratch?: Uint8Array): Entry {
  const body = bytes.subarray(bodyOffset)
  const bodyHash = bytes[0] === huskVersion ? body : crypto.sha256(body)
  return new Entry(bytes, entryId(crypto, bytes, bodyHash, scratch))
}

/** The layout rules a single entry can be judged by. */
export function isWellFormed(bytes: Uint8Array): boolean {
  const husk = bytes[0] === huskVersion
  if (husk ? bytes.length !== huskBytes : bytes.length < bodyOffset + minBodyBytes || bytes.length > maxEntryBytes) {
    return false
  }
  if ((bytes[2] as number) > 3) return false
  const first = readSeq(bytes) === 0
  if (first !== (bytes[1] === entryKinds.opening)) return false
  return !first || hasBytes(bytes, 45, noPrev)
}

/** What the host is asked to verify: this entry's own signature. */
export function signatureCheckOf(entry: Entry): SignatureCheck {
  return { publicKey: entry.session, message: signedMessage(entry.id), signature: entry.signature }
}

/** Session (hex) and seq of bytes that may be an entry; undefined when they are too short to be one. */
export function placeOf(bytes: Uint8Array): { readonly session: string; readonly seq: number } | undefined {
  if (bytes.length < bodyOffset) return undefined
  return { session: formatName(bytes, sessionOffset), seq: readSeq(bytes) }
}

/** Checks the entry's own signature once and remembers the answer. */
export function verifyEntry(crypto: Pick<Crypto, 'verify'>, entry: Entry): boolean {
  if (entry.mark === 'unchecked') {
    messageScratch.set(entry.id, signLabel.length)
    entry.mark = crypto.verify(entry.session, messageScratch, entry.signature) ? 'valid' : 'junk'
  }
  return entry.mark === 'valid'
}

/** The husk's bytes of an entry. */
export function huskOf(crypto: Pick<Crypto, 'sha256'>, entry: Entry): Uint8Array {
  if (entry.husk) return entry.bytes
  const bytes = new Uint8Array(huskBytes)
  bytes.set(entry.bytes.subarray(0, bodyOffset))
  bytes[0] = huskVersion
  bytes.set(crypto.sha256(entry.body), bodyOffset)
  return bytes
}

export function formatKey(time: Millis, id: Uint8Array): string {
  return formatBase32(keyBytes(time, id, keyScratch))
}

/** The 16 bytes a key is the text of. */
export function keyBytes(time: Millis, id: Uint8Array, bytes: Uint8Array = new Uint8Array(16)): Uint8Array {
  let rest = time
  for (let at = 5; at >= 0; at--) {
    bytes[at] = rest % 256
    rest = Math.floor(rest / 256)
  }
  for (let i = 0; i < 10; i++) bytes[6 + i] = id[i] as number
  return bytes
}

/** For `identifyEntry`: what is hashed into an id, its label in place. */
export function createIdScratch(): Uint8Array {
  const scratch = new Uint8Array(idLabel.length + headerBytes + 32)
  scratch.set(idLabel)
  scratch[idLabel.length] = entryVersion
  return scratch
}

const keyScratch: Uint8Array = new Uint8Array(16)
const messageScratch: Uint8Array = signedMessage(new Uint8Array(32))

/** For one at a time: hashing is never interrupted. */
const idScratch: Uint8Array = createIdScratch()

/** `header` may be longer than a header, and may be a husk's. One call of the hash with one part is the fast way. */
function entryId(
  crypto: Pick<Crypto, 'sha256'>,
  header: Uint8Array,
  bodyHash: Uint8Array,
  scratch: Uint8Array = idScratch,
): Uint8Array {
  for (let i = 1; i < headerBytes; i++) scratch[idLabel.length + i] = header[i] as number
  scratch.set(bodyHash, idLabel.length + headerBytes)
  return crypto.sha256(scratch)
}

function hasBytes(bytes: Uint8Array, at: number, wanted: Uint8Array): boolean {
  for (let i = 0; i < wanted.length; i++) if (bytes[at + i] !== wanted[i]) return false
  return true
}

function signedMessage(id: Uint8Array): Uint8Array {
  const message = new Uint8Array(signLabel.length + 32)
  message.set(signLabel)
  message.set(id, signLabel.length)
  return message
}

function readTime(bytes: Uint8Array): Millis {
  return (
    (((bytes[3] as number) << 8) | (bytes[4] as number)) * 0x1_0000_0000 +
    (((bytes[5] as number) << 24) | ((bytes[6] as number) << 16) | ((bytes[7] as number) << 8) | (bytes[8] as number)) +
    ((bytes[5] as number) >= 0x80 ? 0x1_0000_0000 : 0)
  )
}

function readSeq(bytes: Uint8Array): number {
  return (
    (((bytes[41] as number) << 24) |
      ((bytes[42] as number) << 16) |
      ((bytes[43] as number) << 8) |
      (bytes[44] as number)) >>>
    0
  )
}

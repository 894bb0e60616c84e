/**
 * Proof that a session signed what cannot be in one chain (docs/spec/log.md, LOG7 and LOG8).
 *
 * Two sides, each a run of husks: version u8 = 1, then per side count varint and count × 229 bytes. The first husk of a
 * side is what contradicts the other side's; the last one of each carries a valid signature, which covers the first by
 * the hash links. Almost always a side is one husk. The first husks contradict each other when
 *
 *   - they have the same seq and other ids: closed at that seq;
 *   - the second should follow the first and names another prev: closed at the first's seq, which has two ids;
 *   - the second follows the first and is not later: closed at the second's seq.
 *
 * Whoever holds a proof can convince everybody else of it, so all replicas close a session at the same place.
 */
import { equalBytes } from '../codec/bytes.ts'
import { Reader } from '../codec/reader.ts'
import { Writer } from '../codec/writer.ts'
import type { Crypto } from '../crypto/crypto.ts'
import { type Millis, type Result, accept, reject } from '../machine.ts'
import { type Entry, decodeEntry, huskBytes, huskOf, verifyEntry } from './entry.ts'
import { limits } from './limits.ts'

export const maxForkProofBytes: number = 1 + 2 * (2 + limits.proofEntries * huskBytes)

export interface Fork {
  readonly session: Uint8Array
  /** Lowest forked seq. */
  readonly closesAt: number
  /** When both contradicting entries have expired. */
  readonly expiresAt: Millis
}

/** Where two entries of one session contradict each other, or undefined. */
export function judgeFork(a: Entry, b: Entry): number | undefined {
  if (!equalBytes(a.session, b.session)) return undefined
  if (a.seq === b.seq) return equalBytes(a.id, b.id) ? undefined : a.seq
  if (b.seq === a.seq + 1) {
    if (!b.hasPrev(a.id)) return a.seq
    return b.time > a.time ? undefined : b.seq
  }
  return a.seq === b.seq + 1 ? judgeFork(b, a) : undefined
}

/** From an entry up to the first one with a good signature of its own; `at` finds what follows it. */
export function forkSide(
  crypto: Pick<Crypto, 'verify'>,
  entry: Entry,
  at: (seq: number) => Entry | undefined,
): Entry[] | undefined {
  const side = [entry]
  for (let end = entry; !verifyEntry(crypto, end); side.push(end)) {
    const next = at(end.seq + 1)
    if (next === undefined || !next.hasPrev(end.id) || side.length === limits.proofEntries) return undefined
    end = next
  }
  return side
}

export function encodeForkProof(crypto: Pick<Crypto, 'sha256'>, a: readonly Entry[], b: readonly Entry[]): Uint8Array {
  const writer = new Writer(3 + (a.length + b.length) * huskBytes).u8(1)
  for (const side of [a, b]) {
    writer.varint(side.length)
    for (const entry of side) writer.raw(huskOf(crypto, entry))
  }
  return writer.finish()
}

export function verifyForkProof(
  crypto: Pick<Crypto, 'sha256' | 'verify'>,
  bytes: Uint8Array,
): Result<Fork, 'malformed' | 'forged'> {
  const reader = new Reader(bytes)
  if (bytes.length > maxForkProofBytes || reader.u8() !== 1) return reject('malformed')
  const a = readSide(crypto, reader)
  const b = a && readSide(crypto, reader)
  const firstA = a?.[0]
  const firstB = b?.[0]
  if (!reader.done() || firstA === undefined || firstB === undefined) return reject('malformed')
  const closesAt = judgeFork(firstA, firstB)
  if (closesAt === undefined) return reject('malformed')
  for (const last of [a?.at(-1), b?.at(-1)]) {
    if (last === undefined || !verifyEntry(crypto, last)) return reject('forged')
  }
  const expiresAt = Math.max(firstA.expiresAt, firstB.expiresAt)
  return accept({ session: firstA.session.slice(), closesAt, expiresAt })
}

function readSide(crypto: Pick<Crypto, 'sha256'>, reader: Reader): Entry[] | undefined {
  const count = reader.varint()
  if (count === 0 || count > limits.proofEntries || reader.remaining < count * huskBytes) return undefined
  const side: Entry[] = []
  for (let i = 0; i < count; i++) {
    const decoded = decodeEntry(crypto, reader.raw(huskBytes))
    if (!decoded.ok || !decoded.value.husk) return undefined
    const last = side.at(-1)
    const entry = decoded.value
    if (last !== undefined && (entry.seq !== last.seq + 1 || !entry.hasPrev(last.id))) return undefined
    side.push(entry)
  }
  return side
}

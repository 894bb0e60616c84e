/**
 * Revoking a device: the identity names the last good (session, seq) heads, and everything else of that device is void.
 *
 * A revocation is not dated by what it covers: its window runs from `now` for ever, and times in entries are not asked,
 * because whoever stole a device key chooses them.
 */
import { Reader } from '../codec/reader.ts'
import { Writer } from '../codec/writer.ts'
import type { Crypto, KeyPair } from '../crypto/crypto.ts'
import type { Millis } from '../machine.ts'
import { type Statement, extensionOf, extensionTypes, signStatement } from './statement.ts'

export interface SessionHead {
  readonly session: Uint8Array
  readonly seq: number
}

/** At most 100 heads fit a statement; the caller names those that matter. */
export const maxRevocationHeads = 100

const forever: Millis = 0xffff_ffff_ffff

/** `identity` takes back what it said about `device`, except for `heads` and what came before them. */
export function revokeDevice(
  crypto: Pick<Crypto, 'sign'>,
  identity: KeyPair,
  device: Uint8Array,
  heads: readonly SessionHead[],
  now: Millis,
): Uint8Array {
  const value = new Writer()
  for (const head of heads) value.raw(head.session).u32(head.seq)
  return signStatement(crypto, identity, {
    type: 'revocation',
    subject: device,
    notBefore: now,
    notAfter: forever,
    extensions: [{ type: extensionTypes.heads, critical: true, value: value.finish() }],
  })
}

export function headsOf(revocation: Statement): readonly SessionHead[] {
  const value = extensionOf(revocation, extensionTypes.heads)
  if (value === undefined) return []
  const reader = new Reader(value)
  const heads: SessionHead[] = []
  while (reader.remaining > 0) heads.push({ session: reader.raw(32), seq: reader.u32() })
  return heads
}

/**
 * What a session says of itself inside the encrypted part of the link handshake.
 *
 * `version u8 (2, or 3 with a proof) · platform u8 (1 browser, 2 node) · name varint-prefixed · card varint-prefixed ·
 * chain varint-prefixed · [proof 64]`. The card is what neighbours pass on, so that others can call this session. The chain may be empty:
 * then the session is a pseudonym of its own.
 */
import { Reader } from '../codec/reader.ts'
import { Writer } from '../codec/writer.ts'
import { maxCardBytes } from '../gossip/overlay-wire.ts'
import { maxNameBytes } from '../gossip/wire.ts'
import { accept, reject } from '../machine.ts'
import type { Result } from '../machine.ts'

export type Platform = 'browser' | 'node'

export interface Claims {
  readonly platform: Platform
  readonly name: string
  readonly card: Uint8Array
  readonly chain: Uint8Array
  /** A newcomer's: the invite's key signed this handshake (`members/invite.ts`). */
  readonly proof?: Uint8Array | undefined
}

export const maxChainBytes = 2048
const version = 2
const provingVersion = 3
const proofBytes = 64

export function encodeClaims(claims: Claims): Uint8Array {
  const writer = new Writer()
    .u8(claims.proof === undefined ? version : provingVersion)
    .u8(claims.platform === 'browser' ? 1 : 2)
    .text(claims.name)
    .bytes(claims.card)
    .bytes(claims.chain)
  return (claims.proof === undefined ? writer : writer.raw(claims.proof)).finish()
}

export function decodeClaims(bytes: Uint8Array): Result<Claims, 'malformed'> {
  const reader = new Reader(bytes)
  const found = reader.u8()
  if (found !== version && found !== provingVersion) reader.fail()
  const platform = reader.u8()
  if (platform !== 1 && platform !== 2) reader.fail()
  const name = reader.text(maxNameBytes)
  const card = reader.bytes(maxCardBytes)
  const chain = reader.bytes(maxChainBytes)
  const proof = found === provingVersion ? { proof: reader.raw(proofBytes) } : undefined
  if (!reader.done()) return reject('malformed')
  return accept({ platform: platform === 1 ? 'browser' : 'node', name, card, chain, ...proof })
}

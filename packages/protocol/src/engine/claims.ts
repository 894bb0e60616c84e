/**
 * What a session says of itself inside the encrypted part of the link handshake.
 *
 * `version u8 (2) · platform u8 (1 browser, 2 node) · name varint-prefixed · card varint-prefixed · chain
 * varint-prefixed`. The card is what neighbours pass on, so that others can call this session. The chain may be empty:
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
}

export const maxChainBytes = 2048
const version = 2

export function encodeClaims(claims: Claims): Uint8Array {
  return new Writer()
    .u8(version)
    .u8(claims.platform === 'browser' ? 1 : 2)
    .text(claims.name)
    .bytes(claims.card)
    .bytes(claims.chain)
    .finish()
}

export function decodeClaims(bytes: Uint8Array): Result<Claims, 'malformed'> {
  const reader = new Reader(bytes)
  if (reader.u8() !== version) reader.fail()
  const platform = reader.u8()
  if (platform !== 1 && platform !== 2) reader.fail()
  const name = reader.text(maxNameBytes)
  const card = reader.bytes(maxCardBytes)
  const chain = reader.bytes(maxChainBytes)
  if (!reader.done()) return reject('malformed')
  return accept({ platform: platform === 1 ? 'browser' : 'node', name, card, chain })
}

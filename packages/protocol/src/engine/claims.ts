/**
 * What a session says of itself inside the encrypted part of the link handshake.
 *
 * `version u8 (1) · platform u8 (1 browser, 2 node) · name varint-prefixed · chain varint-prefixed`. The chain may be
 * empty: then the session is a pseudonym of its own.
 */
import { Reader } from '../codec/reader.ts'
import { Writer } from '../codec/writer.ts'
import { maxNameBytes } from '../gossip/wire.ts'
import { accept, reject } from '../machine.ts'
import type { Result } from '../machine.ts'

export type Platform = 'browser' | 'node'

export interface Claims {
  readonly platform: Platform
  readonly name: string
  readonly chain: Uint8Array
}

export const maxChainBytes = 2048

export function encodeClaims(claims: Claims): Uint8Array {
  return new Writer()
    .u8(1)
    .u8(claims.platform === 'browser' ? 1 : 2)
    .text(claims.name)
    .bytes(claims.chain)
    .finish()
}

export function decodeClaims(bytes: Uint8Array): Result<Claims, 'malformed'> {
  const reader = new Reader(bytes)
  if (reader.u8() !== 1) reader.fail()
  const platform = reader.u8()
  if (platform !== 1 && platform !== 2) reader.fail()
  const name = reader.text(maxNameBytes)
  const chain = reader.bytes(maxChainBytes)
  return reader.done() ? accept({ platform: platform === 1 ? 'browser' : 'node', name, chain }) : reject('malformed')
}

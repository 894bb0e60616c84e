/**
 * What two people's programs say to each other over their link, on no other and in no log: comparing a short number, and
 * becoming contacts.
 *
 * | tag | whisper | fields after the tag |
 * |---|---|---|
 * | 1 | compare | commitment 32 |
 * | 2 | nonce | nonce 16 |
 * | 3 | reveal | nonce 16 |
 * | 4 | compared | u8: 1 the numbers are the same, 0 they are not |
 * | 16 | request | id 16 · name text ≤ 128 |
 * | 17 | accept | id 16 · share 32 · name text · proof bytes ≤ 2,048 |
 * | 18 | confirm | id 16 · share 32 · proof bytes ≤ 2,048 |
 * | 19 | decline | id 16 |
 * | 20 | direct | invite text ≤ 512: into the members room of the two |
 *
 * The link has authenticated the far end's session, and its chain names the author.
 */
import { maxFragmentLinkLength } from '../codec/fragment-link.ts'
import { Reader } from '../codec/reader.ts'
import { Writer } from '../codec/writer.ts'
import { type Result, accept, reject, unreachable } from '../machine.ts'
import { maxProofBytes } from './proof.ts'

export const sasNonceBytes = 16
export const contactIdBytes = 16
const digestBytes = 32
const shareBytes = 32
const maxNameBytes = 128

export type SasWhisper =
  | { readonly type: 'compare'; readonly commitment: Uint8Array }
  | { readonly type: 'nonce'; readonly nonce: Uint8Array }
  | { readonly type: 'reveal'; readonly nonce: Uint8Array }
  | { readonly type: 'compared'; readonly matches: boolean }

export type ContactWhisper =
  | { readonly type: 'request'; readonly id: Uint8Array; readonly name: string }
  | {
      readonly type: 'accept'
      readonly id: Uint8Array
      readonly share: Uint8Array
      readonly name: string
      readonly proof: Uint8Array
    }
  | { readonly type: 'confirm'; readonly id: Uint8Array; readonly share: Uint8Array; readonly proof: Uint8Array }
  | { readonly type: 'decline'; readonly id: Uint8Array }

/** Of two contacts, whoever founded their room lets the other in. */
export interface DirectWhisper {
  readonly type: 'direct'
  readonly invite: string
}

export type Whisper = SasWhisper | ContactWhisper | DirectWhisper

const tags = {
  compare: 1,
  nonce: 2,
  reveal: 3,
  compared: 4,
  request: 16,
  accept: 17,
  confirm: 18,
  decline: 19,
  direct: 20,
} as const

export function encodeWhisper(whisper: Whisper): Uint8Array {
  const writer = new Writer().u8(tags[whisper.type])
  switch (whisper.type) {
    case 'compare':
      return writer.raw(whisper.commitment).finish()
    case 'nonce':
    case 'reveal':
      return writer.raw(whisper.nonce).finish()
    case 'compared':
      return writer.u8(whisper.matches ? 1 : 0).finish()
    case 'request':
      return writer.raw(whisper.id).text(whisper.name).finish()
    case 'accept':
      return writer.raw(whisper.id).raw(whisper.share).text(whisper.name).bytes(whisper.proof).finish()
    case 'confirm':
      return writer.raw(whisper.id).raw(whisper.share).bytes(whisper.proof).finish()
    case 'decline':
      return writer.raw(whisper.id).finish()
    case 'direct':
      return writer.text(whisper.invite).finish()
    default:
      return unreachable(whisper)
  }
}

/** `unknown`: of a later version. */
export function decodeWhisper(bytes: Uint8Array): Result<Whisper, 'malformed' | 'unknown'> {
  const reader = new Reader(bytes)
  const whisper = readWhisper(reader.u8(), reader)
  if (whisper === undefined) return reject(reader.failed ? 'malformed' : 'unknown')
  return reader.done() ? accept(whisper) : reject('malformed')
}

function readWhisper(tag: number, reader: Reader): Whisper | undefined {
  switch (tag) {
    case tags.compare:
      return { type: 'compare', commitment: reader.raw(digestBytes) }
    case tags.nonce:
      return { type: 'nonce', nonce: reader.raw(sasNonceBytes) }
    case tags.reveal:
      return { type: 'reveal', nonce: reader.raw(sasNonceBytes) }
    case tags.compared: {
      const flag = reader.u8()
      if (flag > 1) reader.fail()
      return { type: 'compared', matches: flag === 1 }
    }
    case tags.request:
      return { type: 'request', id: reader.raw(contactIdBytes), name: reader.text(maxNameBytes) }
    case tags.accept: {
      const id = reader.raw(contactIdBytes)
      const share = reader.raw(shareBytes)
      const name = reader.text(maxNameBytes)
      return { type: 'accept', id, share, name, proof: reader.bytes(maxProofBytes) }
    }
    case tags.confirm: {
      const id = reader.raw(contactIdBytes)
      const share = reader.raw(shareBytes)
      return { type: 'confirm', id, share, proof: reader.bytes(maxProofBytes) }
    }
    case tags.decline:
      return { type: 'decline', id: reader.raw(contactIdBytes) }
    case tags.direct:
      return { type: 'direct', invite: reader.text(maxFragmentLinkLength) }
    default:
      return undefined
  }
}

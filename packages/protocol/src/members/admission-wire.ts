/**
 * What a newcomer and a member say to each other on the link an invite made. First byte of a payload is its tag; 0x68 to
 * 0x6f are this file's.
 *
 * | tag | payload | fields after the tag |
 * |---|---|---|
 * | 0x68 | standing | needed u8 · have u8 · flags u8 (1 a PIN is shown to us, 2 you are in) · tries left u8 |
 * | 0x69 | share | newcomer's CPace share 32 |
 * | 0x6a | answer | member's share 32 · its tag 64 |
 * | 0x6b | confirm | newcomer's tag 64, or nothing when the answer did not fit the PIN that was entered |
 * | 0x6c | wrong | tries left u8 |
 * | 0x6d | refused | reason u8: 1 expired, 2 used, 3 revoked, 4 burnt, 5 declined, 6 unknown |
 *
 * The link's handshake has shown who both are, and that the newcomer holds the invite, so nothing here is signed.
 */
import { Reader } from '../codec/reader.ts'
import { Writer } from '../codec/writer.ts'
import { pakeShareBytes, pakeTagBytes } from '../crypto/pake.ts'
import { type Result, accept, reject, unreachable } from '../machine.ts'

export const admissionTags = { from: 0x68, to: 0x6f } as const

export type AdmissionRefusal = 'expired' | 'used' | 'revoked' | 'burnt' | 'declined' | 'unknown'

export type AdmissionMessage =
  | {
      readonly type: 'standing'
      /** So many members have to vouch, and so many do. */
      readonly needed: number
      readonly have: number
      /** The member sees a PIN and waits for it. */
      readonly pinShown: boolean
      readonly isIn: boolean
      readonly triesLeft: number
    }
  | { readonly type: 'share'; readonly share: Uint8Array }
  | { readonly type: 'answer'; readonly share: Uint8Array; readonly tag: Uint8Array }
  | { readonly type: 'confirm'; readonly tag: Uint8Array | undefined }
  | { readonly type: 'wrong'; readonly triesLeft: number }
  | { readonly type: 'refused'; readonly reason: AdmissionRefusal }

const reasons: readonly (AdmissionRefusal | undefined)[] = [
  undefined,
  'expired',
  'used',
  'revoked',
  'burnt',
  'declined',
  'unknown',
]
const flagPinShown = 1
const flagIn = 2

export function encodeAdmission(message: AdmissionMessage): Uint8Array {
  const writer = new Writer()
  switch (message.type) {
    case 'standing': {
      const flags = (message.pinShown ? flagPinShown : 0) | (message.isIn ? flagIn : 0)
      const { needed, have, triesLeft } = message
      return writer.u8(0x68).u8(needed).u8(Math.min(have, 255)).u8(flags).u8(triesLeft).finish()
    }
    case 'share':
      return writer.u8(0x69).raw(message.share).finish()
    case 'answer':
      return writer.u8(0x6a).raw(message.share).raw(message.tag).finish()
    case 'confirm':
      writer.u8(0x6b)
      return (message.tag === undefined ? writer : writer.raw(message.tag)).finish()
    case 'wrong':
      return writer.u8(0x6c).u8(message.triesLeft).finish()
    case 'refused':
      return writer.u8(0x6d).u8(reasons.indexOf(message.reason)).finish()
    default:
      return unreachable(message)
  }
}

export function decodeAdmission(bytes: Uint8Array): Result<AdmissionMessage, 'malformed'> {
  const reader = new Reader(bytes)
  const message = read(reader)
  return message !== undefined && reader.done() ? accept(message) : reject('malformed')
}

function read(reader: Reader): AdmissionMessage | undefined {
  switch (reader.u8()) {
    case 0x68: {
      const [needed, have, flags, triesLeft] = [reader.u8(), reader.u8(), reader.u8(), reader.u8()] as const
      if (flags > (flagPinShown | flagIn)) return undefined
      const [pinShown, isIn] = [(flags & flagPinShown) !== 0, (flags & flagIn) !== 0] as const
      return { type: 'standing', needed, have, pinShown, isIn, triesLeft }
    }
    case 0x69:
      return { type: 'share', share: reader.raw(pakeShareBytes) }
    case 0x6a:
      return { type: 'answer', share: reader.raw(pakeShareBytes), tag: reader.raw(pakeTagBytes) }
    case 0x6b:
      return { type: 'confirm', tag: reader.remaining === 0 ? undefined : reader.raw(pakeTagBytes) }
    case 0x6c:
      return { type: 'wrong', triesLeft: reader.u8() }
    case 0x6d: {
      const reason = reasons[reader.u8()]
      return reason && { type: 'refused', reason }
    }
    default:
      return undefined
  }
}

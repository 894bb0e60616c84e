/**
 * One run of PIN pairing between a newcomer and a member, over the link they have (docs/spec/admission.md, "PIN").
 *
 *     CPace (`crypto/pake.ts`), the newcomer is the initiator
 *     password  six digits, as ASCII
 *     sid       first 16 bytes of SHA-256("kith1/pin\0" ‖ h ‖ room id 32 ‖ invite id 16)
 *     channel   "kith1/pin/channel\0" ‖ newcomer's session 32 ‖ member's session 32 ‖ room id 32
 *     data      "kith1/pin/N\0" (or M) ‖ that side's identity 32
 *
 * h is the hash of the link handshake. It covers both ephemeral keys, so whoever stands in the middle has two different
 * h, and a PIN that travelled by another road between the two people fits neither: that is what the binding is for.
 * The member's tag comes with its share, so that the newcomer gives nothing away to somebody who only pretends to know
 * the PIN; the member gives one guess away with it, which it has counted before.
 */
import { concatBytes, label } from '../codec/bytes.ts'
import { formatUtf8 } from '../codec/utf8.ts'
import type { Crypto } from '../crypto/crypto.ts'
import { Pake, type PakeOutcome } from '../crypto/pake.ts'
import type { Millis, Random } from '../machine.ts'

export const pinDigits = 6
/** A member sees a PIN so long; then it has to be shown anew. */
export const pinLifeMs: Millis = 120_000
/** Wrong tries by one invite, with one member, until it is burnt. */
export const maxPinTries = 3

/** Between whom: the same on both sides. */
export interface PinContext {
  readonly handshakeHash: Uint8Array
  readonly roomId: Uint8Array
  readonly inviteId: Uint8Array
  readonly newcomer: { readonly session: Uint8Array; readonly identity: Uint8Array }
  readonly member: { readonly session: Uint8Array; readonly identity: Uint8Array }
}

const pinPattern = /^[0-9]{6}$/

/** What somebody typed, without the space in the middle; undefined when it is no PIN. */
export function parsePin(text: string): string | undefined {
  const digits = text.replace(/[\s-]/g, '')
  return pinPattern.test(digits) ? digits : undefined
}

/** Every PIN is as likely as any other. */
export function drawPin(random: Random): string {
  for (;;) {
    const [a = 0, b = 0, c = 0] = random(3)
    const value = a * 65_536 + b * 256 + c
    if (value < 16_000_000) return String(value % 1_000_000).padStart(pinDigits, '0')
  }
}

/** The newcomer's half: `share` goes out, what comes back is given to `answered`. */
export class PinAsking {
  readonly #pake: Pake
  readonly #context: PinContext

  constructor(crypto: Crypto, context: PinContext, pin: string) {
    this.#context = context
    this.#pake = pakeOf(crypto, context, 'newcomer', pin)
  }

  get share(): Uint8Array {
    return this.#pake.share
  }

  /** The tag to send when the member knows the PIN; undefined when it does not, or its share is no good. */
  answered(share: Uint8Array, tag: Uint8Array): Uint8Array | undefined {
    const outcome = this.#pake.finish(share, dataOf(this.#context, 'member'))
    return outcome?.confirms(tag) === true ? outcome.tag : undefined
  }
}

/** The member's half of one try: made when the newcomer's share came and the try was counted. */
export class PinAnswering {
  readonly share: Uint8Array
  readonly tag: Uint8Array
  readonly #outcome: PakeOutcome

  private constructor(share: Uint8Array, outcome: PakeOutcome) {
    this.share = share
    this.tag = outcome.tag
    this.#outcome = outcome
  }

  /** Undefined when the newcomer's share is none: then nothing of ours may be sent, and no try counts. */
  static of(crypto: Crypto, context: PinContext, pin: string, share: Uint8Array): PinAnswering | undefined {
    const pake = pakeOf(crypto, context, 'member', pin)
    const outcome = pake.finish(share, dataOf(context, 'newcomer'))
    return outcome && new PinAnswering(pake.share, outcome)
  }

  confirmed(tag: Uint8Array): boolean {
    return this.#outcome.confirms(tag)
  }
}

function pakeOf(crypto: Crypto, context: PinContext, side: 'newcomer' | 'member', pin: string): Pake {
  const { handshakeHash, roomId, inviteId, newcomer, member } = context
  return new Pake({
    role: side === 'newcomer' ? 'initiator' : 'responder',
    password: formatUtf8(pin),
    channel: concatBytes(label('kith1/pin/channel'), newcomer.session, member.session, roomId),
    sid: crypto.sha256(label('kith1/pin'), handshakeHash, roomId, inviteId).subarray(0, 16),
    data: dataOf(context, side),
    seed: crypto.random(64),
  })
}

function dataOf(context: PinContext, side: 'newcomer' | 'member'): Uint8Array {
  return concatBytes(label(side === 'newcomer' ? 'kith1/pin/N' : 'kith1/pin/M'), context[side].identity)
}

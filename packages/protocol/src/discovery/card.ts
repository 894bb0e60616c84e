/**
 * A card: what one member must know of another to call it, signed by the session it names, to be passed on by anybody.
 *
 *     card      = session key 32 ‖ KEM key 32 ‖ flags u8 ‖ created u48 ‖ signature 64                      135 bytes
 *     signature = Ed25519(session, "kith1/card\0" ‖ room id 16 ‖ card up to here)
 *     flags     = 1 Node (else a browser) · 2 may be a root · 4 cannot be dialled by WebRTC · 8 listens only ·
 *                 16 keeper · 32 keeper without a key of the room, with 16 only; the others are zero
 *
 * It holds no secret and no address. The room's id is signed, not carried: a card of one room is no use in another.
 * `created` only tells which card of a session is the newer: whoever has a wrong clock is to be found all the same, and
 * the card of somebody who left costs a knock that nobody answers.
 */
import { concatBytes, label } from '../codec/bytes.ts'
import { Reader } from '../codec/reader.ts'
import { Writer } from '../codec/writer.ts'
import type { Crypto, KeyPair } from '../crypto/crypto.ts'
import { type Millis, type Result, accept, reject } from '../machine.ts'

export const cardBytes: number = 32 + 32 + 1 + 6 + 64

export type Platform = 'browser' | 'node'

export interface Card {
  /** Session key (Ed25519), 32 bytes. */
  readonly session: Uint8Array
  /** The session's KEM key (X25519), 32 bytes: what signals are sealed to. */
  readonly kem: Uint8Array
  readonly platform: Platform
  /** It offers to lead trees. */
  readonly rootCapable: boolean
  /** WebRTC can reach it. */
  readonly webrtc: boolean
  /** It answers where this card is shown and begins nothing: see `engine/lobby.ts`. */
  readonly listens?: boolean | undefined
  /** It keeps history for others and is nobody: `blind` has no key of the room, a `reader` has. */
  readonly keeper?: KeeperKind | undefined
  readonly created: Millis
}

export type KeeperKind = 'blind' | 'reader'

export type CardRejection = 'malformed' | 'forged'

const cardLabel = label('kith1/card')
const signatureBytes = 64
const flagNode = 1
const flagRoot = 2
const flagNoWebrtc = 4
const flagListens = 8
const flagKeeper = 16
const flagBlind = 32
const knownFlags: number = flagNode | flagRoot | flagNoWebrtc | flagListens | flagKeeper | flagBlind

export function encodeCard(
  crypto: Pick<Crypto, 'sign'>,
  roomId: Uint8Array,
  session: KeyPair,
  about: Omit<Card, 'session'>,
): Uint8Array {
  const flags =
    (about.platform === 'node' ? flagNode : 0) |
    (about.rootCapable ? flagRoot : 0) |
    (about.webrtc ? 0 : flagNoWebrtc) |
    (about.listens === true ? flagListens : 0) |
    (about.keeper === undefined ? 0 : flagKeeper) |
    (about.keeper === 'blind' ? flagBlind : 0)
  const said = new Writer(cardBytes).raw(session.publicKey).raw(about.kem).u8(flags).u48(about.created).finish()
  return concatBytes(said, crypto.sign(session.secretKey, concatBytes(cardLabel, roomId, said)))
}

/** What a card says, whoever signed it: only for bytes that something else vouches for. */
export function readCard(bytes: Uint8Array): Card | undefined {
  if (bytes.length !== cardBytes) return undefined
  const reader = new Reader(bytes)
  const session = reader.raw(32)
  const kem = reader.raw(32)
  const flags = reader.u8()
  const created = reader.u48()
  if ((flags & ~knownFlags) !== 0 || (flags & (flagKeeper | flagBlind)) === flagBlind) return undefined
  return {
    session,
    kem,
    platform: (flags & flagNode) === 0 ? 'browser' : 'node',
    rootCapable: (flags & flagRoot) !== 0,
    webrtc: (flags & flagNoWebrtc) === 0,
    created,
    ...((flags & flagListens) === 0 ? undefined : { listens: true }),
    ...((flags & flagKeeper) === 0 ? undefined : { keeper: (flags & flagBlind) === 0 ? 'reader' : 'blind' }),
  }
}

/** A card somebody passed on. */
export function openCard(
  crypto: Pick<Crypto, 'verify'>,
  roomId: Uint8Array,
  bytes: Uint8Array,
): Result<Card, CardRejection> {
  const card = readCard(bytes)
  if (card === undefined) return reject('malformed')
  const said = bytes.subarray(0, cardBytes - signatureBytes)
  const signature = bytes.subarray(cardBytes - signatureBytes)
  if (!crypto.verify(card.session, concatBytes(cardLabel, roomId, said), signature)) return reject('forged')
  return accept(card)
}

/**
 * How a session introduces itself to the others in a topic; the relay keeps it but cannot read it.
 *
 *     sealed = nonce 24 ‖ XChaCha20-Poly1305(sealKey, nonce, aad = "kith1/announce\0" ‖ topic, body)     240 bytes
 *     body   = version 2 ‖ card 135 ‖ signature 64
 *     signature = Ed25519(session, "kith1/announce\0" ‖ topic ‖ body up to here)
 *
 * All announcements have one length. The signature matters because every member knows `sealKey`: without it any member
 * could announce somebody else's session, or carry its card to another topic. The card (`card.ts`) has a signature of its
 * own, so that whoever meets a peer here can pass it on to members that are not here; who uses it checks that one.
 */
import { concatBytes, equalBytes, label } from '../codec/bytes.ts'
import { Reader } from '../codec/reader.ts'
import type { Crypto, KeyPair } from '../crypto/crypto.ts'
import { type Card, cardBytes, readCard } from './card.ts'
import type { TopicKeys } from './rendezvous.ts'

export const announcementBytes: number = 24 + 1 + cardBytes + 64 + 16

export interface Announcement {
  readonly about: Card
  /** As it is passed on. */
  readonly card: Uint8Array
}

const version = 2
const announceLabel = label('kith1/announce')

/** `card` is one of this session's. */
export function sealAnnouncement(crypto: Crypto, keys: TopicKeys, session: KeyPair, card: Uint8Array): Uint8Array {
  const said = concatBytes(Uint8Array.of(version), card)
  const signature = crypto.sign(session.secretKey, concatBytes(announceLabel, keys.topic, said))
  const nonce = crypto.random(24)
  const body = concatBytes(said, signature)
  return concatBytes(nonce, crypto.xchachaSeal(keys.sealKey, nonce, concatBytes(announceLabel, keys.topic), body))
}

/**
 * Undefined when it is not sealed for this topic, not signed by the session it names, or that is not `session`: the one
 * the relay says proved itself on the socket.
 */
export function openAnnouncement(
  crypto: Crypto,
  keys: TopicKeys,
  session: Uint8Array,
  sealed: Uint8Array,
): Announcement | undefined {
  if (sealed.length !== announcementBytes) return undefined
  const aad = concatBytes(announceLabel, keys.topic)
  const body = crypto.xchachaOpen(keys.sealKey, sealed.subarray(0, 24), aad, sealed.subarray(24))
  if (body === undefined) return undefined
  const reader = new Reader(body)
  const isVersion = reader.u8() === version
  const card = reader.raw(cardBytes)
  const said = body.subarray(0, reader.offset)
  const signature = reader.raw(64)
  const about = readCard(card)
  if (!reader.done() || !isVersion || about === undefined || !equalBytes(about.session, session)) return undefined
  if (!crypto.verify(session, concatBytes(announceLabel, keys.topic, said), signature)) return undefined
  return { about, card }
}

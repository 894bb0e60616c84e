/**
 * How a session introduces itself to the others in a topic; the relay keeps it but cannot read it.
 *
 *     sealed = nonce 24 ‖ XChaCha20-Poly1305(sealKey, nonce, aad = "kith1/announce\0" ‖ topic, body)     178 bytes
 *     body   = version 1 ‖ platform 1 ‖ session 32 ‖ KEM key 32 ‖ created u48 ‖ signature 64 ‖ reserved 2
 *     signature = Ed25519(session, "kith1/announce\0" ‖ topic ‖ body up to here)
 *
 * All announcements have one length. The signature matters because every member knows `sealKey`: without it any member
 * could announce somebody else's session with a KEM key of its own, and read the signals sealed to it.
 */
import { concatBytes, equalBytes, label } from '../codec/bytes.ts'
import { Reader } from '../codec/reader.ts'
import { Writer } from '../codec/writer.ts'
import type { Crypto, KeyPair } from '../crypto/crypto.ts'
import type { Millis } from '../machine.ts'
import type { TopicKeys } from './rendezvous.ts'

export const announcementBytes: number = 24 + 138 + 16

export type Platform = 'browser' | 'node'

export interface Announcement {
  /** Session key (Ed25519), 32 bytes. */
  readonly session: Uint8Array
  /** The session's KEM key (X25519), 32 bytes: what signals are sealed to. */
  readonly kem: Uint8Array
  readonly platform: Platform
  readonly created: Millis
}

const version = 1
const announceLabel = label('kith1/announce')
const platforms: readonly Platform[] = ['browser', 'node']

export function sealAnnouncement(
  crypto: Crypto,
  keys: TopicKeys,
  session: KeyPair,
  about: { readonly kem: Uint8Array; readonly platform: Platform; readonly created: Millis },
): Uint8Array {
  const said = new Writer(74)
    .u8(version)
    .u8(platforms.indexOf(about.platform))
    .raw(session.publicKey)
    .raw(about.kem)
    .u48(about.created)
    .finish()
  const signature = crypto.sign(session.secretKey, concatBytes(announceLabel, keys.topic, said))
  const nonce = crypto.random(24)
  const body = concatBytes(said, signature, new Uint8Array(2))
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
  const platform = platforms[reader.u8()]
  const announced = reader.raw(32)
  const kem = reader.raw(32)
  const created = reader.u48()
  const said = body.subarray(0, reader.offset)
  const signature = reader.raw(64)
  const reserved = reader.u16()
  if (!reader.done() || !isVersion || platform === undefined || reserved !== 0) return undefined
  if (!equalBytes(announced, session)) return undefined
  if (!crypto.verify(session, concatBytes(announceLabel, keys.topic, said), signature)) return undefined
  return { session: announced, kem, platform, created }
}

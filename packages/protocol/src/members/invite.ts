/**
 * An invite: what a newcomer is handed, and what the members are told of it.
 *
 *     text     = <relay>/#i-<base64url of the bytes>, or kith:#i-<…>            98 characters behind the #
 *     bytes    = version 1 ‖ flags u8 (1 asks for a PIN) ‖ room id 32 ‖ secret 16 ‖ inviter 10 ‖ expires u48 ‖ uses u8 ‖ check 4
 *     inviter  = first 10 bytes of SHA-256("kith1/fp\0" ‖ identity): what a fingerprint shows as text
 *     check    = first 4 bytes of SHA-256("kith1/invite/check\0" ‖ everything before it): a letter lost in copying
 *
 *     meet     = HKDF(secret, "kith1/invite/meet\0")     told to members in the `invite` operation
 *       id       = HKDF(meet, "kith1/invite/id\0", 16)           names the invite
 *       psk      = HKDF(meet, "kith1/invite/psk\0")              of the link handshake
 *       rendezvous = HKDF(meet, "kith1/invite/rendezvous\0")     R of its topics
 *     key      = Ed25519(HKDF(secret, "kith1/invite/key\0"))     its public half is in the operation, too
 *
 * So every member can meet a newcomer and check that it holds the invite, and no member but the inviter can pretend to
 * hold one. What counts of expiry and uses is the operation; in the link they are there to be read.
 */
import { concatBytes, emptyBytes, equalBytes, label } from '../codec/bytes.ts'
import { formatFragmentLink, parseFragmentLink } from '../codec/fragment-link.ts'
import { Reader } from '../codec/reader.ts'
import { formatBase64url, formatHex, parseBase64url } from '../codec/text.ts'
import { Writer } from '../codec/writer.ts'
import type { Crypto, KeyPair } from '../crypto/crypto.ts'
import { dayMs } from '../identity/session.ts'
import { type Millis, type Result, accept, reject } from '../machine.ts'

export const inviteSecretBytes = 16
export const inviterBytes = 10
/** An invite lives at most so long; 0 uses would be none. */
export const maxInviteLifeMs: Millis = 30 * dayMs
export const maxInviteUses = 100

/** What a newcomer holds. */
export interface Invite {
  /** SHA-256 of the room's `create` operation: nobody can present another beginning. */
  readonly roomId: Uint8Array
  readonly secret: Uint8Array
  /** See `inviterOf`. */
  readonly inviter: Uint8Array
  readonly expires: Millis
  readonly uses: number
  readonly asksPin: boolean
}

/** What follows from `meet`, which members know. */
export interface InviteMeeting {
  /** 16 bytes, hex: names the invite. */
  readonly id: string
  readonly lobbyId: Uint8Array
  readonly psk: Uint8Array
  readonly rendezvousSecret: Uint8Array
}

export interface InviteKeys extends InviteMeeting {
  readonly meet: Uint8Array
  /** Signs that its holder was invited. */
  readonly key: KeyPair
}

export interface InviteLink {
  readonly invite: Invite
  readonly relay: string | undefined
}

const version = 1
const flagAsksPin = 1
const checkBytes = 4
const inviteBytes = 1 + 1 + 32 + inviteSecretBytes + inviterBytes + 6 + 1 + checkBytes
const prefix = 'i-'
const openSecretLength = 43
const checkLabel = label('kith1/invite/check')

/** The short form of an identity key (32 bytes) that an invite carries. */
export function inviterOf(crypto: Pick<Crypto, 'sha256'>, identity: Uint8Array): Uint8Array {
  return crypto.sha256(label('kith1/fp'), identity).slice(0, inviterBytes)
}

export function meetingOf(crypto: Pick<Crypto, 'hkdf'>, meet: Uint8Array): InviteMeeting {
  const derive = (name: string, length: number): Uint8Array =>
    crypto.hkdf(meet, emptyBytes, label(`kith1/invite/${name}`), length)
  const lobbyId = derive('id', 16)
  return { id: formatHex(lobbyId), lobbyId, psk: derive('psk', 32), rendezvousSecret: derive('rendezvous', 32) }
}

export function inviteKeys(crypto: Pick<Crypto, 'hkdf' | 'signKeyPair'>, secret: Uint8Array): InviteKeys {
  const meet = crypto.hkdf(secret, emptyBytes, label('kith1/invite/meet'), 32)
  const seed = crypto.hkdf(secret, emptyBytes, label('kith1/invite/key'), 32)
  return { ...meetingOf(crypto, meet), meet, key: crypto.signKeyPair(seed) }
}

export function formatInvite(crypto: Pick<Crypto, 'sha256'>, { invite, relay }: InviteLink): string {
  const said = new Writer(inviteBytes)
    .u8(version)
    .u8(invite.asksPin ? flagAsksPin : 0)
    .raw(invite.roomId)
    .raw(invite.secret)
    .raw(invite.inviter)
    .u48(invite.expires)
    .u8(invite.uses)
    .finish()
  const bytes = concatBytes(said, checkOf(crypto, said))
  return formatFragmentLink({ relay, fragment: prefix + formatBase64url(bytes) })
}

/** Is this the text of an invite, whole or not, rather than an open room's link? */
export function looksLikeInvite(text: string): boolean {
  const fragment = parseFragmentLink(text)?.fragment
  // A secret of an open room may begin with the same letters, but has always the same length.
  return fragment?.startsWith(prefix) === true && fragment.length !== openSecretLength
}

export function parseInvite(crypto: Pick<Crypto, 'sha256'>, text: string): Result<InviteLink, 'malformed'> {
  const link = parseFragmentLink(text)
  if (link?.fragment.startsWith(prefix) !== true) return reject('malformed')
  const bytes = parseBase64url(link.fragment.slice(prefix.length))
  if (bytes?.length !== inviteBytes) return reject('malformed')
  const said = bytes.subarray(0, inviteBytes - checkBytes)
  if (!equalBytes(bytes.subarray(said.length), checkOf(crypto, said))) return reject('malformed')
  const reader = new Reader(said)
  const isVersion = reader.u8() === version
  const flags = reader.u8()
  const roomId = reader.raw(32).slice()
  const secret = reader.raw(inviteSecretBytes).slice()
  const inviter = reader.raw(inviterBytes).slice()
  const expires = reader.u48()
  const uses = reader.u8()
  if (!reader.done() || !isVersion || flags > flagAsksPin || uses === 0 || uses > maxInviteUses) {
    return reject('malformed')
  }
  const invite = { roomId, secret, inviter, expires, uses, asksPin: flags === flagAsksPin }
  return accept({ invite, relay: link.relay })
}

function checkOf(crypto: Pick<Crypto, 'sha256'>, said: Uint8Array): Uint8Array {
  return crypto.sha256(checkLabel, said).subarray(0, checkBytes)
}

/** What the newcomer signs with the invite's key: this very handshake, as this very person. */
export function signAsking(
  crypto: Pick<Crypto, 'sign'>,
  key: KeyPair,
  handshakeHash: Uint8Array,
  identity: Uint8Array,
): Uint8Array {
  return crypto.sign(key.secretKey, askingBytes(handshakeHash, identity))
}

export function isAsking(
  crypto: Pick<Crypto, 'verify'>,
  publicKey: Uint8Array,
  handshakeHash: Uint8Array,
  identity: Uint8Array,
  signature: Uint8Array,
): boolean {
  return crypto.verify(publicKey, askingBytes(handshakeHash, identity), signature)
}

function askingBytes(handshakeHash: Uint8Array, identity: Uint8Array): Uint8Array {
  return concatBytes(label('kith1/invite/ask'), handshakeHash, identity)
}

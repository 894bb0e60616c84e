/**
 * What a members room signs for its blind keepers besides tickets of sessions and offers of blobs.
 *
 *   appointment  a device of the founder:        "kith1/keep/appoint\0" ‖ room 32 ‖ order u48 ‖ count u8 ‖ device 32 …
 *   lobby grant  it, or a device it appointed:   "kith1/keep/lobby\0" ‖ room 32 ‖ lobby id 32 ‖ write key 32 ‖ order u48 ‖
 *                                                lobby key 32 ‖ rendezvous secret 32
 *
 * A keeper can judge neither who is a member nor which key is the newest; it believes the founder, whose identity its own
 * ticket names, and the devices the founder appoints: those of the room's admins. Of two words of one kind the one with the
 * higher order holds. A device of the founder shows it is one by its certificate.
 *
 *   lobby id   = HKDF(lobby secret, "kith1/keep/id\0", 32)         stands where an open room has its epoch id
 *   write key  = Ed25519(HKDF(lobby secret, "kith1/keep/write\0", 32))
 *
 * Both are new whenever somebody went, as the lobby is, and stay when only the epoch's key is renewed.
 */
import { concatBytes, emptyBytes, label } from '../codec/bytes.ts'
import { formatHex } from '../codec/text.ts'
import { Writer } from '../codec/writer.ts'
import type { Crypto, KeyPair } from '../crypto/crypto.ts'
import { openStatement } from '../identity/statement.ts'

/** Devices whose word about lobbies counts, besides the founder's own. */
export const maxAppointed = 64

export interface Appointment {
  readonly order: number
  /** Signing keys, 32 bytes each. */
  readonly devices: readonly Uint8Array[]
  /** The founder's statement about the device that signs. */
  readonly certificate: Uint8Array
  readonly signature: Uint8Array
}

export interface LobbyGrant {
  readonly lobbyId: Uint8Array
  /** Ed25519, 32 bytes. */
  readonly writeKey: Uint8Array
  readonly order: number
  readonly lobbyKey: Uint8Array
  readonly rendezvousSecret: Uint8Array
  /** Signing key of the device that signs. */
  readonly signer: Uint8Array
  /** The founder's statement about it; empty when it was appointed. */
  readonly certificate: Uint8Array
  readonly signature: Uint8Array
}

/** What a lobby's secret gives for keepers. */
export interface KeeperLobby {
  readonly lobbyId: Uint8Array
  readonly writer: KeyPair
}

const appointLabel = label('kith1/keep/appoint')
const lobbyLabel = label('kith1/keep/lobby')

export function keeperLobbyOf(crypto: Pick<Crypto, 'hkdf' | 'signKeyPair'>, lobbySecret: Uint8Array): KeeperLobby {
  const derive = (name: string): Uint8Array => crypto.hkdf(lobbySecret, emptyBytes, label(`kith1/keep/${name}`), 32)
  return { lobbyId: derive('id'), writer: crypto.signKeyPair(derive('write')) }
}

function appointmentText(room: Uint8Array, { order, devices }: Pick<Appointment, 'order' | 'devices'>): Uint8Array {
  const writer = new Writer(64 + 32 * devices.length).u48(order).u8(devices.length)
  for (const device of devices) writer.raw(device)
  return concatBytes(appointLabel, room, writer.finish())
}

function lobbyText(room: Uint8Array, grant: Omit<LobbyGrant, 'signer' | 'certificate' | 'signature'>): Uint8Array {
  const { lobbyId, writeKey, order, lobbyKey, rendezvousSecret } = grant
  return concatBytes(lobbyLabel, room, lobbyId, writeKey, new Writer(6).u48(order).finish(), lobbyKey, rendezvousSecret)
}

/** By a device of the founder, with its certificate. */
export function signAppointment(
  crypto: Pick<Crypto, 'sign'>,
  device: KeyPair,
  room: Uint8Array,
  about: Omit<Appointment, 'signature'>,
): Appointment {
  return { ...about, signature: crypto.sign(device.secretKey, appointmentText(room, about)) }
}

/** `founder`: its identity, 32 bytes. */
export function isAppointing(
  crypto: Pick<Crypto, 'verify'>,
  room: Uint8Array,
  founder: Uint8Array,
  appointment: Appointment,
): boolean {
  const device = deviceOf(crypto, founder, appointment.certificate)
  return device !== undefined && crypto.verify(device, appointmentText(room, appointment), appointment.signature)
}

export function signLobbyGrant(
  crypto: Pick<Crypto, 'sign'>,
  device: KeyPair,
  room: Uint8Array,
  about: Omit<LobbyGrant, 'signer' | 'signature'>,
): LobbyGrant {
  return { ...about, signer: device.publicKey, signature: crypto.sign(device.secretKey, lobbyText(room, about)) }
}

/** Is it signed by whom it names, and is that the founder's device or one of `appointed` (hex)? */
export function isGrantingLobby(
  crypto: Pick<Crypto, 'verify'>,
  room: Uint8Array,
  founder: Uint8Array,
  appointed: ReadonlySet<string>,
  grant: LobbyGrant,
): boolean {
  if (!isOfOffice(crypto, founder, appointed, grant)) return false
  return crypto.verify(grant.signer, lobbyText(room, grant), grant.signature)
}

/** May whoever signed it say so? The signature itself is not looked at. */
export function isOfOffice(
  crypto: Pick<Crypto, 'verify'>,
  founder: Uint8Array,
  appointed: ReadonlySet<string>,
  { signer, certificate }: Pick<LobbyGrant, 'signer' | 'certificate'>,
): boolean {
  const name = formatHex(signer)
  if (appointed.has(name)) return true
  const device = deviceOf(crypto, founder, certificate)
  return device !== undefined && formatHex(device) === name
}

function deviceOf(
  crypto: Pick<Crypto, 'verify'>,
  founder: Uint8Array,
  certificate: Uint8Array,
): Uint8Array | undefined {
  if (certificate.length === 0) return undefined
  const opened = openStatement(crypto, certificate)
  if (!opened.ok || opened.value.type !== 'device') return undefined
  return formatHex(opened.value.issuer) === formatHex(founder) ? opened.value.subject : undefined
}

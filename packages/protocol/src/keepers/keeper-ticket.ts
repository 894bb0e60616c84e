/**
 * What somebody is given to run a blind keeper with: how to meet the room, and whose word about write keys counts.
 *
 *     text = "kith-keep:" ‖ base64url(said ‖ check 4)
 *     said = version u8 = 1 ‖ room id 16 ‖ rendezvous secret 32 ‖ lobby key 32 ‖ keeper key 32 ‖ relay        open room
 *     said = version u8 = 2 ‖ room 32 ‖ rendezvous secret 32 ‖ lobby key 32 ‖ founder 32 ‖ seed 32 ‖ relay    members room
 *     relay = varint length, at most 255 bytes
 *
 * None of it leads to an epoch key or to the secret of the link: they are siblings under HKDF. The check is the
 * beginning of a hash of the rest, so that a ticket cut short by a line break is told from one nobody answers.
 *
 * The seed is of an Ed25519 key whose public half is in the room's operations: with it a keeper shows that it was given a
 * ticket, and is told where the room went when somebody was removed. So a ticket of a members room can be taken back.
 */
import { concatBytes, equalBytes, label } from '../codec/bytes.ts'
import { Reader } from '../codec/reader.ts'
import { formatBase64url, parseBase64url } from '../codec/text.ts'
import { Writer } from '../codec/writer.ts'
import type { Crypto } from '../crypto/crypto.ts'
import { type Result, accept, reject } from '../machine.ts'

export interface KeeperTicket {
  /** 16 bytes. */
  readonly roomId: Uint8Array
  readonly rendezvousSecret: Uint8Array
  readonly lobbyKey: Uint8Array
  /** Ed25519, public: whose word about write keys counts. The room's key for keepers, or the identity of its founder. */
  readonly keeperKey: Uint8Array
  /** Of a members room; `roomId` is the beginning of its id. */
  readonly members?: { readonly room: Uint8Array; readonly seed: Uint8Array } | undefined
  /** An origin, such as `https://chat.example`; undefined when the room has none. */
  readonly relay: string | undefined
}

export const keeperTicketPrefix = 'kith-keep:'
export const maxKeeperTicketLength = 640
const version = 1
const membersVersion = 2
const roomIdBytes = 16
const longRoomIdBytes = 32
const checkBytes = 4
const maxRelayBytes = 255
const checkLabel = label('kith1/keep/check')
const origin = /^https?:\/\/(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?$/u

export function formatKeeperTicket(crypto: Pick<Crypto, 'sha256'>, ticket: KeeperTicket): string {
  const { roomId, rendezvousSecret, lobbyKey, keeperKey, members, relay } = ticket
  const writer = new Writer(256).u8(members === undefined ? version : membersVersion)
  writer
    .raw(members?.room ?? roomId)
    .raw(rendezvousSecret)
    .raw(lobbyKey)
    .raw(keeperKey)
  if (members !== undefined) writer.raw(members.seed)
  const said = writer.text(relay ?? '').finish()
  return keeperTicketPrefix + formatBase64url(concatBytes(said, checkOf(crypto, said)))
}

/** White space around and line breaks within are forgiven. */
export function parseKeeperTicket(crypto: Pick<Crypto, 'sha256'>, text: string): Result<KeeperTicket, 'malformed'> {
  if (text.length > maxKeeperTicketLength) return reject('malformed')
  const bare = text.replace(/\s+/gu, '')
  if (!bare.startsWith(keeperTicketPrefix)) return reject('malformed')
  const bytes = parseBase64url(bare.slice(keeperTicketPrefix.length))
  if (bytes === undefined || bytes.length <= checkBytes) return reject('malformed')
  const said = bytes.subarray(0, bytes.length - checkBytes)
  if (!equalBytes(checkOf(crypto, said), bytes.subarray(said.length))) return reject('malformed')
  const reader = new Reader(said)
  const found = reader.u8()
  if (found !== version && found !== membersVersion) reader.fail()
  const isOpen = found === version
  const room = reader.raw(isOpen ? roomIdBytes : longRoomIdBytes)
  const [rendezvousSecret, lobbyKey, keeperKey] = [reader.raw(32), reader.raw(32), reader.raw(32)]
  const members = isOpen ? undefined : { members: { room, seed: reader.raw(32) } }
  const relay = reader.text(maxRelayBytes)
  if (!reader.done() || (relay !== '' && !origin.test(relay))) return reject('malformed')
  const roomId = room.slice(0, roomIdBytes)
  const meeting = { roomId, rendezvousSecret, lobbyKey, keeperKey }
  return accept({ ...meeting, ...members, relay: relay === '' ? undefined : relay })
}

function checkOf(crypto: Pick<Crypto, 'sha256'>, said: Uint8Array): Uint8Array {
  return crypto.sha256(checkLabel, said).subarray(0, checkBytes)
}

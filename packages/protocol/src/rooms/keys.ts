/**
 * Everything an open room derives from the 32-byte secret in its link (docs/spec/rooms.md, "Link and keys").
 *
 * HKDF-SHA-256, no salt, one label per key: whoever knows the link knows all of them, and none of them gives away
 * another. The epoch id is a commitment to the epoch key and appears in clear in every header.
 */
import { emptyBytes, label } from '../codec/bytes.ts'
import { formatHex } from '../codec/text.ts'
import type { Crypto } from '../crypto/crypto.ts'

export const roomSecretBytes = 32
export const roomIdBytes = 16

/** How a room is called; tells nothing about its keys. */
export interface RoomName {
  /** 16 bytes: names the room in stores and user interfaces; tells nothing about the secret. */
  readonly roomId: Uint8Array
  /** The same in hex. */
  readonly id: string
  /** 8 bytes: what beacons of the room are told apart by. */
  readonly tag: Uint8Array
}

export interface RoomKeys extends RoomName {
  /** Pre-shared key of every link handshake in this room. */
  readonly lobbyKey: Uint8Array
  /** R of docs/spec/rendezvous.md: topics and announcements. */
  readonly rendezvousSecret: Uint8Array
  /** K of epoch 0: message bodies are sealed under a key derived from it. */
  readonly epochKey: Uint8Array
  readonly epochId: Uint8Array
  /** Seed of the Ed25519 key that signs keepers' tickets. */
  readonly writeKey: Uint8Array
  /** Seed of the Ed25519 key that signs which write keys count; undefined where this peer may not. */
  readonly keeperKey?: Uint8Array | undefined
}

export function openRoomKeys(crypto: Pick<Crypto, 'hkdf' | 'sha256'>, secret: Uint8Array): RoomKeys {
  const derive = (name: string, length: number): Uint8Array =>
    crypto.hkdf(secret, emptyBytes, label(`kith1/room/${name}`), length)
  const roomId = derive('id', roomIdBytes)
  const epochKey = derive('epoch', 32)
  const lobbyKey = derive('lobby', 32)
  return {
    roomId,
    id: formatHex(roomId),
    tag: lobbyKey.subarray(0, 8),
    lobbyKey,
    rendezvousSecret: derive('rendezvous', 32),
    epochKey,
    epochId: crypto.sha256(label('kith1/keyid'), epochKey),
    writeKey: derive('write', 32),
    keeperKey: derive('keeper', 32),
  }
}

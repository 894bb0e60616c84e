/** What a host gives an engine. */
import type { ReadOnce } from '../codec/read-once.ts'
import type { Crypto, KeyPair } from '../crypto/crypto.ts'
import type { DeviceKeys } from '../identity/session.ts'
import type { ExpiryClass } from '../log/entry.ts'
import type { EdgeRule } from '../members/edges.ts'
import type { StoredRecord } from '../machine.ts'
import type { RoomKeys } from '../rooms/keys.ts'
import type { KeeperTicket } from '../keepers/keeper-ticket.ts'
import type { Platform } from './claims.ts'
import type { Address } from './input.ts'

/** Who a person is in this room: kept by the host from run to run. */
export interface Persona {
  /** Identity key, 32 bytes: the author of everything said here. */
  readonly author: Uint8Array
  readonly device: DeviceKeys
  /** X25519 halves the device had before: what was sealed for them can still be opened. */
  readonly olderAgree?: readonly KeyPair[] | undefined
  /** The identity's statement about the device, and attestations in front of it when the person attached any. */
  readonly statements: readonly Uint8Array[]
}

/** `mobile` is anything on a battery or a metered network; a `keeper` is the last choice as a parent. */
export type PeerKind = 'desktop' | 'mobile' | 'node' | 'keeper'

/** History kept for others. Goes with the kind `keeper`. */
export interface KeeperOptions {
  /** Without it, `secret` is the room's and this keeper can read. */
  readonly ticket?: KeeperTicket | undefined
  /** Entries are let go when they are so old. */
  readonly windowMs: number
  /** Of entries and of files; plaintext sizes of the latter. */
  readonly entryBytes: number
  readonly blobBytes: number
}

/** A members room: what the store knows of it, or the invite one comes by. */
export interface MembershipOptions {
  /** 32 bytes: the id of its `create` operation. */
  readonly roomId: Uint8Array
  /** Records under `g/` and `k/` as `foundRoom` made them or this engine stored them; the host reads them first. */
  readonly records: readonly StoredRecord[]
  /** Secret of the invite, 16 bytes, until one is in. */
  readonly inviteSecret?: Uint8Array | undefined
  /** Fingerprint of whoever gave the invite, as it says (`inviterOf`). */
  readonly inviter?: Uint8Array | undefined
  /** Of a device that was added: where the members met when it was, 32 bytes (`addDevice`), until it has a key. */
  readonly lobbySecret?: Uint8Array | undefined
  /** With whom this program links; `trusted` when not given. */
  readonly edgeRule?: EdgeRule | undefined
}

export interface EngineOptions {
  readonly crypto: Crypto
  /** 32 bytes: the room's secret. */
  readonly secret: Uint8Array
  readonly persona: Persona
  readonly name: string
  readonly platform: Platform
  /** `https://chat.example`; undefined for a room without a relay. */
  readonly relayOrigin?: string | undefined
  /** `sparing`: the relay is only asked when nobody is found without it, and by a few who stay for newcomers. */
  readonly relayUse?: 'always' | 'sparing' | undefined
  /** Never link directly, so that nobody learns this machine's address. */
  readonly relayOnly?: boolean | undefined
  /** The host can make WebRTC transports. Default true. */
  readonly webrtc?: boolean | undefined
  readonly addresses?: readonly Address[] | undefined
  /** How many links this machine carries, and whether it may be a root. Default `node` in Node, else `desktop`. */
  readonly kind?: PeerKind | undefined
  /** Set for keepers; with a ticket, `secret` says nothing. */
  readonly keeper?: KeeperOptions | undefined
  /** False when the host keeps nothing: the engine asks for no `load` and no `store`. Default true. */
  readonly store?: boolean | undefined
  /** Set in a members room, where `secret` says nothing. */
  readonly membership?: MembershipOptions | undefined
  /** The host keeps blobs (`blob` outputs). Default false: files are known, and neither fetched nor given. */
  readonly blobs?: boolean | undefined
  /** What `openRoomKeys` makes of the secret, for a host with many engines in one room. */
  readonly keys?: RoomKeys | undefined
  /** For such a host, if it keeps nothing and nobody deletes anything: entries, chains and cards are read once for all engines. */
  readonly readOnce?: ReadOnce | undefined
  /** Tell of every copy of an entry that comes by a link, for measurements. Default false. */
  readonly trace?: boolean | undefined
  /** Own messages expire: 0 never, 1 after 24 h, 2 after 7 days, 3 after 30 days. */
  readonly expiry?: ExpiryClass | undefined
}

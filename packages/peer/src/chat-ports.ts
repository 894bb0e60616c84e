/** Everything a chat needs of its platform. The composition roots (`browser/browser.ts`, `node/node.ts`) fill it in. */
import type { Address, Crypto, EngineOptions, Millis, MovedBox, ReachReport, RoomMap } from '@kith/protocol'
import type { AuthClient } from './auth-port.ts'
import type { StoreSpace } from './blob-quota.ts'
import type { BrokenRecords } from './broken-records.ts'
import type { Clock } from './clock.ts'
import type { RouteIncoming } from './incoming.ts'
import type { EngineLike, VerifyMany } from './host.ts'
import type { BlobPorts } from './blob-ports.ts'
import type { NextTurn } from './listeners.ts'
import type { Storage } from './storage.ts'
import type { StoreLock } from './store-lock.ts'
import type { AddressDialer, Dialer, RelayDialer } from './transport.ts'
import type { Wakes } from './wakes.ts'

/** An engine, what it tells on request, and whether the first frame of an inbound socket is for its room. */
export interface RoomEngine extends EngineLike {
  accepts(firstFrame: Uint8Array, local: Uint8Array, now: Millis): boolean
  map(now: Millis): RoomMap
  /** The last word of an own device (hex) in each of its sessions (hex). */
  headsOfDevice(device: string): readonly { readonly session: string; readonly seq: number }[]
  /** The invite to where an open room goes on, sealed for the devices of these people (author keys, hex). */
  movedBoxes(people: readonly string[], invite: string): readonly MovedBox[]
  /** Undefined for a session that is not known to be here. */
  reachReport(session: string, now: Millis): ReachReport | undefined
}

export interface Listening {
  readonly address: Address
  close(): Promise<void>
}

/** Tells whether this device wants to fetch less, at once and at every change. Answers what stops it. */
export type Saving = (listener: (saving: boolean) => void) => () => void

export interface ChatPorts {
  readonly clock: Clock
  readonly crypto: Crypto
  readonly storage: Storage
  readonly lock: StoreLock
  /** Seals, keeps and opens files; undefined where the platform has no place for them. */
  readonly blobs?: BlobPorts | undefined
  /** Asks authentication services; undefined where nobody can be asked. */
  readonly auth?: AuthClient | undefined
  /** Where the store reports damaged records, which it leaves out of what it reads. */
  readonly broken?: BrokenRecords | undefined
  readonly platform: 'browser' | 'node'
  /** How much this machine may carry for others in a large room. Default by platform. */
  readonly kind?: EngineOptions['kind']
  readonly nextTurn: NextTurn
  readonly verifyMany: VerifyMany
  readonly createEngine: (options: EngineOptions, now: Millis) => RoomEngine
  readonly dialRelay: RelayDialer
  /** WebRTC for rooms that meet at this relay; undefined where there is none. */
  readonly dialerFor?: ((relay: string | undefined) => Dialer) | undefined
  readonly dialAddress?: AddressDialer | undefined
  /** Where other members listen. */
  readonly addresses?: readonly Address[] | undefined
  readonly wakes?: Wakes | undefined
  /** Where new rooms meet, and rooms whose link names no relay; undefined: nowhere, only by address. */
  readonly defaultRelay?: string | undefined
  /** Use no relay, whatever a link says. */
  readonly noRelay?: boolean | undefined
  /** Accepts plain sockets as long as the chat is open. Rejects when it cannot, which `openChat` passes on. */
  readonly listen?: ((route: RouteIncoming) => Promise<Listening>) | undefined
  /** For a first start. */
  readonly defaultName?: string | undefined
  /** Undefined: this device never asks for less. */
  readonly saving?: Saving | undefined
  /** What is left of the place where files are kept; undefined where the platform does not say. */
  readonly fileSpace?: (() => Promise<StoreSpace | undefined>) | undefined
  readonly storedBytes?: (() => Promise<number | undefined>) | undefined
  /** Asks the browser to keep what is stored also when space is short; answers whether it will. Asked once a room exists. */
  readonly keepStored?: (() => Promise<boolean>) | undefined
  /** What closing waits for after the goodbyes, where the process may end right afterwards. */
  readonly lastWords?: (() => Promise<void>) | undefined
  /** A room goes to this relay, or has reached it: a good moment to ask it for ICE servers. */
  readonly onRelayWanted?: ((relay: string) => void) | undefined
}

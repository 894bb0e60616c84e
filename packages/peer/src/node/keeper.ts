/**
 * One keeper: an engine with the kind `keeper` on this machine's disk, without any chat around it.
 *
 * What it holds is ciphertext or sealed at rest; its identity is made once and kept, so that others count it once.
 */
import { join } from 'node:path'
import {
  Engine,
  certifyDevice,
  formatHex,
  leafOf,
  openRoomKeys,
  parseKeeperTicket,
  parseRoomLink,
  type EngineEvent,
  type KeeperHoldings,
  type Persona,
} from '@kith/protocol'
import { Host } from '../host.ts'
import { relaySocketUrl } from '../relay-address.ts'
import { RoomBlobs } from '../room-blobs.ts'
import type { Storage } from '../storage.ts'
import { createSystemClock } from '../system-clock.ts'
import { createTickWakes } from '../tick-wakes.ts'
import { IceServers, fetchJson } from '../web/ice-servers.ts'
import { createRelayDialer, maxRelayFrameBytes } from '../web/relay-socket.ts'
import { WebSocket } from 'ws'
import { openNodeBlobStore } from './blob-store.ts'
import { createNativeCrypto } from './crypto.ts'
import { openSealedNodeStorage } from './storage.ts'
import { verifyManyNative } from './verify.ts'
import { createNodeDialer } from './webrtc.ts'

export interface KeeperSettings {
  /** A keeper's ticket, or the link of an open room. */
  readonly from: string
  readonly dataDir: string
  readonly name: string
  readonly hours: number
  readonly quotaBytes: number
}

export interface KeeperStatus extends KeeperHoldings {
  /** Names the room and tells nothing of its keys. */
  readonly room: string
  readonly blind: boolean
  readonly relay: 'connecting' | 'up' | 'away' | 'none'
  readonly linked: number
  readonly quotaBytes: number
  /** The last write did not fit on the disk. */
  readonly full: boolean
}

export interface RunningKeeper {
  status(): KeeperStatus
  stop(): Promise<void>
}

/** At most a quarter of the quota, and never more than this, is for entries. */
const mostEntryBytes: number = 64 * 1024 * 1024
const personaKey = 'keeper/persona'

/** Undefined when `from` is neither a ticket nor a link. Rejects as the store does. */
export async function openKeeper(settings: KeeperSettings): Promise<RunningKeeper | undefined> {
  const clock = createSystemClock()
  const crypto = createNativeCrypto()
  const parsed = parseKeeperTicket(crypto, settings.from)
  const link = parseRoomLink(settings.from)
  if (!parsed.ok && !link.ok) return undefined
  const ticket = parsed.ok ? parsed.value : undefined
  const secret = link.ok ? link.value.secret : new Uint8Array(32)
  const origin = ticket === undefined ? (link.ok ? link.value.relay : undefined) : ticket.relay
  const id = formatHex(ticket?.roomId ?? openRoomKeys(crypto, secret).roomId)
  const storage = await openSealedNodeStorage(settings.dataDir, { crypto, onBroken: () => undefined })
  const store = await openNodeBlobStore(join(settings.dataDir, 'blobs'), clock)
  const ice = new IceServers({ clock, fetchJson })
  if (origin !== undefined) void ice.ask(origin)
  const entryBytes = Math.min(mostEntryBytes, Math.floor(settings.quotaBytes / 4))
  const engine = new Engine(
    {
      crypto,
      secret,
      persona: await personaOf(crypto, storage, clock.now()),
      name: settings.name,
      platform: 'node',
      kind: 'keeper',
      keeper: {
        ticket,
        windowMs: settings.hours * 3_600_000,
        entryBytes,
        blobBytes: settings.quotaBytes - entryBytes,
      },
      relayOrigin: origin,
      blobs: true,
    },
    clock.now(),
  )
  const linked = new Set<string>()
  let relay: KeeperStatus['relay'] = 'connecting'
  let full = false
  const onEvent = (event: EngineEvent): void => {
    if (event.type === 'relay') relay = event.state
    if (event.type === 'notice' && event.code === 'storeFull') full = true
    if (event.type !== 'peer') return
    if (event.peer.state === 'linked') linked.add(event.peer.session)
    else linked.delete(event.peer.session)
  }
  const blobs: RoomBlobs = new RoomBlobs(
    { store, subtle: globalThis.crypto.subtle, crypto, hashBlock: (block) => leafOf(crypto, block) },
    (input) => host.input(input),
  )
  const open = (url: string): WebSocket =>
    new WebSocket(url, { perMessageDeflate: false, maxPayload: maxRelayFrameBytes })
  const host: Host = new Host(engine, {
    clock,
    storage,
    storePrefix: `room/${id}/`,
    verifyMany: verifyManyNative,
    relay: origin === undefined ? undefined : { url: relaySocketUrl(origin), dial: createRelayDialer({ clock, open }) },
    dial: createNodeDialer({ clock, iceServers: () => ice.forDial(origin) }),
    wakes: createTickWakes(clock),
    blobWork: (job) => blobs.work(job),
    onEvent,
  })
  host.start()
  return {
    status: () => ({
      room: id,
      blind: ticket !== undefined,
      relay,
      linked: linked.size,
      quotaBytes: settings.quotaBytes,
      full,
      ...(engine.holdings as KeeperHoldings),
    }),
    stop: async () => {
      await host.stop()
      await store.close()
      await storage.close()
    },
  }
}

/** Identity, device and key agreement, 32 bytes each. */
async function personaOf(
  crypto: ReturnType<typeof createNativeCrypto>,
  storage: Storage,
  now: number,
): Promise<Persona> {
  const [record] = await storage.read({ prefix: personaKey, limit: 1 })
  let seeds = record?.value
  if (seeds?.length !== 96) {
    seeds = crypto.random(96)
    await storage.write([{ key: personaKey, value: seeds }])
  }
  const identity = crypto.signKeyPair(seeds.slice(0, 32))
  const device = { sign: crypto.signKeyPair(seeds.slice(32, 64)), agree: crypto.agreeKeyPair(seeds.slice(64)) }
  const keys = { sign: device.sign.publicKey, agree: device.agree.publicKey }
  return { author: identity.publicKey, device, statements: [certifyDevice(crypto, identity, keys, now)] }
}

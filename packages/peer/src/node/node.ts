/** The composition root of terminals, keepers and bots: makes a chat from what Node has. Every public name for Node. */
import { readdir, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { Engine, leafOf } from '@kith/protocol'
import type { Address } from '@kith/protocol'
import { WebSocket } from 'ws'
import { BrokenRecords } from '../broken-records.ts'
import type { Clock } from '../clock.ts'
import { openChat, type OpenChat } from '../open-chat.ts'
import { createSystemClock } from '../system-clock.ts'
import { createTickWakes } from '../tick-wakes.ts'
import type { RelayDialer } from '../transport.ts'
import { createAuthClient } from '../web/auth-client.ts'
import { IceServers, fetchJson, type IceServerLike } from '../web/ice-servers.ts'
import { createRelayDialer, maxRelayFrameBytes } from '../web/relay-socket.ts'
import { createNativeCrypto } from './crypto.ts'
import { createAddressDialer, listenForSockets } from './sockets.ts'
import { openNodeBlobStore } from './blob-store.ts'
import { openSealedNodeStorage } from './storage.ts'
import { verifyManyNative } from './verify.ts'
import { createNodeDialer } from './webrtc.ts'

export * from '../errors.ts'
export * from '../storage-errors.ts'
export type { RelayDialer, RelaySocket } from '../transport.ts'
export type { IceServerLike } from '../web/ice-servers.ts'
export { openChat, type OpenChat } from '../open-chat.ts'
export type { ChatPorts } from '../chat-ports.ts'
export type { StoreLock } from '../store-lock.ts'
export { parseRelay, relaySocketUrl } from '../relay-address.ts'
export { createSystemClock } from '../system-clock.ts'
export { createTickWakes } from '../tick-wakes.ts'
export { createNativeCrypto } from './crypto.ts'
export { createAddressDialer, listenForSockets } from './sockets.ts'
export { openNodeStorage, openSealedNodeStorage, repairNodeStorage } from './storage.ts'
export { verifyManyNative } from './verify.ts'
export { createNodeDialer } from './webrtc.ts'
export { openKeeper, type KeeperSettings, type KeeperStatus, type RunningKeeper } from './keeper.ts'
export { keeperTicketOf } from '../keeper-ticket.ts'

/** Goodbyes have so long to leave native buffers, because a terminal's process ends when its chat is closed. */
const lastWordsMs = 150

export interface NodeChatOptions {
  /** Where everything is kept, sealed. */
  readonly dataDir: string
  /** Where new rooms meet: an origin. Null: use no relay, whatever a link says. */
  readonly relay?: string | null | undefined
  /** How this person is called; kept for later runs. */
  readonly name?: string | undefined
  readonly passphrase?: string | undefined
  /** Accept plain sockets; port 0 takes any. */
  readonly listen?: { readonly port: number; readonly host?: string | undefined } | undefined
  /** Where other members listen. */
  readonly addresses?: readonly Address[] | undefined
  /** In place of what relays offer. */
  readonly iceServers?: readonly IceServerLike[] | undefined
  /** The only address WebRTC uses: `127.0.0.1` where there is none but loopback. */
  readonly bindAddress?: string | undefined
}

/**
 * Rejects with `StorageHeld`, `StorageLocked`, `StorageBroken` or `StorageFull`, and with Node's own error (`code`
 * `EADDRINUSE`, …) when it cannot listen.
 */
export async function createNodeChat(options: NodeChatOptions): Promise<OpenChat> {
  const clock = createSystemClock()
  const crypto = createNativeCrypto()
  const broken = new BrokenRecords()
  const storage = await openSealedNodeStorage(options.dataDir, {
    crypto,
    passphrase: options.passphrase,
    onBroken: (record) => broken.add(record),
  })
  const blobStore = await openNodeBlobStore(join(options.dataDir, 'blobs'), clock)
  const ice = new IceServers({ clock, fetchJson, fixed: options.iceServers })
  const { listen } = options
  try {
    const chat = await openChat({
      clock,
      crypto,
      storage,
      lock: storage,
      broken,
      auth: createAuthClient(fetch),
      platform: 'node',
      nextTurn: (run) => void setImmediate(run),
      verifyMany: verifyManyNative,
      blobs: {
        store: blobStore,
        subtle: globalThis.crypto.subtle,
        crypto,
        hashBlock: (block) => leafOf(crypto, block),
      },
      createEngine: (options, now) => new Engine(options, now),
      dialRelay: createNodeRelayDialer({ clock }),
      dialerFor: (relay) =>
        createNodeDialer({ clock, iceServers: () => ice.forDial(relay), bindAddress: options.bindAddress }),
      dialAddress: createAddressDialer({ clock }),
      addresses: options.addresses,
      listen: listen === undefined ? undefined : (route) => listenForSockets({ clock, ...listen, route }),
      wakes: createTickWakes(clock),
      defaultRelay: options.relay ?? undefined,
      noRelay: options.relay === null,
      defaultName: options.name,
      fileSpace: async () => {
        const { bavail, blocks, bsize } = await statfs(options.dataDir)
        return { free: bavail * bsize, total: blocks * bsize }
      },
      storedBytes: () => sizeOf(options.dataDir),
      lastWords: () => new Promise((resolve) => void clock.after(lastWordsMs, resolve)),
      onRelayWanted: (relay) => void ice.ask(relay),
    })
    if (options.name !== undefined) await chat.setName(options.name)
    return chat
  } catch (error) {
    await storage.close()
    throw error
  }
}

/** `ws` in the shape of the web's WebSocket. */
export function createNodeRelayDialer(options: { readonly clock: Clock }): RelayDialer {
  return createRelayDialer({
    clock: options.clock,
    open: (url) => new WebSocket(url, { perMessageDeflate: false, maxPayload: maxRelayFrameBytes }),
  })
}

async function sizeOf(directory: string): Promise<number> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const sizes = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => (await stat(join(entry.parentPath, entry.name))).size),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}

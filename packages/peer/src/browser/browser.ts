/** The composition root of the web app: makes a chat from what a page has. Every public name for browsers. */
import { Engine, blockBytes, createNobleCrypto, leafLabel } from '@kith/protocol'
import type { BlobStore } from '../blob-store.ts'
import type { Clock } from '../clock.ts'
import { MemoryBlobStore } from '../memory/blob-store.ts'
import { BrokenRecords } from '../broken-records.ts'
import type { Chat, Opener } from '../chat.ts'
import { openChat } from '../open-chat.ts'
import type { NextTurn } from '../listeners.ts'
import { createSystemClock } from '../system-clock.ts'
import { createTickWakes } from '../tick-wakes.ts'
import { createAuthClient } from '../web/auth-client.ts'
import { IceServers, fetchJson } from '../web/ice-servers.ts'
import { createRelayDialer } from '../web/relay-socket.ts'
import { verifyManyWebCrypto } from '../web/verify.ts'
import { openBrowserBlobStore } from './blob-client.ts'
import { paintBetween } from './paint.ts'
import { createWebDialer } from '../web/webrtc.ts'
import { openSealedBrowserStorage, type BrowserStorageOptions } from './storage.ts'
import { shareChat } from './tabs.ts'
import { createPageSaving } from './saving.ts'
import { createPageWakes } from './wakes.ts'

export * from '../errors.ts'
export * from '../storage-errors.ts'
export { createPageWakes } from './wakes.ts'
export { openBrowserStorage, openSealedBrowserStorage } from './storage.ts'
export { shareChat } from './tabs.ts'
export { createWebDialer } from '../web/webrtc.ts'
export { createRelayDialer } from '../web/relay-socket.ts'
export { parseRelay, relaySocketUrl } from '../relay-address.ts'
export { createSystemClock } from '../system-clock.ts'

export interface BrowserChatOptions {
  /** Where new rooms meet: an origin, by default the one this page came from. */
  readonly defaultRelay?: string | undefined
  /** Names the store, so that several profiles fit into one browser. */
  readonly storeName?: string | undefined
  /** Starts the worker that keeps files (`blob-worker.ts`); without it this chat carries none. */
  readonly blobWorker?: (() => Worker) | undefined
  /** Opens a store that is locked by one. */
  readonly passphrase?: Opener | undefined
}

/** Files kept in memory, at most. */
const memoryBlobBytes: number = 128 * 1024 * 1024

interface PageOptions extends BrowserChatOptions, Pick<BrowserStorageOptions, 'steal'> {
  /** What another tab opened the store with. */
  readonly dataKey?: CryptoKey | undefined
  readonly onOpened?: ((dataKey: CryptoKey) => void) | undefined
}

/**
 * The chat of this browser profile, shared by its tabs: one of them runs it, the others mirror it. Rejects with
 * `StorageLocked` when a passphrase is needed or wrong; while a tab has the chat open, the others need none.
 */
export function createBrowserChat(options: BrowserChatOptions = {}): Promise<Chat> {
  const storeName = options.storeName ?? 'kith'
  // So that whichever tab goes on can open the store. It can be used in this profile's tabs, and read out in none.
  let dataKey: CryptoKey | undefined
  return shareChat({
    createChat: ({ steal }) =>
      createPageChat({ ...options, storeName, steal, dataKey, onOpened: (opened) => (dataKey = opened) }),
    opener: () => dataKey,
    keepOpener: (opener) => {
      if (opener instanceof CryptoKey) dataKey = opener
    },
    lockName: `${storeName}-tabs`,
    visible: document.visibilityState === 'visible',
  })
}

/** A chat of this page alone. Rejects with `StorageHeld` while another page has the store. */
export async function createPageChat(options: PageOptions = {}): Promise<Chat> {
  const clock = createSystemClock()
  const crypto = createNobleCrypto((length) => globalThis.crypto.getRandomValues(new Uint8Array(length)))
  const broken = new BrokenRecords()
  const { steal, passphrase, dataKey } = options
  const storage = await openSealedBrowserStorage(options.storeName ?? 'kith', {
    crypto,
    steal,
    passphrase,
    dataKey,
    onBroken: (record) => broken.add(record),
  })
  options.onOpened?.(storage.dataKey)
  const blobStore = await openBlobStore(options.blobWorker, `${options.storeName ?? 'kith'}-blobs`, clock)
  const ice = new IceServers({ clock, fetchJson })
  // Some hardened browsers have none; then everything goes through the relay.
  const RTCPeerConnection = globalThis.RTCPeerConnection as typeof globalThis.RTCPeerConnection | undefined
  try {
    const chat = await openChat({
      clock,
      crypto,
      storage,
      lock: storage,
      broken,
      auth: createAuthClient((input, init) => fetch(input, init)),
      platform: 'browser',
      kind: isFrugal() ? 'mobile' : 'desktop',
      nextTurn: createNextTurn(),
      verifyMany: paintBetween((checks) => verifyManyWebCrypto(checks)),
      blobs: blobStore && { store: blobStore, subtle: globalThis.crypto.subtle, crypto, hashBlock },
      createEngine: (options, now) => new Engine(options, now),
      dialRelay: createRelayDialer({ clock, open: (url) => new WebSocket(url) }),
      dialerFor:
        RTCPeerConnection === undefined
          ? undefined
          : (relay) => createWebDialer({ RTCPeerConnection, clock, iceServers: () => ice.forDial(relay) }),
      wakes: createPageWakes(window, createTickWakes(clock)),
      defaultRelay: options.defaultRelay ?? originOf(location),
      saving: createPageSaving(navigator),
      fileSpace: async () => {
        const { quota, usage } = await navigator.storage.estimate()
        return quota === undefined || usage === undefined
          ? undefined
          : { free: Math.max(0, quota - usage), total: quota }
      },
      storedBytes: async () => (await navigator.storage.estimate()).usage,
      keepStored: async () => (await navigator.storage.persisted()) || navigator.storage.persist(),
      onRelayWanted: (relay) => void ice.ask(relay),
    })
    // A page that goes away for good says goodbye; one that may come back from the cache is only frozen.
    addEventListener('pagehide', (event) => {
      if (!event.persisted) void chat.close()
    })
    return chat
  } catch (error) {
    await storage.close()
    throw error
  }
}

/** In memory where the browser gives no place of its own, as in some private windows. */
async function openBlobStore(
  blobWorker: (() => Worker) | undefined,
  name: string,
  clock: Clock,
): Promise<BlobStore | undefined> {
  if (blobWorker === undefined) return undefined
  try {
    return await openBrowserBlobStore(blobWorker(), name)
  } catch {
    return new MemoryBlobStore(() => clock.now(), memoryBlobBytes)
  }
}

const labelled = new Uint8Array(leafLabel.length + blockBytes)
labelled.set(leafLabel)

/** What is hashed is copied before `digest` returns, so one place serves all. */
async function hashBlock(block: Uint8Array): Promise<Uint8Array> {
  if (block.length > blockBytes) throw new RangeError('longer than a block')
  labelled.set(block, leafLabel.length)
  const hash = globalThis.crypto.subtle.digest('SHA-256', labelled.subarray(0, leafLabel.length + block.length))
  return new Uint8Array(await hash)
}

/** Messages to oneself: in a hidden page they are not slowed down as timers are. */
function createNextTurn(): NextTurn {
  const waiting: (() => void)[] = []
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = (): void => waiting.shift()?.()
  return (run) => {
    waiting.push(run)
    port2.postMessage(undefined)
  }
}

/** A page opened from a file has no relay behind it. */
function originOf(place: Location): string | undefined {
  return place.protocol === 'http:' || place.protocol === 'https:' ? place.origin : undefined
}

/** A phone, or a network that is paid by volume: few links, and never a root. */
function isFrugal(): boolean {
  const { connection } = navigator as Navigator & { readonly connection?: { readonly saveData?: boolean } }
  return connection?.saveData === true || matchMedia('(hover: none) and (pointer: coarse)').matches
}

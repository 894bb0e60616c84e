/**
 * The web app's composition root: the only place where the real peer is made.
 *
 * What draws the first page is loaded with this file. The peer and the protocol, twice as much, are asked for right after it and
 * come meanwhile. Whoever was never here has nothing stored to wait for: they see the first page at once, over a `ComingChat`.
 * Everybody else sees the ring until their store is open.
 */
import { ComingChat, StorageLocked, type Chat, type Opener } from '@kith/peer'
import { storeName, wasHere } from './app/been-here.ts'
import { askPassphrase, mount, mountNoChat } from './app/mount.tsx'
import { startOffline } from './app/offline.ts'
import { watchParts } from './app/parts.ts'
import { parseRoute, type Route } from './app/route.ts'
import { startBlobWorker } from './app/start-blob-worker.ts'
import { lockWhenIdle } from './lock/idle.ts'
import { chooseLocale, loadMessages } from './messages/messages.tsx'

/** The page is served by a relay, which is then where its new rooms meet. A static host names another at build time. */
const relay: string = import.meta.env['VITE_KITH_RELAY'] ?? window.location.origin

function loadPart(route: Route): Promise<unknown> {
  return route.at === 'invite' ? import('./members/invited.tsx') : import('./room/room.tsx')
}

async function open(passphrase?: Opener): Promise<Chat> {
  const { createBrowserChat } = await import('@kith/peer/browser')
  return createBrowserChat({ storeName, defaultRelay: relay, passphrase, blobWorker: startBlobWorker })
}

async function start(element: HTMLElement): Promise<void> {
  const opened = open()
  // Whatever goes wrong is told below, where it is waited for.
  opened.catch(() => undefined)
  const first = (await wasHere()) ? undefined : await mount(element, new ComingChat(opened), relay)
  try {
    const chat = await opened
    lockWhenIdle(chat)
    if (first === undefined) await mount(element, chat, relay)
  } catch (reason) {
    first?.unmount()
    if (!(reason instanceof StorageLocked)) throw reason
    const chat = await askPassphrase(element, open, reason.passkey)
    lockWhenIdle(chat)
    await mount(element, chat, relay)
  }
}

watchParts()

// What is shown first is asked for first: the words, and what a link leads to.
void loadMessages(chooseLocale(navigator.languages)).catch(() => undefined)
if (window.location.hash !== '') void loadPart(parseRoute(window.location.hash)).catch(() => undefined)

const element = document.getElementById('kith')
if (element === null) throw new Error('index.html has no element #kith')
await start(element).catch((reason: unknown) => mountNoChat(element, reason))
void startOffline()

/**
 * The web app's composition root: the only place where the real peer is made.
 *
 * What draws the first page is loaded with this file. The peer and the protocol, twice as much, are asked for right after it and
 * come meanwhile. Whoever was never here has nothing stored to wait for: they see the first page at once, over a `ComingChat`.
 * Everybody else sees the ring until their store is open.
 */
import { createRoot } from 'react-dom/client'
import { ComingChat, StorageLocked, type Chat, type Opener } from '@kith/peer'
import { storeName, wasHere } from './app/been-here.ts'
import { Stopped } from './app/boundary.tsx'
import { askPassphrase, mount } from './app/mount.tsx'
import { startOffline } from './app/offline.ts'
import { watchParts } from './app/parts.ts'
import { startBlobWorker } from './app/start-blob-worker.ts'
import { lockWhenIdle } from './lock/idle.ts'
import { en } from './messages/en.ts'

/** The page is served by a relay, which is then where its new rooms meet. A static host names another at build time. */
const relay: string = import.meta.env['VITE_KITH_RELAY'] ?? window.location.origin

async function open(passphrase?: Opener): Promise<Chat> {
  const { createBrowserChat } = await import('@kith/peer/browser')
  return createBrowserChat({ storeName, defaultRelay: relay, passphrase, blobWorker: startBlobWorker })
}

async function start(element: HTMLElement): Promise<void> {
  const opened = open()
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

// An opened link wants its room: its part of the app comes while the store is opened.
if (window.location.hash !== '') void import('./room/room.tsx').catch(() => undefined)

const element = document.getElementById('kith')
if (element === null) throw new Error('index.html has no element #kith')
await start(element).catch(() =>
  createRoot(element).render(<Stopped text={en.app.cannotStart} help={en.app.cannotStartHelp} />),
)
void startOffline()

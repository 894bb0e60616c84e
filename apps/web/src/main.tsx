/** The web app's composition root: the only place where the real peer is made. */
import { createRoot } from 'react-dom/client'
import type { Chat, Opener } from '@kith/peer'
import { createBrowserChat, StorageLocked } from '@kith/peer/browser'
import { startBlobWorker } from './app/start-blob-worker.ts'
import { Stopped } from './app/boundary.tsx'
import { askPassphrase, mount } from './app/mount.tsx'
import { startOffline } from './app/offline.ts'
import { watchParts } from './app/parts.ts'
import { lockWhenIdle } from './lock/idle.ts'
import { en } from './messages/en.ts'

/** The page is served by a relay, which is then where its new rooms meet. A static host names another at build time. */
const relay: string = import.meta.env['VITE_KITH_RELAY'] ?? window.location.origin

watchParts()

// An opened link wants its room: its part of the app comes while the store is opened.
if (window.location.hash !== '') void import('./room/room.tsx').catch(() => undefined)

const element = document.getElementById('kith')
if (element === null) throw new Error('index.html has no element #kith')

const open = (passphrase?: Opener): Promise<Chat> =>
  createBrowserChat({ defaultRelay: relay, passphrase, blobWorker: startBlobWorker })

try {
  const chat = await open().catch((reason: unknown) => {
    if (reason instanceof StorageLocked) return askPassphrase(element, open, reason.passkey)
    throw reason
  })
  lockWhenIdle(chat)
  await mount(element, chat, relay)
} catch {
  createRoot(element).render(<Stopped text={en.app.cannotStart} help={en.app.cannotStartHelp} />)
}
void startOffline()

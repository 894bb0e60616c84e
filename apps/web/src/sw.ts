/**
 * The offline shell. One version of the app is kept whole; a newer one is fetched beside it and waits until the person
 * takes it (`activate`), so that a served page cannot change unasked. Only files of this build are ever answered, and
 * players of what is still arriving (`files/media-worker.ts`): the relay's own addresses go to the network untouched.
 */

import { answerMedia, mediaRoot } from './files/media-worker.ts'
import { openTold, type Clicked, type Pages } from './notify/told-worker.ts'

interface WorkerEvent extends Event {
  waitUntil(done: Promise<unknown>): void
}

interface WorkerFetchEvent extends WorkerEvent {
  readonly request: Request
  readonly clientId: string
  respondWith(response: Promise<Response> | Response): void
}

interface WorkerClickEvent extends WorkerEvent, Clicked {}

interface WorkerScope {
  readonly registration: { readonly scope: string }
  readonly clients: { claim(): Promise<void> } & Parameters<typeof answerMedia>[2] & Pages
  skipWaiting(): Promise<void>
  addEventListener(type: 'install' | 'activate', listener: (event: WorkerEvent) => void): void
  addEventListener(type: 'fetch', listener: (event: WorkerFetchEvent) => void): void
  addEventListener(type: 'notificationclick', listener: (event: WorkerClickEvent) => void): void
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void
}

const worker = self as unknown as WorkerScope

// Both are written by the build.
const cacheName: string = 'kith-__KITH_VERSION__'
const files: readonly string[] = JSON.parse('__KITH_FILES__') as readonly string[]

const scope: string = worker.registration.scope
const urls: ReadonlySet<string> = new Set(files.map((file) => new URL(file, scope).href))

/**
 * What is under such a name never changes, so the page that was just loaded need not be loaded twice. Every other file passes
 * the HTTP cache by: an old one under a new version would stay for good.
 */
function isNamedByContent(url: string): boolean {
  return url.startsWith(`${scope}assets/`)
}

/** So many files are fetched at a time: somebody is looking at the page meanwhile, and what they open goes first. */
const lanes = 2

worker.addEventListener('install', (event) => {
  const fetchAll = async (): Promise<void> => {
    const cache = await caches.open(cacheName)
    const left = [...urls]
    const lane = async (): Promise<void> => {
      for (let url = left.shift(); url !== undefined; url = left.shift())
        await cache.add(new Request(url, { cache: isNamedByContent(url) ? 'default' : 'reload', priority: 'low' }))
    }
    await Promise.all(Array.from({ length: lanes }, lane))
  }
  event.waitUntil(fetchAll())
})

worker.addEventListener('activate', (event) => {
  const dropOthers = async (): Promise<void> => {
    const names = await caches.keys()
    await Promise.all(
      names.filter((name) => name.startsWith('kith-') && name !== cacheName).map((name) => caches.delete(name)),
    )
    await worker.clients.claim()
  }
  event.waitUntil(dropOthers())
})

worker.addEventListener('message', (event) => {
  if (event.data === 'activate') void worker.skipWaiting()
})

worker.addEventListener('notificationclick', (event) => {
  event.waitUntil(openTold(event, worker.clients, scope))
})

worker.addEventListener('fetch', (event) => {
  const { request } = event
  if (request.method !== 'GET') return
  const playing = mediaRoot(request, scope)
  if (playing !== undefined) return event.respondWith(answerMedia(event, playing, worker.clients))
  const url = new URL(request.url)
  const isPage = request.mode === 'navigate' && url.origin + url.pathname === scope
  const wanted = isPage ? scope : url.origin + url.pathname
  if (!urls.has(wanted)) return
  const answer = async (): Promise<Response> => {
    const cache = await caches.open(cacheName)
    return (await cache.match(wanted)) ?? fetch(request)
  }
  event.respondWith(answer())
})

/** The page's half of the service worker: registers it, and notices when a newer version waits. */

let waiting: ServiceWorker | undefined
const listeners = new Set<() => void>()

interface ScriptUrlPolicy {
  createScriptURL(url: string): string
}

interface TrustedTypes {
  createPolicy(name: string, rules: ScriptUrlPolicy): ScriptUrlPolicy
}

const workerUrl = './sw.js'

/** Trusted Types guard this sink; the policy lets exactly one address through. */
function trustedWorkerUrl(): string {
  const types = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes
  const rules: ScriptUrlPolicy = {
    createScriptURL: (url) => {
      if (url !== workerUrl) throw new TypeError('only the app’s own service worker may be registered')
      return url
    },
  }
  return (types?.createPolicy('kith-worker', rules) ?? rules).createScriptURL(workerUrl)
}

function found(worker: ServiceWorker | null): void {
  if (worker === null) return
  waiting = worker
  for (const listener of listeners) listener()
}

/** After the first page and the parts of a room (`app.tsx`), which somebody waits for. */
const afterMs = 1500
/** A page that is never idle is to be had offline all the same. */
const atLatestMs = 10_000

/** The first visit keeps the line and the processor for what is looked at. */
function untilIdle(): Promise<void> {
  return new Promise((resolve) => {
    window.setTimeout(() => {
      // Safari has no word for it.
      if (typeof window.requestIdleCallback !== 'function') resolve()
      else window.requestIdleCallback(() => resolve(), { timeout: atLatestMs })
    }, afterMs)
  })
}

/** Without a service worker (private windows, plain http) the app works, only not offline. */
export async function startOffline(): Promise<void> {
  if (!('serviceWorker' in navigator)) return
  const hadController = navigator.serviceWorker.controller !== null
  let reloading = false
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    // The first worker takes over silently; a later one only after `acceptUpdate`.
    if (!hadController || reloading) return
    reloading = true
    window.location.reload()
  })
  if (!hadController) await untilIdle()
  try {
    const registration = await navigator.serviceWorker.register(trustedWorkerUrl())
    if (hadController) found(registration.waiting)
    registration.addEventListener('updatefound', () => {
      const coming = registration.installing
      coming?.addEventListener('statechange', () => {
        if (coming.state === 'installed' && navigator.serviceWorker.controller !== null) found(coming)
      })
    })
  } catch {
    // Nothing to tell anybody: everything but offline use goes on.
  }
}

export function subscribeUpdate(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

export function isUpdateWaiting(): boolean {
  return waiting !== undefined
}

export function acceptUpdate(): void {
  waiting?.postMessage('activate')
}

/** When a page should doubt its connections: it woke, was thawed, came back into view, or the network changed. */
import type { Wakes } from '../wakes.ts'

/** Coming back into view after less than this changes nothing. */
const hiddenLongMs = 10_000

export function createPageWakes(page: Window & typeof globalThis, others: Wakes): Wakes {
  return (listener) => {
    const stop = new AbortController()
    const { signal } = stop
    let hiddenAt: number | undefined
    page.addEventListener('online', listener, { signal })
    page.addEventListener('pageshow', (event) => event.persisted && listener(), { signal })
    // Page Lifecycle: thawed after `freeze`.
    page.document.addEventListener('resume', listener, { signal })
    page.document.addEventListener(
      'visibilitychange',
      () => {
        if (page.document.visibilityState === 'hidden') hiddenAt = Date.now()
        else if (hiddenAt !== undefined && Date.now() - hiddenAt > hiddenLongMs) listener()
      },
      { signal },
    )
    const stopOthers = others(listener)
    return () => {
      stop.abort()
      stopOthers()
    }
  }
}

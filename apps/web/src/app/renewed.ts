/**
 * A relay that was renewed has no longer the parts of a page that was loaded before: whatever such a page opens next is not
 * found. Then it is loaded anew, by itself; what was being written is kept as a draft.
 */

const listeners = new Set<() => void>()
let renewed = false

/** Reloading again so soon would not help: then it is something else. */
const againAfterMs = 60_000
const reloadedKey = 'kith-renewed'
/** So that one can read what happens. */
const readingMs = 1_200

/** The program a page names in its head: another name is another version. */
export function programOf(html: string): string | undefined {
  return /<script\b[^>]*\btype="module"[^>]*\bsrc="([^"]+)"/.exec(html)?.[1]
}

/** Whether the relay hands out another version than this page's. A relay that does not answer hands out nothing new. */
export async function isRenewed(own: string | undefined, load: () => Promise<string>): Promise<boolean> {
  if (own === undefined) return false
  const offered = programOf(await load().catch(() => ''))
  return offered !== undefined && offered !== own
}

async function loadPage(): Promise<string> {
  const answer = await fetch('./', { cache: 'no-store' })
  return answer.ok ? answer.text() : ''
}

/** A page kept for offline use has all its parts and never comes here. */
export function reloadWhenRenewed(): void {
  const own = document.querySelector('script[type="module"][src]')?.getAttribute('src') ?? undefined
  let looking = false
  window.addEventListener('vite:preloadError', () => {
    if (looking || renewed) return
    looking = true
    void isRenewed(own, loadPage).then((isNew) => {
      looking = false
      if (!isNew || !mayReload(Date.now())) return
      renewed = true
      for (const listener of listeners) listener()
      window.setTimeout(() => window.location.reload(), readingMs)
    })
  })
}

function mayReload(now: number): boolean {
  try {
    const last = Number(window.sessionStorage.getItem(reloadedKey) ?? 0)
    if (now - last <= againAfterMs) return false
    window.sessionStorage.setItem(reloadedKey, String(now))
    return true
  } catch {
    // Without a memory it could go on for ever.
    return false
  }
}

export function subscribeRenewed(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

export function isReloading(): boolean {
  return renewed
}

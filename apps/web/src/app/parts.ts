/**
 * A part of the page that could not be loaded: because the relay was renewed and has no longer the parts of a page that was
 * loaded before, or because it is away. The page looks which of the two it is, until the relay answers; a renewed one is loaded
 * anew by itself, and what was being written is kept as a draft.
 */

/** `back`: it can be had, by a page that is loaded anew. `whole`: nothing is missing, or nothing that loading anew has brought. */
export type Parts = 'whole' | 'looking' | 'away' | 'back' | 'renewed'

const listeners = new Set<() => void>()
let parts: Parts = 'whole'
/** What was thrown for parts that could not be loaded. */
const failures = new WeakSet<object>()

/** Reloading again so soon would not help: then it is something else. */
const againAfterMs = 60_000
const reloadedKey = 'kith-renewed'
/** So that one can read what happens. */
const readingMs = 1_200
/** Between two looks whether a relay that is away has come back. */
const lookAgainMs = 5_000

/** The program a page names in its head: another name is another version. */
export function programOf(html: string): string | undefined {
  return /<script\b[^>]*\btype="module"[^>]*\bsrc="([^"]+)"/.exec(html)?.[1]
}

interface Looking {
  /** The page as the relay hands it out now. */
  readonly load: () => Promise<string>
  /** Until it is worth another look. */
  readonly pause: () => Promise<void>
  /** Nobody answers, or somebody else does (the page of a hotel's network names no program). */
  readonly onAway: () => void
}

/** Looks until the relay hands out a page. */
export async function look(own: string, { load, pause, onAway }: Looking): Promise<'renewed' | 'same'> {
  for (;;) {
    const offered = programOf(await load().catch(() => ''))
    if (offered !== undefined) return offered === own ? 'same' : 'renewed'
    onAway()
    await pause()
  }
}

async function loadPage(): Promise<string> {
  const answer = await fetch('./', { cache: 'no-store' })
  return answer.ok ? answer.text() : ''
}

function pauseUntilOnline(): Promise<void> {
  return new Promise((done) => {
    const go = (): void => {
      window.clearTimeout(timer)
      window.removeEventListener('online', go)
      done()
    }
    const timer = window.setTimeout(go, lookAgainMs)
    window.addEventListener('online', go)
  })
}

function tell(now: Parts): void {
  parts = now
  for (const listener of listeners) listener()
}

/** A page kept for offline use has all its parts and never comes here. */
export function watchParts(): void {
  const own = document.querySelector('script[type="module"][src]')?.getAttribute('src') ?? undefined
  window.addEventListener('vite:preloadError', ({ payload }) => {
    failures.add(payload)
    if (own === undefined || parts === 'looking' || parts === 'away' || parts === 'renewed') return
    tell('looking')
    void look(own, { load: loadPage, pause: pauseUntilOnline, onAway: () => tell('away') }).then((found) => {
      if (found === 'renewed' && mayReload(Date.now())) {
        tell('renewed')
        window.setTimeout(() => window.location.reload(), readingMs)
      } else tell('back')
    })
  })
}

/** For whoever looks at a place where something is missing, now that it can be had. */
export function reloadForParts(): void {
  if (mayReload(Date.now())) window.location.reload()
  else tell('whole')
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

/** Whether this was thrown for a part that could not be loaded, and not for a mistake of ours. */
export function isPartFailure(reason: unknown): boolean {
  return reason instanceof Error && failures.has(reason)
}

export function subscribeParts(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

export function partsNow(): Parts {
  return parts
}

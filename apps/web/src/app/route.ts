/**
 * Where the person is: `/` is the start page, `/#<secret>` a room. The secret lives in the fragment only, which browsers
 * never send; nothing here may copy it into a path, a query, a title or a log.
 */

export type Route =
  | { readonly at: 'start' }
  | { readonly at: 'room'; readonly secret: string }
  /** A fragment that is not a room's secret: a link cut short, most likely. */
  | { readonly at: 'malformed' }

const secretPattern = /^[A-Za-z0-9_-]{43}$/
const relayLinkPattern = /^(https?:\/\/[^\s/?#]+)(?:\/[^\s?#]*)?#([A-Za-z0-9_-]{43})$/

export function parseRoute(hash: string): Route {
  const secret = hash.startsWith('#') ? hash.slice(1) : hash
  if (secret === '') return { at: 'start' }
  return secretPattern.test(secret) ? { at: 'room', secret } : { at: 'malformed' }
}

export function secretOf(link: string): string {
  return link.slice(link.indexOf('#') + 1)
}

/** The link of a secret that came without an address: by this page's relay, or by none. */
export function formatLink(secret: string, relay: string | undefined): string {
  return relay === undefined ? `kith:#${secret}` : `${relay}/#${secret}`
}

/**
 * What a person pasted, as a link; undefined when there is no secret in it. Text around a link ("come here: …") and a
 * bare secret are understood, because that is what chat programs and hands produce.
 */
export function parsePasted(text: string, relay: string | undefined): string | undefined {
  for (const word of text.trim().split(/[\s<>"]+/)) {
    const candidate = word.replace(/[.,;:!?)\]]+$/, '')
    if (/^kith:#/.test(candidate) && secretPattern.test(candidate.slice(6))) return candidate
    const [, origin, secret] = relayLinkPattern.exec(candidate) ?? []
    if (origin !== undefined && secret !== undefined) return `${origin}/#${secret}`
    const bare = candidate.replace(/^#/, '')
    if (secretPattern.test(bare)) return formatLink(bare, relay)
  }
  return undefined
}

/** Goes to a room, or to the start page; the browser's own back button leads home again. */
export function navigate(secret: string | undefined): void {
  const { pathname, search } = window.location
  window.history.pushState(null, '', `${pathname}${search}${secret === undefined ? '' : `#${secret}`}`)
  window.dispatchEvent(new PopStateEvent('popstate'))
}

export function subscribeRoute(listener: () => void): () => void {
  window.addEventListener('popstate', listener)
  window.addEventListener('hashchange', listener)
  return () => {
    window.removeEventListener('popstate', listener)
    window.removeEventListener('hashchange', listener)
  }
}

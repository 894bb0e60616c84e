/**
 * Where the person is: `/` is the start page, `/#<secret>` an open room, `/#m-<id>` a members room one is in. The secret lives in the fragment only, which browsers
 * never send; nothing here may copy it into a path, a query, a title or a log.
 */

import type { RoomState } from '@kith/peer'

export type Route =
  | { readonly at: 'start' }
  /** `key` is the secret of an open room, or names a members room one is in: see `keyOf`. */
  | { readonly at: 'room'; readonly key: string }
  /** An invite that was opened and not yet used. */
  | { readonly at: 'invite'; readonly invite: string }
  /** The code of another device of one's own. */
  | { readonly at: 'device'; readonly code: string }
  /** The room of a notification that was pressed while no page was open, by its id. */
  | { readonly at: 'told'; readonly room: string }
  /** A fragment that is not a room's secret: a link cut short, most likely. */
  | { readonly at: 'malformed' }

const secretPattern = /^[A-Za-z0-9_-]{43}$/
const memberPattern = /^m-[A-Za-z0-9_-]{16,64}$/
const invitePattern = /^i-[A-Za-z0-9_-]{50,400}$/
const devicePattern = /^d-[0-9A-Za-z]{24}$/
const toldPattern = /^n-[\w-]{1,64}$/
const relayLinkPattern = /^(https?:\/\/[^\s/?#]+)(?:\/[^\s?#]*)?#([A-Za-z0-9_-]{43}|i-[A-Za-z0-9_-]{50,400})$/

export function parseRoute(hash: string): Route {
  const secret = hash.startsWith('#') ? hash.slice(1) : hash
  if (secret === '') return { at: 'start' }
  // No secret of a room is as short.
  if (secret.length < 43 && toldPattern.test(secret)) return { at: 'told', room: secret.slice(2) }
  if (devicePattern.test(secret)) return { at: 'device', code: secret }
  if (invitePattern.test(secret)) return { at: 'invite', invite: secret }
  return secretPattern.test(secret) || memberPattern.test(secret) ? { at: 'room', key: secret } : { at: 'malformed' }
}

/** What stands behind the # for a room one is in. Of a members room that is only a name: it lets nobody in. */
export function keyOf(room: Pick<RoomState, 'id' | 'kind' | 'link'>): string {
  return room.kind === 'members' ? `m-${room.id}` : secretOf(room.link)
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
    if (/^kith:#/.test(candidate) && opens(candidate.slice(6))) return candidate
    const [, origin, secret] = relayLinkPattern.exec(candidate) ?? []
    if (origin !== undefined && secret !== undefined) return `${origin}/#${secret}`
    const bare = candidate.replace(/^#/, '')
    if (opens(bare)) return formatLink(bare, relay)
  }
  return undefined
}

function opens(fragment: string): boolean {
  return secretPattern.test(fragment) || invitePattern.test(fragment)
}

/** Goes to a room, or to the start page; the browser's own back button leads home again. */
export function navigate(key: string | undefined, how: 'push' | 'replace' = 'push'): void {
  const { pathname, search } = window.location
  const address = `${pathname}${search}${key === undefined ? '' : `#${key}`}`
  // An invite that was used goes from the history, too.
  if (how === 'push') window.history.pushState(null, '', address)
  else window.history.replaceState(null, '', address)
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

/**
 * Which STUN and TURN servers a relay names to its clients (`iceServers` of `GET /api/relay`): none, unless whoever runs it
 * says so.
 *
 * `KITH_ICE_SERVERS`  a JSON array of `RTCIceServer`, given out as it stands
 * `KITH_TURN_URLS`    URLs of a TURN server with a shared secret, separated by commas, and
 * `KITH_TURN_SECRET`  that secret, in coturn `static-auth-secret`: user `<unix expiry>:kith`, credential
 *                     base64(HMAC-SHA1(secret, user)), as in draft-uberti-behave-turn-rest-00
 */
import { createHmac } from 'node:crypto'

/** A client asks again after ten minutes, and a connection outlives its credential; this is for clocks and sleepers. */
export const turnCredentialSeconds: number = 24 * 60 * 60
/** Clients take no more. */
export const maxIceServers = 8

export interface IceServer {
  readonly urls: string | readonly string[]
  readonly username?: string | undefined
  readonly credential?: string | undefined
}

/** What clients are told now. */
export type GiveIceServers = (nowMs: number) => readonly IceServer[]

export class IceServersUnreadable extends Error {
  override readonly name = 'IceServersUnreadable'
}

/** Throws `IceServersUnreadable`, in words. */
export function iceServersFrom(env: Readonly<Record<string, string | undefined>>): GiveIceServers {
  const fixed = parseList(env['KITH_ICE_SERVERS'] ?? '')
  const secret = env['KITH_TURN_SECRET'] ?? ''
  const urls = (env['KITH_TURN_URLS'] ?? '').split(',').flatMap((url) => url.trim() || [])
  if ((secret === '') !== (urls.length === 0)) {
    throw new IceServersUnreadable('KITH_TURN_SECRET and KITH_TURN_URLS only work together: set both, or none.')
  }
  const odd = urls.find((url) => !isIceUrl(url, 'turn'))
  if (odd !== undefined) {
    throw new IceServersUnreadable(`KITH_TURN_URLS: ${odd} is not like turn:turn.example:3478?transport=udp.`)
  }
  if (fixed.length + Math.min(1, urls.length) > maxIceServers) {
    throw new IceServersUnreadable(`KITH_ICE_SERVERS: clients take ${maxIceServers} servers at most.`)
  }
  if (urls.length === 0) return () => fixed
  return (nowMs) => [...fixed, { urls, ...turnCredential(secret, nowMs) }]
}

export function turnCredential(
  secret: string,
  nowMs: number,
): { readonly username: string; readonly credential: string } {
  const username = `${Math.floor(nowMs / 1000) + turnCredentialSeconds}:kith`
  return { username, credential: createHmac('sha1', secret).update(username).digest('base64') }
}

function parseList(text: string): readonly IceServer[] {
  if (text.trim() === '') return []
  const example = '[{"urls":"stun:stun.example:3478"}]'
  let list: unknown
  try {
    list = JSON.parse(text)
  } catch {
    throw new IceServersUnreadable(`KITH_ICE_SERVERS must be JSON, such as ${example}.`)
  }
  if (!Array.isArray(list) || !list.every(isIceServer)) {
    throw new IceServersUnreadable(`KITH_ICE_SERVERS must be a list of servers, such as ${example}.`)
  }
  return list
}

function isIceServer(value: unknown): value is IceServer {
  if (typeof value !== 'object' || value === null) return false
  const { urls, username, credential } = value as Record<string, unknown>
  const all: readonly unknown[] = Array.isArray(urls) ? urls : [urls]
  const isOpen = username === undefined && credential === undefined
  const isKeyed = typeof username === 'string' && typeof credential === 'string'
  return all.length > 0 && all.every((url) => isIceUrl(url, isOpen ? 'stun' : 'either')) && (isOpen || isKeyed)
}

/** What clients accept: see `parseIceServers` of the peer. */
function isIceUrl(url: unknown, kind: 'stun' | 'turn' | 'either'): boolean {
  const scheme = kind === 'either' ? '(?:stun|turn)' : kind
  return (
    typeof url === 'string' &&
    url.length <= 256 &&
    new RegExp(`^${scheme}s?:[A-Za-z0-9.:[\\]-]+(?:\\?transport=(?:udp|tcp))?$`).test(url)
  )
}

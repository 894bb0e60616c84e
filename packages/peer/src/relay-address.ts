/** Where a relay is: the origin people write, and the socket behind it. */
import { RelayMalformed } from './errors.ts'

/** `https://Chat.example/` → `https://chat.example`. Throws `RelayMalformed`. */
export function parseRelay(text: string): string {
  let url: URL
  try {
    url = new URL(text)
  } catch (cause) {
    throw new RelayMalformed(text, { cause })
  }
  const bare = url.pathname === '/' && url.search === '' && url.hash === '' && url.username === ''
  if (!bare || (url.protocol !== 'https:' && url.protocol !== 'http:')) throw new RelayMalformed(text)
  return url.origin
}

/** `https://chat.example` → `wss://chat.example/ws`. */
export function relaySocketUrl(origin: string): string {
  return `${origin.replace(/^http/, 'ws').replace(/\/$/, '')}/ws`
}

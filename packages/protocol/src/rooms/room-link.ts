/**
 * The text people hand each other: `<relay origin>/#<secret>`, or `kith:#<secret>` for a room without a relay.
 *
 * The secret is 32 bytes as 43 characters of base64url, in the fragment, which browsers never send to a server.
 * Surrounding white space and the angle brackets mail programs add are forgiven; anything else is not.
 */
import { formatBase64url, parseBase64url } from '../codec/text.ts'
import { type Result, accept, reject } from '../machine.ts'
import { roomSecretBytes } from './keys.ts'

export const maxRoomLinkLength = 512

export interface RoomLink {
  readonly secret: Uint8Array
  /** Such as `https://chat.example` or `http://localhost:6765`; undefined when the room has no relay. */
  readonly relay: string | undefined
}

const webLink = /^(https?:\/\/(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?)\/?#([A-Za-z0-9_-]{43})$/
const bareLink = /^kith:#([A-Za-z0-9_-]{43})$/

export function parseRoomLink(text: string): Result<RoomLink, 'malformed'> {
  if (text.length > maxRoomLinkLength) return reject('malformed')
  const trimmed = text.trim().replace(/^<(.*)>$/, '$1')
  const hash = trimmed.indexOf('#')
  const normal = hash < 0 ? trimmed : trimmed.slice(0, hash).toLowerCase() + trimmed.slice(hash)
  const [, relay, secret] = webLink.exec(normal) ?? [undefined, undefined, bareLink.exec(normal)?.[1]]
  const bytes = secret === undefined ? undefined : parseBase64url(secret)
  if (bytes?.length !== roomSecretBytes) return reject('malformed')
  const port = relay === undefined ? undefined : /:([0-9]+)$/.exec(relay)?.[1]
  if (port !== undefined && (Number(port) === 0 || Number(port) > 65_535)) return reject('malformed')
  return accept({ secret: bytes, relay })
}

export function formatRoomLink(link: RoomLink): string {
  return `${link.relay === undefined ? 'kith:' : `${link.relay}/`}#${formatBase64url(link.secret)}`
}

/**
 * The link of an open room: its 32-byte secret as 43 characters of base64url in the fragment (`codec/fragment-link.ts`).
 */
import { formatFragmentLink, maxFragmentLinkLength, parseFragmentLink } from '../codec/fragment-link.ts'
import { formatBase64url, parseBase64url } from '../codec/text.ts'
import { type Result, accept, reject } from '../machine.ts'
import { roomSecretBytes } from './keys.ts'

export const maxRoomLinkLength: number = maxFragmentLinkLength

export interface RoomLink {
  readonly secret: Uint8Array
  /** Such as `https://chat.example` or `http://localhost:6765`; undefined when the room has no relay. */
  readonly relay: string | undefined
}

export function parseRoomLink(text: string): Result<RoomLink, 'malformed'> {
  const link = parseFragmentLink(text)
  const bytes = link === undefined ? undefined : parseBase64url(link.fragment)
  if (link === undefined || bytes?.length !== roomSecretBytes) return reject('malformed')
  return accept({ secret: bytes, relay: link.relay })
}

export function formatRoomLink(link: RoomLink): string {
  return formatFragmentLink({ relay: link.relay, fragment: formatBase64url(link.secret) })
}

/**
 * The code by which a new device finds the one that shows it: `<relay origin>/#d-<24 characters>`, for a QR code, a link
 * or to be typed.
 *
 * Its 15 random bytes are the secret of a meeting of the two (`deviceMeetingSecret`), which nobody else enters and nothing
 * of is kept. It lets nobody be anybody: what is given there is given after the person has compared a short number.
 */
import { emptyBytes, label } from '../codec/bytes.ts'
import { formatFragmentLink, parseFragmentLink } from '../codec/fragment-link.ts'
import { formatBase32, parseBase32 } from '../codec/text.ts'
import type { Crypto } from '../crypto/crypto.ts'
import { type Millis, type Result, accept, reject } from '../machine.ts'

/** 120 bits: 24 characters of Crockford base32. */
export const deviceSecretBytes = 15
/** So long a code is shown, and somebody waits at it. */
export const deviceCodeLifeMs: Millis = 10 * 60_000

export interface DeviceCode {
  readonly secret: Uint8Array
  readonly relay: string | undefined
}

const prefix = 'd-'
const characters = (deviceSecretBytes * 8) / 5

export function formatDeviceCode({ secret, relay }: DeviceCode): string {
  return formatFragmentLink({ relay, fragment: prefix + formatBase32(secret) })
}

/** A whole link, or the characters alone, in any case, with spaces or hyphens between; O, I and L are forgiven. */
export function parseDeviceCode(text: string): Result<DeviceCode, 'malformed'> {
  const link = parseFragmentLink(text)
  const said = link === undefined ? text : link.fragment.startsWith(prefix) ? link.fragment : undefined
  if (said === undefined || said.length > characters * 3) return reject('malformed')
  const code = said
    .trim()
    .replace(/^#?d-/iu, '')
    .replace(/[\s-]/gu, '')
    .toUpperCase()
    .replace(/O/gu, '0')
    .replace(/[IL]/gu, '1')
  const secret = parseBase32(code, deviceSecretBytes)
  return secret === undefined ? reject('malformed') : accept({ secret, relay: link?.relay })
}

/** The 32-byte secret of the room where the two devices meet for a moment. */
export function deviceMeetingSecret(crypto: Pick<Crypto, 'hkdf'>, secret: Uint8Array): Uint8Array {
  return crypto.hkdf(secret, emptyBytes, label('kith1/device/meet'), 32)
}

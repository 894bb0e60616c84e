/** How a person's key is shown: a short text to compare, and a colour and glyph that stay the same everywhere. */
import { label } from '../codec/bytes.ts'
import { formatBase32 } from '../codec/text.ts'
import type { Crypto } from '../crypto/crypto.ts'

export interface Fingerprint {
  /** 80 bits as 16 Crockford base32 characters in groups of four. */
  readonly text: string
  /** Degrees on the colour wheel, 0–359. */
  readonly hue: number
  /** Which of `glyphCount` marks the interface draws. */
  readonly glyph: number
}

export const glyphCount = 64

const textBytes = 10

/** Pure data from an author key (32 bytes); the colours themselves belong to the interface. */
export function fingerprint(crypto: Pick<Crypto, 'sha256'>, author: Uint8Array): Fingerprint {
  const digest = crypto.sha256(label('kith1/fp'), author)
  const view = new DataView(digest.buffer, digest.byteOffset, digest.byteLength)
  const text = formatBase32(digest.subarray(0, textBytes))
  return {
    text: text.replace(/(.{4})(?=.)/g, '$1-'),
    hue: view.getUint16(textBytes) % 360,
    glyph: view.getUint8(textBytes + 2) % glyphCount,
  }
}

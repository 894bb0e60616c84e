/** Text encodings of bytes: Crockford base32 (sorts as the bytes do), base64url (links) and hex (people, tests). */

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const base64url = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const hexDigits = '0123456789abcdef'

const sliceUnits = 4096

/** In one piece: a string grown by `+=` stays a tree of its parts, sixteen times the memory of a key that is kept. */
function asciiText(units: readonly number[]): string {
  if (units.length <= sliceUnits) return String.fromCharCode(...units)
  let text = ''
  for (let at = 0; at < units.length; at += sliceUnits) text += String.fromCharCode(...units.slice(at, at + sliceUnits))
  return text
}

/**
 * Upper-case Crockford base32, most significant bits first and padded with zero bits *in front*, as a ULID is: 16 bytes
 * give 26 characters whose ASCII order is the order of the bytes.
 */
export function formatBase32(bytes: Uint8Array): string {
  const characters = Math.ceil((bytes.length * 8) / 5)
  const units: number[] = []
  let pending = 0
  let bits = characters * 5 - bytes.length * 8
  for (const byte of bytes) {
    pending = (pending << 8) | byte
    bits += 8
    while (bits >= 5) {
      bits -= 5
      units.push(crockford.charCodeAt((pending >> bits) & 31))
    }
    pending &= (1 << bits) - 1
  }
  return asciiText(units)
}

/** The bytes of `formatBase32`, or undefined; `length` is the number of bytes expected. */
export function parseBase32(text: string, length: number): Uint8Array | undefined {
  const characters = Math.ceil((length * 8) / 5)
  if (text.length !== characters) return undefined
  const bytes = new Uint8Array(length)
  let skip = characters * 5 - length * 8
  let pending = 0
  let bits = 0
  let at = 0
  for (const character of text) {
    const value = crockford.indexOf(character)
    if (value < 0) return undefined
    pending = (pending << 5) | value
    bits += 5
    if (skip > 0) {
      if (value >> (5 - skip) !== 0) return undefined
      bits -= skip
      skip = 0
    }
    if (bits >= 8) {
      bits -= 8
      bytes[at++] = (pending >> bits) & 0xff
    }
    pending &= (1 << bits) - 1
  }
  return bytes
}

export function formatBase64url(bytes: Uint8Array): string {
  const units: number[] = []
  let pending = 0
  let bits = 0
  for (const byte of bytes) {
    pending = ((pending << 8) | byte) & 0xffff
    bits += 8
    while (bits >= 6) {
      bits -= 6
      units.push(base64url.charCodeAt((pending >> bits) & 63))
    }
  }
  if (bits > 0) units.push(base64url.charCodeAt((pending << (6 - bits)) & 63))
  return asciiText(units)
}

/** Unpadded base64url; undefined for a foreign character, an impossible length or left-over bits. */
export function parseBase64url(text: string): Uint8Array | undefined {
  if (text.length % 4 === 1) return undefined
  const bytes = new Uint8Array(Math.floor((text.length * 6) / 8))
  let pending = 0
  let bits = 0
  let at = 0
  for (const character of text) {
    const value = base64url.indexOf(character)
    if (value < 0) return undefined
    pending = ((pending << 6) | value) & 0xffff
    bits += 6
    if (bits >= 8) {
      bits -= 8
      bytes[at++] = (pending >> bits) & 0xff
    }
  }
  return (pending & ((1 << bits) - 1)) === 0 ? bytes : undefined
}

export function formatHex(bytes: Uint8Array): string {
  const units: number[] = []
  for (const byte of bytes) {
    units.push(hexDigits.charCodeAt(byte >> 4), hexDigits.charCodeAt(byte & 15))
  }
  return asciiText(units)
}

export function parseHex(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0) return undefined
  const bytes = new Uint8Array(text.length / 2)
  for (let i = 0; i < bytes.length; i++) {
    const high = hexDigits.indexOf(text.charAt(i * 2).toLowerCase())
    const low = hexDigits.indexOf(text.charAt(i * 2 + 1).toLowerCase())
    if (high < 0 || low < 0) return undefined
    bytes[i] = high * 16 + low
  }
  return bytes
}

/** Text encodings of bytes: Crockford base32 (sorts as the bytes do), base64url (links) and hex (people, tests). */

import { keepSmall } from './bytes.ts'

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const base64url = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const hexDigits = '0123456789abcdef'

/**
 * Texts of 32-byte names (keys, ids) and 16-byte sorting keys that were made lately, one per place. The same few are asked
 * for again and again, and a text that is shared is a text that is not kept many times.
 */
class Recent {
  readonly #width: number
  readonly #bytes: Uint8Array
  readonly #texts: (string | undefined)[]
  readonly #kept: (Uint8Array | undefined)[]
  readonly #mask: number

  constructor(width: number, places: number) {
    this.#width = width
    this.#bytes = new Uint8Array(width * places)
    this.#texts = Array.from({ length: places })
    this.#kept = Array.from({ length: places })
    this.#mask = places - 1
  }

  /** The last four bytes choose the place: what begins alike is common, what ends alike is not. */
  find(bytes: Uint8Array, from: number): string | undefined {
    const place = this.#place(bytes, from)
    const text = this.#texts[place]
    if (text === undefined) return undefined
    const held = this.#bytes
    const at = place * this.#width
    for (let i = 0; i < this.#width; i++) if (held[at + i] !== bytes[from + i]) return undefined
    return text
  }

  note(bytes: Uint8Array, text: string): string {
    const place = this.#place(bytes, 0)
    this.#bytes.set(bytes, place * this.#width)
    this.#texts[place] = text
    this.#kept[place] = undefined
    return text
  }

  /** The bytes of a text that was found or noted just now, to be kept. */
  kept(bytes: Uint8Array): Uint8Array {
    return (this.#kept[this.#place(bytes, 0)] ??= keepSmall(bytes))
  }

  #place(bytes: Uint8Array, from: number): number {
    const at = from + this.#width - 4
    const end =
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24)
    return (end ^ (end >>> 13)) & this.#mask
  }
}

const nameBytes = 32
const sortingKeyBytes = 16
const names = new Recent(nameBytes, 4096)
const sortingKeys = new Recent(sortingKeyBytes, 1024)

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
  if (bytes.length !== sortingKeyBytes) return base32Of(bytes)
  return sortingKeys.find(bytes, 0) ?? sortingKeys.note(bytes, base32Of(bytes))
}

function base32Of(bytes: Uint8Array): string {
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
  if (bytes.length !== nameBytes) return hexOf(bytes)
  return names.find(bytes, 0) ?? names.note(bytes, hexOf(bytes))
}

/** A copy of a 32-byte name to be kept; the same one for all who keep the same name at about the same time. */
export function keepName(bytes: Uint8Array): Uint8Array {
  if (bytes.length !== nameBytes) return keepSmall(bytes)
  formatHex(bytes)
  return names.kept(bytes)
}

/** Hex of the 32 bytes that begin at `from`. */
export function formatName(bytes: Uint8Array, from: number): string {
  return names.find(bytes, from) ?? formatHex(bytes.subarray(from, from + nameBytes))
}

function hexOf(bytes: Uint8Array): string {
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

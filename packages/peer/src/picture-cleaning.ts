/**
 * Takes out of a picture what its pixels do not need: where it was taken, with which camera, by whom, and when.
 *
 * Only parts that draw are kept (lists of what may stay, not of what must go), so a kind of hidden data nobody has heard
 * of goes as well. The pixels themselves are not touched. How a photo is turned survives, because it draws.
 *
 *   JPEG   T.81: segments; kept: JFIF, colour profile (ICC), Adobe's colour transform, tables and scans; nothing after the end
 *   PNG    chunks; kept: those that draw, colour and animation; nothing after IEND
 *   GIF    89a: kept: frames, their timing and the loop count
 *   WebP   RIFF chunks; kept: frames, colour profile, animation
 */
import { concatBytes } from '@kith/protocol'

/** The same picture without hidden data; undefined for what is none of these kinds, or is broken. */
export function cleanPicture(bytes: Uint8Array): Uint8Array | undefined {
  if (isJpeg(bytes)) return cleanJpeg(bytes)
  if (startsWith(bytes, pngHead)) return cleanPng(bytes)
  if (startsWith(bytes, textBytes('GIF8'))) return cleanGif(bytes)
  if (startsWith(bytes, textBytes('RIFF')) && textAt(bytes, 8, 4) === 'WEBP') return cleanWebp(bytes)
  return undefined
}

// --- JPEG

const app0 = 0xe0
const app1 = 0xe1
const app2 = 0xe2
const app14 = 0xee
const comment = 0xfe
const startOfScan = 0xda
const endOfImage = 0xd9

function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8
}

function cleanJpeg(bytes: Uint8Array): Uint8Array | undefined {
  const kept: Uint8Array[] = [bytes.subarray(0, 2)]
  const turned = jpegOrientation(bytes)
  let at = 2
  for (;;) {
    // Segments may be filled up with 0xff.
    while (bytes[at] === 0xff && bytes[at + 1] === 0xff) at++
    const marker = bytes[at + 1]
    if (bytes[at] !== 0xff || marker === undefined) return undefined
    if (marker === endOfImage) {
      kept.push(bytes.subarray(at, at + 2))
      // Phones append whole films and second pictures here, with hidden data of their own.
      return concatBytes(...withOrientation(kept, turned))
    }
    const length = u16(bytes, at + 2)
    const end = marker === startOfScan ? endOfScan(bytes, at + 2 + length) : at + 2 + length
    if (length < 2 || end > bytes.length) return undefined
    if (mayStay(bytes, at, marker)) kept.push(bytes.subarray(at, end))
    at = end
  }
}

function mayStay(bytes: Uint8Array, at: number, marker: number): boolean {
  if (marker === app0) return textAt(bytes, at + 4, 5) === 'JFIF\0'
  if (marker === app2) return textAt(bytes, at + 4, 12) === 'ICC_PROFILE\0'
  if (marker === app14) return textAt(bytes, at + 4, 5) === 'Adobe'
  return !(marker > app0 && marker <= 0xef) && marker !== comment
}

/** Where the compressed pixels end: at the next marker that is neither a restart nor a stuffed 0xff. */
function endOfScan(bytes: Uint8Array, from: number): number {
  let at = from
  while (at < bytes.length) {
    at = bytes.indexOf(0xff, at)
    if (at < 0) return bytes.length
    const next = bytes[at + 1] ?? 0
    if (next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return at
    at += next === 0xff ? 1 : 2
  }
  return bytes.length
}

/** How the picture is turned, 1…8 as Exif counts; 1 is upright. */
export function jpegOrientation(bytes: Uint8Array): number {
  for (let at = 2; bytes[at] === 0xff && bytes[at + 1] !== startOfScan;) {
    const length = u16(bytes, at + 2)
    if (length < 2) return 1
    if (bytes[at + 1] === app1 && textAt(bytes, at + 4, 6) === 'Exif\0\0') {
      return exifOrientation(bytes.subarray(at + 10, at + 2 + length))
    }
    at += 2 + length
  }
  return 1
}

function exifOrientation(tiff: Uint8Array): number {
  const isLittle = textAt(tiff, 0, 2) === 'II'
  const short = (at: number): number => (isLittle ? (tiff[at] ?? 0) | ((tiff[at + 1] ?? 0) << 8) : u16(tiff, at))
  const long = (at: number): number =>
    isLittle ? short(at) + short(at + 2) * 65536 : short(at) * 65536 + short(at + 2)
  const directory = long(4)
  const entries = Math.min(short(directory), 512)
  for (let i = 0; i < entries; i++) {
    const entry = directory + 2 + i * 12
    if (short(entry) !== 0x0112) continue
    const turned = short(entry + 8)
    return turned >= 1 && turned <= 8 ? turned : 1
  }
  return 1
}

/** An Exif segment that says how the picture is turned and nothing else, behind the JFIF one. */
function withOrientation(kept: readonly Uint8Array[], turned: number): readonly Uint8Array[] {
  if (turned === 1) return kept
  // prettier-ignore
  const segment = Uint8Array.of(
    0xff, app1, 0, 34, ...textBytes('Exif\0\0'),
    ...textBytes('MM'), 0, 42, 0, 0, 0, 8,
    0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, turned, 0, 0,
    0, 0, 0, 0,
  )
  const front = kept[1]?.[1] === app0 ? 2 : 1
  return [...kept.slice(0, front), segment, ...kept.slice(front)]
}

// --- PNG

const pngHead = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)
const pngKept = new Set(
  'IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP sBIT bKGD pHYs cICP mDCV cLLI acTL fcTL fdAT'.split(' '),
)

function cleanPng(bytes: Uint8Array): Uint8Array | undefined {
  const kept: Uint8Array[] = [bytes.subarray(0, 8)]
  for (let at = 8; at + 12 <= bytes.length;) {
    const name = textAt(bytes, at + 4, 4)
    const end = at + 12 + u32(bytes, at)
    if (end > bytes.length) return undefined
    if (pngKept.has(name)) kept.push(bytes.subarray(at, end))
    if (name === 'IEND') return concatBytes(...kept)
    at = end
  }
  return undefined
}

// --- GIF

const loopExtensions = new Set(['NETSCAPE2.0', 'ANIMEXTS1.0'])

function cleanGif(bytes: Uint8Array): Uint8Array | undefined {
  const table = (flags: number | undefined): number => ((flags ?? 0) & 0x80 ? 3 << (((flags ?? 0) & 7) + 1) : 0)
  let at = 13 + table(bytes[10])
  const kept: Uint8Array[] = [bytes.subarray(0, at)]
  while (at < bytes.length) {
    const from = at
    let keeps = true
    if (bytes[at] === 0x3b) {
      kept.push(bytes.subarray(at, at + 1))
      return concatBytes(...kept)
    } else if (bytes[at] === 0x2c) at += 11 + table(bytes[at + 9])
    else if (bytes[at] === 0x21) {
      const label = bytes[at + 1]
      keeps = label === 0xf9 || (label === 0xff && loopExtensions.has(textAt(bytes, at + 3, 11)))
      at += 2
    } else return undefined
    // Sub-blocks, each with its length in front, up to an empty one.
    for (let size = bytes[at]; size !== 0; size = bytes[at]) {
      if (size === undefined) return undefined
      at += 1 + size
    }
    at++
    if (keeps) kept.push(bytes.subarray(from, at))
  }
  return undefined
}

// --- WebP

const webpKept = new Set(['VP8 ', 'VP8L', 'VP8X', 'ALPH', 'ANIM', 'ANMF', 'ICCP'])
const webpHidden = 0x08 | 0x04

function cleanWebp(bytes: Uint8Array): Uint8Array | undefined {
  const kept: Uint8Array[] = [bytes.slice(0, 12)]
  const whole = Math.min(bytes.length, 8 + u32le(bytes, 4))
  let at = 12
  while (at + 8 <= whole) {
    const name = textAt(bytes, at, 4)
    const size = u32le(bytes, at + 4)
    const end = at + 8 + size + (size & 1)
    if (at + 8 + size > bytes.length) return undefined
    const chunk = bytes.slice(at, end)
    // The flags that announce Exif and XMP.
    if (name === 'VP8X') chunk[8] = (chunk[8] ?? 0) & ~webpHidden
    if (webpKept.has(name)) kept.push(chunk)
    at = end
  }
  const clean = concatBytes(...kept)
  new DataView(clean.buffer).setUint32(4, clean.length - 8, true)
  return kept.length > 1 ? clean : undefined
}

function u16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
}

function u32(bytes: Uint8Array, at: number): number {
  return u16(bytes, at) * 65536 + u16(bytes, at + 2)
}

function u32le(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) + (bytes[at + 1] ?? 0) * 256 + (bytes[at + 2] ?? 0) * 65536 + (bytes[at + 3] ?? 0) * 16777216
}

function textAt(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length))
}

function textBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}

function startsWith(bytes: Uint8Array, head: Uint8Array): boolean {
  return head.every((byte, i) => bytes[i] === byte)
}

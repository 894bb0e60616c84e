/** UTF-8 without `TextDecoder`, which is a platform global. Strict: no surrogates, no over-long forms. */

export function formatUtf8(text: string): Uint8Array {
  const ascii = formatAscii(text)
  if (ascii !== undefined) return ascii
  const bytes = new Uint8Array(text.length * 3)
  let at = 0
  for (let i = 0; i < text.length; i++) {
    let code = text.charCodeAt(i)
    if (code < 0x80) {
      bytes[at++] = code
      continue
    }
    if (code < 0x800) {
      bytes[at++] = 0xc0 | (code >> 6)
      bytes[at++] = 0x80 | (code & 0x3f)
      continue
    }
    if (code >= 0xd800 && code <= 0xdfff) {
      const low = text.charCodeAt(i + 1)
      if (code < 0xdc00 && low >= 0xdc00 && low <= 0xdfff) {
        code = 0x1_0000 + ((code - 0xd800) << 10) + (low - 0xdc00)
        i++
        bytes[at++] = 0xf0 | (code >> 18)
        bytes[at++] = 0x80 | ((code >> 12) & 0x3f)
        bytes[at++] = 0x80 | ((code >> 6) & 0x3f)
        bytes[at++] = 0x80 | (code & 0x3f)
        continue
      }
      code = 0xfffd // a lone surrogate has no UTF-8
    }
    bytes[at++] = 0xe0 | (code >> 12)
    bytes[at++] = 0x80 | ((code >> 6) & 0x3f)
    bytes[at++] = 0x80 | (code & 0x3f)
  }
  return bytes.slice(0, at)
}

/** Longer ones are seldom ASCII to their end. */
const maxAscii = 1024

function formatAscii(text: string): Uint8Array | undefined {
  const { length } = text
  if (length > maxAscii) return undefined
  const bytes = new Uint8Array(length)
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i)
    if (code >= 0x80) return undefined
    bytes[i] = code
  }
  return bytes
}

const sliceUnits = 4096
/** Code units on their way into a text. Arrays of their own for short and long ones: one that shrinks has to grow again. */
const fewUnits: number[] = []
const manyUnits: number[] = []
const maxFewUnits = 128

function unitsToText(units: number[], count: number): string {
  units.length = count
  return String.fromCharCode.apply(undefined, units)
}

/** Undefined when the bytes are not well-formed UTF-8. */
export function parseUtf8(bytes: Uint8Array): string | undefined {
  const units = bytes.length > maxFewUnits ? manyUnits : fewUnits
  let text = ''
  let count = 0
  for (let i = 0; i < bytes.length;) {
    const first = bytes[i++] as number
    let code = first
    if (first >= 0x80) {
      const extra = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1
      if (first < 0xc2 || first > 0xf4 || i + extra > bytes.length) return undefined
      code = first & (0x3f >> extra)
      for (let k = 0; k < extra; k++) {
        const next = bytes[i++] as number
        if ((next & 0xc0) !== 0x80) return undefined
        code = (code << 6) | (next & 0x3f)
      }
      const least = extra === 1 ? 0x80 : extra === 2 ? 0x800 : 0x1_0000
      if (code < least || code > 0x10_ffff || (code >= 0xd800 && code <= 0xdfff)) return undefined
    }
    if (code >= 0x1_0000) {
      units[count++] = 0xd800 + ((code - 0x1_0000) >> 10)
      units[count++] = 0xdc00 + ((code - 0x1_0000) & 0x3ff)
    } else {
      units[count++] = code
    }
    if (count >= sliceUnits) {
      text += unitsToText(units, count)
      count = 0
    }
  }
  return text + unitsToText(units, count)
}

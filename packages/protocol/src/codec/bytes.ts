/** Plain byte helpers. Nothing here is constant-time; secrets are compared by the crypto room. */

export const emptyBytes: Uint8Array = new Uint8Array(0)

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const part of parts) length += part.length
  const joined = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** Lexicographic order of unsigned bytes: negative, zero or positive. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length)
  for (let i = 0; i < shared; i++) {
    const difference = (a[i] as number) - (b[i] as number)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

/** ASCII label and a NUL: the domain separator in front of every hash, signature, MAC and KDF input. */
export function label(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length + 1)
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
  return bytes
}

let shelf = new Uint8Array(0)
let used = 0
const shelfBytes = 8192

/**
 * A copy of a few bytes that are kept for long, side by side with others: an array of its own costs several times its 32
 * bytes. Never for what is handed to a platform, which may copy the whole shelf with it.
 */
export function keepSmall(bytes: Uint8Array): Uint8Array {
  if (used + bytes.length > shelf.length) {
    shelf = new Uint8Array(Math.max(shelfBytes, bytes.length))
    used = 0
  }
  shelf.set(bytes, used)
  const kept = shelf.subarray(used, used + bytes.length)
  used += bytes.length
  return kept
}

let board = new ArrayBuffer(0)
let boardUsed = 0
const boardBytes = 16 * 1024
/** Longer ones are worth an array of their own. */
const maxOnBoard = 2048

/**
 * Zeroed bytes for a frame on its way, side by side with others: for the engine a buffer of its own is thirty times as dear,
 * and most frames are gone in a moment. Whoever keeps such bytes for long copies them.
 */
export function passingBytes(length: number): Uint8Array {
  if (length > maxOnBoard) return new Uint8Array(length)
  if (boardUsed + length > board.byteLength) {
    board = new ArrayBuffer(boardBytes)
    boardUsed = 0
  }
  const bytes = new Uint8Array(board, boardUsed, length)
  boardUsed += length
  return bytes
}

/** Copies all of `from` to `to` at `at`; short ones without a call into the runtime. */
export function copyBytes(from: Uint8Array, to: Uint8Array, at: number): void {
  if (from.length > 48) to.set(from, at)
  else for (let i = 0; i < from.length; i++) to[at + i] = from[i] as number
}

const alikePlaces = 2048
const alike: (Uint8Array | undefined)[] = Array.from({ length: alikePlaces })

/**
 * A copy of a signed record to be kept (a card, a certificate): the same one for all who keep the same at about the same
 * time, so that a host of many engines holds it once. Its last bytes choose the place: those of a signature. Not to be changed.
 */
export function keepAlike(bytes: Uint8Array): Uint8Array {
  const end = bytes.length
  const place = (((bytes[end - 2] ?? 0) << 8) | (bytes[end - 1] ?? 0)) % alikePlaces
  const held = alike[place]
  return held !== undefined && equalBytes(held, bytes) ? held : (alike[place] = keepSmall(bytes))
}

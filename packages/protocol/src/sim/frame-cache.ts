/**
 * Equal frames become one: what goes to thousands of machines is held once, as long as somebody holds it at all.
 *
 * What is shared has a buffer of its own, since frames on their way share theirs (`passingBytes`), and what is in one may be
 * kept for long. Two generations, so that nothing is kept for long by the cache itself. Small frames are not worth it.
 */
import { equalBytes } from '../codec/bytes.ts'

const leastBytes = 128
const perGeneration = 4096

export class FrameCache {
  #young = new Map<number, Uint8Array>()
  #old = new Map<number, Uint8Array>()

  /** `lent`: the bytes are to be copied if they are kept. */
  share(bytes: Uint8Array, lent = false): Uint8Array {
    if (bytes.length < leastBytes) return lent ? bytes.slice() : bytes
    const name = nameOf(bytes)
    let shared = this.#young.get(name)
    if (shared === undefined) {
      shared = this.#old.get(name) ?? bytes.slice()
      if (this.#young.size >= perGeneration) {
        this.#old = this.#young
        this.#young = new Map()
      }
      this.#young.set(name, shared)
    }
    if (shared === bytes || equalBytes(shared, bytes)) return shared
    return lent ? bytes.slice() : bytes
  }
}

/** 53 bits of them. */
export function nameOf(bytes: Uint8Array): number {
  const { length } = bytes
  let low = length
  let high = 0x9e37_79b9
  for (let i = 0; i + 4 <= length; i += 4) {
    const word =
      (bytes[i] as number) |
      ((bytes[i + 1] as number) << 8) |
      ((bytes[i + 2] as number) << 16) |
      ((bytes[i + 3] as number) << 24)
    low = Math.imul(low ^ word, 0x2c1b_3c6d)
    low ^= low >>> 15
    high = (Math.imul(high, 0x297a_2d39) + low) | 0
  }
  return (low >>> 0) * 0x20_0000 + (high >>> 11)
}

/**
 * Numbers packed bit by bit, for messages whose size is their whole point.
 *
 * A number whose usual size is known is written as an exponential Golomb code (Teuhola, 1978): with parameter k, values
 * below 2^k take k + 1 bits, and a value 2^n times as large takes 2n bits more, so that an outlier costs little. Writers
 * choose k by trying (`bestOrder`) and say it in front. Readers never throw: as with `codec/reader.ts`, the first bad read
 * makes a reader failed, and `done` tells at the end.
 */
import { BrokenPromise } from '../machine.ts'

/** Widest field, and widest number of a code. */
export const maxBits = 48
/** Largest parameter of a code. */
export const maxOrder = 31
/** Values looked at to choose a parameter. */
const sampled = 256

export class BitWriter {
  #bytes = new Uint8Array(1024)
  #length = 0
  /** Bits written so far. */
  get length(): number {
    return this.#length
  }

  bit(value: boolean): this {
    return this.bits(value ? 1 : 0, 1)
  }

  /** The low `count` bits of a value that has no others, most significant first. */
  bits(value: number, count: number): this {
    if (count > maxBits || value < 0 || value >= 2 ** count) throw new BrokenPromise(`${value} is no ${count} bits`)
    this.#reserve(count)
    for (let left = count; left > 0;) {
      const free = 8 - (this.#length & 7)
      const take = Math.min(free, left)
      left -= take
      const part = left > 24 ? Math.floor(value / 2 ** left) % 2 ** take : shifted(value, left) & ((1 << take) - 1)
      const at = this.#length >>> 3
      this.#bytes[at] = (this.#bytes[at] as number) | (part << (free - take))
      this.#length += take
    }
    return this
  }

  golomb(value: number, order: number): this {
    const head = Math.floor(value / 2 ** order) + 1
    const width = widthOf(head)
    this.bits(0, width - 1).bits(head, width)
    return order === 0 ? this : this.bits(value % 2 ** order, order)
  }

  /** What was written, the last byte filled up with zeros. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, (this.#length + 7) >>> 3)
  }

  #reserve(count: number): void {
    const needed = ((this.#length + count) >>> 3) + 1
    if (needed <= this.#bytes.length) return
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2))
    larger.set(this.#bytes)
    this.#bytes = larger
  }
}

export class BitReader {
  readonly #bytes: Uint8Array
  #at = 0
  #failed = false

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get failed(): boolean {
    return this.#failed
  }

  fail(): void {
    this.#failed = true
  }

  bit(): boolean {
    return this.bits(1) === 1
  }

  bits(count: number): number {
    if (this.#failed || this.#at + count > this.#bytes.length * 8) {
      this.#failed = true
      return 0
    }
    let value = 0
    for (let left = count; left > 0;) {
      const inByte = 8 - (this.#at & 7)
      const take = Math.min(inByte, left)
      const part = ((this.#bytes[this.#at >>> 3] as number) >>> (inByte - take)) & ((1 << take) - 1)
      value = value * 2 ** take + part
      left -= take
      this.#at += take
    }
    return value
  }

  golomb(order: number): number {
    let width = 1
    while (!this.#failed && !this.bit()) width++
    if (width > maxBits || width + order > 52) this.#failed = true
    if (this.#failed) return 0
    const head = 2 ** (width - 1) + this.bits(width - 1)
    const low = order === 0 ? 0 : this.bits(order)
    return this.#failed ? 0 : (head - 1) * 2 ** order + low
  }

  /** Everything was read but the filling, and nothing failed. */
  done(): boolean {
    const left = this.#bytes.length * 8 - this.#at
    return !this.#failed && left < 8 && this.bits(left) === 0
  }
}

/** The parameter that makes these values shortest. */
export function bestOrder(values: readonly number[]): number {
  const step = Math.max(1, Math.floor(values.length / sampled))
  let best = 0
  let least = Infinity
  for (let order = 0; order <= maxOrder; order++) {
    let bits = 0
    for (let i = 0; i < values.length; i += step) {
      bits += 2 * widthOf(Math.floor((values[i] as number) / 2 ** order) + 1) - 1 + order
    }
    if (bits >= least) continue
    best = order
    least = bits
  }
  return best
}

/** Bits of a positive integer. */
export function widthOf(value: number): number {
  return value >= 0x1_0000_0000 ? 64 - Math.clz32(Math.floor(value / 0x1_0000_0000)) : 32 - Math.clz32(value)
}

/** `value >> left` for up to 48 bits and `left` up to 24: the bits a byte can take. */
function shifted(value: number, left: number): number {
  return value > 0x7fff_ffff ? Math.floor(value / 2 ** left) % 256 : value >> left
}

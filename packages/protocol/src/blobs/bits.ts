/** Which blocks of a blob: one bit each, the first in the highest bit of the first byte. */
import { type Result, accept, reject } from '../machine.ts'

export class Bits {
  readonly size: number
  readonly #bytes: Uint8Array
  #count = 0

  constructor(size: number) {
    this.size = size
    this.#bytes = new Uint8Array(Math.ceil(size / 8))
  }

  /** Refuses another length and bits past the end. */
  static from(bytes: Uint8Array, size: number): Result<Bits, 'malformed'> {
    const bits = new Bits(size)
    if (bytes.length !== bits.#bytes.length) return reject('malformed')
    const past = bytes.length * 8 - size
    if (past > 0 && ((bytes.at(-1) ?? 0) & ((1 << past) - 1)) !== 0) return reject('malformed')
    bits.#bytes.set(bytes)
    for (const byte of bytes) bits.#count += ones(byte)
    return accept(bits)
  }

  get count(): number {
    return this.#count
  }

  get isFull(): boolean {
    return this.#count === this.size
  }

  has(index: number): boolean {
    return ((this.#bytes[index >> 3] ?? 0) & (0x80 >> (index & 7))) !== 0
  }

  /** True when it was not set before. */
  set(index: number): boolean {
    if (index < 0 || index >= this.size || this.has(index)) return false
    const at = index >> 3
    this.#bytes[at] = (this.#bytes[at] as number) | (0x80 >> (index & 7))
    this.#count++
    return true
  }

  clear(index: number): void {
    if (!this.has(index)) return
    const at = index >> 3
    this.#bytes[at] = (this.#bytes[at] as number) & ~(0x80 >> (index & 7))
    this.#count--
  }

  fill(): void {
    for (let i = 0; i < this.size; i++) this.set(i)
  }

  /** The first one at `from` or after that is not set; `size` when there is none. */
  nextClear(from: number): number {
    let index = from
    while (index < this.size) {
      if ((index & 7) === 0 && this.#bytes[index >> 3] === 0xff) index += 8
      else if (this.has(index)) index++
      else return index
    }
    return this.size
  }

  toBytes(): Uint8Array {
    return this.#bytes.slice()
  }
}

function ones(byte: number): number {
  let count = 0
  for (let rest = byte; rest !== 0; rest &= rest - 1) count++
  return count
}

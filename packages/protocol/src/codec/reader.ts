/**
 * Reads what `Writer` writes, from bytes nobody vouches for.
 *
 * A reader never throws. The first read past the end, over-long length, non-minimal varint or broken UTF-8 makes it
 * *failed*: from then on every read returns zero or empty, and `done()` is false. So a decoder reads its whole layout
 * and asks once at the end: `return reader.done() ? accept(…) : reject('malformed')`.
 */
import { emptyBytes } from './bytes.ts'
import { parseUtf8 } from './utf8.ts'

export class Reader {
  readonly #bytes: Uint8Array
  #at = 0
  #failed = false

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get failed(): boolean {
    return this.#failed
  }

  /** Offset of the next byte. */
  get offset(): number {
    return this.#at
  }

  get remaining(): number {
    return this.#failed ? 0 : this.#bytes.length - this.#at
  }

  /** True when everything was read and nothing failed. */
  done(): boolean {
    return !this.#failed && this.#at === this.#bytes.length
  }

  /** Marks the input as malformed; for rules the layout alone cannot express. */
  fail(): void {
    this.#failed = true
  }

  u8(): number {
    return this.#take(1) ? (this.#bytes[this.#at - 1] as number) : 0
  }

  u16(): number {
    return this.#take(2) ? this.#get16(this.#at - 2) : 0
  }

  u32(): number {
    return this.#take(4) ? this.#get32(this.#at - 4) : 0
  }

  u48(): number {
    return this.#take(6) ? this.#get16(this.#at - 6) * 0x1_0000_0000 + this.#get32(this.#at - 4) : 0
  }

  varint(): number {
    let value = 0
    let scale = 1
    for (let i = 0; i < 8; i++) {
      const byte = this.u8()
      if (this.#failed) return 0
      value += (byte & 0x7f) * scale
      if (byte < 0x80) {
        if ((byte === 0 && i > 0) || value > Number.MAX_SAFE_INTEGER) break
        return value
      }
      scale *= 0x80
    }
    this.#failed = true
    return 0
  }

  /** Passes over `length` bytes. */
  skip(length: number): void {
    this.#take(length)
  }

  /** `length` bytes as a view on the input, not a copy. */
  raw(length: number): Uint8Array {
    return this.#take(length) && length > 0 ? this.#bytes.subarray(this.#at - length, this.#at) : emptyBytes
  }

  /** Varint length of at most `max`, then the bytes. */
  bytes(max: number): Uint8Array {
    const length = this.varint()
    if (length > max) this.#failed = true
    return this.raw(length)
  }

  /** Varint length of at most `maxBytes`, then UTF-8. */
  text(maxBytes: number): string {
    const text = parseUtf8(this.bytes(maxBytes))
    if (text === undefined) this.#failed = true
    return text ?? ''
  }

  /** Everything that is left. */
  rest(): Uint8Array {
    return this.raw(this.remaining)
  }

  #get16(at: number): number {
    return ((this.#bytes[at] as number) << 8) | (this.#bytes[at + 1] as number)
  }

  #get32(at: number): number {
    return ((this.#get16(at) << 16) | this.#get16(at + 2)) >>> 0
  }

  #take(size: number): boolean {
    if (this.#failed || this.#at + size > this.#bytes.length) {
      this.#failed = true
      return false
    }
    this.#at += size
    return true
  }
}

/**
 * Writes the fixed big-endian layouts of the protocol into one growing buffer.
 *
 * Integers are big-endian so that encoded keys sort as bytes; `varint` is unsigned LEB128. A value out of range is our
 * own mistake, so writers throw `BrokenPromise`.
 */
import { BrokenPromise } from '../machine.ts'
import { formatUtf8 } from './utf8.ts'

export class Writer {
  #buffer: Uint8Array
  #view: DataView
  #length = 0

  constructor(capacity = 256) {
    this.#buffer = new Uint8Array(capacity)
    this.#view = new DataView(this.#buffer.buffer)
  }

  get length(): number {
    return this.#length
  }

  u8(value: number): this {
    const at = this.#claim(1, value, 0xff)
    this.#buffer[at] = value
    return this
  }

  u16(value: number): this {
    const at = this.#claim(2, value, 0xffff)
    this.#view.setUint16(at, value)
    return this
  }

  u32(value: number): this {
    const at = this.#claim(4, value, 0xffff_ffff)
    this.#view.setUint32(at, value)
    return this
  }

  /** 48-bit unsigned integer: times in milliseconds. */
  u48(value: number): this {
    const at = this.#claim(6, value, 0xffff_ffff_ffff)
    this.#view.setUint16(at, Math.floor(value / 0x1_0000_0000))
    this.#view.setUint32(at + 2, value % 0x1_0000_0000)
    return this
  }

  /** Unsigned LEB128, at most 2^53 − 1. */
  varint(value: number): this {
    if (!Number.isSafeInteger(value) || value < 0) throw new BrokenPromise(`not a varint: ${value}`)
    let rest = value
    while (rest >= 0x80) {
      this.u8((rest % 0x80) + 0x80)
      rest = Math.floor(rest / 0x80)
    }
    return this.u8(rest)
  }

  /** Bytes whose length the reader knows from elsewhere. */
  raw(bytes: Uint8Array): this {
    const at = this.#grow(bytes.length)
    this.#buffer.set(bytes, at)
    return this
  }

  /** Varint length, then the bytes. */
  bytes(bytes: Uint8Array): this {
    return this.varint(bytes.length).raw(bytes)
  }

  /** Varint length, then UTF-8. */
  text(text: string): this {
    return this.bytes(formatUtf8(text))
  }

  /** A copy of what was written. */
  finish(): Uint8Array {
    return this.#buffer.slice(0, this.#length)
  }

  #claim(size: number, value: number, max: number): number {
    if (!Number.isInteger(value) || value < 0 || value > max) {
      throw new BrokenPromise(`${value} does not fit ${size} bytes`)
    }
    return this.#grow(size)
  }

  #grow(size: number): number {
    const at = this.#length
    const needed = at + size
    if (needed > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(needed, this.#buffer.length * 2))
      larger.set(this.#buffer.subarray(0, at))
      this.#buffer = larger
      this.#view = new DataView(larger.buffer)
    }
    this.#length = needed
    return at
  }
}

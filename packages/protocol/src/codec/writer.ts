/**
 * Writes the fixed big-endian layouts of the protocol into one growing buffer.
 *
 * Integers are big-endian so that encoded keys sort as bytes; `varint` is unsigned LEB128. A value out of range is our
 * own mistake, so writers throw `BrokenPromise`.
 */
import { BrokenPromise } from '../machine.ts'
import { copyBytes, emptyBytes, passingBytes } from './bytes.ts'
import { formatUtf8 } from './utf8.ts'

/** Buffers of finished writers, for the next ones: almost all are small and live for a moment. */
const spare: Uint8Array[] = []
const spareBytes = 8192
const maxSpare = 16

export class Writer {
  #buffer: Uint8Array
  #length = 0

  constructor(capacity = 256) {
    this.#buffer = (capacity <= spareBytes ? spare.pop() : undefined) ?? new Uint8Array(Math.max(capacity, spareBytes))
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
    this.#buffer[at] = value >>> 8
    this.#buffer[at + 1] = value
    return this
  }

  u32(value: number): this {
    const at = this.#claim(4, value, 0xffff_ffff)
    this.#put32(at, value)
    return this
  }

  /** 48-bit unsigned integer: times in milliseconds. */
  u48(value: number): this {
    const at = this.#claim(6, value, 0xffff_ffff_ffff)
    const high = Math.floor(value / 0x1_0000_0000)
    this.#buffer[at] = high >>> 8
    this.#buffer[at + 1] = high
    this.#put32(at + 2, value % 0x1_0000_0000)
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
    copyBytes(bytes, this.#buffer, at)
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

  /** A copy of what was written; nothing may be written after it. */
  finish(): Uint8Array {
    const written = this.#buffer.slice(0, this.#length)
    this.#release()
    return written
  }

  /** The same for what is sent and not kept: see `passingBytes`. */
  finishPassing(): Uint8Array {
    const written = passingBytes(this.#length)
    copyBytes(this.#buffer.subarray(0, this.#length), written, 0)
    this.#release()
    return written
  }

  #release(): void {
    const buffer = this.#buffer
    this.#buffer = emptyBytes
    if (buffer.length === spareBytes && spare.length < maxSpare) spare.push(buffer)
  }

  #put32(at: number, value: number): void {
    const buffer = this.#buffer
    buffer[at] = value >>> 24
    buffer[at + 1] = value >>> 16
    buffer[at + 2] = value >>> 8
    buffer[at + 3] = value
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
      if (this.#buffer.length === 0) throw new BrokenPromise('the writer has finished')
      const larger = new Uint8Array(Math.max(needed, this.#buffer.length * 2))
      larger.set(this.#buffer.subarray(0, at))
      this.#buffer = larger
    }
    this.#length = needed
    return at
  }
}

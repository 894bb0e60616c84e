/**
 * Events on their way from the machines of one core to those of another, as bytes in a buffer both can see.
 *
 *   used u32 · per event: at f64 · target i32 · source i32 · a i32 · b i32 · kind u8 · data u8 (0 none, 1 bytes, 2 text) ·
 *   two unused · length u32 · data, padded to a multiple of 8
 *
 * Whoever writes and whoever reads take turns: a mailbox is not read while it is written to.
 */
import { formatUtf8, parseUtf8 } from '../codec/utf8.ts'
import { BrokenPromise, type Millis } from '../machine.ts'
import type { FrameCache } from './frame-cache.ts'

const headBytes = 8
const eventBytes = 32

export type EventReader = (
  at: Millis,
  kind: number,
  target: number,
  source: number,
  a: number,
  b: number,
  data: unknown,
) => void

export class Mailbox {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = headBytes

  constructor(buffer: ArrayBufferLike, from = 0, length: number = buffer.byteLength) {
    this.#bytes = new Uint8Array(buffer, from, length)
    this.#view = new DataView(buffer, from, length)
  }

  /** Begins to write anew. */
  clear(): void {
    this.#at = headBytes
    this.#view.setUint32(0, this.#at)
  }

  write(at: Millis, kind: number, target: number, source: number, a: number, b: number, data: unknown): void {
    const bytes = data instanceof Uint8Array ? data : typeof data === 'string' ? formatUtf8(data) : undefined
    const length = bytes?.length ?? 0
    const from = this.#at
    const end = from + eventBytes + ((length + 7) & ~7)
    if (end > this.#bytes.length) throw new BrokenPromise('a mailbox is full')
    const view = this.#view
    view.setFloat64(from, at)
    view.setInt32(from + 8, target)
    view.setInt32(from + 12, source)
    view.setInt32(from + 16, a)
    view.setInt32(from + 20, b)
    view.setUint8(from + 24, kind)
    view.setUint8(from + 25, bytes === undefined ? 0 : typeof data === 'string' ? 2 : 1)
    view.setUint32(from + 28, length)
    if (bytes !== undefined) this.#bytes.set(bytes, from + eventBytes)
    this.#at = end
    view.setUint32(0, end)
  }

  /** Everything in it, in the order it was written. */
  read(frames: FrameCache, reader: EventReader): void {
    const view = this.#view
    const used = view.getUint32(0)
    for (let from = headBytes; from < used;) {
      const length = view.getUint32(from + 28)
      const form = view.getUint8(from + 25)
      const bytes = this.#bytes.subarray(from + eventBytes, from + eventBytes + length)
      reader(
        view.getFloat64(from),
        view.getUint8(from + 24),
        view.getInt32(from + 8),
        view.getInt32(from + 12),
        view.getInt32(from + 16),
        view.getInt32(from + 20),
        form === 0 ? undefined : form === 1 ? frames.share(bytes, true) : parseUtf8(bytes),
      )
      from += eventBytes + ((length + 7) & ~7)
    }
  }
}

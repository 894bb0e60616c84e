/**
 * Which blobs a keeper holds, for how long, and what makes room for what.
 *
 * A blob goes when nobody used it for a while (offered, or given to somebody), or when the quota is needed for one that
 * was used later. One that alone would take more than half of the quota is not begun.
 *
 * | record | value |
 * |---|---|
 * | `w/b/<root>` | size u48 · used u48 · epoch id 32 · signature 64 |
 */
import { formatHex, parseHex } from '../codec/text.ts'
import { Reader } from '../codec/reader.ts'
import { Writer } from '../codec/writer.ts'
import type { Millis, StoreChange, StoredRecord } from '../machine.ts'
import type { BlobOffer } from './words.ts'

/** So long after its last use a blob is held. */
export const blobLifeMs: Millis = 6 * 3_600_000
/** A use is written down when the last one that was is so old. */
const useStepMs: Millis = 10 * 60_000
export const maxKeptBlobs = 4_000

export interface KeptBlob {
  readonly root: string
  readonly epochId: Uint8Array
  readonly offer: BlobOffer
  usedAt: Millis
  storedUse: Millis
}

export class KeptBlobs {
  readonly quotaBytes: number
  readonly #blobs = new Map<string, KeptBlob>()
  readonly #changes: StoreChange[] = []
  #bytes = 0

  constructor(quotaBytes: number) {
    this.quotaBytes = quotaBytes
  }

  get size(): number {
    return this.#blobs.size
  }

  get bytes(): number {
    return this.#bytes
  }

  all(): Iterable<KeptBlob> {
    return this.#blobs.values()
  }

  has(root: string): boolean {
    return this.#blobs.has(root)
  }

  /** A verified offer. Undefined when it is not to be held; else what has to go for it, by root. */
  take(epochId: Uint8Array, offer: BlobOffer, now: Millis): readonly string[] | undefined {
    const root = formatHex(offer.root)
    if (this.#blobs.has(root)) {
      this.used(root, now)
      return []
    }
    if (offer.size > this.quotaBytes / 2) return undefined
    const going: string[] = []
    const byUse = [...this.#blobs.values()].sort((a, b) => a.usedAt - b.usedAt)
    for (const blob of byUse) {
      if (this.#bytes + offer.size <= this.quotaBytes && this.#blobs.size < maxKeptBlobs) break
      going.push(blob.root)
      this.#remove(blob)
    }
    const blob: KeptBlob = { root, epochId, offer, usedAt: now, storedUse: now }
    this.#blobs.set(root, blob)
    this.#bytes += offer.size
    this.#store(blob)
    return going
  }

  used(root: string, now: Millis): void {
    const blob = this.#blobs.get(root)
    if (blob === undefined || now <= blob.usedAt) return
    blob.usedAt = now
    if (now - blob.storedUse >= useStepMs) this.#store(blob)
  }

  /** Roots that nobody used for too long: they are held no more. */
  expire(now: Millis): readonly string[] {
    const going: string[] = []
    for (const blob of [...this.#blobs.values()]) {
      if (now - blob.usedAt < blobLifeMs) continue
      going.push(blob.root)
      this.#remove(blob)
    }
    return going
  }

  restore({ key, value }: StoredRecord): void {
    const root = parseHex(key.slice('w/b/'.length))
    const reader = new Reader(value.slice())
    const [size, usedAt, epochId, signature] = [reader.u48(), reader.u48(), reader.raw(32), reader.raw(64)]
    if (!reader.done() || root?.length !== 32 || this.#blobs.has(formatHex(root))) return
    const offer = { root, size, signature }
    this.#blobs.set(formatHex(root), { root: formatHex(root), epochId, offer, usedAt, storedUse: usedAt })
    this.#bytes += size
  }

  flush(): readonly StoreChange[] {
    return this.#changes.splice(0)
  }

  #remove(blob: KeptBlob): void {
    this.#blobs.delete(blob.root)
    this.#bytes -= blob.offer.size
    this.#changes.push({ key: `w/b/${blob.root}`, value: undefined })
  }

  #store(blob: KeptBlob): void {
    const { offer, usedAt, epochId } = blob
    blob.storedUse = usedAt
    const value = new Writer(108).u48(offer.size).u48(usedAt).raw(epochId).raw(offer.signature).finish()
    this.#changes.push({ key: `w/b/${blob.root}`, value })
  }
}

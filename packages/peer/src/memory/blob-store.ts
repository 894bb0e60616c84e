/** Blobs in memory: for tests, and for browsers that give a site no place of its own. */
import { Bits, blocksOf, concatBytes, pagesOf } from '@kith/protocol'
import type { BlobPart } from '@kith/protocol'
import { placeOf, slotsIn } from '../blob-slots.ts'
import type { BlobSlots, BlobStore, BlobUse } from '../blob-store.ts'
import { StorageBroken, StorageFull } from '../storage-errors.ts'

interface Held {
  readonly size: number
  readonly slots: Readonly<Record<BlobPart, Map<number, Uint8Array>>>
  bytes: number
  usedAt: number
}

export class MemoryBlobStore implements BlobStore {
  readonly #held = new Map<string, Held>()
  readonly #now: () => number
  /** Bytes it takes. */
  readonly #capacity: number
  #bytes = 0

  constructor(now: () => number, capacity: number = Infinity) {
    this.#now = now
    this.#capacity = capacity
  }

  async look(root: string, size: number): Promise<BlobSlots> {
    const known = this.#held.get(root)
    const held = known?.size === size ? known : undefined
    const blocks = new Bits(blocksOf(size))
    const pages = new Bits(pagesOf(size))
    for (const index of held?.slots.block.keys() ?? []) blocks.set(index)
    for (const index of held?.slots.page.keys() ?? []) pages.set(index)
    return { blocks: blocks.toBytes(), pages: pages.toBytes() }
  }

  async write(root: string, size: number, part: BlobPart, index: number, bytes: Uint8Array): Promise<void> {
    if (this.#bytes + bytes.length > this.#capacity) throw new StorageFull('files in memory')
    let held = this.#held.get(root)
    if (held === undefined) {
      held = { size, slots: { block: new Map(), page: new Map() }, bytes: 0, usedAt: this.#now() }
      this.#held.set(root, held)
    }
    if (held.size !== size) throw new StorageBroken(`This file has ${held.size} bytes here, not ${size}.`)
    for (let i = 0; i < slotsIn(size, part, bytes); i++) {
      if (held.slots[part].has(index + i)) continue
      const own = bytes.slice(placeOf(size, part, i), placeOf(size, part, i + 1))
      held.slots[part].set(index + i, own)
      held.bytes += own.length
      this.#bytes += own.length
    }
    held.usedAt = this.#now()
  }

  async read(root: string, part: BlobPart, index: number, count: number = 1): Promise<Uint8Array | undefined> {
    const held = this.#held.get(root)
    if (held === undefined) return undefined
    held.usedAt = this.#now()
    const found: Uint8Array[] = []
    for (let i = index; i < index + count; i++) {
      const slot = held.slots[part].get(i)
      if (slot === undefined) break
      found.push(slot)
    }
    return found.length > 1 ? concatBytes(...found) : found[0]
  }

  async move(from: string, to: string): Promise<void> {
    const held = this.#held.get(from)
    if (held === undefined) throw new StorageBroken('This file is not here.')
    this.#held.delete(from)
    this.#held.set(to, held)
  }

  async remove(root: string): Promise<void> {
    this.#bytes -= this.#held.get(root)?.bytes ?? 0
    this.#held.delete(root)
  }

  async list(): Promise<readonly BlobUse[]> {
    return [...this.#held].map(([root, { size, bytes, usedAt }]) => ({ root, size, bytes, usedAt }))
  }

  async close(): Promise<void> {}
}

/**
 * Blocks on their way into the store, gathered to runs: what a link brings one by one is written many at a time. While a write
 * is under way, what comes waits and then goes as one.
 */
import { concatBytes } from '@kith/protocol'
import type { BlobStore } from './blob-store.ts'

/** Blocks of one write: 1 MiB. */
const maxRunBlocks = 64

interface Waiting {
  readonly index: number
  readonly bytes: Uint8Array
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** Of one blob. */
interface Queue {
  readonly size: number
  waiting: Waiting[]
}

export class RunWriter {
  readonly #store: Pick<BlobStore, 'write'>
  readonly #queues = new Map<string, Queue>()

  constructor(store: Pick<BlobStore, 'write'>) {
    this.#store = store
  }

  /** Rejects as the store does, with every block of the run that was refused. */
  write(root: string, size: number, index: number, bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      const one: Waiting = { index, bytes, resolve, reject }
      const queue = this.#queues.get(root)
      // Another size than others are kept with is the store's to refuse.
      if (queue !== undefined && queue.size !== size) void this.#writeRun(root, size, [one])
      else if (queue !== undefined) queue.waiting.push(one)
      else void this.#writeAll(root, { size, waiting: [one] })
    })
  }

  async #writeAll(root: string, queue: Queue): Promise<void> {
    this.#queues.set(root, queue)
    while (queue.waiting.length > 0) {
      const all = queue.waiting.sort((a, b) => a.index - b.index)
      queue.waiting = []
      for (let from = 0; from < all.length;) {
        const first = all[from]?.index ?? 0
        let to = from + 1
        while (to < all.length && to - from < maxRunBlocks && all[to]?.index === first + to - from) to++
        await this.#writeRun(root, queue.size, all.slice(from, to))
        from = to
      }
    }
    this.#queues.delete(root)
  }

  async #writeRun(root: string, size: number, run: readonly Waiting[]): Promise<void> {
    const [first] = run
    if (first === undefined) return
    const bytes = run.length > 1 ? concatBytes(...run.map((one) => one.bytes)) : first.bytes
    try {
      await this.#store.write(root, size, 'block', first.index, bytes)
      for (const { resolve } of run) resolve()
    } catch (error) {
      for (const { reject } of run) reject(error)
    }
  }
}

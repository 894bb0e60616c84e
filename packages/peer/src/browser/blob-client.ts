/** The page's end of the store of blobs, which runs in a worker (`blob-worker.ts`). */
import type { BlobPart } from '@kith/protocol'
import type { BlobSlots, BlobStore, BlobUse } from '../blob-store.ts'
import { StorageBroken, StorageFull } from '../storage-errors.ts'

type Ask =
  | { readonly do: 'open'; readonly name: string }
  | { readonly do: 'look'; readonly root: string; readonly size: number }
  | {
      readonly do: 'write'
      readonly root: string
      readonly size: number
      readonly part: BlobPart
      readonly index: number
      readonly bytes: Uint8Array
    }
  | {
      readonly do: 'read'
      readonly root: string
      readonly part: BlobPart
      readonly index: number
      readonly count: number
    }
  | { readonly do: 'move'; readonly root: string; readonly to: string }
  | { readonly do: 'remove'; readonly root: string }
  | { readonly do: 'list' }
  | { readonly do: 'close' }

export type BlobCall = Ask & { readonly id: number }

export interface BlobAnswer {
  readonly id: number
  readonly outcome: 'done' | 'full' | 'broken'
  readonly value: unknown
}

interface Pending {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

/** Rejects with `StorageBroken` where the browser gives no place to keep files in. */
export async function openBrowserBlobStore(worker: Worker, name: string): Promise<BlobStore> {
  const store = new BlobClient(worker)
  await store.call({ do: 'open', name })
  return store
}

class BlobClient implements BlobStore {
  readonly #worker: Worker
  readonly #pending = new Map<number, Pending>()
  #calls = 0

  constructor(worker: Worker) {
    this.#worker = worker
    worker.onmessage = ({ data }: MessageEvent<BlobAnswer>): void => this.#answered(data)
    worker.onerror = (): void => {
      for (const { reject } of this.#pending.values()) reject(broken())
      this.#pending.clear()
    }
  }

  call(ask: Ask, handed: Transferable[] = []): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const id = ++this.#calls
      this.#pending.set(id, { resolve, reject })
      this.#worker.postMessage({ ...ask, id }, handed)
    })
  }

  async look(root: string, size: number): Promise<BlobSlots> {
    return (await this.call({ do: 'look', root, size })) as BlobSlots
  }

  async write(root: string, size: number, part: BlobPart, index: number, bytes: Uint8Array): Promise<void> {
    // Handed over, which costs less than to be copied by the way messages go. The caller's own stay as they are: what
    // does not fit is written once more.
    const own = bytes.slice()
    await this.call({ do: 'write', root, size, part, index, bytes: own }, [own.buffer])
  }

  async read(root: string, part: BlobPart, index: number, count: number = 1): Promise<Uint8Array | undefined> {
    return (await this.call({ do: 'read', root, part, index, count })) as Uint8Array | undefined
  }

  async move(from: string, to: string): Promise<void> {
    await this.call({ do: 'move', root: from, to })
  }

  async remove(root: string): Promise<void> {
    await this.call({ do: 'remove', root })
  }

  async list(): Promise<readonly BlobUse[]> {
    return (await this.call({ do: 'list' })) as readonly BlobUse[]
  }

  async close(): Promise<void> {
    await this.call({ do: 'close' })
    this.#worker.terminate()
  }

  #answered({ id, outcome, value }: BlobAnswer): void {
    const pending = this.#pending.get(id)
    this.#pending.delete(id)
    if (outcome === 'done') pending?.resolve(value)
    else pending?.reject(outcome === 'full' ? new StorageFull('files in this browser') : broken())
  }
}

function broken(): Error {
  return new StorageBroken('Files cannot be kept in this browser now. Reload the page, then try again.')
}

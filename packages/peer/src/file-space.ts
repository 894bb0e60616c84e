/** What files take on this device, and having less of it: erased is only what enough others hold as well. */
import type { BlobStore, BlobUse } from './blob-store.ts'
import { safeHolders, type FileUse } from './files.ts'

/** What a room knows of its files. */
export interface FileRoom {
  /** How many others hold all of it; undefined when no message here carries it. */
  holdersOf(root: string): number | undefined
  freeFile(root: string): Promise<void>
}

export class FileSpace {
  readonly #store: Pick<BlobStore, 'list'>
  readonly #rooms: () => Iterable<FileRoom>

  constructor(store: Pick<BlobStore, 'list'>, rooms: () => Iterable<FileRoom>) {
    this.#store = store
    this.#rooms = rooms
  }

  async measure(): Promise<FileUse> {
    const files = await this.#store.list()
    const freeable = files.filter(({ root }) => this.#safeIn(root) !== undefined)
    return { bytes: sum(files), freeable: sum(freeable) }
  }

  /** Least used first. Resolves with the bytes that were freed; what could not be erased stays. */
  async free(): Promise<number> {
    let freed = 0
    for (const file of [...(await this.#store.list())].sort((a, b) => a.usedAt - b.usedAt)) {
      const room = this.#safeIn(file.root)
      if (room === undefined) continue
      try {
        await room.freeFile(file.root)
        freed += file.bytes
      } catch {
        // The next time perhaps; the others are still worth it.
      }
    }
    return freed
  }

  #safeIn(root: string): FileRoom | undefined {
    for (const room of this.#rooms()) if ((room.holdersOf(root) ?? 0) >= safeHolders) return room
    return undefined
  }
}

function sum(files: readonly BlobUse[]): number {
  return files.reduce((total, { bytes }) => total + bytes, 0)
}

/**
 * What files take on this device, and having less of it: erased is only what enough others hold as well, least used first.
 *
 * When files take all they may, room is made by the same rule; what then does not fit is refused, aloud. What no message
 * carries any more is erased after the next start, when all rooms know their messages: those that expired while nobody
 * looked, what was half sealed, what could not be erased when it should have been.
 */
import { chooseEvictions, safeReplicas } from '@kith/protocol'
import type { Evictable, Millis } from '@kith/protocol'
import { QuotaBlobStore, type QuotaPorts } from './blob-quota.ts'
import type { BlobStore, BlobUse } from './blob-store.ts'
import type { FileUse } from './files.ts'

/** What a room knows of its files. */
export interface FileRoom {
  /** How many others hold all of it; undefined when no message here carries it. */
  holdersOf(root: string): number | undefined
  /** A message or the draft here carries it. */
  carries(root: string): boolean
  /** It is on its way: it does not make room for itself. */
  isComing(root: string): boolean
  freeFile(root: string): Promise<void>
  /** What stopped for lack of room may go on. */
  roomAgain(): void
}

export class FileSpace {
  /** The store that keeps within its limit: what rooms write to. */
  readonly store: QuotaBlobStore
  readonly #rooms: () => Iterable<FileRoom>

  constructor(
    ports: Pick<QuotaPorts, 'clock' | 'space'> & { readonly store: BlobStore },
    allowed: number,
    rooms: () => Iterable<FileRoom>,
  ) {
    this.#rooms = rooms
    this.store = new QuotaBlobStore(
      {
        ...ports,
        makeRoom: async (bytes) => void (await this.free(bytes)),
        roomAgain: () => {
          for (const room of rooms()) room.roomAgain()
        },
      },
      allowed,
    )
  }

  async measure(): Promise<FileUse> {
    const files = await this.store.list()
    const freeable = files.filter((file) => this.#judge(file).replicas >= safeReplicas)
    return { bytes: sum(files), freeable: sum(freeable), limit: await this.store.limit() }
  }

  /** At least so many bytes, or all there is. Resolves with what was freed; what could not be erased stays. */
  async free(bytes: number = Infinity): Promise<number> {
    const files = await this.store.list()
    let freed = 0
    for (const root of chooseEvictions(
      files.map((file) => this.#judge(file)),
      bytes,
    )) {
      const room = this.#safest(root)?.room
      try {
        await room?.freeFile(root)
        freed += files.find((file) => file.root === root)?.bytes ?? 0
      } catch {
        // The next time perhaps; the others are still worth it.
      }
    }
    return freed
  }

  /** Erases what no room carries and nobody touched since then. Call it when every room knows what it carries. */
  async sweep(since: Millis): Promise<void> {
    for (const { root, usedAt } of await this.store.list()) {
      if (usedAt >= since || [...this.#rooms()].some((room) => room.carries(root))) continue
      // The next start tries again.
      await this.store.remove(root).catch(() => undefined)
    }
  }

  #judge({ root, bytes, usedAt }: BlobUse): Evictable {
    const pinned = [...this.#rooms()].some((room) => room.isComing(root))
    return { root, bytes, usedAt, pinned, replicas: this.#safest(root)?.holders ?? 0 }
  }

  #safest(root: string): { readonly room: FileRoom; readonly holders: number } | undefined {
    let best: { readonly room: FileRoom; readonly holders: number } | undefined
    for (const room of this.#rooms()) {
      const holders = room.holdersOf(root)
      if (holders !== undefined && holders > (best?.holders ?? -1)) best = { room, holders }
    }
    return best
  }
}

function sum(files: readonly BlobUse[]): number {
  return files.reduce((total, { bytes }) => total + bytes, 0)
}

/**
 * The files of all rooms together: what they take here, counted again when something changed, and what nothing carries any
 * more erased once after the start (`file-space.ts`).
 */
import type { Millis } from '@kith/protocol'
import type { BlobStore } from './blob-store.ts'
import type { ChatPorts } from './chat-ports.ts'
import type { Clock } from './clock.ts'
import { FileSpace } from './file-space.ts'
import type { FileUse } from './files.ts'
import type { OpenRoom } from './open-room.ts'

/** Files are counted again so long after something about one changed. */
export const measureFilesAfterMs: number = 2_000

export interface ChatFilesPorts {
  readonly clock: Clock
  readonly store: BlobStore
  readonly space: ChatPorts['fileSpace']
  readonly rooms: () => Iterable<OpenRoom>
  readonly changed: () => void
}

export class ChatFiles {
  readonly #ports: ChatFilesPorts
  readonly #space: FileSpace
  readonly #begunAt: Millis
  // Known at once that files can be kept; how many, a moment later.
  #use: FileUse | undefined = { bytes: 0, freeable: 0, limit: undefined }
  /** Files that nothing carries are erased once, when every room is there and has read its messages. */
  #sweep: 'early' | 'due' | 'done' = 'early'
  #stopMeasuring: (() => void) | undefined
  #closed = false

  /** `limit`: bytes files may take, 0 for as much as the platform allows. */
  constructor(ports: ChatFilesPorts, limit: number) {
    this.#ports = ports
    this.#space = new FileSpace(ports, limit, ports.rooms)
    this.#begunAt = ports.clock.now()
    void this.#measure()
  }

  /** Of all blobs, within the limit. */
  get store(): FileSpace['store'] {
    return this.#space.store
  }

  get use(): FileUse | undefined {
    return this.#use
  }

  async setLimit(bytes: number): Promise<void> {
    await this.#space.store.allow(bytes)
    await this.#measure()
  }

  /** Erases what enough others hold; answers how many bytes that were. */
  async free(): Promise<number> {
    const freed = await this.#space.free()
    await this.#measure()
    return freed
  }

  /** Something about a file changed. */
  changed(): void {
    if (this.#closed) return
    this.#stopMeasuring ??= this.#ports.clock.after(measureFilesAfterMs, () => {
      this.#stopMeasuring = undefined
      void this.#measure()
    })
  }

  /** All rooms of the store are open. */
  roomsRead(): void {
    if (this.#sweep === 'early') this.#sweep = 'due'
    this.roomChanged()
  }

  /** A message is damaged: what it carried may be all there is of it, so nothing is erased. */
  keepAll(): void {
    this.#sweep = 'done'
  }

  roomChanged(): void {
    if (this.#sweep !== 'due' || this.#closed) return
    if ([...this.#ports.rooms()].some(({ state }) => state.sync.phase === 'loading')) return
    this.#sweep = 'done'
    this.#space.sweep(this.#begunAt).then(
      () => this.changed(),
      // The next start tries again.
      () => undefined,
    )
  }

  close(): void {
    this.#closed = true
    this.#stopMeasuring?.()
  }

  async #measure(): Promise<void> {
    try {
      const use = await this.#space.measure()
      const keys = ['bytes', 'freeable', 'limit'] as const
      if (keys.every((key) => use[key] === this.#use?.[key]) || this.#closed) return
      this.#use = use
      this.#ports.changed()
    } catch {
      // A number for the settings page; not knowing it changes nothing.
    }
  }
}

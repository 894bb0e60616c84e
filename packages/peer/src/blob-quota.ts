/**
 * A store of blobs that takes no more than it may: as much as a person said, and never the last of the disk.
 *
 *   write ──▶ over the limit? ──▶ make room: what three others hold, least used first ──▶ still over? `StorageFull`
 *
 * What was kept stays whatever happens. Once a write was refused it looks every half a minute, and whenever something was
 * erased or the limit was raised, whether there is room again, and says so once.
 */
import type { BlobPart } from '@kith/protocol'
import type { BlobSlots, BlobStore, BlobUse } from './blob-store.ts'
import type { Clock } from './clock.ts'
import { StorageFull } from './storage-errors.ts'

/** What the platform says of the place where files are kept, in bytes. */
export interface StoreSpace {
  readonly free: number
  readonly total: number
}

export interface QuotaPorts {
  readonly store: BlobStore
  readonly clock: Clock
  /** Undefined where the platform does not say. */
  readonly space?: (() => Promise<StoreSpace | undefined>) | undefined
  /** Erases what may go, of at least so many bytes if there is as much. */
  readonly makeRoom: (bytes: number) => Promise<void>
  /** After a refusal: there is room again. */
  readonly roomAgain: () => void
}

/** The last of a disk that is left to everybody else: so much, or a tenth of a smaller one. */
export const reserveBytes: number = 1024 * 1024 * 1024
/** More is freed at once than the next block needs, so that not every block has to wait for it. */
export const slackBytes: number = 32 * 1024 * 1024
export const lookAgainMs: number = 30_000
/** What the platform said counts for so many bytes written. */
const askAgainBytes: number = 64 * 1024 * 1024

export class QuotaBlobStore implements BlobStore {
  readonly #ports: QuotaPorts
  /** What the person allows; 0: as much as this device gives. */
  #allowed: number
  #used: number | undefined
  /** By what the platform said last, and what was used then. */
  #limit = Infinity
  #askedUsed = -Infinity
  #making: Promise<void> | undefined
  #counting: Promise<number> | undefined
  #refused = false
  #stopLooking: (() => void) | undefined

  constructor(ports: QuotaPorts, allowed: number) {
    this.#ports = ports
    this.#allowed = allowed
  }

  look(root: string, size: number): Promise<BlobSlots> {
    return this.#ports.store.look(root, size)
  }

  read(root: string, part: BlobPart, index: number, count?: number): Promise<Uint8Array | undefined> {
    return this.#ports.store.read(root, part, index, count)
  }

  list(): Promise<readonly BlobUse[]> {
    return this.#ports.store.list()
  }

  async write(root: string, size: number, part: BlobPart, index: number, bytes: Uint8Array): Promise<void> {
    await this.#admit(bytes.length)
    try {
      await this.#ports.store.write(root, size, part, index, bytes)
    } catch (error) {
      if (!(error instanceof StorageFull)) throw error
      // The platform knew less than the disk. What was erased may just be enough.
      await this.#makeRoom(slackBytes)
      try {
        await this.#ports.store.write(root, size, part, index, bytes)
      } catch (again) {
        this.#refuse()
        throw again
      }
    }
    // A slot that was there already counts twice, until everything is counted again.
    if (this.#used !== undefined) this.#used += bytes.length
  }

  move(from: string, to: string): Promise<void> {
    return this.#ports.store.move(from, to)
  }

  async remove(root: string): Promise<void> {
    await this.#ports.store.remove(root)
    this.#used = undefined
    if (this.#refused) await this.#lookAgain()
  }

  async close(): Promise<void> {
    this.#stopLooking?.()
    await this.#ports.store.close()
  }

  /** Bytes that files may take here; undefined: nobody set a limit, and the platform does not say. */
  async limit(): Promise<number | undefined> {
    const limit = await this.#limitNow()
    return limit === Infinity ? undefined : limit
  }

  /** What is over a smaller limit goes, as far as it may. */
  async allow(bytes: number): Promise<void> {
    this.#allowed = bytes
    this.#askedUsed = -Infinity
    const over = (await this.#count()) - (await this.#limitNow())
    if (over > 0) await this.#makeRoom(over)
    else if (this.#refused) await this.#lookAgain()
  }

  async #admit(bytes: number): Promise<void> {
    const fits = async (): Promise<boolean> => (await this.#count()) + bytes <= (await this.#limitNow())
    if (await fits()) return
    await this.#makeRoom(bytes + slackBytes)
    if (await fits()) return
    this.#refuse()
    throw new StorageFull('what files may take here')
  }

  #makeRoom(bytes: number): Promise<void> {
    // Many blocks wait at once; one of them makes room for all.
    this.#making ??= this.#ports.makeRoom(bytes).finally(() => {
      this.#making = undefined
      this.#used = undefined
      this.#askedUsed = -Infinity
    })
    return this.#making
  }

  async #count(): Promise<number> {
    if (this.#used !== undefined) return this.#used
    this.#counting ??= this.list()
      .then((files) => (this.#used = files.reduce((sum, { bytes }) => sum + bytes, 0)))
      .finally(() => (this.#counting = undefined))
    return this.#counting
  }

  async #limitNow(): Promise<number> {
    const used = await this.#count()
    if (Math.abs(used - this.#askedUsed) >= askAgainBytes) {
      this.#askedUsed = used
      const space = await this.#ports.space?.().catch(() => undefined)
      const reserve = space === undefined ? 0 : Math.min(reserveBytes, space.total / 10)
      this.#limit = space === undefined ? Infinity : Math.max(0, used + space.free - reserve)
    }
    return this.#allowed > 0 ? Math.min(this.#allowed, this.#limit) : this.#limit
  }

  #refuse(): void {
    this.#refused = true
    this.#stopLooking ??= this.#ports.clock.after(lookAgainMs, () => {
      this.#stopLooking = undefined
      void this.#lookAgain()
    })
  }

  async #lookAgain(): Promise<void> {
    this.#askedUsed = -Infinity
    this.#used = undefined
    try {
      const room = (await this.#limitNow()) - (await this.#count())
      if (room < slackBytes) return this.#refuse()
    } catch {
      // What cannot be counted now is looked at once more.
      return this.#refuse()
    }
    this.#refused = false
    this.#stopLooking?.()
    this.#stopLooking = undefined
    this.#ports.roomAgain()
  }
}

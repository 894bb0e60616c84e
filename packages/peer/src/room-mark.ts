/** Drafts and read marks change with every key one presses: they are written a moment after the last change. */
import type { Clock } from './clock.ts'

/** So long after the last change. */
export const markDelayMs: number = 400

export class RoomMarkWriter {
  readonly #clock: Pick<Clock, 'after'>
  readonly #write: () => Promise<void>
  /** While something is to be written. */
  #stop: (() => void) | undefined

  constructor(clock: Pick<Clock, 'after'>, write: () => Promise<void>) {
    this.#clock = clock
    this.#write = write
  }

  /** Something changed. */
  soon(): void {
    this.#stop?.()
    this.#stop = this.#clock.after(markDelayMs, () => {
      // A mark that could not be written costs a few "new" messages; the store's own trouble is told elsewhere.
      this.now().catch(() => {})
    })
  }

  /** What has changed is not waited for any longer. */
  async now(): Promise<void> {
    if (this.#stop === undefined) return
    this.#stop()
    this.#stop = undefined
    await this.#write()
  }
}

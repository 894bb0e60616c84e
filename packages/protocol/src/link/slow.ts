/**
 * Whether the far end of a link takes what it is sent.
 *
 * It is slow when texts, signals and control together (P0 to P2) are more than 256 payloads or 512 KiB, or one of them has
 * waited for 2 s. Then texts and signals are dropped, and later ones as soon as they get that old; control stays. It is
 * no longer slow when nothing has waited, and the transport had room, for 3 s without a break.
 */
import type { Millis } from '../machine.ts'
import { type Scheduler, maxQueuedBytes, maxQueuedPayloads } from './scheduler.ts'

export const maxQueuedMs: Millis = 2_000
export const slowRecoveryMs: Millis = 3_000

export class Slowness {
  #slow = false
  #clearSince: Millis | undefined

  get isSlow(): boolean {
    return this.#slow
  }

  /** Looks at what waits and drops what has to go. Returns whether that changed the judgement. */
  judge(scheduler: Scheduler, full: boolean, now: Millis): boolean {
    const since = scheduler.urgentSince
    if (!this.#slow) {
      if (since === undefined) return false
      const isFull = scheduler.urgentPayloads > maxQueuedPayloads || scheduler.urgentBytes > maxQueuedBytes
      if (!isFull && now - since < maxQueuedMs) return false
      scheduler.dropTexts(Infinity)
      this.#slow = true
      this.#clearSince = undefined
      return true
    }
    if (since !== undefined && now - since >= maxQueuedMs) scheduler.dropTexts(now - maxQueuedMs)
    if (full || scheduler.urgentSince !== undefined) {
      this.#clearSince = undefined
      return false
    }
    // A clock that was set back begins anew.
    if (this.#clearSince === undefined || now < this.#clearSince) this.#clearSince = now
    if (now - this.#clearSince < slowRecoveryMs) return false
    this.#slow = false
    return true
  }

  /** When to look again although nothing happens; undefined: not needed. */
  dueAt(scheduler: Scheduler, now: Millis): Millis | undefined {
    if (this.#slow) return (this.#clearSince ?? now) + slowRecoveryMs
    const since = scheduler.urgentSince
    return since === undefined ? undefined : since + maxQueuedMs
  }
}

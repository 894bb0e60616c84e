/**
 * Which frame leaves a link next.
 *
 * P0 before P1 before P2, always. Only when those are empty the bulk classes share what is left, 8:8:2:1 by deficit round
 * robin (Shreedhar and Varghese, 1995) with a quantum of one full frame. A payload is cut into frames one at a time, so
 * a keystroke waits for at most one frame of somebody's file. Queues are bounded: a full one refuses, and the log's
 * reconciliation brings later what was refused. Queues are made when something has to wait: most links never need one.
 */
import { BrokenPromise, type Millis } from '../machine.ts'
import { type PayloadFrame, type Priority, firstBulkPriority, maxFramePayloadBytes, maxPayloadBytes } from './frames.ts'

/** Per priority; and of P0 to P2 together: beyond either the far side counts as slow. */
export const maxQueuedPayloads = 256
export const maxQueuedBytes: number = 512 * 1024

const quantumBytes = maxFramePayloadBytes
/** Shares of P3 to P6. */
const bulkWeights: readonly number[] = [8, 8, 2, 1]

interface Queue {
  payloads: Uint8Array[]
  /** When each payload was queued. */
  times: Millis[]
  bytes: number
  /** How far the first payload has been cut. */
  offset: number
  deficit: number
}

export class Scheduler {
  readonly #queues: (Queue | undefined)[] = []
  #turn = 0
  /** Whether the class whose turn it is has had its quantum. */
  #served = false

  /** Whether the queue of this priority would take a payload of so many bytes. */
  hasRoom(priority: Priority, bytes: number): boolean {
    const queue = this.#queues[priority]
    return queue === undefined || (queue.payloads.length < maxQueuedPayloads && queue.bytes + bytes <= maxQueuedBytes)
  }

  push(priority: Priority, payload: Uint8Array, now: Millis): void {
    if (payload.length > maxPayloadBytes) throw new BrokenPromise(`payload of ${payload.length} bytes`)
    const queue = (this.#queues[priority] ??= { payloads: [], times: [], bytes: 0, offset: 0, deficit: 0 })
    queue.payloads.push(payload)
    queue.times.push(now)
    queue.bytes += payload.length
  }

  /** The next frame of P0 to `lowest`, which is 0, 1 or 2. */
  nextUrgent(lowest: Priority): PayloadFrame | undefined {
    for (let priority = 0; priority <= lowest; priority++) {
      const queue = this.#queues[priority]
      if (queue !== undefined && queue.payloads.length > 0) return cut(queue, priority, maxFramePayloadBytes)
    }
    return undefined
  }

  /** The next bulk frame, of at most `frameBytes`, if it is within `allowance`; waiting costs a class nothing. */
  nextBulk(allowance: number, frameBytes: number): PayloadFrame | undefined {
    const priority = this.#bulkTurn(frameBytes)
    if (priority === undefined) return undefined
    const queue = this.#queues[priority] as Queue
    const bytes = headBytes(queue, frameBytes)
    if (bytes > allowance) return undefined
    queue.deficit -= bytes
    return cut(queue, priority, frameBytes)
  }

  get queuedBytes(): number {
    let sum = 0
    for (const queue of this.#queues) sum += queue?.bytes ?? 0
    return sum
  }

  /** P0 to P2 together. */
  get urgentPayloads(): number {
    let sum = 0
    for (let priority = 0; priority < firstBulkPriority; priority++) sum += this.#queues[priority]?.payloads.length ?? 0
    return sum
  }

  get urgentBytes(): number {
    let sum = 0
    for (let priority = 0; priority < firstBulkPriority; priority++) sum += this.#queues[priority]?.bytes ?? 0
    return sum
  }

  /** Since when the payload of P0 to P2 has been waiting that has waited for longest. */
  get urgentSince(): Millis | undefined {
    let since: Millis | undefined
    for (let priority = 0; priority < firstBulkPriority; priority++) {
      const first = this.#queues[priority]?.times[0]
      if (first !== undefined && (since === undefined || first < since)) since = first
    }
    return since
  }

  get hasBulk(): boolean {
    for (let priority = firstBulkPriority; priority < this.#queues.length; priority++) {
      if ((this.#queues[priority]?.payloads.length ?? 0) > 0) return true
    }
    return false
  }

  /**
   * Drops texts and signals (P1, P2) queued at `until` or before. One that has partly left stays: the far side is waiting
   * for its end.
   */
  dropTexts(until: Millis): void {
    for (let priority = 1; priority < firstBulkPriority; priority++) {
      const queue = this.#queues[priority]
      if (queue === undefined) continue
      const kept = queue.offset > 0 ? 1 : 0
      let end = kept
      while (end < queue.times.length && (queue.times[end] as Millis) <= until) {
        queue.bytes -= (queue.payloads[end] as Uint8Array).length
        end++
      }
      queue.payloads.splice(kept, end - kept)
      queue.times.splice(kept, end - kept)
    }
  }

  /** The bulk class whose turn it is: every class with something to send gets its quantum once per round. */
  #bulkTurn(frameBytes: number): number | undefined {
    for (let step = 0; step <= bulkWeights.length; step++) {
      const queue = this.#queues[firstBulkPriority + this.#turn]
      if (queue !== undefined && queue.payloads.length > 0) {
        if (!this.#served) queue.deficit += (bulkWeights[this.#turn] as number) * quantumBytes
        this.#served = true
        if (queue.deficit >= headBytes(queue, frameBytes)) return firstBulkPriority + this.#turn
      } else if (queue !== undefined) {
        queue.deficit = 0
      }
      this.#turn = (this.#turn + 1) % bulkWeights.length
      this.#served = false
    }
    return undefined
  }
}

function headBytes(queue: Queue, frameBytes: number): number {
  return Math.min(frameBytes, (queue.payloads[0] as Uint8Array).length - queue.offset)
}

/** Cuts the next frame of at most `frameBytes` from the first payload. */
function cut(queue: Queue, priority: number, frameBytes: number): PayloadFrame {
  const payload = queue.payloads[0] as Uint8Array
  const { offset } = queue
  const end = Math.min(payload.length, offset + frameBytes)
  const type = offset > 0 ? 'next' : end === payload.length ? 'whole' : 'first'
  queue.bytes -= end - offset
  if (end === payload.length) {
    queue.payloads.shift()
    queue.times.shift()
    queue.offset = 0
  } else {
    queue.offset = end
  }
  return {
    type,
    priority: priority as Priority,
    asks: false,
    total: type === 'first' ? payload.length : 0,
    bytes: type === 'whole' ? payload : payload.subarray(offset, end),
  }
}

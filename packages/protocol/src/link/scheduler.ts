/**
 * Which frame leaves a link next.
 *
 * P0 before P1 before P2, always. Only when those are empty the bulk classes share what is left, 8:8:2:1 by deficit round
 * robin (Shreedhar and Varghese, 1995) with a quantum of one full frame. A payload is cut into frames one at a time, so
 * a keystroke waits for at most one frame of somebody's file. Queues are bounded: a full one refuses, and the log's
 * reconciliation brings later what was refused.
 */
import { BrokenPromise } from '../machine.ts'
import {
  type PayloadFrame,
  type Priority,
  cutFrame,
  firstBulkPriority,
  maxFramePayloadBytes,
  maxPayloadBytes,
  priorityCount,
} from './frames.ts'

/** Per priority. Beyond either the far side counts as slow. */
export const maxQueuedPayloads = 256
export const maxQueuedBytes: number = 512 * 1024

const quantumBytes = maxFramePayloadBytes
/** Shares of P3 to P6. */
const bulkWeights: readonly number[] = [8, 8, 2, 1]

interface Queue {
  readonly payloads: Uint8Array[]
  bytes: number
  /** How far the first payload has been cut. */
  offset: number
  deficit: number
}

export class Scheduler {
  readonly #queues: readonly Queue[] = Array.from({ length: priorityCount }, () => ({
    payloads: [],
    bytes: 0,
    offset: 0,
    deficit: 0,
  }))
  #turn = 0
  /** Whether the class whose turn it is has had its quantum. */
  #served = false

  /** False when the queue of this priority is full. */
  push(priority: Priority, payload: Uint8Array): boolean {
    if (payload.length > maxPayloadBytes) throw new BrokenPromise(`payload of ${payload.length} bytes`)
    const queue = this.#queue(priority)
    if (queue.payloads.length >= maxQueuedPayloads || queue.bytes + payload.length > maxQueuedBytes) return false
    queue.payloads.push(payload)
    queue.bytes += payload.length
    return true
  }

  /** The next frame, if one may leave now; bulk only up to `bulkAllowance` payload bytes. */
  next(bulkAllowance: number): PayloadFrame | undefined {
    for (let priority = 0; priority < firstBulkPriority; priority++) {
      if (this.#queue(priority).payloads.length > 0) return this.#cut(priority)
    }
    const priority = this.#bulkTurn()
    if (priority === undefined || this.#headBytes(priority) > bulkAllowance) return undefined
    this.#queue(priority).deficit -= this.#headBytes(priority)
    return this.#cut(priority)
  }

  get queuedBytes(): number {
    return this.#queues.reduce((sum, queue) => sum + queue.bytes, 0)
  }

  /** The bulk class whose turn it is: every class with something to send gets its quantum once per round. */
  #bulkTurn(): number | undefined {
    for (let step = 0; step <= bulkWeights.length; step++) {
      const priority = firstBulkPriority + this.#turn
      const queue = this.#queue(priority)
      if (queue.payloads.length > 0) {
        if (!this.#served) queue.deficit += (bulkWeights[this.#turn] as number) * quantumBytes
        this.#served = true
        if (queue.deficit >= this.#headBytes(priority)) return priority
      } else {
        queue.deficit = 0
      }
      this.#turn = (this.#turn + 1) % bulkWeights.length
      this.#served = false
    }
    return undefined
  }

  #headBytes(priority: number): number {
    const queue = this.#queue(priority)
    return Math.min(maxFramePayloadBytes, (queue.payloads[0] as Uint8Array).length - queue.offset)
  }

  #cut(priority: number): PayloadFrame {
    const queue = this.#queue(priority)
    const payload = queue.payloads[0] as Uint8Array
    const frame = cutFrame(payload, priority as Priority, queue.offset)
    queue.offset += frame.bytes.length
    queue.bytes -= frame.bytes.length
    if (queue.offset === payload.length) {
      queue.payloads.shift()
      queue.offset = 0
    }
    return frame
  }

  #queue(priority: number): Queue {
    return this.#queues[priority] as Queue
  }
}

/**
 * What the parts of this room share: which blobs are known, who is linked, and how to speak to the host and to neighbours.
 *
 * `blobs.ts` learns of blobs, `fetching.ts` asks for blocks, `taking.ts` looks at what came, `giving.ts` gives.
 */
import type { Crypto } from '../crypto/crypto.ts'
import type { Millis } from '../machine.ts'
import type { Blob } from './blob.ts'
import type { BlobEvent, BlobJob } from './jobs.ts'
import type { Neighbour } from './neighbour.ts'
import { Progress } from './progress.ts'
import { type BlobMessage, encodeBlobMessage } from './wire.ts'

/** News of blocks is gathered for so long; the beat of this room while anything goes on. */
export const gatherMs: Millis = 20

/** A timer that is later than this was lost with a machine that slept. */
const longestLateMs: Millis = 5_000

export interface BlobsContext {
  readonly crypto: Pick<Crypto, 'sha256' | 'random'>
  /** Decides what is fetched by itself: the same for every run of this device. */
  readonly self: Uint8Array
  /** Whether the link of this session takes another block now. When it does again, call `room`. */
  hasRoom(session: string): boolean
  /** `message`: small and before any block. `wanted`, `prefetch`: a block or page. */
  send(session: string, urgency: 'message' | 'wanted' | 'prefetch', bytes: Uint8Array, now: Millis): void
  /** Answered by `done` with the number. */
  job(job: BlobJob): number
  tell(event: BlobEvent): void
  /** Call `beat` at this time. */
  wake(at: Millis): void
  /** In place of the rule by size: a keeper fetches whatever it was offered. */
  readonly fetchesAll?: boolean | undefined
  /** A keeper is asked only where fewer than `enoughHolders` others have all of a blob. */
  isKeeper?(session: string): boolean
  /** A block of it was given away. */
  used?(root: string, now: Millis): void
  /** This one sends what is not so. */
  drop(session: string, now: Millis): void
}

export interface Working {
  readonly job: BlobJob
  readonly blob: Blob
  /** Who is given what is read, or gave what is kept. */
  readonly neighbour: Neighbour | undefined
  readonly urgent: boolean
}

export class Table {
  readonly context: BlobsContext
  readonly blobs: Map<string, Blob> = new Map()
  readonly neighbours: Map<string, Neighbour> = new Map()
  readonly #progress = new Map<string, Progress>()
  readonly #working = new Map<number, Working>()
  #beatAt: Millis | undefined

  constructor(context: BlobsContext) {
    this.context = context
  }

  work(job: BlobJob, blob: Blob, neighbour?: Neighbour, urgent = false): void {
    this.#working.set(this.context.job(job), { job, blob, neighbour, urgent })
  }

  /** What the host was asked to do under this number. */
  worked(request: number): Working | undefined {
    const working = this.#working.get(request)
    this.#working.delete(request)
    return working
  }

  say(session: string, message: BlobMessage, now: Millis): void {
    this.context.send(session, 'message', encodeBlobMessage(message), now)
  }

  /** What is here of it; while it is given away block by block, who reads it learns that it is. */
  have(session: string, blob: Blob, now: Millis): void {
    if (blob.held === undefined) return
    if (blob.pushNext !== undefined) {
      if (blob.isComplete && blob.views.get(session)?.ordered === true)
        this.say(session, { type: 'gives', root: blob.root }, now)
      return
    }
    const bitmap = blob.isComplete ? undefined : blob.held.toBytes()
    this.say(session, { type: 'have', root: blob.root, bitmap }, now)
  }

  announce(blob: Blob, now: Millis): void {
    for (const session of this.neighbours.keys()) this.have(session, blob, now)
  }

  tell(blob: Blob, now: Millis): void {
    const progress = this.progressOf(blob).report(blob, now)
    if (progress !== undefined) this.context.tell(progress)
  }

  progressOf(blob: Blob): Progress {
    let progress = this.#progress.get(blob.root)
    if (progress === undefined) this.#progress.set(blob.root, (progress = new Progress()))
    return progress
  }

  /** The next report of it is told whatever was told before. */
  tellAnew(root: string): void {
    this.#progress.delete(root)
  }

  forget(blob: Blob): void {
    this.blobs.delete(blob.root)
    this.#progress.delete(blob.root)
  }

  /**
   * Asks for a beat within `gatherMs`. One that is overdue is still to come: on a busy machine, where timers are late,
   * asking anew with every block would put it off for ever.
   */
  schedule(now: Millis): void {
    const isComing = this.#beatAt !== undefined && this.#beatAt <= now + gatherMs && now - this.#beatAt < longestLateMs
    if (isComing) return
    this.#beatAt = now + gatherMs
    this.context.wake(this.#beatAt)
  }

  beaten(): void {
    this.#beatAt = undefined
  }
}

/**
 * Giving blocks away: first each of them once, unasked, where we sealed the file; then what is wanted (`serving.ts`).
 *
 * Blocks are read by the host, two ahead for a neighbour, and go when its link has room. Limits: 512 blocks wanted by one
 * neighbour (`neighbour.ts`). After super-seeding (BEP 16).
 */
import type { Millis } from '../machine.ts'
import type { Blob } from './blob.ts'
import type { BlobJob } from './jobs.ts'
import { leavesPerPage } from './layout.ts'
import { type Asking, type Neighbour, maxWanted } from './neighbour.ts'
import { forgetWanted, nextFor } from './serving.ts'
import type { Table, Working } from './table.ts'
import { encodeBlobMessage } from './wire.ts'

/** Blocks read ahead for one neighbour. */
const maxReading = 2
/** Where at least so many neighbours fetch what was given away, they share it for so long before they may ask for more. */
const sharingNeighbours = 4
const sharingMs: Millis = 600

export class Giving {
  readonly #table: Table
  readonly #pushing = new Set<Blob>()
  /** All given away, and soon told of. */
  readonly #announcing = new Set<Blob>()

  constructor(table: Table) {
    this.#table = table
  }

  /** Each block of it goes out once. */
  push(blob: Blob): void {
    blob.pushNext = 0
    this.#pushing.add(blob)
  }

  stopPushing(blob: Blob): void {
    for (const { pushed } of blob.views.values()) pushed.clear()
    blob.pushNext = undefined
    this.#pushing.delete(blob)
    this.#announcing.delete(blob)
  }

  serves(session: string): boolean {
    const neighbour = this.#table.neighbours.get(session)
    return neighbour !== undefined && (neighbour.wantedCount > 0 || this.#pushing.size > 0)
  }

  /** Somebody says whether it wants blocks of this one, and news of them. */
  asked(neighbour: Neighbour, blob: Blob, { wants, urgent, ordered }: Asking, now: Millis): void {
    const view = blob.view(neighbour.session)
    view.wants = wants
    view.urgent = urgent
    view.ordered = ordered
    if (!wants) {
      for (const index of neighbour.wanted.get(blob.root)?.keys() ?? []) forgetWanted(neighbour, blob.root, index)
      return
    }
    this.#table.have(neighbour.session, blob, now)
    // Who asks anew has not what it had: everything may be pushed to it again.
    this.serve(neighbour, now)
  }

  wanted(neighbour: Neighbour, blob: Blob, numbers: readonly number[], urgent: boolean, now: Millis): void {
    const lacking: number[] = []
    const { pushed } = blob.view(neighbour.session)
    for (const index of numbers) {
      // It is on its way; who asks once more did not get it.
      if (blob.pushNext !== undefined && pushed.delete(index)) continue
      if (blob.held?.has(index) !== true || neighbour.wantedCount >= maxWanted) {
        lacking.push(index)
        continue
      }
      let wanted = neighbour.wanted.get(blob.root)
      if (wanted === undefined) neighbour.wanted.set(blob.root, (wanted = new Map()))
      if (!wanted.has(index)) neighbour.wantedCount++
      wanted.set(index, urgent)
    }
    if (lacking.length > 0) this.#table.say(neighbour.session, { type: 'lack', root: blob.root, numbers: lacking }, now)
    this.serve(neighbour, now)
  }

  page(neighbour: Neighbour, blob: Blob, page: number, now: Millis): void {
    // Who gets none asks another, or again when its time is up.
    if (!blob.pagesHeld.has(page) || neighbour.reading >= maxReading * 2) return
    neighbour.reading++
    this.#table.work({ type: 'read', root: blob.root, part: 'page', index: page }, blob, neighbour, true)
    this.#table.schedule(now)
  }

  serveAll(now: Millis): void {
    for (const neighbour of this.#table.neighbours.values()) this.serve(neighbour, now)
  }

  serve(neighbour: Neighbour, now: Millis): void {
    const table = this.#table
    while (neighbour.reading < maxReading && table.context.hasRoom(neighbour.session)) {
      const isKeeper = (session: string): boolean => table.context.isKeeper?.(session) === true
      const next = nextFor(neighbour, this.#pushing, table.blobs, isKeeper)
      if (next === undefined) break
      const { blob, index, urgent, pushed } = next
      if (!pushed) forgetWanted(neighbour, blob.root, index)
      else {
        this.#pushPage(neighbour, blob, Math.floor(index / leavesPerPage))
        blob.view(neighbour.session).pushed.add(index)
      }
      blob.give(index)
      neighbour.reading++
      table.work({ type: 'read', root: blob.root, part: 'block', index }, blob, neighbour, urgent)
      if (pushed) this.#checkPushed(blob, now)
    }
  }

  /** The host has read it. */
  read(working: Working, job: BlobJob, neighbour: Neighbour, bytes: Uint8Array | undefined, now: Millis): void {
    if (job.type !== 'read') return
    const { blob, urgent } = working
    const { session } = neighbour
    const table = this.#table
    neighbour.reading--
    if (table.neighbours.get(session) !== neighbour) return
    if (bytes === undefined) {
      if (job.part === 'block') {
        table.say(session, { type: 'lack', root: blob.root, numbers: [job.index] }, now)
        blob.held?.clear(job.index)
      } else blob.pagesHeld.clear(job.index)
    } else {
      table.context.used?.(blob.root, now)
      const message = { type: job.part, root: blob.root, index: job.index, bytes } as const
      table.context.send(session, urgent ? 'wanted' : 'prefetch', encodeBlobMessage(message), now)
    }
    this.serve(neighbour, now)
  }

  beat(now: Millis): void {
    for (const blob of this.#announcing) {
      if (now < (blob.announceAt ?? 0)) continue
      this.stopPushing(blob)
      this.#table.announce(blob, now)
    }
    if (this.#announcing.size > 0) this.#table.schedule(now)
  }

  /** In front of the first pushed block that needs it. */
  #pushPage(neighbour: Neighbour, blob: Blob, page: number): void {
    const view = blob.view(neighbour.session)
    if (view.pagesSent.has(page)) return
    view.pagesSent.add(page)
    neighbour.reading++
    this.#table.work({ type: 'read', root: blob.root, part: 'page', index: page }, blob, neighbour, true)
  }

  /** When every block is out, everybody may ask for any; where many fetch, they first have a while to share what is. */
  #checkPushed(blob: Blob, now: Millis): void {
    while (blob.pushNext !== undefined && blob.pushNext < blob.blocks && blob.givenOf(blob.pushNext) > 0)
      blob.pushNext++
    if (blob.pushNext === undefined || blob.pushNext < blob.blocks) return
    let fetching = 0
    for (const { wants } of blob.views.values()) if (wants) fetching++
    this.#pushing.delete(blob)
    blob.announceAt = now + (fetching >= sharingNeighbours ? sharingMs : 0)
    this.#announcing.add(blob)
    this.#table.schedule(now)
  }
}

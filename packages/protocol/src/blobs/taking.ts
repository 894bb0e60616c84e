/**
 * What comes: pages and blocks are checked, kept by the host, told of, and only then given on.
 *
 * Whoever sends two that are not what they should be is dropped. What came unasked waits for the host only up to 512
 * blocks, and of a full or broken store the person is told; what was kept stays.
 */
import type { Millis } from '../machine.ts'
import type { Blob } from './blob.ts'
import type { Fetching } from './fetching.ts'
import type { BlobResult } from './jobs.ts'
import { blockLengthOf } from './layout.ts'
import { openPage } from './merkle.ts'
import { type Neighbour, keyOf, maxBadBlocks } from './neighbour.ts'
import type { Table, Working } from './table.ts'
import { maxNumbers } from './wire.ts'

/** Blocks the store may have in work; more that come unasked are dropped. */
export const maxKeeping = 512
/** News of blocks is gathered for `gatherMs`, or until there are so many. */
const gatherBlocks = 32

type Outcome = Extract<BlobResult, { readonly type: 'kept' }>['outcome']

export class Taking {
  readonly #table: Table
  readonly #fetching: Fetching

  constructor(table: Table, fetching: Fetching) {
    this.#table = table
    this.#fetching = fetching
  }

  block(neighbour: Neighbour, blob: Blob, index: number, bytes: Uint8Array, now: Millis): void {
    if (index >= blob.blocks) return this.#table.context.drop(neighbour.session, now)
    const asked = neighbour.asked.get(keyOf(blob.root, index))
    if (asked !== undefined) neighbour.answered(now - asked.at)
    const leaf = blob.leaf(index)
    const isOfUse = blob.isFetching && blob.held?.has(index) !== true && !blob.keeping.has(index)
    if (!isOfUse || leaf === undefined || (asked === undefined && blob.keeping.size >= maxKeeping)) {
      this.#fetching.unask(blob, neighbour, index)
      return this.#fetching.from(neighbour, now)
    }
    if (bytes.length !== blockLengthOf(blob.size, index)) return this.#bad(neighbour, blob, index, now)
    blob.missing.remove(index)
    blob.keeping.add(index)
    const { root, size } = blob
    this.#table.work({ type: 'keepBlock', root, size, index, leaf, bytes }, blob, neighbour)
  }

  kept(working: Working, index: number, outcome: Outcome, now: Millis): void {
    const { blob, neighbour, job } = working
    const table = this.#table
    blob.keeping.delete(index)
    if (outcome === 'corrupt') return this.#bad(neighbour, blob, index, now)
    if (outcome !== 'kept') {
      blob.trouble = outcome === 'full' ? 'storeFull' : 'storeBroken'
      return this.#fetching.leave(blob, now)
    }
    const bytes = job.type === 'keepBlock' ? job.bytes.length : 0
    // It may have been cancelled meanwhile.
    if (blob.held?.set(index) !== true) return
    this.#settle(blob, neighbour, index, now)
    if (neighbour !== undefined) {
      neighbour.delivered(bytes, now)
      table.progressOf(blob).came(neighbour.session, bytes, now)
    }
    // Also of who gives it away and says nothing.
    blob.fetchingSince = now
    blob.gained.push(index)
    table.context.tell({ type: 'blobBlocks', root: blob.root, indices: [index] })
    if (blob.isComplete) return this.#complete(blob, now)
    if (blob.gained.length >= gatherBlocks) this.#tellGained(blob, now)
    table.schedule(now)
    if (neighbour !== undefined && table.neighbours.has(neighbour.session)) this.#fetching.from(neighbour, now)
  }

  page(neighbour: Neighbour, blob: Blob, page: number, bytes: Uint8Array, now: Millis): void {
    const { context } = this.#table
    blob.pagesAsked.delete(page)
    if (!blob.isFetching || blob.hasLeaves(page)) return
    const opened = openPage(context.crypto, blob.rootBytes, blob.size, page, bytes)
    if (!opened.ok) {
      if (++neighbour.badBlocks >= maxBadBlocks) context.drop(neighbour.session, now)
      return
    }
    blob.setLeaves(page, opened.value.slice())
    if (blob.pagesHeld.set(page)) {
      const { root, size } = blob
      this.#table.work({ type: 'keepPage', root, size, index: page, bytes: bytes.slice() }, blob)
    }
    this.#fetching.more(now)
  }

  /** A page that was kept before the last start. */
  ownPage(blob: Blob, page: number, bytes: Uint8Array | undefined, now: Millis): void {
    const { crypto } = this.#table.context
    blob.pagesAsked.delete(page)
    const opened = bytes === undefined ? undefined : openPage(crypto, blob.rootBytes, blob.size, page, bytes)
    if (opened?.ok === true) blob.setLeaves(page, opened.value.slice())
    else blob.pagesHeld.clear(page)
    this.#fetching.more(now)
  }

  beat(now: Millis): void {
    for (const blob of this.#table.blobs.values()) if (blob.gained.length > 0) this.#tellGained(blob, now)
  }

  /** Nobody has to send it any more. */
  #settle(blob: Blob, from: Neighbour | undefined, index: number, now: Millis): void {
    const { neighbours } = this.#table
    const sessions = blob.askedOf.get(index) ?? []
    blob.askedOf.delete(index)
    from?.asked.delete(keyOf(blob.root, index))
    for (const session of sessions) {
      neighbours.get(session)?.asked.delete(keyOf(blob.root, index))
      if (session === from?.session) continue
      this.#table.say(session, { type: 'cancel', root: blob.root, numbers: [index] }, now)
    }
  }

  #bad(neighbour: Neighbour | undefined, blob: Blob, index: number, now: Millis): void {
    if (neighbour !== undefined) this.#fetching.unask(blob, neighbour, index)
    if (blob.isFetching && !blob.askedOf.has(index)) blob.missing.add(index)
    if (neighbour !== undefined && ++neighbour.badBlocks >= maxBadBlocks) {
      this.#table.context.drop(neighbour.session, now)
    }
    this.#fetching.more(now)
  }

  #complete(blob: Blob, now: Millis): void {
    blob.gained = []
    blob.rest()
    // Everything is on disk now; whoever asks for a page gets it from there.
    blob.forgetLeaves()
    this.#table.announce(blob, now)
    this.#table.tell(blob, now)
    this.#fetching.prioritise(now)
  }

  #tellGained(blob: Blob, now: Millis): void {
    const numbers = blob.gained.sort((a, b) => a - b)
    blob.gained = []
    for (let at = 0; at < numbers.length; at += maxNumbers) {
      const message = { type: 'gained', root: blob.root, numbers: numbers.slice(at, at + maxNumbers) } as const
      for (const [session, view] of blob.views) if (view.wants && !view.all) this.#table.say(session, message, now)
    }
  }
}

/**
 * The files of one room, from many to many: learns of blobs, fetches, keeps and serves their blocks.
 *
 *   know ──▶ look (what is here?) ──▶ ask neighbours ──▶ pages, then blocks: wanted or pushed ──▶ kept ──▶ told, served
 *
 * Blocks are checked and kept by the host (`jobs.ts`), so a block is served only after it was verified, and this machine
 * never holds one for longer than it is on its way. What goes over links is in `wire.ts`; asking is in `fetching.ts`,
 * what comes of it in `taking.ts`, giving in `giving.ts`. After BitTorrent (Cohen, 2003; BEP 52, super-seeding BEP 16).
 */
import type { Millis } from '../machine.ts'
import { Bits } from './bits.ts'
import { Blob } from './blob.ts'
import { Fetching } from './fetching.ts'
import { Giving } from './giving.ts'
import type { BlobResult } from './jobs.ts'
import { Neighbour } from './neighbour.ts'
import { forgetWanted } from './serving.ts'
import { type BlobsContext, Table } from './table.ts'
import { Taking } from './taking.ts'
import { type BlobMessage, decodeBlobMessage, maxHolds } from './wire.ts'

/** Remembered per room; of more, the oldest that nobody wants or holds is forgotten. */
export const maxKnown = 4096
/** Of blobs not known (yet), that one neighbour asks about. */
export const maxEarly = 256
/** Questions to the store at once. */
export const maxLooking = 16

export class Blobs {
  readonly #table: Table
  readonly #fetching: Fetching
  readonly #taking: Taking
  readonly #giving: Giving
  /** To be looked at, newest last. */
  readonly #unlooked: Blob[] = []
  /** Stopped by a person before the last start, and not known yet. */
  readonly #stopped = new Set<string>()
  /** Whole by what the store told, until something of it was not there. */
  readonly #doubted = new Set<Blob>()
  #looking = 0
  #order = 0

  constructor(context: BlobsContext) {
    this.#table = new Table(context)
    this.#fetching = new Fetching(this.#table)
    this.#taking = new Taking(this.#table, this.#fetching)
    this.#giving = new Giving(this.#table)
  }

  /** A message names this blob. */
  know(root: string, size: number, now: Millis): void {
    const known = this.#table.blobs.get(root)
    if (known !== undefined) {
      // Whoever shows the message hears for the first time of a file that was sealed before.
      this.#table.tellAnew(root)
      if (known.held !== undefined) this.#table.tell(known, now)
      return
    }
    const blob = this.#add(root, size)
    this.#unlooked.push(blob)
    for (const neighbour of this.#table.neighbours.values()) {
      const early = neighbour.early.get(root)
      if (early === undefined) continue
      neighbour.early.delete(root)
      if (early.size === size) this.#giving.asked(neighbour, blob, early, now)
    }
    this.#look()
  }

  /** The host sealed it: ours to spread. */
  sealed(root: string, size: number, now: Millis): void {
    const blob = this.#table.blobs.get(root) ?? this.#add(root, size)
    this.#giving.push(blob)
    if (blob.held !== undefined) this.#again(blob)
    else if (!this.#unlooked.includes(blob)) this.#unlooked.push(blob)
    this.#look()
    this.#table.schedule(now)
  }

  /** The host removed it to make room. */
  freed(root: string, now: Millis): void {
    const blob = this.#table.blobs.get(root)
    if (blob !== undefined) this.#empty(blob, now)
  }

  fetch(root: string, from: number | undefined, now: Millis): void {
    this.#stopped.delete(root)
    const blob = this.#table.blobs.get(root)
    if (blob === undefined) return
    // Who asks for what is here did not find it in the store.
    this.#lookAgain(blob)
    this.#fetching.want(blob, from, now)
  }

  /** One that is not known yet is paused when it is. */
  pause(root: string, now: Millis): void {
    const blob = this.#table.blobs.get(root)
    if (blob === undefined) {
      if (this.#stopped.size < maxKnown) this.#stopped.add(root)
      return
    }
    if (blob.isComplete) return
    blob.purpose = 'paused'
    this.#fetching.leave(blob, now)
  }

  cancel(root: string, now: Millis): void {
    const blob = this.#table.blobs.get(root)
    if (blob === undefined) return
    blob.purpose = 'paused'
    this.#fetching.leave(blob, now)
    this.#table.context.job({ type: 'remove', root })
    this.#empty(blob, now)
  }

  /** No message names it any more. */
  forget(root: string, now: Millis): void {
    const blob = this.#table.blobs.get(root)
    if (blob === undefined) return
    this.cancel(root, now)
    this.#table.forget(blob)
  }

  setSaving(saving: boolean, now: Millis): void {
    this.#fetching.setSaving(saving, now)
  }

  /** What stopped because the store was full goes on. */
  roomAgain(now: Millis): void {
    this.#fetching.roomAgain(now)
  }

  linked(session: string, now: Millis): void {
    const { neighbours, blobs } = this.#table
    if (neighbours.has(session)) return
    neighbours.set(session, new Neighbour(session))
    const held = [...blobs.values()].filter((blob) => blob.isComplete && blob.pushNext === undefined)
    const roots = held.slice(-maxHolds).map(({ root }) => root)
    if (roots.length > 0) this.#table.say(session, { type: 'holds', roots }, now)
    this.#fetching.linked(session, now)
  }

  unlinked(session: string, now: Millis): void {
    const neighbour = this.#table.neighbours.get(session)
    if (neighbour === undefined) return
    this.#table.neighbours.delete(session)
    this.#fetching.unlinked(neighbour, now)
  }

  /** False: nonsense, which ends the link. */
  receive(session: string, payload: Uint8Array, now: Millis): boolean {
    const neighbour = this.#table.neighbours.get(session)
    if (neighbour === undefined) return true
    const decoded = decodeBlobMessage(payload)
    if (!decoded.ok) return decoded.code === 'unknown'
    this.#heard(neighbour, decoded.value, now)
    return true
  }

  /** Whether `room` has any use for this session. */
  serves(session: string): boolean {
    return this.#giving.serves(session)
  }

  /** The link of this session takes more. */
  room(session: string, now: Millis): void {
    const neighbour = this.#table.neighbours.get(session)
    if (neighbour !== undefined) this.#giving.serve(neighbour, now)
  }

  done(request: number, result: BlobResult, now: Millis): void {
    const working = this.#table.worked(request)
    if (working === undefined) return
    const { job, blob, neighbour } = working
    if (job.type === 'look' && result.type === 'held') this.#looked(blob, result.blocks, result.pages, now)
    else if (job.type === 'keepBlock' && result.type === 'kept') {
      this.#taking.kept(working, job.index, result.outcome, now)
    } else if (job.type === 'read' && result.type === 'bytes') {
      if (result.bytes === undefined) this.#lookAgain(blob)
      if (neighbour === undefined) this.#taking.ownPage(blob, job.index, result.bytes, now)
      else this.#giving.read(working, job, neighbour, result.bytes, now)
    }
  }

  /** The time asked for by `wake`. */
  beat(now: Millis): void {
    this.#table.beaten()
    this.#taking.beat(now)
    this.#fetching.beat(now)
    this.#giving.beat(now)
    for (const blob of this.#fetching.active) this.#table.tell(blob, now)
    if (this.#fetching.active.length > 0) this.#table.schedule(now)
  }

  #add(root: string, size: number): Blob {
    if (this.#table.blobs.size >= maxKnown) this.#forgetOldest()
    const blob = new Blob(root, size, this.#order++)
    if (this.#stopped.delete(root)) blob.purpose = 'paused'
    this.#table.blobs.set(root, blob)
    return blob
  }

  #forgetOldest(): void {
    for (const blob of this.#table.blobs.values()) {
      if (blob.purpose === 'person' || blob.keeping.size > 0 || blob.pushNext !== undefined) continue
      this.#table.forget(blob)
      this.#fetching.forget(blob)
      return
    }
  }

  #again(blob: Blob): void {
    blob.held = undefined
    if (!this.#unlooked.includes(blob)) this.#unlooked.push(blob)
  }

  /** The store has not all of what it told of: it was emptied under us, as browsers do. */
  #lookAgain(blob: Blob): void {
    if (!blob.isComplete) return
    this.#doubted.add(blob)
    this.#again(blob)
    this.#look()
  }

  #look(): void {
    while (this.#looking < maxLooking && this.#unlooked.length > 0) {
      const blob = this.#unlooked.pop() as Blob
      this.#looking++
      this.#table.work({ type: 'look', root: blob.root, size: blob.size }, blob)
    }
  }

  #looked(blob: Blob, blocks: Uint8Array, pages: Uint8Array, now: Millis): void {
    this.#looking--
    const held = Bits.from(blocks, blob.blocks)
    const pagesHeld = Bits.from(pages, blob.pagesHeld.size)
    blob.held = held.ok ? held.value : new Bits(blob.blocks)
    blob.pagesHeld = pagesHeld.ok ? pagesHeld.value : new Bits(blob.pagesHeld.size)
    this.#look()
    this.#fetching.byItself(blob, now)
    if (!blob.isComplete && blob.pushNext !== undefined) this.#giving.stopPushing(blob)
    // Also those who do not want it count on what they were told.
    const wasDoubted = this.#doubted.delete(blob)
    if ((blob.isComplete || wasDoubted) && blob.pushNext === undefined) this.#table.announce(blob, now)
    else for (const [session, view] of blob.views) if (view.wants) this.#table.have(session, blob, now)
    this.#fetching.prioritise(now)
    this.#table.tell(blob, now)
    this.#giving.serveAll(now)
  }

  /** Nothing of it is here any more. */
  #empty(blob: Blob, now: Millis): void {
    const wasComplete = blob.isComplete
    this.#giving.stopPushing(blob)
    blob.held = new Bits(blob.blocks)
    blob.pagesHeld = new Bits(blob.pagesHeld.size)
    blob.forgetLeaves()
    blob.gained = []
    if (wasComplete && blob.purpose !== 'paused') blob.purpose = 'paused'
    this.#table.announce(blob, now)
    this.#table.tell(blob, now)
  }

  #heard(neighbour: Neighbour, message: BlobMessage, now: Millis): void {
    if (message.type === 'holds') {
      for (const root of message.roots) {
        const blob = this.#table.blobs.get(root)
        if (blob !== undefined) this.#fetching.hasAll(blob, blob.view(neighbour.session), now)
      }
      this.#fetching.from(neighbour, now)
      return
    }
    const blob = this.#table.blobs.get(message.root)
    if (message.type === 'ask') {
      const { root, size } = message
      if (blob?.size === size) this.#giving.asked(neighbour, blob, message, now)
      else if (blob === undefined && neighbour.early.size < maxEarly) neighbour.early.set(root, message)
      return
    }
    if (blob === undefined) {
      if (message.type === 'want') this.#table.say(neighbour.session, { ...message, type: 'lack' }, now)
      return
    }
    switch (message.type) {
      case 'have':
        return this.#fetching.has(neighbour, blob, message.bitmap, now)
      case 'gives':
        return this.#fetching.gives(neighbour, blob, now)
      case 'gained':
        return this.#fetching.gained(neighbour, blob, message.numbers, now)
      case 'want':
        return this.#giving.wanted(neighbour, blob, message.numbers, message.urgent, now)
      case 'block':
        return this.#taking.block(neighbour, blob, message.index, message.bytes, now)
      case 'cancel':
        for (const index of message.numbers) forgetWanted(neighbour, blob.root, index)
        return
      case 'wantPage':
        return this.#giving.page(neighbour, blob, message.index, now)
      case 'page':
        return this.#taking.page(neighbour, blob, message.index, message.bytes, now)
      case 'lack':
        return this.#fetching.lacks(neighbour, blob, message.numbers, now)
    }
  }
}

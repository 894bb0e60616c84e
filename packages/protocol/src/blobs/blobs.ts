/**
 * The files of one room, from many to many: learns of blobs, fetches, keeps and serves their blocks.
 *
 *   know ──▶ look (what is here?) ──▶ ask neighbours ──▶ pages, then blocks: wanted or pushed ──▶ kept ──▶ told, served
 *
 * Blocks are checked and kept by the host (`jobs.ts`), so a block is served only after it was verified, and this machine
 * never holds one for longer than it is on its way. What goes over links is in `wire.ts`, which block is asked for in
 * `picking.ts`, which one is given in `serving.ts`. After BitTorrent (Cohen, 2003; BEP 52, super-seeding BEP 16).
 */
import type { Crypto } from '../crypto/crypto.ts'
import type { Millis } from '../machine.ts'
import { fetchesByItself } from './auto-fetch.ts'
import { Bits } from './bits.ts'
import { Blob } from './blob.ts'
import type { View } from './blob.ts'
import type { BlobEvent, BlobJob, BlobResult } from './jobs.ts'
import { blockLengthOf, leavesPerPage } from './layout.ts'
import { openPage } from './merkle.ts'
import { Neighbour, keyOf, maxBadBlocks, maxWanted } from './neighbour.ts'
import { pickBlocks, pickLast } from './picking.ts'
import { Progress } from './progress.ts'
import { forgetWanted, nextFor } from './serving.ts'
import { type BlobMessage, decodeBlobMessage, encodeBlobMessage, maxHolds, maxNumbers } from './wire.ts'

/** Remembered per room; of more, the oldest that nobody wants or holds is forgotten. */
export const maxKnown = 4096
/** Of blobs not known (yet), that one neighbour asks about. */
export const maxEarly = 256
/** Blobs fetched at once without being asked for. */
export const maxPrefetching = 4
/** Blocks the store may have in work; more that come unasked are dropped. */
export const maxKeeping = 512
/** Questions to the store at once. */
export const maxLooking = 16
/** Blocks read ahead for one neighbour. */
const maxReading = 2
/** News of blocks is gathered for so long, or until there are so many. */
const gatherMs: Millis = 20
const gatherBlocks = 32
const timeoutEveryMs: Millis = 500
/** A blob of which nobody told anything for so long. */
const stallMs: Millis = 3_000
/** Where at least so many neighbours fetch what was given away, they share it for so long before they may ask for more. */
const sharingNeighbours = 4
const sharingMs: Millis = 600
const pageTimeoutMs: Millis = 5_000
/** With so many others that have all of it, keepers are left in peace. */
export const enoughHolders = 2

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

interface Working {
  readonly job: BlobJob
  readonly blob: Blob
  /** Who is given what is read, or gave what is kept. */
  readonly neighbour: Neighbour | undefined
  readonly urgent: boolean
}

export class Blobs {
  readonly #context: BlobsContext
  readonly #blobs = new Map<string, Blob>()
  readonly #neighbours = new Map<string, Neighbour>()
  readonly #progress = new Map<string, Progress>()
  readonly #working = new Map<number, Working>()
  /** To be looked at, newest last. */
  readonly #unlooked: Blob[] = []
  readonly #pushing = new Set<Blob>()
  /** All given away, and soon told of. */
  readonly #announcing = new Set<Blob>()
  /** Being fetched now. */
  #active: Blob[] = []
  #looking = 0
  #order = 0
  #saving = false
  #beatAt: Millis | undefined
  #timeoutsAt: Millis = 0
  #seed: number

  constructor(context: BlobsContext) {
    this.#context = context
    this.#seed = new DataView(context.crypto.random(4).slice().buffer).getUint32(0) | 1
  }

  /** A message names this blob. */
  know(root: string, size: number, now: Millis): void {
    const known = this.#blobs.get(root)
    if (known !== undefined) {
      // Whoever shows the message hears for the first time of a file that was sealed before.
      this.#progress.delete(root)
      if (known.held !== undefined) this.#tell(known, now)
      return
    }
    const blob = this.#add(root, size)
    this.#unlooked.push(blob)
    for (const neighbour of this.#neighbours.values()) {
      const early = neighbour.early.get(root)
      if (early === undefined) continue
      neighbour.early.delete(root)
      if (early.size === size) this.#asked(neighbour, blob, early.wants, early.urgent, now)
    }
    this.#look()
  }

  /** The host sealed it: ours to spread. */
  sealed(root: string, size: number, now: Millis): void {
    const blob = this.#blobs.get(root) ?? this.#add(root, size)
    blob.pushNext = 0
    this.#pushing.add(blob)
    if (blob.held !== undefined) this.#again(blob)
    else if (!this.#unlooked.includes(blob)) this.#unlooked.push(blob)
    this.#look()
    this.#schedule(now)
  }

  /** The host removed it to make room. */
  freed(root: string, now: Millis): void {
    const blob = this.#blobs.get(root)
    if (blob !== undefined) this.#empty(blob, now)
  }

  fetch(root: string, from: number | undefined, now: Millis): void {
    const blob = this.#blobs.get(root)
    if (blob === undefined) return
    blob.from = from
    blob.trouble = undefined
    if (blob.purpose !== 'person' || blob.stalledAt !== undefined) {
      blob.purpose = 'person'
      blob.stalledAt = undefined
      blob.fetchingSince = now
      if (!blob.isComplete) this.#askAll(blob, now)
    }
    this.#prioritise(now)
    this.#tell(blob, now)
  }

  pause(root: string, now: Millis): void {
    const blob = this.#blobs.get(root)
    if (blob === undefined || blob.isComplete) return
    blob.purpose = 'paused'
    this.#leave(blob, now)
  }

  cancel(root: string, now: Millis): void {
    const blob = this.#blobs.get(root)
    if (blob === undefined) return
    blob.purpose = 'paused'
    this.#leave(blob, now)
    this.#context.job({ type: 'remove', root })
    this.#empty(blob, now)
  }

  /** No message names it any more. */
  forget(root: string, now: Millis): void {
    const blob = this.#blobs.get(root)
    if (blob === undefined) return
    this.cancel(root, now)
    this.#blobs.delete(root)
    this.#progress.delete(root)
  }

  setSaving(saving: boolean, now: Millis): void {
    this.#saving = saving
    for (const blob of this.#blobs.values()) {
      if (saving && blob.purpose === 'prefetch') {
        blob.purpose = 'none'
        this.#leave(blob, now)
      } else if (!saving && blob.purpose === 'none') this.#prefetch(blob, now)
    }
    this.#prioritise(now)
  }

  linked(session: string, now: Millis): void {
    if (this.#neighbours.has(session)) return
    this.#neighbours.set(session, new Neighbour(session))
    const held = [...this.#blobs.values()].filter((blob) => blob.isComplete && blob.pushNext === undefined)
    const roots = held.slice(-maxHolds).map(({ root }) => root)
    if (roots.length > 0) this.#say(session, { type: 'holds', roots }, now)
    for (const blob of this.#blobs.values()) if (blob.isFetching) blob.stalledAt = undefined
    this.#prioritise(now)
    for (const blob of this.#active) this.#ask(session, blob, true, now)
  }

  unlinked(session: string, now: Millis): void {
    const neighbour = this.#neighbours.get(session)
    if (neighbour === undefined) return
    this.#neighbours.delete(session)
    for (const { root, index } of neighbour.asked.values()) {
      const blob = this.#blobs.get(root)
      if (blob !== undefined) this.#unask(blob, neighbour, index)
    }
    for (const blob of this.#blobs.values()) {
      blob.forgetView(session)
      for (const [page, asked] of blob.pagesAsked) if (asked.session === session) blob.pagesAsked.delete(page)
    }
    this.#fetchMore(now)
  }

  /** False: nonsense, which ends the link. */
  receive(session: string, payload: Uint8Array, now: Millis): boolean {
    const neighbour = this.#neighbours.get(session)
    if (neighbour === undefined) return true
    const decoded = decodeBlobMessage(payload)
    if (!decoded.ok) return decoded.code === 'unknown'
    this.#heard(neighbour, decoded.value, now)
    return true
  }

  /** Whether `room` has any use for this session. */
  serves(session: string): boolean {
    const neighbour = this.#neighbours.get(session)
    return neighbour !== undefined && (neighbour.wantedCount > 0 || this.#pushing.size > 0)
  }

  /** The link of this session takes more. */
  room(session: string, now: Millis): void {
    const neighbour = this.#neighbours.get(session)
    if (neighbour !== undefined) this.#serve(neighbour, now)
  }

  done(request: number, result: BlobResult, now: Millis): void {
    const working = this.#working.get(request)
    if (working === undefined) return
    this.#working.delete(request)
    const { job, blob } = working
    if (job.type === 'look' && result.type === 'held') this.#looked(blob, result.blocks, result.pages, now)
    else if (job.type === 'keepBlock' && result.type === 'kept') this.#kept(working, job.index, result.outcome, now)
    else if (job.type === 'read' && result.type === 'bytes') this.#read(working, job, result.bytes, now)
  }

  /** The time asked for by `wake`. */
  beat(now: Millis): void {
    this.#beatAt = undefined
    for (const blob of this.#blobs.values()) if (blob.gained.length > 0) this.#tellGained(blob, now)
    if (Math.abs(now - this.#timeoutsAt) >= timeoutEveryMs) {
      this.#timeoutsAt = now
      this.#checkTimeouts(now)
    }
    this.#announcePushed(now)
    for (const blob of this.#active) this.#tell(blob, now)
    if (this.#active.length > 0) this.#schedule(now)
  }

  // Knowing, looking.

  #add(root: string, size: number): Blob {
    if (this.#blobs.size >= maxKnown) this.#forgetOldest()
    const blob = new Blob(root, size, this.#order++)
    this.#blobs.set(root, blob)
    return blob
  }

  #forgetOldest(): void {
    for (const blob of this.#blobs.values()) {
      if (blob.purpose === 'person' || blob.keeping.size > 0 || blob.pushNext !== undefined) continue
      this.#blobs.delete(blob.root)
      this.#progress.delete(blob.root)
      this.#active = this.#active.filter((active) => active !== blob)
      return
    }
  }

  #again(blob: Blob): void {
    blob.held = undefined
    if (!this.#unlooked.includes(blob)) this.#unlooked.push(blob)
  }

  #look(): void {
    while (this.#looking < maxLooking && this.#unlooked.length > 0) {
      const blob = this.#unlooked.pop() as Blob
      this.#looking++
      this.#work({ type: 'look', root: blob.root, size: blob.size }, blob)
    }
  }

  #looked(blob: Blob, blocks: Uint8Array, pages: Uint8Array, now: Millis): void {
    this.#looking--
    const held = Bits.from(blocks, blob.blocks)
    const pagesHeld = Bits.from(pages, blob.pagesHeld.size)
    blob.held = held.ok ? held.value : new Bits(blob.blocks)
    blob.pagesHeld = pagesHeld.ok ? pagesHeld.value : new Bits(blob.pagesHeld.size)
    this.#look()
    this.#prefetch(blob, now)
    if (blob.isComplete) {
      if (blob.pushNext === undefined) this.#announce(blob, now)
    } else {
      if (blob.pushNext !== undefined) this.#stopPushing(blob)
      for (const [session, view] of blob.views) if (view.wants) this.#have(session, blob, now)
    }
    this.#prioritise(now)
    this.#tell(blob, now)
    this.#serveAll(now)
  }

  #prefetch(blob: Blob, now: Millis): void {
    if (blob.purpose !== 'none' || this.#saving || blob.held === undefined || blob.isComplete) return
    const { fetchesAll = false } = this.#context
    // What was begun before the last start goes on.
    const isWanted = fetchesAll || blob.heldCount > 0
    if (!isWanted && !fetchesByItself(this.#context.crypto, this.#context.self, blob.rootBytes, blob.size)) return
    blob.purpose = 'prefetch'
    blob.fetchingSince = now
  }

  #empty(blob: Blob, now: Millis): void {
    const wasComplete = blob.isComplete
    this.#stopPushing(blob)
    blob.held = new Bits(blob.blocks)
    blob.pagesHeld = new Bits(blob.pagesHeld.size)
    blob.forgetLeaves()
    blob.gained = []
    if (wasComplete && blob.purpose !== 'paused') blob.purpose = 'paused'
    for (const session of this.#neighbours.keys()) this.#have(session, blob, now)
    this.#tell(blob, now)
  }

  // Who fetches what.

  /** Those a person waits for, and the newest few of the others. */
  #prioritise(now: Millis): void {
    const before = new Set(this.#active)
    const fetching = [...this.#blobs.values()].filter((blob) => blob.isFetching && blob.stalledAt === undefined)
    const wanted = fetching.filter(({ purpose }) => purpose === 'person')
    const others = fetching.filter(({ purpose }) => purpose === 'prefetch').sort((a, b) => b.order - a.order)
    this.#active = [...wanted, ...others.slice(0, maxPrefetching)]
    for (const blob of this.#active) {
      if (before.has(blob)) continue
      blob.fetchingSince = now
      this.#askAll(blob, now)
    }
    this.#fetchMore(now)
    if (this.#active.length > 0) this.#schedule(now)
  }

  #askAll(blob: Blob, now: Millis): void {
    for (const session of this.#neighbours.keys()) this.#ask(session, blob, true, now)
  }

  #ask(session: string, blob: Blob, wants: boolean, now: Millis): void {
    const { root, size } = blob
    this.#say(session, { type: 'ask', root, size, wants, urgent: blob.purpose === 'person' }, now)
  }

  /** Fetching ends before all of it is here. */
  #leave(blob: Blob, now: Millis): void {
    for (const session of this.#neighbours.keys()) this.#ask(session, blob, false, now)
    for (const [index, sessions] of blob.askedOf) {
      for (const session of sessions) this.#neighbours.get(session)?.asked.delete(keyOf(blob.root, index))
    }
    blob.rest()
    this.#prioritise(now)
    this.#tell(blob, now)
  }

  #fetchMore(now: Millis): void {
    if (this.#active.length === 0) return
    for (const neighbour of this.#neighbours.values()) this.#fetchFrom(neighbour, now)
  }

  #fetchFrom(neighbour: Neighbour, now: Millis): void {
    if (neighbour.isIgnored(now)) return
    const isKeeper = this.#context.isKeeper?.(neighbour.session) === true
    for (const blob of this.#active) {
      if (!neighbour.mayAsk) return
      if (isKeeper && this.#holders(blob) >= enoughHolders) continue
      const view = blob.views.get(neighbour.session)
      if (view === undefined || (!view.all && view.bits === undefined)) continue
      const most = neighbour.limit - neighbour.asked.size
      let picked = pickBlocks(blob, view, most, this.#draw)
      if (picked.length === 0) picked = pickLast(blob, view, neighbour.session, most)
      const ready = picked.filter((index) => this.#hasLeaf(blob, neighbour, index, now))
      for (const index of picked) {
        const sessions = blob.askedOf.get(index)
        if (!ready.includes(index)) {
          if (sessions === undefined) blob.missing.add(index)
          continue
        }
        if (sessions === undefined) blob.askedOf.set(index, [neighbour.session])
        else sessions.push(neighbour.session)
        neighbour.asked.set(keyOf(blob.root, index), { at: now, root: blob.root, index })
      }
      const numbers = ready.sort((a, b) => a - b)
      const urgent = blob.purpose === 'person'
      if (numbers.length > 0) this.#say(neighbour.session, { type: 'want', root: blob.root, urgent, numbers }, now)
    }
  }

  /** Neighbours that have all of it and are no keepers. */
  #holders(blob: Blob): number {
    let count = 0
    for (const [session, { all }] of blob.views) if (all && this.#context.isKeeper?.(session) !== true) count++
    return count
  }

  /** Asks for the page when it is not here. */
  #hasLeaf(blob: Blob, neighbour: Neighbour, index: number, now: Millis): boolean {
    if (blob.leaf(index) !== undefined) return true
    const page = Math.floor(index / leavesPerPage)
    if (blob.pagesAsked.has(page)) return false
    blob.pagesAsked.set(page, { session: neighbour.session, at: now })
    if (blob.pagesHeld.has(page)) this.#work({ type: 'read', root: blob.root, part: 'page', index: page }, blob)
    else this.#say(neighbour.session, { type: 'wantPage', root: blob.root, index: page }, now)
    return false
  }

  #unask(blob: Blob, neighbour: Neighbour, index: number): void {
    neighbour.asked.delete(keyOf(blob.root, index))
    const sessions = blob.askedOf.get(index)?.filter((session) => session !== neighbour.session)
    if (sessions === undefined) return
    if (sessions.length > 0) blob.askedOf.set(index, sessions)
    else {
      blob.askedOf.delete(index)
      if (blob.held?.has(index) === false && !blob.keeping.has(index) && blob.isFetching) blob.missing.add(index)
    }
  }

  #checkTimeouts(now: Millis): void {
    for (const neighbour of this.#neighbours.values()) {
      const { timeoutMs } = neighbour
      let late = false
      for (const { at, root, index } of [...neighbour.asked.values()]) {
        if (now - at < timeoutMs) continue
        // What came in between came from there: it is slow, not silent.
        if (neighbour.heardAt < at) late = true
        const blob = this.#blobs.get(root)
        if (blob === undefined) neighbour.asked.delete(keyOf(root, index))
        else if (!blob.keeping.has(index)) this.#unask(blob, neighbour, index)
      }
      if (late) neighbour.lapsed(now)
    }
    for (const blob of this.#active) {
      for (const [page, { session, at }] of blob.pagesAsked) {
        if (now - at < pageTimeoutMs) continue
        blob.pagesAsked.delete(page)
        this.#neighbours.get(session)?.lapsed(now)
      }
      const isKnown = [...blob.views.values()].some((view) => view.all || (view.bits?.count ?? 0) > 0)
      if (!isKnown && now - blob.fetchingSince >= stallMs) blob.stalledAt = now
      else if (isKnown) blob.fetchingSince = now
    }
    this.#stall(now)
    this.#fetchMore(now)
  }

  #stall(now: Millis): void {
    const stalled = this.#active.filter(({ stalledAt }) => stalledAt !== undefined)
    if (stalled.length === 0) return
    this.#prioritise(now)
    for (const blob of stalled) this.#tell(blob, now)
  }

  // What neighbours say.

  #heard(neighbour: Neighbour, message: BlobMessage, now: Millis): void {
    if (message.type === 'holds') {
      for (const root of message.roots) {
        const blob = this.#blobs.get(root)
        if (blob !== undefined) this.#hasAll(blob, blob.view(neighbour.session), now)
      }
      this.#fetchFrom(neighbour, now)
      return
    }
    const blob = this.#blobs.get(message.root)
    if (message.type === 'ask') {
      const { root, size, wants, urgent } = message
      if (blob?.size === size) this.#asked(neighbour, blob, wants, urgent, now)
      else if (blob === undefined && neighbour.early.size < maxEarly) neighbour.early.set(root, { size, wants, urgent })
      return
    }
    if (blob === undefined) {
      if (message.type === 'want') this.#say(neighbour.session, { ...message, type: 'lack' }, now)
      return
    }
    switch (message.type) {
      case 'have':
        return this.#has(neighbour, blob, message.bitmap, now)
      case 'gained': {
        if (!blob.isFetching) return
        const view = blob.view(neighbour.session)
        for (const index of message.numbers) blob.gainedBy(view, index)
        this.#known(blob, now)
        return this.#fetchFrom(neighbour, now)
      }
      case 'want':
        return this.#wanted(neighbour, blob, message.numbers, message.urgent, now)
      case 'block':
        return this.#came(neighbour, blob, message.index, message.bytes, now)
      case 'cancel':
        for (const index of message.numbers) forgetWanted(neighbour, blob.root, index)
        return
      case 'wantPage':
        return this.#givePage(neighbour, blob, message.index, now)
      case 'page':
        return this.#pageCame(neighbour, blob, message.index, message.bytes, now)
      case 'lack':
        for (const index of message.numbers) {
          if (!neighbour.asked.has(keyOf(blob.root, index))) continue
          blob.lostBy(blob.view(neighbour.session), index)
          this.#unask(blob, neighbour, index)
        }
        return this.#fetchMore(now)
    }
  }

  #asked(neighbour: Neighbour, blob: Blob, wants: boolean, urgent: boolean, now: Millis): void {
    const view = blob.view(neighbour.session)
    view.wants = wants
    view.urgent = urgent
    if (!wants) {
      for (const index of neighbour.wanted.get(blob.root)?.keys() ?? []) forgetWanted(neighbour, blob.root, index)
      return
    }
    this.#have(neighbour.session, blob, now)
    // Who asks anew has not what it had: everything may be pushed to it again.
    this.#serve(neighbour, now)
  }

  #has(neighbour: Neighbour, blob: Blob, bitmap: Uint8Array | undefined, now: Millis): void {
    const view = blob.view(neighbour.session)
    if (bitmap === undefined) {
      this.#hasAll(blob, view, now)
    } else {
      const bits = Bits.from(bitmap, blob.blocks)
      if (!bits.ok) return this.#context.drop(neighbour.session, now)
      view.all = bits.value.isFull
      // A bitmap is worth its memory only while we fetch, or give away.
      const isOfUse = (blob.isFetching || blob.pushNext !== undefined) && !view.all && bits.value.count > 0
      blob.setBits(view, isOfUse ? bits.value : undefined)
      if (bits.value.count > 0) this.#known(blob, now)
    }
    this.#fetchFrom(neighbour, now)
    if (blob.isComplete) this.#tell(blob, now)
  }

  #hasAll(blob: Blob, view: View, now: Millis): void {
    if (view.bits !== undefined) blob.setBits(view, undefined)
    view.all = true
    view.wants = false
    this.#known(blob, now)
    if (blob.isComplete) this.#tell(blob, now)
  }

  /** Somebody has something of it. */
  #known(blob: Blob, now: Millis): void {
    if (blob.stalledAt === undefined) return
    blob.stalledAt = undefined
    this.#prioritise(now)
    this.#tell(blob, now)
  }

  #wanted(neighbour: Neighbour, blob: Blob, numbers: readonly number[], urgent: boolean, now: Millis): void {
    const lacking: number[] = []
    for (const index of numbers) {
      if (blob.held?.has(index) !== true || neighbour.wantedCount >= maxWanted) {
        lacking.push(index)
        continue
      }
      let wanted = neighbour.wanted.get(blob.root)
      if (wanted === undefined) neighbour.wanted.set(blob.root, (wanted = new Map()))
      if (!wanted.has(index)) neighbour.wantedCount++
      wanted.set(index, urgent)
    }
    if (lacking.length > 0) this.#say(neighbour.session, { type: 'lack', root: blob.root, numbers: lacking }, now)
    this.#serve(neighbour, now)
  }

  #came(neighbour: Neighbour, blob: Blob, index: number, bytes: Uint8Array, now: Millis): void {
    if (index >= blob.blocks) return this.#context.drop(neighbour.session, now)
    const key = keyOf(blob.root, index)
    const asked = neighbour.asked.get(key)
    if (asked !== undefined) neighbour.answered(now - asked.at)
    const leaf = blob.leaf(index)
    const isOfUse = blob.isFetching && blob.held?.has(index) !== true && !blob.keeping.has(index)
    if (!isOfUse || leaf === undefined || (asked === undefined && blob.keeping.size >= maxKeeping)) {
      this.#unask(blob, neighbour, index)
      return this.#fetchFrom(neighbour, now)
    }
    if (bytes.length !== blockLengthOf(blob.size, index)) return this.#bad(neighbour, blob, index, now)
    blob.missing.remove(index)
    blob.keeping.add(index)
    const { root, size } = blob
    this.#work({ type: 'keepBlock', root, size, index, leaf, bytes }, blob, neighbour)
  }

  #kept(working: Working, index: number, outcome: 'kept' | 'corrupt' | 'full' | 'broken', now: Millis): void {
    const { blob, neighbour, job } = working
    blob.keeping.delete(index)
    if (outcome === 'corrupt') return this.#bad(neighbour, blob, index, now)
    if (outcome !== 'kept') {
      blob.trouble = outcome === 'full' ? 'storeFull' : 'storeBroken'
      return this.#leave(blob, now)
    }
    const bytes = job.type === 'keepBlock' ? job.bytes.length : 0
    // It may have been cancelled meanwhile.
    if (blob.held?.set(index) !== true) return
    this.#settle(blob, neighbour, index, now)
    if (neighbour !== undefined) {
      neighbour.delivered(bytes, now)
      this.#progressOf(blob).came(neighbour.session, bytes, now)
    }
    blob.gained.push(index)
    this.#context.tell({ type: 'blobBlocks', root: blob.root, indices: [index] })
    if (blob.isComplete) return this.#complete(blob, now)
    if (blob.gained.length >= gatherBlocks) this.#tellGained(blob, now)
    this.#schedule(now)
    if (neighbour !== undefined && this.#neighbours.has(neighbour.session)) this.#fetchFrom(neighbour, now)
  }

  /** Nobody has to send it any more. */
  #settle(blob: Blob, from: Neighbour | undefined, index: number, now: Millis): void {
    const sessions = blob.askedOf.get(index) ?? []
    blob.askedOf.delete(index)
    from?.asked.delete(keyOf(blob.root, index))
    for (const session of sessions) {
      this.#neighbours.get(session)?.asked.delete(keyOf(blob.root, index))
      if (session !== from?.session) this.#say(session, { type: 'cancel', root: blob.root, numbers: [index] }, now)
    }
  }

  #bad(neighbour: Neighbour | undefined, blob: Blob, index: number, now: Millis): void {
    if (neighbour !== undefined) this.#unask(blob, neighbour, index)
    if (blob.isFetching && !blob.askedOf.has(index)) blob.missing.add(index)
    if (neighbour !== undefined && ++neighbour.badBlocks >= maxBadBlocks) this.#context.drop(neighbour.session, now)
    this.#fetchMore(now)
  }

  #complete(blob: Blob, now: Millis): void {
    blob.gained = []
    blob.rest()
    // Everything is on disk now; whoever asks for a page gets it from there.
    blob.forgetLeaves()
    this.#announce(blob, now)
    this.#tell(blob, now)
    this.#prioritise(now)
  }

  #announce(blob: Blob, now: Millis): void {
    for (const session of this.#neighbours.keys()) this.#have(session, blob, now)
  }

  /** What is here of it; nothing while it is given away block by block. */
  #have(session: string, blob: Blob, now: Millis): void {
    if (blob.held === undefined || blob.pushNext !== undefined) return
    const bitmap = blob.isComplete ? undefined : blob.held.toBytes()
    this.#say(session, { type: 'have', root: blob.root, bitmap }, now)
  }

  #tellGained(blob: Blob, now: Millis): void {
    const numbers = blob.gained.sort((a, b) => a - b)
    blob.gained = []
    for (let at = 0; at < numbers.length; at += maxNumbers) {
      const message = { type: 'gained', root: blob.root, numbers: numbers.slice(at, at + maxNumbers) } as const
      for (const [session, view] of blob.views) if (view.wants && !view.all) this.#say(session, message, now)
    }
  }

  // Pages.

  #givePage(neighbour: Neighbour, blob: Blob, page: number, now: Millis): void {
    if (!blob.pagesHeld.has(page) || neighbour.reading >= maxReading * 2) {
      // It asks another, or again when its time is up.
      return
    }
    neighbour.reading++
    this.#work({ type: 'read', root: blob.root, part: 'page', index: page }, blob, neighbour, true)
    this.#schedule(now)
  }

  #pageCame(neighbour: Neighbour, blob: Blob, page: number, bytes: Uint8Array, now: Millis): void {
    blob.pagesAsked.delete(page)
    if (!blob.isFetching || blob.hasLeaves(page)) return
    const opened = openPage(this.#context.crypto, blob.rootBytes, blob.size, page, bytes)
    if (!opened.ok) {
      if (++neighbour.badBlocks >= maxBadBlocks) this.#context.drop(neighbour.session, now)
      return
    }
    blob.setLeaves(page, opened.value.slice())
    if (blob.pagesHeld.set(page)) {
      const { root, size } = blob
      this.#work({ type: 'keepPage', root, size, index: page, bytes: bytes.slice() }, blob)
    }
    this.#fetchMore(now)
  }

  // Giving.

  #serveAll(now: Millis): void {
    for (const neighbour of this.#neighbours.values()) this.#serve(neighbour, now)
  }

  #serve(neighbour: Neighbour, now: Millis): void {
    const { session } = neighbour
    while (neighbour.reading < maxReading && this.#context.hasRoom(session)) {
      const next = nextFor(neighbour, this.#pushing, this.#blobs)
      if (next === undefined) break
      const { blob, index, urgent, pushed } = next
      if (!pushed) forgetWanted(neighbour, blob.root, index)
      else this.#pushPage(neighbour, blob, Math.floor(index / leavesPerPage))
      blob.give(index)
      neighbour.reading++
      this.#work({ type: 'read', root: blob.root, part: 'block', index }, blob, neighbour, urgent)
      if (pushed) this.#checkPushed(blob, now)
    }
  }

  /** In front of the first pushed block that needs it. */
  #pushPage(neighbour: Neighbour, blob: Blob, page: number): void {
    const view = blob.view(neighbour.session)
    if (view.pagesSent.has(page)) return
    view.pagesSent.add(page)
    neighbour.reading++
    this.#work({ type: 'read', root: blob.root, part: 'page', index: page }, blob, neighbour, true)
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
    this.#schedule(now)
  }

  #announcePushed(now: Millis): void {
    for (const blob of this.#announcing) {
      if (now < (blob.announceAt ?? 0)) continue
      this.#stopPushing(blob)
      this.#announce(blob, now)
    }
    if (this.#announcing.size > 0) this.#schedule(now)
  }

  #stopPushing(blob: Blob): void {
    blob.pushNext = undefined
    this.#pushing.delete(blob)
    this.#announcing.delete(blob)
  }

  #read(working: Working, job: BlobJob, bytes: Uint8Array | undefined, now: Millis): void {
    const { blob, neighbour, urgent } = working
    if (job.type !== 'read') return
    if (neighbour === undefined) return this.#ownPage(blob, job.index, bytes, now)
    neighbour.reading--
    const { session } = neighbour
    if (this.#neighbours.get(session) !== neighbour) return
    if (bytes === undefined) {
      if (job.part === 'block') {
        this.#say(session, { type: 'lack', root: blob.root, numbers: [job.index] }, now)
        blob.held?.clear(job.index)
      }
    } else {
      this.#context.used?.(blob.root, now)
      const message = { type: job.part, root: blob.root, index: job.index, bytes } as const
      this.#context.send(session, urgent ? 'wanted' : 'prefetch', encodeBlobMessage(message), now)
    }
    this.#serve(neighbour, now)
  }

  /** A page that was kept before the last start. */
  #ownPage(blob: Blob, page: number, bytes: Uint8Array | undefined, now: Millis): void {
    blob.pagesAsked.delete(page)
    const opened =
      bytes === undefined ? undefined : openPage(this.#context.crypto, blob.rootBytes, blob.size, page, bytes)
    if (opened?.ok === true) blob.setLeaves(page, opened.value.slice())
    else blob.pagesHeld.clear(page)
    this.#fetchMore(now)
  }

  // Odds and ends.

  #work(job: BlobJob, blob: Blob, neighbour?: Neighbour, urgent = false): void {
    this.#working.set(this.#context.job(job), { job, blob, neighbour, urgent })
  }

  #say(session: string, message: BlobMessage, now: Millis): void {
    this.#context.send(session, 'message', encodeBlobMessage(message), now)
  }

  #tell(blob: Blob, now: Millis): void {
    const progress = this.#progressOf(blob).report(blob, now)
    if (progress !== undefined) this.#context.tell(progress)
  }

  #progressOf(blob: Blob): Progress {
    let progress = this.#progress.get(blob.root)
    if (progress === undefined) this.#progress.set(blob.root, (progress = new Progress()))
    return progress
  }

  #schedule(now: Millis): void {
    if (this.#beatAt !== undefined && this.#beatAt > now && this.#beatAt <= now + gatherMs) return
    this.#beatAt = now + gatherMs
    this.#context.wake(this.#beatAt)
  }

  /** Below 1. Breaks ties only: xorshift32. */
  readonly #draw = (): number => {
    this.#seed ^= this.#seed << 13
    this.#seed ^= this.#seed >>> 17
    this.#seed ^= this.#seed << 5
    return (this.#seed >>> 0) / 2 ** 32
  }
}

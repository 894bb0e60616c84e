/**
 * Whom to ask for which block: what a person waits for first, then the newest few of what is fetched by itself.
 *
 * Every neighbour is asked for as much as it answers in time (`neighbour.ts`) of what it has (`picking.ts`). What does not
 * come in time is asked of somebody else; where nobody who is here has anything of a blob it rests until somebody tells
 * otherwise. After BitTorrent (Cohen, 2003).
 */
import type { Millis } from '../machine.ts'
import { fetchesByItself } from './auto-fetch.ts'
import { Bits } from './bits.ts'
import type { Blob, View } from './blob.ts'
import { leavesPerPage } from './layout.ts'
import { type Neighbour, keyOf } from './neighbour.ts'
import { pickBlocks, pickLast } from './picking.ts'
import type { Table } from './table.ts'

/** Blobs fetched at once without being asked for. */
export const maxPrefetching = 4
/** With so many others that have all of it, keepers are left in peace. */
export const enoughHolders = 2
const timeoutEveryMs: Millis = 500
/** A blob of which nobody told anything for so long. */
const stallMs: Millis = 3_000
const pageTimeoutMs: Millis = 5_000

export class Fetching {
  readonly #table: Table
  /** Being fetched now. */
  #active: Blob[] = []
  #saving = false
  #timeoutsAt: Millis = 0
  #seed: number

  constructor(table: Table) {
    this.#table = table
    this.#seed = new DataView(table.context.crypto.random(4).slice().buffer).getUint32(0) | 1
  }

  get active(): readonly Blob[] {
    return this.#active
  }

  /** A person wants it; in order from this block on, or in any. */
  want(blob: Blob, from: number | undefined, now: Millis): void {
    const isOrdered = from !== undefined && blob.from === undefined
    blob.from = from
    blob.trouble = undefined
    // Who gives it away without being asked has to know that somebody reads it.
    if (isOrdered || blob.purpose !== 'person' || blob.stalledAt !== undefined) {
      blob.purpose = 'person'
      blob.stalledAt = undefined
      blob.fetchingSince = now
      if (!blob.isComplete) this.#askAll(blob, now)
    }
    this.prioritise(now)
    this.#table.tell(blob, now)
  }

  /** Fetches it without being asked, if this device is one of those that do. */
  byItself(blob: Blob, now: Millis): void {
    if (blob.purpose !== 'none' || this.#saving || blob.held === undefined || blob.isComplete) return
    const { fetchesAll = false, crypto, self } = this.#table.context
    // What was begun before the last start goes on.
    const isWanted = fetchesAll || blob.heldCount > 0
    if (!isWanted && !fetchesByItself(crypto, self, blob.rootBytes, blob.size)) return
    blob.purpose = 'prefetch'
    blob.fetchingSince = now
  }

  setSaving(saving: boolean, now: Millis): void {
    this.#saving = saving
    for (const blob of this.#table.blobs.values()) {
      if (saving && blob.purpose === 'prefetch') {
        blob.purpose = 'none'
        this.leave(blob, now)
      } else if (!saving && blob.purpose === 'none') this.byItself(blob, now)
    }
    this.prioritise(now)
  }

  /** The store has room again: what stopped for lack of it goes on. */
  roomAgain(now: Millis): void {
    for (const blob of this.#table.blobs.values()) {
      if (blob.trouble !== 'storeFull') continue
      blob.trouble = undefined
      blob.fetchingSince = now
    }
    this.prioritise(now)
    for (const blob of this.#active) this.#table.tell(blob, now)
  }

  /** Those a person waits for, and the newest few of the others. */
  prioritise(now: Millis): void {
    const before = new Set(this.#active)
    const fetching = [...this.#table.blobs.values()].filter((blob) => blob.isFetching && blob.stalledAt === undefined)
    const wanted = fetching.filter(({ purpose }) => purpose === 'person')
    const others = fetching.filter(({ purpose }) => purpose === 'prefetch').sort((a, b) => b.order - a.order)
    this.#active = [...wanted, ...others.slice(0, maxPrefetching)]
    for (const blob of this.#active) {
      if (before.has(blob)) continue
      blob.fetchingSince = now
      this.#askAll(blob, now)
    }
    this.more(now)
    if (this.#active.length > 0) this.#table.schedule(now)
  }

  /** Fetching ends before all of it is here. */
  leave(blob: Blob, now: Millis): void {
    const { neighbours } = this.#table
    for (const session of neighbours.keys()) this.#ask(session, blob, false, now)
    for (const [index, sessions] of blob.askedOf) {
      for (const session of sessions) neighbours.get(session)?.asked.delete(keyOf(blob.root, index))
    }
    blob.rest()
    this.prioritise(now)
    this.#table.tell(blob, now)
  }

  /** It is known no longer. */
  forget(blob: Blob): void {
    this.#active = this.#active.filter((active) => active !== blob)
  }

  linked(session: string, now: Millis): void {
    for (const blob of this.#table.blobs.values()) if (blob.isFetching) blob.stalledAt = undefined
    this.prioritise(now)
    for (const blob of this.#active) this.#ask(session, blob, true, now)
  }

  unlinked(neighbour: Neighbour, now: Millis): void {
    const { blobs } = this.#table
    for (const { root, index } of neighbour.asked.values()) {
      const blob = blobs.get(root)
      if (blob !== undefined) this.unask(blob, neighbour, index)
    }
    for (const blob of blobs.values()) {
      blob.forgetView(neighbour.session)
      for (const [page, { session }] of blob.pagesAsked) if (session === neighbour.session) blob.pagesAsked.delete(page)
    }
    this.more(now)
  }

  /** What a neighbour has of it: everything without a bitmap. */
  has(neighbour: Neighbour, blob: Blob, bitmap: Uint8Array | undefined, now: Millis): void {
    const view = blob.view(neighbour.session)
    view.gives = false
    if (bitmap === undefined) {
      this.hasAll(blob, view, now)
    } else {
      const bits = Bits.from(bitmap, blob.blocks)
      if (!bits.ok) return this.#table.context.drop(neighbour.session, now)
      view.all = bits.value.isFull
      // A bitmap is worth its memory only while we fetch, or give away.
      const isOfUse = (blob.isFetching || blob.pushNext !== undefined) && !view.all && bits.value.count > 0
      blob.setBits(view, isOfUse ? bits.value : undefined)
      if (bits.value.count > 0) this.#known(blob, now)
    }
    this.from(neighbour, now)
    if (blob.isComplete) this.#table.tell(blob, now)
  }

  hasAll(blob: Blob, view: View, now: Millis): void {
    if (view.bits !== undefined) blob.setBits(view, undefined)
    view.all = true
    view.gives = false
    view.wants = false
    this.#known(blob, now)
    if (blob.isComplete) this.#table.tell(blob, now)
  }

  /** It gives all of it away, and what somebody reads it may be asked for. */
  gives(neighbour: Neighbour, blob: Blob, now: Millis): void {
    blob.view(neighbour.session).gives = true
    this.#known(blob, now)
    this.from(neighbour, now)
  }

  gained(neighbour: Neighbour, blob: Blob, numbers: readonly number[], now: Millis): void {
    if (!blob.isFetching) return
    const view = blob.view(neighbour.session)
    for (const index of numbers) blob.gainedBy(view, index)
    this.#known(blob, now)
    this.from(neighbour, now)
  }

  /** It was asked for these and has them not (any more), or not for us. */
  lacks(neighbour: Neighbour, blob: Blob, numbers: readonly number[], now: Millis): void {
    for (const index of numbers) {
      if (!neighbour.asked.has(keyOf(blob.root, index))) continue
      blob.lostBy(blob.view(neighbour.session), index)
      this.unask(blob, neighbour, index)
    }
    this.more(now)
  }

  more(now: Millis): void {
    if (this.#active.length === 0) return
    for (const neighbour of this.#table.neighbours.values()) this.from(neighbour, now)
  }

  /** Asks this one for as much as it may be asked for. */
  from(neighbour: Neighbour, now: Millis): void {
    if (neighbour.isIgnored(now)) return
    const isKeeper = this.#isKeeper(neighbour.session)
    for (const blob of this.#active) {
      if (!neighbour.mayAsk) return
      if (isKeeper && this.#holders(blob) >= enoughHolders) continue
      const view = blob.views.get(neighbour.session)
      if (view === undefined || (!view.all && !view.gives && view.bits === undefined)) continue
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
      if (numbers.length > 0)
        this.#table.say(neighbour.session, { type: 'want', root: blob.root, urgent, numbers }, now)
    }
  }

  /** The block is no longer expected of this neighbour. */
  unask(blob: Blob, neighbour: Neighbour, index: number): void {
    neighbour.asked.delete(keyOf(blob.root, index))
    const sessions = blob.askedOf.get(index)?.filter((session) => session !== neighbour.session)
    if (sessions === undefined) return
    if (sessions.length > 0) blob.askedOf.set(index, sessions)
    else {
      blob.askedOf.delete(index)
      if (blob.held?.has(index) === false && !blob.keeping.has(index) && blob.isFetching) blob.missing.add(index)
    }
  }

  beat(now: Millis): void {
    if (Math.abs(now - this.#timeoutsAt) < timeoutEveryMs) return
    this.#timeoutsAt = now
    for (const neighbour of this.#table.neighbours.values()) this.#checkBlocks(neighbour, now)
    for (const blob of this.#active) this.#checkPages(blob, now)
    this.#stall(now)
    this.more(now)
  }

  #askAll(blob: Blob, now: Millis): void {
    for (const session of this.#table.neighbours.keys()) this.#ask(session, blob, true, now)
  }

  #ask(session: string, blob: Blob, wants: boolean, now: Millis): void {
    const { root, size, purpose, from } = blob
    const [urgent, ordered] = [purpose === 'person', from !== undefined]
    this.#table.say(session, { type: 'ask', root, size, wants, urgent, ordered }, now)
  }

  #isKeeper(session: string): boolean {
    return this.#table.context.isKeeper?.(session) === true
  }

  /** Neighbours that have all of it and are no keepers. */
  #holders(blob: Blob): number {
    let count = 0
    for (const [session, { all }] of blob.views) if (all && !this.#isKeeper(session)) count++
    return count
  }

  /** Asks for the page when it is not here. */
  #hasLeaf(blob: Blob, neighbour: Neighbour, index: number, now: Millis): boolean {
    if (blob.leaf(index) !== undefined) return true
    const page = Math.floor(index / leavesPerPage)
    if (blob.pagesAsked.has(page)) return false
    blob.pagesAsked.set(page, { session: neighbour.session, at: now })
    const { root } = blob
    if (blob.pagesHeld.has(page)) this.#table.work({ type: 'read', root, part: 'page', index: page }, blob)
    else this.#table.say(neighbour.session, { type: 'wantPage', root, index: page }, now)
    return false
  }

  /** Somebody has something of it. */
  #known(blob: Blob, now: Millis): void {
    if (blob.stalledAt === undefined) return
    blob.stalledAt = undefined
    this.prioritise(now)
    this.#table.tell(blob, now)
  }

  #checkBlocks(neighbour: Neighbour, now: Millis): void {
    const { timeoutMs } = neighbour
    let late = false
    for (const { at, root, index } of [...neighbour.asked.values()]) {
      if (now - at < timeoutMs) continue
      // What came in between came from there: it is slow, not silent.
      if (neighbour.heardAt < at) late = true
      const blob = this.#table.blobs.get(root)
      if (blob === undefined) neighbour.asked.delete(keyOf(root, index))
      else if (!blob.keeping.has(index)) this.unask(blob, neighbour, index)
    }
    if (late) neighbour.lapsed(now)
  }

  #checkPages(blob: Blob, now: Millis): void {
    for (const [page, { session, at }] of blob.pagesAsked) {
      if (now - at < pageTimeoutMs) continue
      blob.pagesAsked.delete(page)
      this.#table.neighbours.get(session)?.lapsed(now)
    }
    const isKnown = [...blob.views.values()].some(({ all, gives, bits }) => all || gives || (bits?.count ?? 0) > 0)
    if (!isKnown && now - blob.fetchingSince >= stallMs) blob.stalledAt = now
    else if (isKnown) blob.fetchingSince = now
  }

  #stall(now: Millis): void {
    const stalled = this.#active.filter(({ stalledAt }) => stalledAt !== undefined)
    if (stalled.length === 0) return
    this.prioritise(now)
    for (const blob of stalled) this.#table.tell(blob, now)
  }

  /** Below 1. Breaks ties only: xorshift32. */
  readonly #draw = (): number => {
    this.#seed ^= this.#seed << 13
    this.#seed ^= this.#seed >>> 17
    this.#seed ^= this.#seed << 5
    return (this.#seed >>> 0) / 2 ** 32
  }
}

/** One blob as this peer holds it: blocks, leaves, who else has what, and what it is to become. */
import { parseHex } from '../codec/text.ts'
import type { Millis } from '../machine.ts'
import { Bits } from './bits.ts'
import { blocksOf, hashBytes, leavesPerPage, pagesOf } from './layout.ts'
import { Missing } from './missing.ts'

/** `prefetch`: by itself; `person`: somebody waits for it. */
export type Purpose = 'none' | 'prefetch' | 'person' | 'paused'

/** What is known of a neighbour about this blob. */
export interface View {
  /** It has all of it. */
  all: boolean
  /** It has all of it and gives it away unasked; what is read in order it may be asked for. */
  gives: boolean
  /** What it has, while we fetch. */
  bits: Bits | undefined
  /** What it told last of, newest last: tried first, because few have it yet. */
  readonly fresh: number[]
  /** It wants blocks and news of blocks. */
  wants: boolean
  urgent: boolean
  /** Somebody reads it there, so blocks are wanted in order. */
  ordered: boolean
  /** Pages and blocks it was sent unasked. */
  readonly pagesSent: Set<number>
  readonly pushed: Set<number>
}

/** Blocks of `View.fresh`. */
const maxFresh = 64

export class Blob {
  readonly root: string
  readonly rootBytes: Uint8Array
  readonly size: number
  readonly blocks: number
  /** Order in which it became known. */
  readonly order: number
  readonly views: Map<string, View> = new Map()
  /** Set once the store has told what is here. */
  held: Bits | undefined
  pagesHeld: Bits
  purpose: Purpose = 'none'
  /** Wanted in order from this block on. */
  from: number | undefined
  trouble: 'storeFull' | 'storeBroken' | undefined
  /** Nobody who is here has anything of it; tried again when somebody tells otherwise. */
  stalledAt: Millis | undefined
  fetchingSince: Millis = 0
  /** Sealed here just now: the next block to give away unasked. Undefined: not (any more). */
  pushNext: number | undefined
  /** All of it was given away once: when to say that it is here. */
  announceAt: Millis | undefined
  /** Being kept by the store. */
  readonly keeping: Set<number> = new Set()
  /** Whom a block was asked of. */
  readonly askedOf: Map<number, string[]> = new Map()
  /** Pages asked for: of whom, when. */
  readonly pagesAsked: Map<number, { readonly session: string; readonly at: Millis }> = new Map()
  /** Not told of yet. */
  gained: number[] = []
  /** How often a block was given away: the rarest go first. */
  #given: Uint8Array | undefined
  readonly #leaves = new Map<number, Uint8Array>()
  #missing: Missing | undefined
  /** How many neighbours that have a part of it have a block. */
  #copies: Uint16Array | undefined

  constructor(root: string, size: number, order: number) {
    this.root = root
    this.rootBytes = parseHex(root) ?? new Uint8Array()
    this.size = size
    this.order = order
    this.blocks = blocksOf(size)
    this.pagesHeld = new Bits(pagesOf(size))
  }

  get isComplete(): boolean {
    return this.held?.isFull === true
  }

  get isFetching(): boolean {
    return (
      (this.purpose === 'prefetch' || this.purpose === 'person') &&
      this.held !== undefined &&
      !this.held.isFull &&
      this.trouble === undefined
    )
  }

  get heldCount(): number {
    return this.held?.count ?? 0
  }

  /** Blocks that are not here and not on their way into the store. */
  get leftCount(): number {
    return this.blocks - this.heldCount - this.keeping.size
  }

  /** Neither here nor asked for. Made when it is fetched. */
  get missing(): Missing {
    if (this.#missing === undefined) {
      this.#missing = new Missing(this.blocks)
      for (let i = 0; i < this.blocks; i++)
        if (this.held?.has(i) !== true && !this.keeping.has(i) && !this.askedOf.has(i)) this.#missing.add(i)
    }
    return this.#missing
  }

  /** What was counted for fetching is let go. */
  rest(): void {
    this.#missing = undefined
    this.#copies = undefined
    this.askedOf.clear()
    this.pagesAsked.clear()
    for (const view of this.views.values()) {
      view.bits = undefined
      view.fresh.length = 0
    }
  }

  view(session: string): View {
    let view = this.views.get(session)
    if (view === undefined) {
      view = {
        all: false,
        gives: false,
        bits: undefined,
        fresh: [],
        wants: false,
        urgent: false,
        ordered: false,
        pagesSent: new Set(),
        pushed: new Set(),
      }
      this.views.set(session, view)
    }
    return view
  }

  forgetView(session: string): void {
    const view = this.views.get(session)
    if (view === undefined) return
    this.setBits(view, undefined)
    this.views.delete(session)
  }

  /** Takes a neighbour's bitmap in place of what it said before. */
  setBits(view: View, bits: Bits | undefined): void {
    if (view.bits === undefined && bits === undefined) return
    const copies = (this.#copies ??= new Uint16Array(this.blocks))
    for (let i = 0; i < this.blocks; i++) {
      if (view.bits?.has(i) === true) copies[i] = (copies[i] as number) - 1
      if (bits?.has(i) === true) copies[i] = (copies[i] as number) + 1
    }
    view.bits = bits
    view.fresh.length = 0
  }

  gainedBy(view: View, index: number): void {
    if (index >= this.blocks || view.all) return
    if (!(view.bits ??= new Bits(this.blocks)).set(index)) return
    const copies = (this.#copies ??= new Uint16Array(this.blocks))
    copies[index] = (copies[index] as number) + 1
    if (this.held?.has(index) === true) return
    view.fresh.push(index)
    if (view.fresh.length > maxFresh) view.fresh.shift()
  }

  lostBy(view: View, index: number): void {
    if (view.all) {
      view.all = false
      const bits = new Bits(this.blocks)
      bits.fill()
      this.setBits(view, bits)
    }
    if (view.bits?.has(index) !== true) return
    view.bits.clear(index)
    const copies = (this.#copies ??= new Uint16Array(this.blocks))
    copies[index] = (copies[index] as number) - 1
  }

  copiesOf(index: number): number {
    return this.#copies?.[index] ?? 0
  }

  has(view: View, index: number): boolean {
    return view.all || view.bits?.has(index) === true
  }

  /** It may be asked for what is read in order. */
  offers(view: View, index: number): boolean {
    return view.gives || this.has(view, index)
  }

  leaf(index: number): Uint8Array | undefined {
    const leaves = this.#leaves.get(Math.floor(index / leavesPerPage))
    const at = (index % leavesPerPage) * hashBytes
    return leaves?.subarray(at, at + hashBytes)
  }

  hasLeaves(page: number): boolean {
    return this.#leaves.has(page)
  }

  setLeaves(page: number, leaves: Uint8Array): void {
    this.#leaves.set(page, leaves)
  }

  forgetLeaves(): void {
    this.#leaves.clear()
  }

  givenOf(index: number): number {
    return this.#given?.[index] ?? 0
  }

  give(index: number): void {
    const given = (this.#given ??= new Uint8Array(this.blocks))
    given[index] = Math.min(255, (given[index] as number) + 1)
  }
}

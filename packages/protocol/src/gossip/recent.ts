/**
 * The refs of the last half minute: which are held, how they came, and which links know of them.
 *
 * A ring of typed arrays with a hash table over it, because thousands of peers in one process ask it for every frame. The
 * knowledge of links is one bit for each, in as many words as the highest lane in use needs.
 */
import type { Millis } from '../machine.ts'
import type { Ref, TreeId } from './broadcast-wire.ts'

/** Refs are kept this long: nobody announces older ones. */
export const recentMs = 30_000
export const maxRecent = 8_192
export const maxLanes = 128
const firstCapacity = 32

export class Recent {
  #capacity = firstCapacity
  #words = 1
  #refs = new Float64Array(firstCapacity)
  #times = new Float64Array(firstCapacity)
  #trees = new Float64Array(firstCapacity)
  #hops = new Uint8Array(firstCapacity)
  #masks = new Uint32Array(firstCapacity)
  /** Place + 1 by hash of the ref, 0 where there is none; twice the capacity. */
  #table = new Uint16Array(firstCapacity * 2)
  readonly #salt: number
  /** Places count up for ever; those from `tail` to before `head` are kept. */
  #head = 0
  #tail = 0

  /** `salt` keeps those who choose refs from making them collide here. */
  constructor(salt: number) {
    this.#salt = salt | 0
  }

  get head(): number {
    return this.#head
  }

  get tail(): number {
    return this.#tail
  }

  /** Its place, or -1. */
  find(ref: Ref): number {
    const table = this.#table
    const mask = table.length - 1
    for (let slot = this.#hash(ref); ; slot = (slot + 1) & mask) {
      const stored = table[slot] as number
      if (stored === 0) return -1
      if (this.#refs[stored - 1] === ref) return this.#placeOf(stored - 1)
    }
  }

  /** Adds a ref that is not here and answers its place. */
  add(ref: Ref, tree: TreeId, hop: number, now: Millis): number {
    const oldest = now - recentMs
    while (this.#tail < this.#head && (this.#times[this.#tail & (this.#capacity - 1)] as number) < oldest) this.#drop()
    if (this.#head - this.#tail === this.#capacity) {
      if (this.#capacity < maxRecent) this.#resize(this.#capacity * 2, this.#words)
      else this.#drop()
    }
    const place = this.#head++
    const index = place & (this.#capacity - 1)
    this.#refs[index] = ref
    this.#times[index] = now
    this.#trees[index] = tree
    this.#hops[index] = hop
    this.#masks.fill(0, index * this.#words, (index + 1) * this.#words)
    this.#enter(ref, index)
    return place
  }

  /** It came again, and this time it counts. */
  retake(place: number, tree: TreeId, hop: number): void {
    this.#trees[place & (this.#capacity - 1)] = tree
    this.#hops[place & (this.#capacity - 1)] = hop
  }

  refAt(place: number): Ref {
    return this.#refs[place & (this.#capacity - 1)] as number
  }

  timeAt(place: number): Millis {
    return this.#times[place & (this.#capacity - 1)] as number
  }

  treeAt(place: number): TreeId {
    return this.#trees[place & (this.#capacity - 1)] as number
  }

  hopAt(place: number): number {
    return this.#hops[place & (this.#capacity - 1)] as number
  }

  /** Does the far end of this lane know of it? */
  isKnown(place: number, lane: number): boolean {
    const word = (place & (this.#capacity - 1)) * this.#words + (lane >>> 5)
    return ((this.#masks[word] as number) & (1 << (lane & 31))) !== 0
  }

  setKnown(place: number, lane: number): void {
    const word = (place & (this.#capacity - 1)) * this.#words + (lane >>> 5)
    this.#masks[word] = (this.#masks[word] as number) | (1 << (lane & 31))
  }

  /** A lane begins: it knows of nothing. */
  clearLane(lane: number): void {
    const words = (lane >>> 5) + 1
    if (words > this.#words) this.#resize(this.#capacity, words)
    const bit = ~(1 << (lane & 31))
    for (let index = 0; index < this.#capacity; index++) {
      const word = index * this.#words + (lane >>> 5)
      this.#masks[word] = (this.#masks[word] as number) & bit
    }
  }

  #placeOf(index: number): number {
    const at = this.#tail & (this.#capacity - 1)
    return this.#tail + ((index - at) & (this.#capacity - 1))
  }

  #hash(ref: Ref): number {
    const mixed = Math.imul((ref | 0) ^ this.#salt, 0x9e37_79b1)
    return (mixed ^ (mixed >>> 15)) & (this.#table.length - 1)
  }

  #enter(ref: Ref, index: number): void {
    const table = this.#table
    const mask = table.length - 1
    let slot = this.#hash(ref)
    while (table[slot] !== 0) slot = (slot + 1) & mask
    table[slot] = index + 1
  }

  /** Drops the oldest and closes the hole it leaves in the table (Knuth, 6.4, algorithm R). */
  #drop(): void {
    const table = this.#table
    const mask = table.length - 1
    const index = this.#tail++ & (this.#capacity - 1)
    let hole = this.#hash(this.#refs[index] as number)
    while (table[hole] !== index + 1) hole = (hole + 1) & mask
    for (let slot = (hole + 1) & mask; table[slot] !== 0; slot = (slot + 1) & mask) {
      const home = this.#hash(this.#refs[(table[slot] as number) - 1] as number)
      if (((slot - home) & mask) < ((slot - hole) & mask)) continue
      table[hole] = table[slot] as number
      hole = slot
    }
    table[hole] = 0
  }

  #resize(capacity: number, words: number): void {
    const refs = new Float64Array(capacity)
    const times = new Float64Array(capacity)
    const trees = new Float64Array(capacity)
    const hops = new Uint8Array(capacity)
    const masks = new Uint32Array(capacity * words)
    const before = this.#capacity - 1
    for (let place = this.#tail; place < this.#head; place++) {
      const from = place & before
      const to = place & (capacity - 1)
      refs[to] = this.#refs[from] as number
      times[to] = this.#times[from] as number
      trees[to] = this.#trees[from] as number
      hops[to] = this.#hops[from] as number
      for (let word = 0; word < this.#words; word++) {
        masks[to * words + word] = this.#masks[from * this.#words + word] as number
      }
    }
    this.#refs = refs
    this.#times = times
    this.#trees = trees
    this.#hops = hops
    this.#masks = masks
    this.#capacity = capacity
    this.#words = words
    this.#table = new Uint16Array(capacity * 2)
    for (let place = this.#tail; place < this.#head; place++) {
      const index = place & (capacity - 1)
      this.#enter(refs[index] as number, index)
    }
  }
}

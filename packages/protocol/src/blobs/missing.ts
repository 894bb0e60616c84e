/** The blocks that are neither here nor asked for, in an order that is shuffled as they go. */
export class Missing {
  readonly #blocks: Uint32Array
  /** Where a block stands in `#blocks`. */
  readonly #places: Uint32Array
  #count = 0

  constructor(blocks: number) {
    this.#blocks = new Uint32Array(blocks)
    this.#places = new Uint32Array(blocks)
  }

  get count(): number {
    return this.#count
  }

  /** `place` below `count`. */
  at(place: number): number {
    return this.#blocks[place] as number
  }

  has(block: number): boolean {
    const place = this.#places[block] as number
    return place < this.#count && this.#blocks[place] === block
  }

  add(block: number): void {
    if (this.has(block)) return
    this.#blocks[this.#count] = block
    this.#places[block] = this.#count++
  }

  remove(block: number): void {
    if (!this.has(block)) return
    const place = this.#places[block] as number
    const last = this.#blocks[--this.#count] as number
    this.#blocks[place] = last
    this.#places[last] = place
  }
}

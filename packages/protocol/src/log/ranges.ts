/** A set of integers as sorted, disjoint, non-adjacent inclusive ranges: what is held of a chain. */
export type Range = readonly [from: number, to: number]

/** Of every empty set; never written to. */
const noBounds: number[] = []

export class RangeSet {
  /** from, to, from, to …: flat, because almost every chain has exactly one range. */
  #bounds: number[] = noBounds

  get size(): number {
    let size = 0
    for (let i = 0; i < this.#bounds.length; i += 2) size += this.#to(i) - this.#from(i) + 1
    return size
  }

  get ranges(): number {
    return this.#bounds.length / 2
  }

  /** Largest member, or −1. */
  get top(): number {
    return this.#bounds.at(-1) ?? -1
  }

  has(value: number): boolean {
    const i = this.#firstEndingAt(value)
    return i < this.#bounds.length && this.#from(i) <= value
  }

  add(from: number, to: number): void {
    const bounds = this.#bounds
    if (bounds.length === 0) {
      this.#bounds = [from, to]
      return
    }
    if (from === (bounds.at(-1) as number) + 1) {
      bounds[bounds.length - 1] = to
      return
    }
    // Ranges that overlap or touch from..to melt into one.
    const i = this.#firstEndingAt(from - 1)
    let j = i
    while (j < bounds.length && this.#from(j) <= to + 1) j += 2
    if (i === j) bounds.splice(i, 0, from, to)
    else bounds.splice(i, j - i, Math.min(from, this.#from(i)), Math.max(to, this.#to(j - 2)))
  }

  remove(from: number, to: number): void {
    const bounds = this.#bounds
    if (bounds.length === 0) return
    const i = this.#firstEndingAt(from)
    let j = i
    const left: number[] = []
    while (j < bounds.length && this.#from(j) <= to) {
      if (this.#from(j) < from) left.push(this.#from(j), from - 1)
      if (this.#to(j) > to) left.push(to + 1, this.#to(j))
      j += 2
    }
    bounds.splice(i, j - i, ...left)
  }

  /** The members of from..to that are not in the set. */
  missing(from: number, to: number): Range[] {
    const missing: Range[] = []
    let next = from
    for (let i = this.#firstEndingAt(from); i < this.#bounds.length && this.#from(i) <= to; i += 2) {
      if (this.#from(i) > next) missing.push([next, this.#from(i) - 1])
      next = this.#to(i) + 1
    }
    if (next <= to) missing.push([next, to])
    return missing
  }

  *[Symbol.iterator](): Generator<Range> {
    for (let i = 0; i < this.#bounds.length; i += 2) yield [this.#from(i), this.#to(i)]
  }

  /** Index of the first range that ends at `value` or later. */
  #firstEndingAt(value: number): number {
    let low = 0
    let high = this.#bounds.length / 2
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#to(middle * 2) < value) low = middle + 1
      else high = middle
    }
    return low * 2
  }

  #from(i: number): number {
    return this.#bounds[i] as number
  }

  #to(i: number): number {
    return this.#bounds[i + 1] as number
  }
}

export function countOf(ranges: Iterable<Range>): number {
  let count = 0
  for (const [from, to] of ranges) count += to - from + 1
  return count
}

/** What is in both lists of ascending ranges. */
export function intersectRanges(a: readonly Range[], b: readonly Range[]): Range[] {
  const both: Range[] = []
  let i = 0
  let j = 0
  while (i < a.length && j < b.length) {
    const [aFrom, aTo] = a[i] as Range
    const [bFrom, bTo] = b[j] as Range
    const from = Math.max(aFrom, bFrom)
    const to = Math.min(aTo, bTo)
    if (from <= to) both.push([from, to])
    if (aTo < bTo) i++
    else j++
  }
  return both
}

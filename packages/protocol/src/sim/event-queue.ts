/** A binary heap of things to do, by time and, at the same time, in the order they were put in. */
import type { Millis } from '../machine.ts'

interface Scheduled<T> {
  readonly at: Millis
  readonly order: number
  readonly value: T
}

export class EventQueue<T> {
  readonly #heap: Scheduled<T>[] = []
  #order = 0

  get size(): number {
    return this.#heap.length
  }

  /** Time of the earliest, or undefined when empty. */
  get nextAt(): Millis | undefined {
    return this.#heap[0]?.at
  }

  push(at: Millis, value: T): void {
    const heap = this.#heap
    let hole = heap.length
    const item = { at, order: this.#order++, value }
    heap.push(item)
    while (hole > 0) {
      const parent = (hole - 1) >> 1
      const above = heap[parent] as Scheduled<T>
      if (!before(item, above)) break
      heap[hole] = above
      hole = parent
    }
    heap[hole] = item
  }

  pop(): { readonly at: Millis; readonly value: T } | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (first === undefined || last === undefined) return undefined
    if (heap.length > 0) {
      let hole = 0
      for (;;) {
        let child = hole * 2 + 1
        if (child >= heap.length) break
        const right = heap[child + 1]
        if (right !== undefined && before(right, heap[child] as Scheduled<T>)) child++
        const smaller = heap[child] as Scheduled<T>
        if (!before(smaller, last)) break
        heap[hole] = smaller
        hole = child
      }
      heap[hole] = last
    }
    return first
  }
}

function before<T>(a: Scheduled<T>, b: Scheduled<T>): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order)
}

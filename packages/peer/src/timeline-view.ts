/**
 * The messages of a room in display order, as snapshots that share what did not change.
 *
 * A list of chunks of up to `chunkSize` messages. A view copies only the list of chunks (about 200 for 100,000 messages)
 * and the chunks a change touches, so a receipt costs microseconds, and a page of older history is merged in one pass.
 * Ids sort in display order, so every position is found by binary search and there is no second index to keep right.
 */
import type { Message, TimelineView } from './chat.ts'

export const chunkSize: number = 512

export type Chunk<M extends Message> = readonly M[]

/** Replaces or adds a message, or removes one by id. */
export type MessageChange<M extends Message> =
  | { readonly type: 'put'; readonly message: M }
  | { readonly type: 'drop'; readonly id: string }

/** What a change did, for whoever counts. */
export interface Applied<M extends Message> {
  readonly before: M | undefined
  readonly after: M | undefined
}

export class ChunkedTimeline<M extends Message = Message> implements TimelineView {
  readonly #chunks: readonly Chunk<M>[]
  /** Position of each chunk's first message. */
  readonly #starts: readonly number[]
  readonly length: number

  constructor(chunks: readonly Chunk<M>[] = []) {
    this.#chunks = chunks
    const starts: number[] = []
    let length = 0
    for (const chunk of chunks) {
      starts.push(length)
      length += chunk.length
    }
    this.#starts = starts
    this.length = length
  }

  at(index: number): M {
    const chunkIndex = last(this.#starts.length, (i) => (this.#starts[i] as number) <= index)
    const message = this.#chunks[chunkIndex]?.[index - (this.#starts[chunkIndex] ?? 0)]
    if (message === undefined) throw new RangeError(`no message at ${index} of ${this.length}`)
    return message
  }

  indexOf(id: string): number {
    const chunkIndex = last(this.#chunks.length, (i) => firstId(this.#chunks[i] as Chunk<M>) <= id)
    const chunk = this.#chunks[chunkIndex]
    if (chunk === undefined) return -1
    const index = last(chunk.length, (i) => (chunk[i] as M).id <= id)
    return chunk[index]?.id === id ? (this.#starts[chunkIndex] as number) + index : -1
  }

  /** How many pieces it is made of. */
  get chunks(): number {
    return this.#chunks.length
  }

  find(id: string): M | undefined {
    const index = this.indexOf(id)
    return index < 0 ? undefined : this.at(index)
  }

  get newest(): M | undefined {
    return this.#chunks.at(-1)?.at(-1)
  }

  /** The next view. `tell` hears of every message that came, changed or went. */
  apply(changes: readonly MessageChange<M>[], tell: (applied: Applied<M>) => void = () => {}): ChunkedTimeline<M> {
    if (changes.length === 0) return this
    // The last change of an id counts.
    const byId = new Map<string, M | undefined>()
    for (const change of changes) {
      if (change.type === 'put') byId.set(change.message.id, change.message)
      else byId.set(change.id, undefined)
    }
    const ids = [...byId.keys()].sort()
    const chunks: Chunk<M>[] = []
    let at = 0
    for (const [chunkIndex, chunk] of this.#chunks.entries()) {
      const next = this.#chunks[chunkIndex + 1]
      const from = at
      // Everything below the next chunk's first message belongs here; the last chunk takes the rest.
      if (next === undefined) at = ids.length
      else while (at < ids.length && (ids[at] as string) < firstId(next)) at++
      if (at === from) chunks.push(chunk)
      else appendChunks(chunks, merge(chunk, ids.slice(from, at), byId, tell))
    }
    if (this.#chunks.length === 0) appendChunks(chunks, merge([], ids, byId, tell))
    return new ChunkedTimeline(chunks)
  }

  *[Symbol.iterator](): Generator<M> {
    for (const chunk of this.#chunks) yield* chunk
  }
}

/** Both sorted; where an id is in both, the change wins. */
function merge<M extends Message>(
  chunk: Chunk<M>,
  ids: readonly string[],
  byId: ReadonlyMap<string, M | undefined>,
  tell: (applied: Applied<M>) => void,
): M[] {
  const merged: M[] = []
  let at = 0
  for (const id of ids) {
    while (at < chunk.length && (chunk[at] as M).id < id) merged.push(chunk[at++] as M)
    const before = chunk[at]?.id === id ? chunk[at++] : undefined
    const after = byId.get(id)
    if (after !== undefined) merged.push(after)
    if (before !== undefined || after !== undefined) tell({ before, after })
  }
  while (at < chunk.length) merged.push(chunk[at++] as M)
  return merged
}

/** Splits what grew too large into even pieces, so that neither appending nor prepending leaves small chunks behind. */
function appendChunks<M extends Message>(chunks: Chunk<M>[], merged: readonly M[]): void {
  const pieces = Math.ceil(merged.length / chunkSize)
  const size = Math.ceil(merged.length / pieces)
  for (let at = 0; at < merged.length; at += size) chunks.push(merged.slice(at, at + size))
}

function firstId<M extends Message>(chunk: Chunk<M>): string {
  return (chunk[0] as M).id
}

/** The largest index below `count` for which `holds`, which is true up to some index and false after it; or −1. */
function last(count: number, holds: (index: number) => boolean): number {
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >> 1
    if (holds(middle)) low = middle + 1
    else high = middle
  }
  return low - 1
}

/**
 * Where the slots of a blob lie in its files, and runs of them: slots that follow each other are written and read at once,
 * because each way to a disk costs more than what it carries.
 *
 *   block i   at i × 16 KiB
 *   page p    at p × the length of the first
 */
import { type Bits, blockBytes, blockLengthOf, pageLengthOf } from '@kith/protocol'
import type { BlobPart } from '@kith/protocol'

export interface Run {
  readonly index: number
  readonly bytes: Uint8Array
}

export function slotLengthOf(size: number, part: BlobPart, index: number): number {
  return part === 'block' ? blockLengthOf(size, index) : pageLengthOf(size, index)
}

export function placeOf(size: number, part: BlobPart, index: number): number {
  return index * (part === 'block' ? blockBytes : pageLengthOf(size, 0))
}

/** How many slots these bytes fill. */
export function slotsIn(size: number, part: BlobPart, bytes: Uint8Array): number {
  return Math.ceil(bytes.length / slotLengthOf(size, part, 0))
}

/** What of a run is not here yet: a slot stays as it was written first. */
export function absentRuns(held: Bits, size: number, part: BlobPart, { index, bytes }: Run): Run[] {
  const end = index + slotsIn(size, part, bytes)
  const runs: Run[] = []
  for (let from = held.nextClear(index); from < end; from = held.nextClear(from)) {
    let to = from
    while (to < end && !held.has(to)) to++
    const own = bytes.subarray(placeOf(size, part, from - index), placeOf(size, part, to - index))
    runs.push({ index: from, bytes: own })
    from = to
  }
  return runs
}

/** Bytes of the slots that are here from `index` on, of at most `count`; 0 when the first is not. */
export function heldLength(held: Bits, size: number, part: BlobPart, index: number, count: number): number {
  let end = index
  while (end < index + count && held.has(end)) end++
  if (end === index) return 0
  return placeOf(size, part, end - 1 - index) + slotLengthOf(size, part, end - 1)
}

export function holdSlots(held: Bits, size: number, part: BlobPart, { index, bytes }: Run): void {
  for (let i = 0; i < slotsIn(size, part, bytes); i++) held.set(index + i)
}

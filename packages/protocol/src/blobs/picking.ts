/**
 * Which block is asked of a neighbour next.
 *
 * Rarest first among those it has: what it told of last, and a sample of what is missing, so that a file of a million
 * blocks costs no more than one of a thousand. In order where somebody watches or listens. Of large files four blocks
 * side by side at a time. When all that is missing has been asked for and it is at most eight blocks, they are asked of
 * others as well (endgame).
 */
import type { Blob, View } from './blob.ts'

/** From this size on, blocks are asked for by fours: 64 KiB. */
export const groupedBytes: number = 64 * 1024 * 1024
export const groupBlocks = 4
export const endgameBlocks = 8
/** Of how many the same block is asked then. */
export const endgameAsked = 2
/** Candidates that are compared, and steps taken to find them. */
const sampleSize = 48
const maxSteps = 2048
/** How far in-order fetching looks beyond what is here. */
const orderedWindow = 512

/** At most `most` blocks to ask of a neighbour now; `draw` gives a number below 1. */
export function pickBlocks(blob: Blob, view: View, most: number, draw: () => number): number[] {
  const picked: number[] = []
  while (picked.length < most) {
    const index = pickOrdered(blob, view) ?? pickRarest(blob, view, draw)
    if (index === undefined) break
    const group = blob.size >= groupedBytes ? groupBlocks : 1
    const first = index - (index % group)
    for (let i = first; i < first + group && i < blob.blocks && picked.length < most; i++) {
      if (!blob.missing.has(i) || !blob.offers(view, i)) continue
      blob.missing.remove(i)
      picked.push(i)
    }
  }
  return picked
}

/** Blocks that were asked of others and may be asked of this neighbour too, because they are the last. */
export function pickLast(blob: Blob, view: View, session: string, most: number): number[] {
  if (blob.missing.count > 0 || blob.leftCount > endgameBlocks) return []
  const picked: number[] = []
  for (const [index, sessions] of blob.askedOf) {
    if (picked.length >= most) break
    if (sessions.length < endgameAsked && blob.has(view, index) && !sessions.includes(session)) picked.push(index)
  }
  return picked
}

function pickOrdered(blob: Blob, view: View): number | undefined {
  if (blob.from === undefined || blob.held === undefined) return undefined
  const { missing } = blob
  let index = blob.held.nextClear(blob.from)
  for (let steps = 0; steps < orderedWindow && index < blob.blocks; steps++) {
    if (missing.has(index) && blob.offers(view, index)) return index
    index = blob.held.nextClear(index + 1)
  }
  return undefined
}

function pickRarest(blob: Blob, view: View, draw: () => number): number | undefined {
  const { missing } = blob
  if (missing.count === 0 || (!view.all && view.bits === undefined)) return undefined
  let best: number | undefined
  let least = Infinity
  let found = 0
  const consider = (index: number): void => {
    found++
    const copies = blob.copiesOf(index)
    if (copies >= least) return
    best = index
    least = copies
  }
  for (let i = view.fresh.length - 1; i >= 0; i--) {
    const index = view.fresh[i] as number
    // What it told of and lacks by now would be picked for ever.
    if (missing.has(index) && blob.has(view, index)) consider(index)
    else view.fresh.splice(i, 1)
  }
  const start = Math.floor(draw() * missing.count)
  const steps = Math.min(maxSteps, missing.count)
  for (let step = 0; step < steps && found < sampleSize; step++) {
    const index = missing.at((start + step) % missing.count)
    if (blob.has(view, index)) consider(index)
  }
  return best
}

/**
 * What a neighbour is given next.
 *
 * Whoever sealed a file gives each block away once, unasked, to whichever neighbour that wants the file has room, and
 * says what it has only when all are out: so the first copies spread everywhere before a second one leaves. After that,
 * as everybody does, it gives the block asked for that it has given least, a person's before one fetched by itself.
 * Keepers are given nothing unasked as long as anybody else wants the file.
 */
import type { Blob } from './blob.ts'
import type { Neighbour } from './neighbour.ts'

export interface Serving {
  readonly blob: Blob
  readonly index: number
  readonly urgent: boolean
  readonly pushed: boolean
}

export function nextFor(
  neighbour: Neighbour,
  blobs: Iterable<Blob>,
  byRoot: ReadonlyMap<string, Blob>,
  isKeeper: (session: string) => boolean = () => false,
): Serving | undefined {
  const wanted = nextWanted(neighbour, byRoot)
  // What is asked for while it is still given away is being read.
  if (wanted?.blob.pushNext !== undefined) return wanted
  const comesLast = isKeeper(neighbour.session)
  for (const blob of blobs) {
    if (comesLast && isWantedByOthers(blob, isKeeper)) continue
    const index = nextPush(blob, neighbour)
    if (index !== undefined) {
      return { blob, index, urgent: blob.views.get(neighbour.session)?.urgent === true, pushed: true }
    }
  }
  return wanted
}

function nextWanted(neighbour: Neighbour, byRoot: ReadonlyMap<string, Blob>): Serving | undefined {
  let best: Serving | undefined
  let least = Infinity
  for (const [root, numbers] of neighbour.wanted) {
    const blob = byRoot.get(root)
    if (blob === undefined) continue
    for (const [index, urgent] of numbers) {
      // Of a file that is still given away the first is the one somebody reads.
      const rank = blob.pushNext === undefined ? blob.givenOf(index) + (urgent ? 0 : 1_000) : -1
      if (rank >= least) continue
      least = rank
      best = { blob, index, urgent, pushed: false }
    }
  }
  return best
}

/** The next block that was never given away and that this neighbour wants; it counts as given. */
function nextPush(blob: Blob, neighbour: Neighbour): number | undefined {
  const view = blob.views.get(neighbour.session)
  if (blob.pushNext === undefined || view?.wants !== true) return undefined
  while (blob.pushNext < blob.blocks && blob.givenOf(blob.pushNext) > 0) blob.pushNext++
  let index = blob.pushNext
  while (index < blob.blocks && (blob.givenOf(index) > 0 || blob.has(view, index))) index++
  return index < blob.blocks ? index : undefined
}

/** What only a keeper has been given the others would have to fetch from it. */
function isWantedByOthers(blob: Blob, isKeeper: (session: string) => boolean): boolean {
  for (const [session, { wants, all }] of blob.views) if (wants && !all && !isKeeper(session)) return true
  return false
}

export function forgetWanted(neighbour: Neighbour, root: string, index: number): void {
  const numbers = neighbour.wanted.get(root)
  if (numbers?.delete(index) !== true) return
  neighbour.wantedCount--
  if (numbers.size === 0) neighbour.wanted.delete(root)
}

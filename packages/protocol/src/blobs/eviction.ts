/**
 * Which blobs make room when the quota is reached: those that at least three others were seen to hold, least used first.
 * What only we hold, what is pinned and what is being fetched never goes by itself.
 */
import type { Millis } from '../machine.ts'

/** So many others must hold all of a blob before it may go. */
export const safeReplicas = 3

export interface Evictable {
  readonly root: string
  readonly bytes: number
  readonly usedAt: Millis
  /** Others that were last seen to hold all of it. */
  readonly replicas: number
  /** Kept by a person, or on its way. */
  readonly pinned: boolean
}

/** The roots to remove to free `bytes`; as many as there are when that does not suffice. */
export function chooseEvictions(blobs: readonly Evictable[], bytes: number): string[] {
  const going: string[] = []
  let freed = 0
  const candidates = blobs.filter(({ pinned, replicas }) => !pinned && replicas >= safeReplicas)
  for (const blob of candidates.sort((a, b) => a.usedAt - b.usedAt)) {
    if (freed >= bytes) break
    going.push(blob.root)
    freed += blob.bytes
  }
  return going
}

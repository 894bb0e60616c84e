/**
 * What drops out of a chain with time (LOG13, LOG14).
 *
 * Everything here looks at a clock rounded down to 10 minutes, so that replicas whose clocks differ by seconds drop
 * alike and their digests stay equal.
 */
import type { Millis } from '../machine.ts'
import type { Chain } from './chain.ts'
import type { Change } from './change.ts'
import { entryKinds } from './entry.ts'
import { limits } from './limits.ts'
import type { Shelf } from './shelf.ts'

export function epochOf(now: Millis): Millis {
  return now - (now % limits.epochMs)
}

/** Drops the prefix that has expired; entry 0 and the latest profile stay. */
export function trimExpired(shelf: Shelf, chain: Chain, now: Millis, change: Change): void {
  const epoch = epochOf(now)
  const from = chain.floor
  for (;;) {
    const entry = chain.entries.get(chain.floor)
    if (entry === undefined || entry.expiresAt > epoch) break
    if (entry.kind === entryKinds.profile) shelf.pin(chain, entry, change)
    else shelf.remove(chain, entry, change)
    chain.floor++
  }
  if (chain.floor !== from) shelf.changed(chain)
}

/** Nothing of the chain counts, and its session cannot write any more: it can be forgotten. */
export function isOver(chain: Chain, epoch: Millis): boolean {
  if (chain.closedAt !== undefined) return chain.proofExpiresAt <= epoch && (chain.top <= 0 || chain.dormant)
  const opening = chain.entries.get(0)
  return chain.dormant && (opening === undefined || opening.time + limits.dormantMs <= epoch)
}

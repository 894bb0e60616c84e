/**
 * What drops out of a chain with time (LOG13, LOG14).
 *
 * Everything here looks at a clock rounded down to 10 minutes, so that replicas whose clocks differ by seconds drop
 * alike and their digests stay equal.
 */
import type { Millis } from '../machine.ts'
import type { Chain } from './chain.ts'
import type { Change } from './change.ts'
import { type Entry, entryKinds } from './entry.ts'
import { limits } from './limits.ts'
import type { Shelf } from './shelf.ts'

export function epochOf(now: Millis): Millis {
  return now - (now % limits.epochMs)
}

/**
 * Drops the prefix that has expired; entry 0 and the latest profile stay. With a window, whatever is older goes as well
 * (LOG24): times ascend along a chain, so nothing before an entry that is too old can be young enough.
 */
export function trimExpired(
  shelf: Shelf,
  chain: Chain,
  now: Millis,
  change: Change,
  windowMs: Millis = Infinity,
): void {
  const epoch = epochOf(now)
  const from = chain.floor
  for (;;) {
    const entry = windowMs === Infinity ? undefined : lowestFrom(chain, chain.floor)
    if (entry === undefined || entry.time + windowMs > now) break
    if (entry.kind === entryKinds.profile) shelf.pin(chain, entry, change)
    else shelf.remove(chain, entry, change)
    chain.floor = entry.seq + 1
  }
  for (;;) {
    const entry = chain.entries.get(chain.floor)
    if (entry === undefined || entry.expiresAt > epoch) break
    if (entry.kind === entryKinds.profile) shelf.pin(chain, entry, change)
    else shelf.remove(chain, entry, change)
    chain.floor++
  }
  if (chain.floor !== from) shelf.changed(chain)
}

/** Takes another peer's word that everything before `floor` has expired, as far as nothing is held there (LOG15). */
export function adoptFloor(shelf: Shelf, chain: Chain, floor: number, change: Change): boolean {
  if (floor <= chain.floor || chain.dormant) return false
  const profiles: Entry[] = []
  let lowered = Math.min(floor, chain.top)
  // Profiles stay below the floor; anything else that is held ends it.
  for (let entry = lowestFrom(chain, chain.floor); entry !== undefined; entry = lowestFrom(chain, entry.seq + 1)) {
    if (entry.seq >= lowered) break
    if (entry.kind === entryKinds.profile) profiles.push(entry)
    else lowered = entry.seq
  }
  if (lowered <= chain.floor) return false
  chain.floor = lowered
  for (const profile of profiles) shelf.pin(chain, profile, change)
  shelf.changed(chain)
  return true
}

/** The held entry with the lowest seq from `seq` on. */
function lowestFrom(chain: Chain, seq: number): Entry | undefined {
  for (const [from, to] of chain.held) if (to >= seq) return chain.entries.get(Math.max(from, seq))
  return undefined
}

/** Nothing of the chain counts, and its session cannot write any more: it can be forgotten. */
export function isOver(chain: Chain, epoch: Millis): boolean {
  if (chain.closedAt !== undefined) return chain.proofExpiresAt <= epoch && (chain.top <= 0 || chain.dormant)
  const opening = chain.entries.get(0)
  return chain.dormant && (opening === undefined || opening.time + limits.dormantMs <= epoch)
}

/**
 * Who leads the shared trees, without a vote: whoever hears nothing from a slot for long enough claims it by sending
 * beacons, and of two claimants everybody keeps to the same one.
 *
 * An incumbent of some age goes before a newcomer, so a claim without silence is refused; between equals (two newcomers, or
 * two halves that meet again) the lower rank wins. The rank is a hash over the hour of the claim, the slot and the
 * session; it only chooses, it proves nothing. The wait before a claim grows with the rank, so that few claim at once.
 * A root that keeps coming and going is left out for a time that doubles.
 */
import { label } from '../codec/bytes.ts'
import { Writer } from '../codec/writer.ts'
import type { Millis } from '../machine.ts'
import type { TreeId } from './broadcast-wire.ts'
import type { Jitter } from './jitter.ts'

export const maxSlots = 3
export const maxHotTrees = 4
export const epochMs = 3_600_000
/** Silence of a slot before it is claimed where nobody was ever heard; elsewhere it is the lease. */
export const youngSilenceMs = 2_500
/**
 * Added to it for each doubling of those who may go before, so that few claim at once however few of a room may lead; and by
 * chance, more for those whose rank is far from the lowest.
 */
export const rankStepMs = 250
export const maxRankMs = 2_500
export const claimJitterMs = 100
export const lateJitterMs = 400
/** A root this old is not displaced by a younger one. */
export const matureMs = 8_000
/** A claim holds for no longer than this: then the root claims anew. */
export const maxClaimMs: Millis = 24 * epochMs
/** Beacons may be dated this far from the room's clock. */
export const maxAheadMs = 120_000
export const maxBehindMs = 120_000

export const maxLapsed = 64
export const exclusionMs = 60_000
export const maxExclusionMs = 3_600_000

const rankLabel = label('kith1/rank')
const rankSpan = 2 ** 48

/** How many shared trees a room of this size has. */
export function slotsFor(online: number): number {
  if (online < 20) return 1
  return online < 100 ? 2 : maxSlots
}

/** Lower wins. */
export function rankOf(
  sha256: (...parts: readonly Uint8Array[]) => Uint8Array,
  claimed: Millis,
  slot: number,
  key: Uint8Array,
): number {
  const epoch = new Writer(5).u32(Math.floor(claimed / epochMs) % 2 ** 32).u8(slot)
  const hash = sha256(rankLabel, epoch.finish(), key)
  let rank = 0
  for (let i = 0; i < 6; i++) rank = rank * 256 + (hash[i] as number)
  return rank
}

export interface Claim {
  readonly claimed: Millis
  /** When its newest beacon was made. */
  readonly sentAt: Millis
  readonly rank: number
}

/** Does claim `a` to a slot go before claim `b`? */
export function goesBefore(a: Claim, b: Claim): boolean {
  const isMatureA = a.sentAt - a.claimed >= matureMs
  const isMatureB = b.sentAt - b.claimed >= matureMs
  if (isMatureA !== isMatureB) return isMatureA
  return a.rank < b.rank
}

/**
 * How long after the end of the silence a peer of this rank claims. How many may lead is not known, only how many are
 * online: were all of them to lead, `before` of them would go before. With a wait that grew as that number does, a
 * hundred Node peers among two thousand browsers would all wait to the end and claim together.
 */
export function claimDelay(rank: number, online: number, jitter: Jitter): Millis {
  const before = (rank / rankSpan) * online
  const wait = Math.round(Math.log2(1 + before) * rankStepMs)
  if (wait < maxRankMs) return wait + jitter.between(0, claimJitterMs)
  return maxRankMs + jitter.between(0, lateJitterMs)
}

/** Roots that stopped: when their last beacon was made, so that none is believed twice, and how often they came back. */
export class Lapsed {
  readonly #roots = new Map<TreeId, { sentAt: Millis; lapses: number; until: Millis; at: Millis }>()

  /** `counts`: it was silent, and we were listening. */
  add(id: TreeId, sentAt: Millis, counts: boolean, now: Millis): void {
    const known = this.#roots.get(id)
    this.#roots.delete(id)
    const before = known === undefined || now - known.at > maxExclusionMs ? 0 : known.lapses
    const lapses = before + (counts ? 1 : 0)
    // Once is an accident.
    const excluded = counts && lapses > 1 ? Math.min(maxExclusionMs, exclusionMs * 2 ** Math.min(lapses - 2, 10)) : 0
    this.#roots.set(id, { sentAt: Math.max(sentAt, known?.sentAt ?? 0), lapses, until: now + excluded, at: now })
    if (this.#roots.size <= maxLapsed) return
    for (const first of this.#roots.keys()) {
      this.#roots.delete(first)
      break
    }
  }

  /** May a root with this new beacon lead again? */
  admits(id: TreeId, sentAt: Millis, now: Millis): boolean {
    const known = this.#roots.get(id)
    if (known === undefined) return true
    return sentAt > known.sentAt && now >= known.until
  }
}

/** The linked peers whose history is compared with ours, and which of them to ask. */
import type { Millis } from '../machine.ts'
import type { Exchange } from '../sync/sync.ts'
import type { LiveLink } from './links.ts'

export interface Partner {
  readonly link: LiveLink
  /** Made when it is first needed. */
  exchange: Exchange | undefined
  /** Entries are exchanged with it in the mesh. */
  isNeighbour: boolean
  /** The digests that it and we told last, as they were. */
  theirs: Uint8Array | undefined
  told: Uint8Array | undefined
  /** A first beat that tells of its history has come. */
  compared: boolean
  /** It holds nothing at all. */
  isEmpty: boolean
  differsSince: Millis | undefined
  delayMs: number
  /** What is settled differs, so that waiting is no use. */
  isSure: boolean
  /** We have asked it for what is settled, and not heard the answer. */
  probed: boolean
  /** It wants to hear of our history, and of what border. */
  asks: boolean
  askedEpoch: number
  /** Its digest was equal to ours, or an exchange with it was completed, at least once. */
  inStep: boolean
  /** An exchange that was started here is not over. */
  started: boolean
  /** It sends a part of the sessions only. */
  sliced: boolean
  stalls: number
  /** Digests that may differ: a keeper's window is shorter than a member's history. `next`: those of the next beat. */
  agreed: 'next' | { readonly ours: Uint8Array; readonly theirs: Uint8Array } | undefined
}

export function createPartner(link: LiveLink, before: Partner | undefined): Partner {
  return {
    link,
    exchange: undefined,
    isNeighbour: before?.isNeighbour ?? false,
    theirs: undefined,
    told: undefined,
    compared: false,
    isEmpty: false,
    differsSince: undefined,
    delayMs: 0,
    isSure: false,
    probed: false,
    asks: false,
    askedEpoch: 0,
    inStep: before?.inStep ?? false,
    started: false,
    sliced: false,
    stalls: 0,
    agreed: undefined,
  }
}

export function forgetDifference(partner: Partner): void {
  partner.differsSince = undefined
  partner.isSure = false
  partner.probed = false
}

/** The `skip`-th neighbour. */
export function neighbourAt(partners: Iterable<Partner>, skip: number): Partner | undefined {
  let left = skip
  for (const partner of partners) if (partner.isNeighbour && left-- === 0) return partner
  return undefined
}

/** Somebody else with other history than ours, rather no keeper. */
export function otherSource(
  partners: Iterable<Partner>,
  than: Partner,
  isKeeper: (link: LiveLink) => boolean,
): Partner | undefined {
  let best: Partner | undefined
  for (const partner of partners) {
    const isSource = partner.differsSince !== undefined && !partner.isEmpty && partner.stalls === 0
    if (partner === than || partner.started || !isSource) continue
    if (best === undefined || isKeeper(best.link)) best = partner
  }
  return best
}

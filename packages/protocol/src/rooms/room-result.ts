/** What calls of a room answer with: what they leave to be done, and what became of what came in. */
import type { Crypto } from '../crypto/crypto.ts'
import type { LogChange, Outcome } from '../log/change.ts'
import type { Entry } from '../log/entry.ts'
import type { ImportPlan } from '../log/log.ts'
import type { SignatureCheck, StoreChange } from '../machine.ts'
import type { Content, Opening } from './content.ts'
import type { AuthorProof } from './proofs.ts'
import type { TimelineChange } from './timeline.ts'

/** What a call leaves to be done: show `changes`, write `stores` (all or none), pass `forks` on. */
export interface RoomResult {
  readonly changes: readonly TimelineChange[]
  readonly stores: readonly StoreChange[]
  readonly forks: readonly Uint8Array[]
  readonly outcomes: ReadonlyMap<Outcome, number>
  /** Who shows who they are, or no longer does. */
  readonly proofs: readonly AuthorProof[]
}

export interface Posted extends RoomResult {
  /** To be sent in this order: the opening first when this is the session's first post. */
  readonly entries: readonly Entry[]
  /** Sorting key of the post; empty when nothing had to be written yet (a name before the first post). */
  readonly id: string
}

export interface Received extends RoomResult {
  readonly outcome: Outcome
  /** Undefined when the bytes were malformed. */
  readonly entry: Entry | undefined
  /** Session, hex. */
  readonly session: string | undefined
}

/** The checks of the log, then those of the certificate chains in the openings that came along. */
export interface RoomPlan {
  readonly checks: readonly SignatureCheck[]
  readonly log: ImportPlan
  readonly opened: ReadonlyMap<Entry, Opened>
}

export interface RoomCounts {
  readonly entries: number
  /** Ranges known to exist and not here, and the entries in them. */
  readonly gaps: number
  readonly missing: number
  /** Entries that others refer to and nobody has given us. */
  readonly withheld: number
  readonly sessions: number
  readonly authors: number
}

/** A body as it was read; without content when it cannot be. */
export interface Opened {
  /** Sorting keys. */
  readonly refs: readonly string[]
  readonly content: Content | Opening | undefined
}

export const unreadable: Opened = { refs: [], content: undefined }
/** Nothing was opened before. */
export const unopened: ReadonlyMap<Entry, Opened> = new Map()
export const unverified: ReadonlySet<Entry> = new Set()
/** No change of the log. */
export const nothing: LogChange = { added: [], removed: [], forks: [], outcomes: new Map() }

export function mergeChanges(changes: readonly LogChange[]): LogChange {
  const outcomes = new Map<Outcome, number>()
  for (const change of changes) {
    for (const [outcome, count] of change.outcomes) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + count)
  }
  return {
    added: changes.flatMap((change) => change.added),
    removed: changes.flatMap((change) => change.removed),
    forks: changes.flatMap((change) => change.forks),
    outcomes,
  }
}

/** Checks in line what a host did not check in bulk. */
export function verifyAll(
  crypto: Pick<Crypto, 'verify'>,
  plan: { readonly checks: readonly SignatureCheck[] },
): boolean[] {
  return plan.checks.map((check) => crypto.verify(check.publicKey, check.message, check.signature))
}

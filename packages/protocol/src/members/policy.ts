/** What a members room has agreed on: set by the founder, an operation like any other, the same for everybody. */
import type { Millis } from '../machine.ts'
import { dayMs } from '../identity/session.ts'

export const maxVouches = 16
export const maxDays = 3650
export const maxServices = 8

export interface Policy {
  readonly whoMayAdd: 'members' | 'admins'
  /** So many members have to vouch before somebody is in. */
  readonly vouches: number
  /** What newcomers can read of what was said before. With `days`, everything older is erased everywhere. */
  readonly history: 'all' | 'sinceJoin' | { readonly days: number }
  readonly whoMayPost: 'members' | 'admins'
  /** Seconds between two messages of one person; 0 for none. Admins are not slowed. */
  readonly slowSeconds: number
  /** Keys (hex) of the authentication services whose word this room takes. */
  readonly acceptedServices: readonly string[]
}

export const defaultPolicy: Policy = {
  whoMayAdd: 'members',
  vouches: 1,
  history: 'all',
  whoMayPost: 'members',
  slowSeconds: 0,
  acceptedServices: [],
}

/** How long keys and messages are kept; Infinity unless the policy says days. */
export function keepsMs({ history }: Policy): Millis {
  return typeof history === 'string' ? Infinity : history.days * dayMs
}

import type { ReachReport } from '@kith/protocol'

/** What there is to say of somebody who is not here. */
export function absentReport(session: string, name: string, relay: ReachReport['relay']): ReachReport {
  return {
    session,
    name,
    path: undefined,
    through: undefined,
    rttMs: undefined,
    attempts: [],
    relay,
    isInTopic: false,
    clockAheadMs: undefined,
    ownClockAheadMs: 0,
    heardAt: undefined,
  }
}

/** What a reach report comes to, and what the person can do: codes, which each interface puts into its own words. */
import type { Millis, ReachAttempt, ReachReport } from '@kith/protocol'

export type ReachVerdict =
  /** A path is in use. */
  | 'direct'
  | 'relay'
  | 'through'
  /** No path yet, and nothing has failed so far. */
  | 'reaching'
  /** No path, and what was tried has failed. */
  | 'blocked'
  /** In a large room: here, and not linked with us; what they say comes through others. */
  | 'beyond'
  /** No program of theirs is here. */
  | 'absent'

export type ReachAdvice =
  | 'askToOpen'
  | 'ownClock'
  | 'theirClock'
  | 'proofFailed'
  | 'relayAway'
  | 'noRelay'
  | 'directOff'
  | 'strictNetwork'
  | 'signalLost'
  | 'wait'

/** Clocks that differ by less are nobody's trouble. */
export const clockNoticeMs: Millis = 60_000

/** Somebody answered who is not who they should be, or not of this room (docs/spec/link.md, "Down codes"). */
const proofCodes: ReadonlySet<string> = new Set([
  'badHandshake',
  'badMembership',
  'badSignature',
  'lowOrderShare',
  'unexpectedPeer',
  'unknownRoom',
])

/** Also with a path in use, what keeps the better one from working is worth saying after this many failures. */
const tellAfterFailures = 2

/** `isHere`: they are a member of the mesh whom we are not meant to be linked with (`Presence.state`). */
export function verdictOf(report: ReachReport, isHere = false): ReachVerdict {
  if (report.path !== undefined) return report.path
  if (isHere) return 'beyond'
  const tried = report.attempts.filter(({ state }) => state !== 'off')
  if (tried.length === 0) return report.isInTopic ? 'reaching' : 'absent'
  return tried.every(isFailing) ? 'blocked' : 'reaching'
}

/** A code without failures says what it waits for: the relay to come back, or them to be met there. */
function isFailing({ state, failures, code }: ReachAttempt): boolean {
  return state === 'failed' || failures > 0 || (state === 'waiting' && code !== undefined)
}

/** The most telling first. Nothing where nothing is to be done. */
export function adviceOn(report: ReachReport, isHere = false): readonly ReachAdvice[] {
  const verdict = verdictOf(report, isHere)
  const advice: ReachAdvice[] = []
  if (isOff(report.ownClockAheadMs)) advice.push('ownClock')
  else if (isOff(report.clockAheadMs)) advice.push('theirClock')
  if (verdict === 'direct' || verdict === 'beyond') return advice
  const isStuck = verdict === 'absent' || verdict === 'blocked' || verdict === 'reaching'
  if (isStuck && report.relay === 'away') advice.push('relayAway')
  if (verdict === 'absent') return [...advice, 'askToOpen']
  const direct = report.attempts.filter(({ way }) => way === 'webrtc' || way === 'socket')
  const failing = direct.filter(({ failures }) => failures >= tellAfterFailures)
  if (report.attempts.some(isProofFailure)) advice.push('proofFailed')
  else if (failing.some(({ step }) => step === 'transport' || step === 'handshake')) advice.push('strictNetwork')
  else if (failing.some(({ step }) => step === 'signal')) advice.push('signalLost')
  else if (direct.length > 0 && direct.every(({ state }) => state === 'off')) advice.push('directOff')
  if (isStuck && report.relay === 'none') advice.push('noRelay')
  if (verdict === 'reaching' && advice.length === 0) advice.push('wait')
  return advice
}

/** The attempt whose step keeps the pair from a better path, for a sentence on top. */
export function blockedAttempt(report: ReachReport): ReachAttempt | undefined {
  const failing = report.attempts.filter(({ state, failures }) => state !== 'up' && state !== 'off' && failures > 0)
  return failing.find(isProofFailure) ?? failing.find(({ way }) => way === 'webrtc' || way === 'socket') ?? failing[0]
}

function isProofFailure({ code }: ReachAttempt): boolean {
  return code !== undefined && proofCodes.has(code)
}

function isOff(ms: number | undefined): boolean {
  return ms !== undefined && Math.abs(ms) >= clockNoticeMs
}

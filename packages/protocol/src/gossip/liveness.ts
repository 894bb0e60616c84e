/** Which links have gone silent in a room of mesh mode. Signatures first; the machine follows. */
import type { Millis } from '../machine.ts'
import type { Heartbeat } from './heartbeat.ts'
import type { ProbeMessage } from './probe-wire.ts'

export type LivenessOutput =
  /** Send a whole beat (digest, clock) over this link, then call `heartbeat.stamp` as today. */
  | { readonly type: 'beat'; readonly session: string }
  /** `ping`: put `pingBytes` on the wire. Sending anything must call `heartbeat.sent(now)`. */
  | { readonly type: 'send'; readonly to: string; readonly message: ProbeMessage }
  /** Silent for 3 s (9 s when hidden), or heard of again. */
  | { readonly type: 'suspect'; readonly session: string; readonly isSuspect: boolean }
  /** Silent for 5 s (7 s when somebody else still hears it; 15 s when hidden; 2.5 s after waking): close the link. */
  | { readonly type: 'dead'; readonly session: string }
  | { readonly type: 'timer'; readonly at: Millis }

export class Liveness {
  constructor(emit: (output: LivenessOutput) => void) {
    void emit
  }

  /** We are in the background: beat less often. */
  setHidden(hidden: boolean, now: Millis): void {
    void [hidden, now]
  }

  /** A link is up. The engine calls `heartbeat.heard` and `heartbeat.sent` for whatever it carries. */
  watch(session: string, heartbeat: Heartbeat, now: Millis): void {
    void [session, heartbeat, now]
  }

  forget(session: string, now: Millis): void {
    void [session, now]
  }

  isSuspect(session: string): boolean {
    return session === ''
  }

  /** The transport says "disconnected": suspect at once. */
  doubt(session: string, now: Millis): void {
    void [session, now]
  }

  /** The machine slept: everybody has 2.5 s to be heard. */
  woke(now: Millis): void {
    void now
  }

  receive(from: string, message: ProbeMessage, now: Millis): void {
    void [from, message, now]
  }

  timerFired(now: Millis): void {
    void now
  }
}

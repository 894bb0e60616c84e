/** What a peer that is only reached, and runs no engine, does with what `Reach` tells it: nothing, and it admits everybody. */
import type { ReachEvents } from '../src/engine/reach-io.ts'

const nothing = (): undefined => undefined

export const quietReach: ReachEvents = {
  linked: nothing,
  unlinked: nothing,
  payload: nothing,
  ready: nothing,
  away: nothing,
  met: nothing,
  left: nothing,
  listed: nothing,
  entry: nothing,
  receipt: nothing,
  clock: nothing,
  refused: nothing,
  failed: nothing,
  admits: () => true,
  learned: nothing,
  gathered: nothing,
  welcomed: nothing,
  connectFailed: nothing,
  wrongCard: nothing,
  referral: () => [],
  via: nothing,
  knowing: () => [],
}

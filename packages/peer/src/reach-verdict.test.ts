import type { ReachAttempt, ReachReport } from '@kith/protocol'
import { describe, expect, it } from 'vitest'
import { absentReport } from './absent-report.ts'
import { adviceOn, blockedAttempt, clockNoticeMs, verdictOf } from './reach-verdict.ts'

const attempt = (change: Partial<ReachAttempt>): ReachAttempt => ({
  way: 'webrtc',
  state: 'waiting',
  step: 'none',
  code: undefined,
  failures: 0,
  since: undefined,
  nextAt: undefined,
  through: undefined,
  ...change,
})
const report = (change: Partial<ReachReport>): ReachReport => ({ ...absentReport('s', 'Mara', 'up'), ...change })

describe('what a reach report comes to', () => {
  it.each([
    ['absent', {}, ['askToOpen']],
    ['absent', { relay: 'away' }, ['relayAway', 'askToOpen']],
    ['reaching', { isInTopic: true }, ['wait']],
    ['reaching', { attempts: [attempt({ state: 'trying', step: 'signal' })] }, ['wait']],
    ['reaching', { relay: 'away', attempts: [attempt({ state: 'trying' })] }, ['relayAway']],
    ['blocked', { attempts: [attempt({ step: 'signal', failures: 3 })] }, ['signalLost']],
    ['blocked', { attempts: [attempt({ step: 'transport', failures: 3 })] }, ['strictNetwork']],
    ['blocked', { relay: 'none', attempts: [attempt({ state: 'failed', failures: 1 })] }, ['noRelay']],
    ['blocked', { attempts: [attempt({ step: 'handshake', failures: 1, code: 'badMembership' })] }, ['proofFailed']],
    [
      'blocked',
      { attempts: [attempt({ step: 'signal', failures: 3 }), attempt({ way: 'relay', code: 'notInTopic' })] },
      ['signalLost'],
    ],
    ['relay', { path: 'relay', attempts: [attempt({ state: 'off' })] }, ['directOff']],
    ['relay', { path: 'relay', attempts: [attempt({ step: 'transport', failures: 2 })] }, ['strictNetwork']],
    ['relay', { path: 'relay', relay: 'away', attempts: [attempt({ state: 'trying' })] }, []],
    ['direct', { path: 'direct', attempts: [attempt({ state: 'up', failures: 9 })] }, []],
    ['direct', { path: 'direct', clockAheadMs: -clockNoticeMs }, ['theirClock']],
    ['direct', { path: 'direct', clockAheadMs: clockNoticeMs, ownClockAheadMs: -clockNoticeMs }, ['ownClock']],
    ['through', { path: 'through', attempts: [attempt({ step: 'signal', failures: 5 })] }, ['signalLost']],
  ] as const)('%s %j', (verdict, change, advice) => {
    expect(verdictOf(report(change))).toBe(verdict)
    expect(adviceOn(report(change))).toEqual(advice)
  })

  it('takes somebody far away in a large room for what they are', () => {
    const far = report({ attempts: [attempt({ state: 'failed', failures: 3, step: 'signal' })] })
    expect([verdictOf(far, true), adviceOn(far, true)]).toEqual(['beyond', []])
  })

  it('names the step that keeps a better path from working, a failed proof before anything else', () => {
    const relay = attempt({ way: 'relay', failures: 1 })
    const direct = attempt({ way: 'webrtc', failures: 2, step: 'transport' })
    const proof = attempt({ way: 'relay', failures: 1, code: 'badSignature' })
    expect(blockedAttempt(report({ attempts: [relay, direct] }))).toBe(direct)
    expect(blockedAttempt(report({ attempts: [direct, proof] }))).toBe(proof)
    expect(blockedAttempt(report({ attempts: [relay] }))).toBe(relay)
    expect(blockedAttempt(report({ attempts: [attempt({ state: 'trying' })] }))).toBeUndefined()
  })
})

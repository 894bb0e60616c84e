/**
 * The random histories can fail: each of these takes one protection away, and soon a history does not end as it has to.
 * The same seeds pass with the protection in place (chaos.test.ts).
 */
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Log } from '../src/log/log.ts'
import type { ChaosOutcome } from '../src/sim/chaos.ts'
import { SimStore } from '../src/sim/peer.ts'
import { runSeed } from './chaos-judge.ts'

const protection = vi.hoisted(() => ({ forks: true }))

vi.mock(import('../src/log/fork.ts'), async (load) => {
  const real = await load()
  const judgeFork: typeof real.judgeFork = (...given) => (protection.forks ? real.judgeFork(...given) : undefined)
  return { ...real, judgeFork }
})

/** Histories tried before it is said that nothing was noticed. */
const tries = 60

function firstFailure(isFailure: (outcome: ChaosOutcome) => boolean): ChaosOutcome | undefined {
  for (let seed = 0; seed < tries; seed++) {
    const outcome = runSeed(seed)
    if (isFailure(outcome)) return outcome
  }
  return undefined
}

afterEach(() => {
  vi.restoreAllMocks()
  protection.forks = true
})

describe('random histories notice', { timeout: 120_000 }, () => {
  it('SIM2 a log that does not see forks', () => {
    protection.forks = false
    expect(firstFailure(({ converged }) => !converged)).toBeDefined()
  })

  it('SIM2 peers whose digests are always equal, so that histories are never compared', () => {
    vi.spyOn(Log.prototype, 'digest').mockReturnValue(new Uint8Array(8))
    const failure = firstFailure(({ converged }) => !converged)
    expect(failure).toBeDefined()
    expect(new Set(failure?.timelines.map((timeline) => timeline.join('\n'))).size).toBeGreaterThan(1)
  })

  it('SIM3 a store that says it keeps what it does not keep', () => {
    vi.spyOn(SimStore.prototype, 'apply').mockReturnValue()
    expect(firstFailure(({ lost }) => lost.length > 0)).toBeDefined()
  })
})

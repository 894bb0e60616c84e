/**
 * The random histories can fail: each of these takes one protection away, and soon a history does not end as it has to.
 * The same seeds pass with the protection in place (chaos.test.ts).
 */
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import type { ChaosOutcome } from '../src/sim/chaos.ts'

const protection = { forks: true }

// Test files share what they loaded; a room without a protection is loaded for this one alone.
vi.resetModules()
vi.doMock(import('../src/log/fork.ts'), async (load) => {
  const real = await load()
  const judgeFork: typeof real.judgeFork = (...given) => (protection.forks ? real.judgeFork(...given) : undefined)
  return { ...real, judgeFork }
})
const { Log } = await import('../src/log/log.ts')
const { SimStore } = await import('../src/sim/peer.ts')
const { runSeed } = await import('./chaos-judge.ts')

afterAll(() => {
  vi.doUnmock('../src/log/fork.ts')
  vi.resetModules()
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

/** What the files of random histories share: how one is run, and what is asked of it. */
import { describe, expect, it } from 'vitest'
import { runChaos } from '../src/sim/chaos.ts'
import type { ChaosOutcome } from '../src/sim/chaos.ts'
import { createToyCrypto } from '../src/sim/toy-crypto.ts'

/**
 * Whatever takes a protection away shows within sixty (chaos-fails.test.ts). `KITH_RUNS=1000` tries as many as were tried when
 * the rules were written.
 */
export const histories = Number(process.env['KITH_RUNS'] ?? 300)
const perTest = 50

export function judge(outcome: ChaosOutcome): void {
  const again = `KITH_SEED=${outcome.seed} npx vitest run --project unit packages/protocol/test/chaos.test.ts -t 'KITH_SEED'`
  const shown = outcome.timelines.map((timeline) => timeline.join('\n')).join('\n\n')
  expect(outcome.converged, `seed ${outcome.seed} did not converge; repeat with\n${again}\n\n${shown}`).toBe(true)
  expect(outcome.lost, `seed ${outcome.seed} lost messages; repeat with\n${again}`).toEqual([])
}

export function runSeed(seed: number): ChaosOutcome {
  return runChaos({ seed, createCrypto: createToyCrypto })
}

/** Every second fifty of them, so that two files take one core each. */
export function describeHistories(half: 'even' | 'odd'): void {
  describe(`random histories, ${half} fifties`, () => {
    for (let from = half === 'even' ? 0 : perTest; from < histories; from += 2 * perTest) {
      it(`SIM2 SIM3 converge, seeds ${from} to ${from + perTest - 1}`, { timeout: 300_000 }, () => {
        let messages = 0
        for (let seed = from; seed < from + perTest; seed++) {
          const outcome = runSeed(seed)
          judge(outcome)
          messages += outcome.messages
        }
        // Histories in which nobody says anything would prove nothing.
        expect(messages).toBeGreaterThan(perTest * 5)
      })
    }
  })
}

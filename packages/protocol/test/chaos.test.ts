/**
 * Random histories. A seed that fails becomes a named test below `regressions`; the message of a failure is the command
 * that repeats it.
 */
import { describe, expect, it } from 'vitest'
import { createNativeCrypto } from '../../peer/src/node/crypto.ts'
import { createCheapCrypto } from '../src/sim/cheap-crypto.ts'
import { runChaos } from '../src/sim/chaos.ts'
import type { ChaosOutcome } from '../src/sim/chaos.ts'

const histories = 1_000
const perTest = 100
const real = (random: (length: number) => Uint8Array): ReturnType<typeof createNativeCrypto> => ({ ...createNativeCrypto(), random })

function judge(outcome: ChaosOutcome): void {
  const again = `KITH_SEED=${outcome.seed} npx vitest run --project unit packages/protocol/test/chaos.test.ts -t 'one seed'`
  const shown = outcome.timelines.map((timeline) => timeline.join('\n')).join('\n\n')
  expect(outcome.converged, `seed ${outcome.seed} did not converge; repeat with\n${again}\n\n${shown}`).toBe(true)
  expect(outcome.lost, `seed ${outcome.seed} lost messages; repeat with\n${again}`).toEqual([])
}

describe('random histories', () => {
  for (let from = 0; from < histories; from += perTest) {
    it(`SIM2 SIM3 converge, seeds ${from} to ${from + perTest - 1}`, { timeout: 300_000 }, () => {
      let messages = 0
      for (let seed = from; seed < from + perTest; seed++) {
        const outcome = runChaos({ seed, createCrypto: createCheapCrypto })
        judge(outcome)
        messages += outcome.messages
      }
      // Histories in which nobody says anything would prove nothing.
      expect(messages).toBeGreaterThan(perTest * 5)
    })
  }

  it('SIM2 converge with the real cryptography', { timeout: 300_000 }, () => {
    for (let seed = 5_000; seed < 5_010; seed++) judge(runChaos({ seed, createCrypto: real }))
  })

  it('SIM1 one seed gives the same event hash twice, another seed another', { timeout: 60_000 }, () => {
    const hash = (seed: number): string => runChaos({ seed, createCrypto: createCheapCrypto }).hash
    expect(hash(42)).toBe(hash(42))
    expect(hash(42)).not.toBe(hash(43))
  })

  it.runIf(process.env['KITH_SEED'] !== undefined)('one seed', { timeout: 300_000 }, () => {
    judge(runChaos({ seed: Number(process.env['KITH_SEED']), createCrypto: createCheapCrypto }))
  })
})

/**
 * Random histories, first half. A seed that fails becomes a named test of its own; the message of a failure is the command
 * that repeats it.
 */
import { describe, expect, it } from 'vitest'
import { createNativeCrypto } from '../../peer/src/node/crypto.ts'
import type { Crypto } from '../src/crypto/crypto.ts'
import type { Random } from '../src/machine.ts'
import { runChaos } from '../src/sim/chaos.ts'
import { describeHistories, histories, judge, runSeed } from './chaos-judge.ts'

describeHistories('even')

describe('random histories', () => {
  it('SIM2 converge with the real cryptography', { timeout: 300_000 }, () => {
    const createCrypto = (random: Random): Crypto => ({ ...createNativeCrypto(), random })
    for (let seed = 5_000; seed < 5_010; seed++) judge(runChaos({ seed, createCrypto }))
  })

  it('SIM1 one seed gives the same event hash twice, another seed another', { timeout: 60_000 }, () => {
    expect(runSeed(42).hash).toBe(runSeed(42).hash)
    expect(runSeed(42).hash).not.toBe(runSeed(43).hash)
  })

  it('SIM2 one seed, that of KITH_SEED', { timeout: 300_000 }, () => {
    judge(runSeed(Number(process.env['KITH_SEED'] ?? histories)))
  })
})

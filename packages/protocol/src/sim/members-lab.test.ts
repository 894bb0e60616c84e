import { describe, expect, it } from 'vitest'
import type { Sabotage } from '../members/settling.ts'
import { runMembersLab } from './members-lab.ts'

/** Five times what it takes to find out any rule that is switched off. A thousand held when the rules were written. */
const runs = 300
const rules: readonly Sabotage['rule'][] = ['rank', 'beside', 'outrank', 'vouches', 'admins', 'devices', 'lateRule']

describe('the rules of membership, tried', () => {
  it(`MEM21 hold in ${runs} runs of twelve members, three of them hostile`, () => {
    let hostile = 0
    for (let seed = 1; seed <= runs; seed++) {
      const run = runMembersLab(seed)
      hostile += run.hostile
      expect(run.violations, `seed ${seed}`).toEqual([])
    }
    expect(hostile).toBeGreaterThan(runs * 20)
  }, 120_000)

  it.each(rules)(
    'MEM21 are each needed: without %s the same runs find violations',
    (rule) => {
      let seed = 1
      while (seed <= 60 && runMembersLab(seed, rule).violations.length === 0) seed++
      expect(seed).toBeLessThanOrEqual(60)
    },
    60_000,
  )
})

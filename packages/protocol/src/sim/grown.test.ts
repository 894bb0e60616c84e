import { describe, expect, it } from 'vitest'
import { viewSize } from '../gossip/overlay-limits.ts'
import { linkable, planScenario } from './plan.ts'
import { scenarioNamed } from './scenarios.ts'
import type { Scenario } from './scenarios.ts'
import { Simulation } from './simulation.ts'

const steady = scenarioNamed('steady') as Scenario

describe('a room that has been there for a while', () => {
  it('SIM13 begins with as many links as each kind of machine wants and takes, and none between pairs that cannot link', () => {
    for (const seed of [1, 2]) {
      const plan = planScenario(steady, 400, seed)
      const isLinkable = linkable(plan, steady, seed)
      const far = plan.machines.map(() => new Set<number>())
      for (const [a, b] of plan.links) {
        expect(isLinkable(a, b)).toBe(true)
        expect(a).not.toBe(b)
        expect(far[a]?.has(b)).toBe(false)
        far[a]?.add(b)
        far[b]?.add(a)
      }
      plan.machines.forEach(({ kind }, index) => {
        const { want, limit } = viewSize(kind === 'hub' ? 'node' : kind === 'mobile' ? 'mobile' : 'desktop', 400)
        expect(far[index]?.size).toBeGreaterThanOrEqual(want)
        expect(far[index]?.size).toBeLessThanOrEqual(limit)
      })
      // One network: everybody is found from the first.
      const found = new Set([0])
      for (const at of found) for (const next of far[at] ?? []) found.add(next)
      expect(found.size).toBe(400)
    }
  })

  it('SIM13 begins without links where people arrive', () => {
    const { links, machines } = planScenario({ ...steady, begins: 'arriving' }, 100, 1)
    expect(links).toEqual([])
    expect(Math.max(...machines.map(({ startAt }) => startAt))).toBeGreaterThan(3_000)
  })

  it('SIM13 is a mesh of those links within a second, and people who arrive dial the address they know', () => {
    const grown = new Simulation({ scenario: steady, peers: 40, seed: 1 })
    grown.runTo(1_500)
    expect(grown.graph().to.length).toBeGreaterThanOrEqual(grown.plan.links.length * 2)
    expect(grown.plan.machines.map((_, index) => grown.engine(index)?.map().mode)).toEqual(Array(40).fill('mesh'))

    const arriving = new Simulation({ scenario: { ...steady, begins: 'arriving' }, peers: 40, seed: 1 })
    arriving.runTo(1_500)
    const { from } = arriving.graph()
    arriving.plan.machines.forEach(({ startAt }, index) => {
      if (startAt < 1_200) expect((from[index + 1] as number) - (from[index] as number)).toBeGreaterThan(0)
    })
  })
})

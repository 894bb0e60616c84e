/**
 * Rooms of many on the simulated network, with the real engine: one seed each, as small as shows it. Two of a thousand are
 * judged beside the unit tests (scripts/thousand.mjs); other sizes, seeds and scenarios by hand: `npm run simulate`.
 *
 * `KITH_PEERS` makes them larger here too.
 */
import { describe, expect, it } from 'vitest'
import { registryTag } from '../src/gossip/registry-wire.ts'
import { Mailbox } from '../src/sim/mailbox.ts'
import { planScenario } from '../src/sim/plan.ts'
import { scenarioNamed, scenarios } from '../src/sim/scenarios.ts'
import type { Scenario, ScenarioName } from '../src/sim/scenarios.ts'
import { judgeOutcomes, simulate } from '../src/sim/simulate.ts'
import type { SimulateFigures } from '../src/sim/simulate.ts'
import { Simulation, windowMs } from '../src/sim/simulation.ts'

const peers = Number(process.env['KITH_PEERS'] ?? 40)

function scenario(name: ScenarioName): Scenario {
  return { ...(scenarioNamed(name) as Scenario), messages: 60 }
}

function run(name: ScenarioName, seed: number, size = peers): SimulateFigures {
  return simulate({ scenario: { ...scenario(name), warmUpMs: 8_000 }, peers: size, seed })
}

/** The same in two parts, which take turns here instead of working side by side. */
function runInParts(wanted: Scenario, size: number, seed: number): SimulateFigures {
  const count = 2
  const boxes = Array.from({ length: count * count }, () => new Mailbox(new ArrayBuffer(4 * 2 ** 20)))
  const box = (from: number, to: number): Mailbox => boxes[from * count + to] as Mailbox
  const parts = Array.from(
    { length: count },
    (_, index) =>
      new Simulation({ scenario: wanted, peers: size, seed, part: { index, count, outbox: (to) => box(index, to) } }),
  )
  const { endAt } = planScenario(wanted, size, seed)
  for (let at = 0; at < endAt;) {
    at = Math.min(endAt, at + windowMs)
    for (const each of boxes) each.clear()
    for (const part of parts) part.runTo(at)
    parts.forEach((part, to) => part.receive(box(1 - to, to)))
  }
  return judgeOutcomes(
    { scenario: wanted, peers: size, seed },
    parts.map((part) => part.outcome()),
    0,
  )
}

describe('a simulated room of many', { timeout: 300_000 }, () => {
  it('GOS106 keeps no registry before a root has counted', () => {
    const simulation = new Simulation({ scenario: scenario('steady'), peers, seed: 1 })
    const registryFrames = (): number => simulation.network.carriers.byTag[2 * registryTag] ?? 0
    const isRooted = (): boolean => (simulation.engine(0)?.map().trees.length ?? 0) > 0
    while (!isRooted()) simulation.runTo(simulation.at + 100)
    simulation.runTo(simulation.at + 1_500)
    expect(registryFrames()).toBe(0)
    simulation.runTo(simulation.at + 3_500)
    expect(registryFrames()).toBeGreaterThan(0)
  })

  for (const [name, seed, withinMs] of [
    ['crash-30', 1, 2_000],
    ['crash-50', 2, 4_000],
    ['crash-80', 1, 8_000],
  ] as const) {
    it(`SIM10 hears every message within ${withinMs / 1_000} s of ${name}, and has a registry again`, () => {
      const figures = run(name, seed, peers * 1.5)
      expect(figures.delivered).toBe(1)
      expect(figures.worstDeliveryMs).toBeLessThanOrEqual(withinMs)
      expect(figures.registryBackMs).toBeLessThanOrEqual(10_000)
    })
  }

  it('SIM10 hears every message while some lie', () => {
    const figures = run('hostile', 1)
    expect(figures.delivered).toBe(1)
    expect(figures.notices['forkFound']).toBeGreaterThan(0)
  })

  it('SIM10 SIM12 hears every message of random senders along trees, and hardly a copy', () => {
    const figures = run('steady', 1, peers * 3)
    expect(figures.delivered).toBe(1)
    expect(figures.redundancy).toBeLessThanOrEqual(0.005)
    expect(figures.p99Ratio).toBeGreaterThanOrEqual(1)
    expect(figures.p99Ratio).toBeLessThanOrEqual(1.8)
    expect(figures.lastHop).toBeLessThanOrEqual(8)
    expect(figures.worstDeliveryMs).toBeLessThanOrEqual(1_000)
    expect(figures.orphans).toBe(0)
    expect(figures.byTag['09']?.[0]).toBeGreaterThan(0)
  })

  it('SIM12 hears a hot speaker almost as soon as a flood would bring it', () => {
    const figures = run('hot', 1, peers * 3)
    expect(figures.delivered).toBe(1)
    expect(figures.redundancy).toBeLessThanOrEqual(0.005)
    expect(figures.p99Ratio).toBeLessThanOrEqual(1.1)
    expect(figures.lastHop).toBeLessThanOrEqual(8)
  })

  it('SIM11 ends with the same hash twice, and on two cores, and with another one for another seed', () => {
    const wanted = { ...scenario('steady'), messages: 20, warmUpMs: 3_000, drainMs: 500 }
    const options = { scenario: wanted, peers: 24, seed: 5 }
    const once = simulate(options)
    expect(simulate(options)).toEqual(once)
    expect(runInParts(wanted, 24, 5)).toEqual(once)
    expect(simulate({ ...options, seed: 6 }).eventHash).not.toBe(once.eventHash)
  })

  it('SIM11 is planned in full by its seed', () => {
    for (const each of scenarios) {
      expect(planScenario(each, 200, 3)).toEqual(planScenario(each, 200, 3))
      const { machines, posts } = planScenario(each, 200, 3)
      expect(posts.filter(({ isLead }) => !isLead).length).toBe(each.messages)
      for (const { peer, at } of posts) {
        expect(machines[peer]?.hostile).toBe(false)
        expect(machines[peer]?.endAt ?? Infinity).toBeGreaterThan(at)
      }
    }
  })
})

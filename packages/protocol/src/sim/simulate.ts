/** Runs one scenario (`scenarios.ts`) with n real engines from one seed, and measures it. */
import type { Millis } from '../machine.ts'
import { floodTimes } from './flood-bound.ts'
import type { Plan, Post } from './plan.ts'
import type { Scenario } from './scenarios.ts'
import { Simulation } from './simulation.ts'

export interface SimulateOptions {
  readonly scenario: Scenario
  readonly peers: number
  readonly seed: number
  /** Reads a clock of the host, for `wallMs`; a simulation has none of its own. */
  readonly clock?: (() => Millis) | undefined
  /** Told what goes on, now and then. */
  readonly progress?: ((text: string) => void) | undefined
}

/** What a run measured. Times are simulated milliseconds, but for `wallMs`. */
export interface SimulateFigures {
  readonly scenario: string
  readonly peers: number
  readonly seed: number
  /** Messages × survivors that have them, of all that should. */
  readonly delivered: number
  /** Copies of entries that arrived over links and were known already, per delivery. */
  readonly redundancy: number
  /** Mean over messages of the most links one of its copies travelled. */
  readonly lastHop: number
  /** Time from posting to being shown, over all message × machine. */
  readonly p99Ms: number
  /** The same if every message were flooded over the very links that were there when it was sent. */
  readonly floodP99Ms: number
  readonly p99Ratio: number
  /** The longest any message took to any survivor; after a crash, of messages sent after it. */
  readonly worstDeliveryMs: number
  /** Messages on their way when the crash came: the longest. */
  readonly worstInFlightMs: number | undefined
  readonly wallMs: number
  readonly eventHash: string
  /** Survivors without a single link at the end. */
  readonly orphans: number
  readonly linksPerPeer: number
  /** Inputs given to engines. */
  readonly events: number
  readonly frames: number
  readonly bytes: number
  readonly notices: Readonly<Record<string, number>>
}

/** Of those who came so lately nobody expects what is said now at once. */
const settledMs = 5_000
const progressMs = 1_000

export function simulate(options: SimulateOptions): SimulateFigures {
  const clock = options.clock ?? ((): Millis => 0)
  const startedAt = clock()
  const simulation = new Simulation(options)
  const { plan } = simulation
  for (let at = progressMs; at <= plan.endAt; at += progressMs) {
    simulation.runTo(at)
    options.progress?.(`${at / 1_000} of ${Math.ceil(plan.endAt / 1_000)} s`)
  }
  simulation.runTo(plan.endAt)
  return judge(simulation, options, clock() - startedAt)
}

function judge(simulation: Simulation, options: SimulateOptions, wallMs: number): SimulateFigures {
  const { plan, recorder, network } = simulation
  const times: number[] = []
  let wanted = 0
  let came = 0
  let hops = 0
  let worst = 0
  let worstInFlight: number | undefined
  plan.posts.forEach((post, tag) => {
    const shownAt = recorder.shownAt(tag)
    hops += recorder.maxHop(tag)
    const inFlight = plan.crashAt !== undefined && post.at < plan.crashAt
    plan.machines.forEach((machine, index) => {
      if (index === post.peer || machine.endAt !== undefined || machine.hostile) return
      if (machine.startAt > post.at - settledMs) return
      wanted++
      const at = shownAt?.[index] ?? -1
      if (at < 0) return
      came++
      times.push(at - post.at)
      if (inFlight) worstInFlight = Math.max(worstInFlight ?? 0, at - post.at)
      else worst = Math.max(worst, at - post.at)
    })
  })
  const graph = simulation.graph()
  const survivors = plan.machines.flatMap((machine, index) => (machine.endAt === undefined ? [index] : []))
  const p99Ms = percentile(times, 0.99)
  const floodP99Ms = percentile(floodBound(simulation, plan), 0.99)
  return {
    scenario: options.scenario.name,
    peers: options.peers,
    seed: options.seed,
    delivered: wanted === 0 ? 0 : came / wanted,
    redundancy: recorder.fresh === 0 ? 0 : recorder.copies / recorder.fresh,
    lastHop: hops / plan.posts.length,
    p99Ms,
    floodP99Ms,
    p99Ratio: floodP99Ms === 0 ? 0 : p99Ms / floodP99Ms,
    worstDeliveryMs: worst,
    worstInFlightMs: worstInFlight,
    wallMs,
    eventHash: network.hash,
    orphans: survivors.filter((index) => graph.from[index] === graph.from[index + 1]).length,
    linksPerPeer: graph.to.length / Math.max(1, survivors.length),
    events: network.inputs,
    frames: network.carriers.frames,
    bytes: network.carriers.bytes,
    notices: Object.fromEntries(recorder.notices),
  }
}

/** Time of each sampled message to each machine, had it been flooded. */
function floodBound(simulation: Simulation, plan: Plan): number[] {
  const times: number[] = []
  for (const [tag, graph] of simulation.graphs) {
    const { peer } = plan.posts[tag] as Post
    const best = floodTimes(graph, peer, (a, b) => simulation.network.distance(a, b))
    for (let i = 0; i < best.length; i++) if (i !== peer && best[i] !== Infinity) times.push(best[i] as number)
  }
  return times
}

function percentile(times: readonly number[], part: number): number {
  if (times.length === 0) return 0
  const sorted = Float64Array.from(times).sort()
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] as number
}

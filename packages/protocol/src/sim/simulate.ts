/** Runs one scenario (`scenarios.ts`) with n real engines from one seed, and measures it. */
import type { Millis } from '../machine.ts'
import { EventHash } from './event-hash.ts'
import { floodTimes } from './flood-bound.ts'
import type { LinkGraph } from './flood-bound.ts'
import { distanceBetween } from './latency.ts'
import { planScenario } from './plan.ts'
import type { Plan, Post } from './plan.ts'
import { Recorder } from './recorder.ts'
import type { Scenario } from './scenarios.ts'
import { Simulation } from './simulation.ts'
import type { Outcome } from './simulation.ts'

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
  readonly begins: Scenario['begins']
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
  /**
   * After a crash: how long until every survivor hangs on a registry whose keeper is alive, 0 when the keeper survived. Unknown while
   * that is not so at the end, and when the run was in parts.
   */
  readonly registryBackMs?: number | undefined
  readonly wallMs: number
  readonly eventHash: string
  /** Survivors without a single link at the end. */
  readonly orphans: number
  readonly linksPerPeer: number
  /** Inputs given to engines. */
  readonly events: number
  readonly frames: number
  readonly bytes: number
  /** The same by the first byte of the payload, in hex, over WebRTC. */
  readonly byTag: Readonly<Record<string, readonly [frames: number, bytes: number]>>
  readonly notices: Readonly<Record<string, number>>
}

/** Of those who came so lately nobody expects what is said now at once. */
const settledMs = 5_000
const progressMs = 1_000
/** After a crash the registry is looked at this often. */
const registryEveryMs = 250

export function simulate(options: SimulateOptions): SimulateFigures {
  const clock = options.clock ?? ((): Millis => 0)
  const startedAt = clock()
  const simulation = new Simulation(options)
  const { endAt, crashAt } = simulation.plan
  let registryBackMs: number | undefined
  for (let at = progressMs; at <= endAt; at += progressMs) {
    if (crashAt !== undefined && at > crashAt && registryBackMs === undefined) {
      for (let look = Math.max(crashAt, simulation.at) + 1; look < at; look += registryEveryMs) {
        simulation.runTo(look)
        if (!simulation.isRegistryKept()) continue
        registryBackMs = look === crashAt + 1 ? 0 : look - crashAt
        break
      }
    }
    simulation.runTo(at)
    options.progress?.(`${at / 1_000} of ${Math.ceil(endAt / 1_000)} s`)
  }
  simulation.runTo(endAt)
  const outcome = simulation.outcome()
  return { ...judgeOutcomes(options, [outcome], clock() - startedAt), registryBackMs }
}

/** The figures of a run from what its parts know. */
export function judgeOutcomes(options: SimulateOptions, outcomes: readonly Outcome[], wallMs: number): SimulateFigures {
  const { scenario, peers, seed } = options
  const plan = planScenario(scenario, peers, seed)
  const size = plan.machines.length
  const recorder = new Recorder(size, scenario.warmUpMs)
  for (const { recorded } of outcomes) recorder.merge(recorded)
  const times: number[] = []
  let wanted = 0
  let judged = 0
  let hops = 0
  let worst = 0
  let worstInFlight: number | undefined
  plan.posts.forEach((post, tag) => {
    if (post.isLead) return
    judged++
    const shownAt = recorder.shownAt(tag)
    hops += recorder.maxHop(tag)
    const inFlight = plan.crashAt !== undefined && post.at < plan.crashAt
    plan.machines.forEach((machine, index) => {
      if (index === post.peer || machine.endAt !== undefined || machine.hostile) return
      if (machine.startAt > post.at - settledMs) return
      wanted++
      const at = shownAt?.[index] ?? -1
      if (at < 0) return
      const took = at - post.at
      times.push(took)
      if (inFlight) worstInFlight = Math.max(worstInFlight ?? 0, took)
      else worst = Math.max(worst, took)
    })
  })
  const links = mergeGraphs(outcomes.map((outcome) => outcome.links))
  const survivors = plan.machines.flatMap((machine, index) => (machine.endAt === undefined ? [index] : []))
  const p99Ms = percentile(times, 0.99)
  const floodP99Ms = percentile(floodBound(options, plan, outcomes), 0.99)
  return {
    scenario: scenario.name,
    begins: scenario.begins,
    peers,
    seed,
    delivered: wanted === 0 ? 0 : times.length / wanted,
    redundancy: recorder.fresh === 0 ? 0 : recorder.copies / recorder.fresh,
    lastHop: hops / judged,
    p99Ms,
    floodP99Ms,
    p99Ratio: floodP99Ms === 0 ? 0 : p99Ms / floodP99Ms,
    worstDeliveryMs: worst,
    worstInFlightMs: worstInFlight,
    wallMs,
    eventHash: hashOf(outcomes),
    orphans: survivors.filter((index) => links.from[index] === links.from[index + 1]).length,
    linksPerPeer: links.to.length / Math.max(1, survivors.length),
    events: sum(outcomes, ({ inputs }) => inputs),
    frames: sum(outcomes, ({ frames }) => frames),
    bytes: sum(outcomes, ({ bytes }) => bytes),
    byTag: tagsOf(outcomes),
    notices: Object.fromEntries(recorder.notices),
  }
}

function sum(outcomes: readonly Outcome[], of: (outcome: Outcome) => number): number {
  return outcomes.reduce((total, outcome) => total + of(outcome), 0)
}

function tagsOf(outcomes: readonly Outcome[]): SimulateFigures['byTag'] {
  const tags: Record<string, [number, number]> = {}
  for (let tag = 0; tag < 256; tag++) {
    const frames = sum(outcomes, ({ byTag }) => byTag[tag * 2] ?? 0)
    const bytes = sum(outcomes, ({ byTag }) => byTag[tag * 2 + 1] ?? 0)
    if (frames > 0) tags[tag.toString(16).padStart(2, '0')] = [frames, bytes]
  }
  return tags
}

/** Machine by machine, whichever part each was in: the others never gave it anything to do. */
function hashOf(outcomes: readonly Outcome[]): string {
  const hash = new EventHash()
  const [first] = outcomes
  first?.hashes.forEach((_, word) => {
    const owner = outcomes.length === 1 ? first : outcomes[(word >> 1) % outcomes.length]
    hash.add(owner?.hashes[word] ?? 0)
  })
  return hash.hex
}

function mergeGraphs(graphs: readonly LinkGraph[]): LinkGraph {
  const [first] = graphs
  if (graphs.length <= 1) return first ?? { from: new Int32Array(1), to: new Int32Array(0) }
  const size = (first?.from.length ?? 1) - 1
  const from = new Int32Array(size + 1)
  const to: number[] = []
  for (let i = 0; i < size; i++) {
    from[i] = to.length
    for (const graph of graphs) {
      for (let at = graph.from[i] as number; at < (graph.from[i + 1] as number); at++) to.push(graph.to[at] as number)
    }
  }
  from[size] = to.length
  return { from, to: Int32Array.from(to) }
}

/** Time of each sampled message to each machine, had it been flooded. */
function floodBound(options: SimulateOptions, plan: Plan, outcomes: readonly Outcome[]): number[] {
  const times: number[] = []
  const distance = (a: number, b: number): number => distanceBetween(options.seed, a, b)
  for (const tag of outcomes[0]?.graphs.keys() ?? []) {
    const graph = mergeGraphs(outcomes.flatMap((outcome) => outcome.graphs.get(tag) ?? []))
    const { peer } = plan.posts[tag] as Post
    const best = floodTimes(graph, peer, distance)
    for (let i = 0; i < best.length; i++) if (i !== peer && best[i] !== Infinity) times.push(best[i] as number)
  }
  return times
}

function percentile(times: readonly number[], part: number): number {
  if (times.length === 0) return 0
  const sorted = Float64Array.from(times).sort()
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] as number
}

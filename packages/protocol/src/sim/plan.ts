/**
 * A scenario for n machines and a seed, worked out in full before anything happens: what each machine is, when it comes,
 * speaks and goes. It depends on nothing else, so that every core of a simulation makes the same.
 */
import type { Millis } from '../machine.ts'
import { mixFraction, pairFraction } from './chance.ts'
import { growLinks } from './grown.ts'
import type { MachineKind } from './grown.ts'
import { distanceBetween } from './latency.ts'
import { createSeededRandom } from './random.ts'
import type { SeededRandom } from './random.ts'
import type { Scenario } from './scenarios.ts'

export interface Machine {
  readonly kind: MachineKind
  readonly hostile: boolean
  /** The machine whose address it knows. */
  readonly contact: number | undefined
  readonly startAt: Millis
  /** Undefined when it stays to the end. */
  readonly endAt: Millis | undefined
  /** It says goodbye. */
  readonly politely: boolean
}

export interface Post {
  readonly at: Millis
  readonly peer: number
  /** Said during the warm-up, to become a hot speaker. */
  readonly isLead: boolean
}

/** Times count from the start of the simulation. */
export interface Plan {
  readonly machines: readonly Machine[]
  readonly posts: readonly Post[]
  /** Of a room that has been there for a while: who is linked with whom from `linkedAt` on, the initiator first. */
  readonly links: readonly (readonly [number, number])[]
  readonly linkedAt: Millis
  /** There the relay and known addresses answer from then on: nobody needs them before. */
  readonly meetableAt: Millis
  readonly crashAt: Millis | undefined
  readonly partition: { readonly from: Millis; readonly to: Millis } | undefined
  readonly endAt: Millis
}

/** Where the room has been there for a while: all programs start within this time, and then have their links within so much more. */
const startingMs = 400
const linkingMs = 100
const meetableAt = 6_000
/** Machines that arrive come over this part of the warm-up, hubs in the first part of that. */
const arrivingPart = 0.4
const hubsPart = 0.1
const chanceSalt = 0x6b69_7468

export function planScenario(scenario: Scenario, peers: number, seed: number): Plan {
  const random = createSeededRandom(seed).fork()
  const { warmUpMs, leadMs, messages, perSecond, drainMs } = scenario
  const speakMs = (messages * 1_000) / perSecond
  const endAt = warmUpMs + speakMs + drainMs
  const hubs = Math.max(1, Math.round(peers * scenario.mix.hubs))
  const crashAt = scenario.crash > 0 ? Math.round(warmUpMs + speakMs / 2) : undefined
  const machines: Machine[] = []
  const isGrown = scenario.begins === 'grown'
  for (let i = 0; i < peers; i++) {
    const spread = i < hubs ? (i / hubs) * hubsPart : hubsPart + ((i - hubs) / (peers - hubs)) * (1 - hubsPart)
    const leavesAt = leaving(scenario, random, endAt)
    const crashes = crashAt !== undefined && random.chance(scenario.crash)
    machines.push({
      kind: i < hubs ? 'hub' : kindOf(scenario, random),
      hostile: i > 0 && random.chance(scenario.hostile),
      contact: i === 0 ? undefined : random.between(0, Math.min(i, hubs) - 1),
      startAt: Math.round(isGrown ? random.next() * startingMs : spread * warmUpMs * arrivingPart),
      endAt: i === 0 ? undefined : crashes ? crashAt : leavesAt,
      politely: !crashes && random.chance(0.5),
    })
  }
  const canLink = linkable({ machines }, scenario, seed)
  const distance = (a: number, b: number): number => distanceBetween(seed, a, b)
  const links = isGrown ? growLinks(machines, canLink, distance, random.fork()) : []
  const comers = Math.round((scenario.churnPerSecond * peers * (endAt - warmUpMs)) / 1_000)
  for (let i = 0; i < comers; i++) {
    machines.push({
      kind: kindOf(scenario, random),
      hostile: false,
      contact: random.between(0, hubs - 1),
      startAt: Math.round(warmUpMs + random.next() * (endAt - warmUpMs)),
      endAt: undefined,
      politely: true,
    })
  }
  const posts: Post[] = []
  const speaks = (peer: number): boolean => {
    const machine = machines[peer] as Machine
    // A tab in the background has nobody in front of it who could say everything.
    if (scenario.speakers === 'one' && machine.kind === 'hidden') return false
    return !machine.hostile && (machine.endAt === undefined || machine.endAt === crashAt)
  }
  const draw = (at: Millis): number => {
    for (;;) {
      const peer = random.between(0, peers - 1)
      const { endAt: gone } = machines[peer] as Machine
      // Who is about to be gone says nothing: its words may go with it.
      if (speaks(peer) && (gone === undefined || at < gone - 1_000)) return peer
    }
  }
  let speaker = draw(endAt)
  for (let i = -Math.floor((leadMs * perSecond) / 1_000); i < messages; i++) {
    const at = Math.round(warmUpMs + (i * 1_000) / perSecond)
    if (scenario.speakers === 'random') speaker = draw(at)
    posts.push({ at, peer: speaker, isLead: i < 0 })
  }
  const partition = scenario.partitionMs > 0 ? { from: warmUpMs, to: warmUpMs + scenario.partitionMs } : undefined
  return { machines, posts, links, linkedAt: startingMs + linkingMs, meetableAt, crashAt, partition, endAt }
}

/** Hubs are reachable by everybody; of the other pairs a part is not. */
export function linkable(
  plan: Pick<Plan, 'machines'>,
  scenario: Scenario,
  seed: number,
): (a: number, b: number) => boolean {
  return (a, b) =>
    plan.machines[a]?.kind === 'hub' ||
    plan.machines[b]?.kind === 'hub' ||
    pairFraction(seed ^ chanceSalt, a, b) >= scenario.unlinkable
}

/** Half of the machines, in a partition. */
export function sideOf(seed: number, peer: number): number {
  return mixFraction(seed, peer, chanceSalt) < 0.5 ? 0 : 1
}

function kindOf(scenario: Scenario, random: SeededRandom): MachineKind {
  const { mobile, hidden } = scenario.mix
  const dice = random.next()
  return dice < mobile ? 'mobile' : dice < mobile + hidden ? 'hidden' : 'desktop'
}

/** When a machine leaves by itself, or undefined. */
function leaving(scenario: Scenario, random: SeededRandom, endAt: Millis): Millis | undefined {
  if (scenario.churnPerSecond === 0) return undefined
  const at = Math.round(scenario.warmUpMs - (Math.log(1 - random.next()) / scenario.churnPerSecond) * 1_000)
  return at < endAt ? at : undefined
}

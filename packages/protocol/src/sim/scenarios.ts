/**
 * The rooms of thousands that are simulated, as data: who speaks, who comes and goes, what breaks and who lies.
 *
 * Every scenario runs the real engine. Its machines either have been there for a while (`grown.ts`): they start together, are
 * given the links they have, and find roots, trees and registry during the warm-up; or they come during the warm-up, each
 * with one known address. Then messages are posted at a steady rate, and the run goes on until what has to arrive has arrived.
 */
import type { Millis } from '../machine.ts'

export type ScenarioName = 'steady' | 'hot' | 'churn' | 'crash-30' | 'crash-50' | 'crash-80' | 'partition' | 'hostile'

/** Parts of all machines. The rest are desktop browsers in the foreground. */
export interface Mix {
  /** Node peers: many links, always there. */
  readonly hubs: number
  /** Phones. */
  readonly mobile: number
  /** Browser tabs in the background: their timers are throttled. */
  readonly hidden: number
}

export interface Scenario {
  readonly name: ScenarioName
  /** What it shows, in one line. */
  readonly about: string
  /** Messages posted after the warm-up, and how many a second. */
  readonly messages: number
  readonly perSecond: number
  /** `one`: a single hot speaker; `random`: another one each time. */
  readonly speakers: 'one' | 'random'
  readonly warmUpMs: Millis
  /** How the room came about: `grown`, it has been there for a while; `arriving`, people come until 6 s before the first message. */
  readonly begins: 'grown' | 'arriving'
  /** They speak so long before the end of the warm-up already; what they say then is not judged. */
  readonly leadMs: Millis
  /** How long after the last message everything may still take. */
  readonly drainMs: Millis
  readonly mix: Mix
  /** Part of the pairs that cannot link directly. */
  readonly unlinkable: number
  /** Bits per second each way; undefined: as fast as can be. */
  readonly bandwidth: { readonly up: number; readonly down: number } | undefined
  /** Part of the machines that leaves, and part that comes, each second. */
  readonly churnPerSecond: number
  /** Part of the machines that is gone without a word in the middle of the messages. */
  readonly crash: number
  /** The network falls into two halves for this long, beginning with the messages. */
  readonly partitionMs: Millis
  /** Part of the machines that lies. */
  readonly hostile: number
}

const base: Omit<Scenario, 'name' | 'about'> = {
  messages: 200,
  perSecond: 20,
  speakers: 'random',
  warmUpMs: 10_000,
  begins: 'grown',
  leadMs: 0,
  drainMs: 5_000,
  mix: { hubs: 0.05, mobile: 0.15, hidden: 0.05 },
  unlinkable: 0.15,
  bandwidth: { up: 10_000_000, down: 50_000_000 },
  churnPerSecond: 0,
  crash: 0,
  partitionMs: 0,
  hostile: 0,
}

export const scenarios: readonly Scenario[] = [
  { ...base, name: 'steady', about: 'random senders, nobody comes or goes' },
  {
    ...base,
    name: 'hot',
    about: 'one speaker says everything, and has been speaking for 4 s',
    speakers: 'one',
    leadMs: 4_000,
  },
  { ...base, name: 'churn', about: '0.05 % of all leave and as many come, every second', churnPerSecond: 0.0005 },
  { ...base, name: 'crash-30', about: '30 % are gone at once', crash: 0.3, drainMs: 8_000 },
  { ...base, name: 'crash-50', about: '50 % are gone at once', crash: 0.5, drainMs: 10_000 },
  { ...base, name: 'crash-80', about: '80 % are gone at once', crash: 0.8, drainMs: 14_000 },
  { ...base, name: 'partition', about: 'two halves for 8 s, then one again', partitionMs: 8_000, drainMs: 30_000 },
  { ...base, name: 'hostile', about: '12 % lie, replay, flap, equivocate and flood', hostile: 0.12, drainMs: 10_000 },
]

export function scenarioNamed(name: string): Scenario | undefined {
  return scenarios.find((scenario) => scenario.name === name)
}

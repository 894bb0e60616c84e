/** The process behind `npm run simulate`: runs what it was asked for and prints it, for people or as JSON. */
import { scenarioNamed, scenarios, simulate } from '@kith/protocol/sim'
import type { Scenario, SimulateFigures } from '@kith/protocol/sim'
import { availableParallelism } from 'node:os'
import { isMainThread } from 'node:worker_threads'
import { simulateInParts } from './parts.ts'

interface Asked {
  readonly scenario?: string
  readonly n: number
  readonly seed: number
  readonly json: boolean
  readonly list: boolean
  /** People come during the warm-up, instead of having been there for a while. */
  readonly arriving: boolean
  /** On how many cores; undefined: as it pays. */
  readonly parts?: number
}

function table(figures: SimulateFigures): string {
  const rows = Object.entries(figures).flatMap(([name, value]: [string, unknown]) => {
    if (value === undefined) return []
    if (typeof value === 'number') return [[name, value.toLocaleString('en', { maximumFractionDigits: 4 })] as const]
    return [[name, typeof value === 'string' ? value : JSON.stringify(value)] as const]
  })
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`).join('\n')
}

function list(json: boolean): string {
  if (json) return JSON.stringify(scenarios.map(({ name }) => name))
  return scenarios.map(({ name, about }) => `  ${name.padEnd(10)}  ${about}`).join('\n')
}

/** Fewer machines are done sooner on one core. */
const worthParts = 500

async function run(asked: Asked): Promise<number> {
  if (asked.list) {
    process.stdout.write(`${list(asked.json)}\n`)
    return 0
  }
  const named = scenarioNamed(asked.scenario ?? '')
  if (named === undefined) {
    process.stderr.write(`\nThere is no scenario ${asked.scenario}. These are:\n${list(false)}\n`)
    return 1
  }
  const scenario: Scenario = { ...named, begins: asked.arriving ? 'arriving' : named.begins }
  const shows = !asked.json && process.stderr.isTTY
  const options = {
    scenario,
    peers: asked.n,
    seed: asked.seed,
    clock: () => Math.round(performance.now()),
    progress: shows ? (text: string): void => void process.stderr.write(`\r${text}  `) : undefined,
  }
  const parts = asked.parts ?? (asked.n >= worthParts ? Math.min(4, availableParallelism()) : 1)
  const figures = parts > 1 ? await simulateInParts(options, parts) : simulate(options)
  if (shows) process.stderr.write('\r')
  process.stdout.write(asked.json ? `${JSON.stringify(figures)}\n` : `${scenario.about}\n${table(figures)}\n`)
  return 0
}

if (isMainThread) process.exitCode = await run(JSON.parse(process.argv[2] ?? '{}') as Asked)

/**
 * `npm run simulate -- SCENARIO [--n N] [--seed S] [--json]`: runs one scenario with N real engines on a simulated network
 * (packages/protocol/src/sim) and says what it measured. The room has been there for a while; with `--arriving` its people
 * come during the warm-up. `--list` names the scenarios, `--parts P` runs it on P cores.
 *
 * The TypeScript is bundled once per change into node_modules/.cache, because a simulation of thousands should not begin
 * with translating itself, and runs in a process of its own with as much memory as it may need.
 */
import { spawn } from 'node:child_process'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import { bundled } from './bundle.mjs'
import { isMain, main, root, Stop } from './command.mjs'
import { install } from './install.mjs'

const usage = 'npm run simulate -- steady --n 1000 --seed 1'
const defaults = { n: 1_000, seed: 1 }
const limits = { n: [2, 200_000], seed: [0, 2 ** 31 - 1], parts: [1, 16] }

/** What the person asked for. */
export function readArguments(args) {
  const asked = { scenario: undefined, json: false, list: false, profile: false, arriving: false, ...defaults }
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]
    if (!arg.startsWith('--')) {
      if (asked.scenario !== undefined) throw new Stop(`One scenario at a time: ${asked.scenario} or ${arg}?`, usage)
      asked.scenario = arg
      continue
    }
    const [flag, inline] = arg.slice(2).split(/=(.*)/s)
    if (flag === 'json' || flag === 'list' || flag === 'profile' || flag === 'arriving') asked[flag] = true
    else if (flag === 'n' || flag === 'seed' || flag === 'parts') asked[flag] = readNumber(flag, inline ?? args[++i])
    else throw new Stop(`There is no option --${flag}.`, usage)
  }
  if (asked.scenario === undefined && !asked.list) throw new Stop('Which scenario?', `${usage}, or --list`)
  return asked
}

function readNumber(flag, text) {
  const [least, most] = limits[flag]
  const value = Number(text)
  if (!/^[0-9]+$/.test(text ?? '') || value < least || value > most) {
    throw new Stop(`--${flag} is a whole number from ${least} to ${most}, not ${text ?? 'nothing'}.`, usage)
  }
  return value
}

/** With as much memory as a simulation may need. */
export function memoryFlags() {
  const megabytes = Math.floor((totalmem() / 2 ** 20) * 0.9)
  return [
    `--max-old-space-size=${megabytes}`,
    // Machines stay until the end, so looking for old garbage is work for nothing until memory runs short; and young
    // garbage is looked for half as often when there is much room for it from the beginning.
    `--initial-heap-size=${Math.floor(megabytes / 8)}`,
    '--min-semi-space-size=64',
    '--max-semi-space-size=64',
  ]
}

if (isMain(import.meta.url)) {
  await main(async () => {
    const asked = readArguments(process.argv.slice(2))
    await install({ stdio: 'toStderr' })
    const file = await bundled('scripts/simulate/run.ts')
    const flags = memoryFlags()
    if (asked.profile) flags.push('--cpu-prof', `--cpu-prof-dir=${join(root, 'node_modules/.cache/kith-bundles')}`)
    const child = spawn(process.execPath, [...flags, file, JSON.stringify(asked)], { stdio: 'inherit' })
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => child.kill(signal))
    process.exitCode = await new Promise((done) => child.on('close', (code) => done(code ?? 1)))
  })
}

/**
 * `npm run bench -- NAME [--json] [--corpus FILE] [--save] …`: runs bench/NAME.ts and says what it measured.
 *
 * A benchmark exports `run(options)`, which resolves with its figures (a flat object), and may export `table(figures)`
 * for people. It runs in a process of its own, under tsx, and hands its figures back over a pipe of their own: whatever
 * it or a library prints goes to stderr, so that `--json` puts one JSON object on stdout and nothing else.
 *
 * Without NAME all of them run. `--list` lists them. `--save` makes the figures the committed baseline (bench/baseline.json)
 * that later runs are compared with. Everything else is handed to the benchmark: `--messages 1000` is `messages: '1000'`.
 */
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isMain, main, root, Stop } from './command.mjs'
import { install } from './install.mjs'

const folder = join(root, 'bench')
const baselinePath = join(folder, 'baseline.json')

/** What the person asked for. */
export function readArguments(args) {
  const asked = { name: undefined, json: false, save: false, list: false, options: {} }
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]
    if (!arg.startsWith('--')) {
      if (asked.name !== undefined) throw new Stop(`One benchmark at a time: ${asked.name} or ${arg}?`)
      asked.name = arg
      continue
    }
    const [flag, inline] = arg.slice(2).split(/=(.*)/s)
    if (flag === 'json' || flag === 'save' || flag === 'list') asked[flag] = true
    else {
      const value = inline ?? (args[i + 1]?.startsWith('--') === false ? args[++i] : true)
      const key = flag.replace(/-([a-z])/g, (_, letter) => letter.toUpperCase())
      asked.options[key] =
        key === 'corpus' && typeof value === 'string' ? resolve(process.env['INIT_CWD'] ?? '.', value) : value
    }
  }
  return asked
}

/** The benchmarks: modules of bench/ that export `run`; others are what they share. */
export function benchmarks() {
  return readdirSync(folder)
    .filter((name) => /^[a-z0-9-]+\.ts$/.test(name) && !name.endsWith('.test.ts'))
    .filter((name) => /^export (?:async function|function|const) run\b/m.test(readFileSync(join(folder, name), 'utf8')))
    .map((name) => name.slice(0, -3))
    .toSorted()
}

/** Figures of figures by their path: `{ gossipsub: { p99Ms } }` is `gossipsub.p99Ms`. */
export function flatten(figures, path = '') {
  return Object.fromEntries(
    Object.entries(figures).flatMap(([name, value]) =>
      typeof value === 'object' && value !== null
        ? Object.entries(flatten(value, `${path}${name}.`))
        : [[`${path}${name}`, value]],
    ),
  )
}

/** Figure by figure: `+12 %`, or nothing where there is no baseline or nothing to compare. */
export function compare(figures, baseline) {
  const changes = {}
  const known = flatten(baseline ?? {})
  for (const [name, value] of Object.entries(flatten(figures))) {
    const before = known[name]
    if (typeof value !== 'number' || typeof before !== 'number' || before === 0) continue
    const percent = ((value - before) / Math.abs(before)) * 100
    changes[name] = `${percent >= 0 ? '+' : '−'}${Math.abs(percent).toFixed(Math.abs(percent) < 10 ? 1 : 0)} %`
  }
  return changes
}

export function figureTable(figures, baseline) {
  const changes = compare(figures, baseline)
  const rows = Object.entries(flatten(figures)).map(([name, value]) => [
    name,
    typeof value === 'number' ? value.toLocaleString('en', { maximumFractionDigits: 3 }) : String(value),
    changes[name] === undefined ? '' : `${changes[name]} against the baseline`,
  ])
  const widths = [0, 1].map((column) => Math.max(0, ...rows.map((row) => row[column].length)))
  return rows
    .map(([name, value, change]) => `  ${name.padEnd(widths[0])}  ${value.padStart(widths[1])}  ${change}`.trimEnd())
    .join('\n')
}

/** Runs one benchmark in its own process; resolves with `{ figures, table }`. */
function measure(name, options) {
  const args = [
    '-C',
    'source',
    '--import',
    'tsx',
    '--expose-gc',
    process.argv[1],
    '--child',
    name,
    JSON.stringify(options),
  ]
  return new Promise((done, reject) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 2, 2, 'pipe'] })
    let answer = ''
    child.stdio[3].setEncoding('utf8').on('data', (chunk) => (answer += chunk))
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0 && answer !== '') done(JSON.parse(answer))
      else reject(new Stop(`The benchmark ${name} failed (exit code ${code}).`))
    })
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => child.kill(signal))
  })
}

async function measureHere(name, options) {
  try {
    const bench = await import(pathToFileURL(join(folder, `${name}.ts`)).href)
    const figures = await bench.run(options)
    writeFileSync(3, JSON.stringify({ figures, table: bench.table?.(figures) }))
  } catch (cause) {
    process.stderr.write(`${cause?.stack ?? cause}\n`)
    process.exitCode = 1
  }
  // A benchmark that leaves a timer, a connection or a program behind still ends.
  process.exit()
}

function readBaseline() {
  return existsSync(baselinePath) ? JSON.parse(readFileSync(baselinePath, 'utf8')) : {}
}

function machine() {
  const [cpu] = cpus()
  return `${cpus().length} × ${cpu?.model.trim() ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}, ${process.platform}`
}

async function bench() {
  const { name, json, save, list, options } = readArguments(process.argv.slice(2))
  const known = benchmarks()
  if (name !== undefined && !known.includes(name)) {
    throw new Stop(`There is no benchmark ${name}.`, `One of: ${known.join(', ')}`)
  }
  if (list) {
    process.stdout.write(json ? `${JSON.stringify(known)}\n` : `${known.join('\n')}\n`)
    return
  }
  await install({ stdio: 'toStderr' })
  const baseline = readBaseline()
  const results = {}
  for (const each of name === undefined ? known : [name]) {
    if (!json) process.stdout.write(`\n${each}\n`)
    const { figures, table } = await measure(each, options)
    results[each] = figures
    if (json) continue
    if (table !== undefined) process.stdout.write(`${table.trimEnd()}\n\n`)
    process.stdout.write(`${figureTable(figures, baseline.figures?.[each])}\n`)
  }
  if (json) process.stdout.write(`${JSON.stringify(name === undefined ? results : results[name])}\n`)
  if (save) {
    const figures = { ...baseline.figures, ...results }
    writeFileSync(baselinePath, `${JSON.stringify({ machine: machine(), figures }, undefined, 2)}\n`)
    process.stderr.write('Saved as the baseline in bench/baseline.json.\n')
  } else if (!json && baseline.machine !== undefined && baseline.machine !== machine()) {
    process.stdout.write(`\nThe baseline was measured on another machine: ${baseline.machine}\n`)
  }
}

if (isMain(import.meta.url)) {
  const [first, name, options] = process.argv.slice(2)
  await main(() => (first === '--child' ? measureHere(name, JSON.parse(options)) : bench()))
}

/**
 * `npm test`: everything that has to be true, in the order in which it fails fastest. The last line counts all tests of
 * all projects: `N passed, N failed`; the lines above it name what failed, and what passed only the second time. Nothing
 * is skipped in silence: a skipped test fails the run.
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { cpus } from 'node:os'
import { join, relative } from 'node:path'
import { buildPrograms, buildTypes, buildWeb, tools } from './build.mjs'
import { isMain, main, root, runTool, Stop } from './command.mjs'
import { install } from './install.mjs'
import { lint } from './lint.mjs'
import { ensureChromium, ensureTurnServer } from './system.mjs'
import { judgeRooms } from './thousand.mjs'

/** A project that hangs is stopped and counts as failed. On two idle cores each takes less than half of this. */
const limitMinutesByProject = { unit: 12, scripts: 4, browser: 8, connecting: 4, e2e: 18, crowd: 8 }
/**
 * Where browsers, programs and networks take part, a busy machine can be what failed: files that failed, when they are few,
 * are run once more by themselves. What passes only then passes, and is named at the end, because it wants looking into.
 */
const isRunAgain = new Set(['browser', 'connecting', 'e2e', 'crowd'])
const maxFilesAgain = 2
const reports = join(root, 'node_modules/.cache/kith')

/**
 * What one project's report of vitest says. A file that could not even be loaded counts as one failure.
 *
 * @param {any} report
 * @returns {{ passed: number, skipped: number, failures: { file: string, test: string }[] }}
 */
export function readReport(report) {
  const failures = (report.testResults ?? []).flatMap(({ name: file, status, assertionResults }) => {
    const failed = assertionResults.filter((test) => test.status === 'failed')
    if (failed.length > 0) return failed.map(({ fullName }) => ({ file, test: fullName }))
    return status === 'failed' ? [{ file, test: '(could not be loaded)' }] : []
  })
  return { passed: report.numPassedTests, skipped: report.numPendingTests + report.numTodoTests, failures }
}

/** What a second run of the files that failed makes of the first: their tests count as they ended there. */
export function afterSecondRun(first, second, passedInFilesBefore) {
  return {
    passed: first.passed - passedInFilesBefore + second.passed,
    skipped: first.skipped + second.skipped,
    failures: second.failures,
  }
}

/** Tests that passed in these files. */
export function passedIn(report, files) {
  return (report.testResults ?? [])
    .filter(({ name }) => files.includes(name))
    .flatMap(({ assertionResults }) => assertionResults.filter(({ status }) => status === 'passed')).length
}

/** The files that took longest, with their seconds, for a glance at where a project's time went. */
export function longestFiles(report, count = 5) {
  return (report.testResults ?? [])
    .map(({ name, startTime, endTime }) => ({ name, seconds: (endTime - startTime) / 1000 }))
    .toSorted((a, b) => b.seconds - a.seconds)
    .slice(0, count)
    .map(({ name, seconds }) => `${relative(root, name)} ${seconds.toFixed(1)} s`)
    .join(' · ')
}

async function runProject(project, files = []) {
  const path = join(reports, `${project}${files.length > 0 ? '-again' : ''}.json`)
  rmSync(path, { force: true })
  const args = [
    'run',
    ...files,
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${path}`,
  ]
  const limitMs = limitMinutesByProject[project] * 60_000
  const { code, timedOut } = await runTool(tools.vitest, args, { limitMs })
  if (timedOut) throw new Stop(`${project} was stopped after ${limitMinutesByProject[project]} minutes.`)
  const report = existsSync(path)
    ? JSON.parse(readFileSync(path, 'utf8'))
    : { numPassedTests: 0, numPendingTests: 0, numTodoTests: 0 }
  const read = readReport(report)
  process.stdout.write(`Longest: ${longestFiles(report)}\n`)
  // Without a failed test to show for it, the run itself is what failed: a crash, an error outside any test, no tests.
  if (code !== 0 && read.failures.length === 0) read.failures.push({ file: '', test: `${project} itself` })
  return { ...read, report }
}

async function testProject(project, total) {
  let result = await runProject(project)
  const files = [...new Set(result.failures.map(({ file }) => file))]
  if (isRunAgain.has(project) && files.length > 0 && files.length <= maxFilesAgain && !files.includes('')) {
    process.stdout.write(
      `\n── ${project}: once more, by itself: ${files.map((file) => relative(root, file)).join(', ')}\n`,
    )
    const again = await runProject(project, files)
    const stillFailing = new Set(again.failures.map(({ test }) => test))
    total.unsteady.push(...result.failures.filter(({ test }) => !stillFailing.has(test)))
    result = { ...again, ...afterSecondRun(result, again, passedIn(result.report, files)) }
  }
  total.passed += result.passed
  total.failed.push(...result.failures)
  if (result.failures.length > 0) throw new Stop(`${project}: ${result.failures.length} failed.`)
  if (result.skipped > 0) throw new Stop(`${project}: ${result.skipped} tests were skipped; a test runs or goes.`)
}

async function simulateThousands(total) {
  const { passed, failures } = await judgeRooms((text) => process.stdout.write(`${text}\n`))
  total.passed += passed
  total.failed.push(...failures)
  if (failures.length > 0) throw new Stop(`simulate: ${failures.length} failed.`)
}

const nameOf = ({ file, test }) => (file === '' ? test : `${relative(root, file)} > ${test}`)

/** Milliseconds that all cores together have worked and stood still since the machine began. */
function coreTimes() {
  const times = cpus().map(({ times: { idle, irq, nice, sys, user } }) => ({ idle, worked: irq + nice + sys + user }))
  const sum = (key) => times.reduce((total, core) => total + core[key], 0)
  return { idle: sum('idle'), worked: sum('worked') }
}

/** How long a step took, and how busy the machine was meanwhile: a slow test and a slow machine look alike otherwise. */
function stopWatch() {
  const start = performance.now()
  const before = coreTimes()
  return () => {
    const seconds = (performance.now() - start) / 1000
    const { idle, worked } = coreTimes()
    const busy = (worked - before.worked) / Math.max(1, worked - before.worked + idle - before.idle)
    return `${seconds.toFixed(1)} s (${Math.round(busy * 100)} %)`
  }
}

async function checkTestTypes() {
  const { code } = await runTool(tools.tsc, ['-p', 'tsconfig.tests.json'])
  if (code !== 0) throw new Stop('The tests do not type-check.')
}

if (isMain(import.meta.url)) {
  await main(async () => {
    const total = { passed: 0, failed: [], unsteady: [] }
    const took = []
    const failed = []
    let stopped = false
    const step = async (name, body, { needed = false } = {}) => {
      if (stopped) return
      const watch = stopWatch()
      process.stdout.write(`\n── ${name}\n`)
      try {
        await body()
      } catch (cause) {
        if (!(cause instanceof Stop)) throw cause
        process.stdout.write(`${cause.message}\n`)
        failed.push(name)
        // Without packages nothing else can be tried; without types or lint the tests still tell something.
        stopped = needed
      } finally {
        took.push(`${name} ${watch()}`)
      }
    }
    mkdirSync(reports, { recursive: true })
    await step('install', install, { needed: true })
    await step(
      'system',
      async () => {
        const { path, version } = await ensureChromium()
        process.env['KITH_CHROMIUM'] = path
        process.env['KITH_TURNSERVER'] = await ensureTurnServer()
        process.stdout.write(`${path}: ${version}\n${process.env['KITH_TURNSERVER']}\n`)
      },
      { needed: true },
    )
    await step('types', async () => {
      await buildTypes()
      await buildPrograms()
    })
    await step('test types', checkTestTypes)
    // After the types: rules that know types read what the packages have built.
    await step('lint', lint)
    await step('web', buildWeb)
    for (const project of ['unit', 'scripts']) await step(project, () => testProject(project, total))
    await step('simulate', () => simulateThousands(total))
    for (const project of ['browser', 'connecting', 'e2e', 'crowd'])
      await step(project, () => testProject(project, total))
    process.stdout.write(`\nTook, and how busy all cores were: ${took.join(' · ')}\n`)
    for (const test of total.unsteady) process.stdout.write(`Passed only the second time: ${nameOf(test)}\n`)
    for (const test of total.failed) process.stdout.write(`Failed: ${nameOf(test)}\n`)
    if (failed.length > 0) process.stdout.write(`Failed: ${failed.join(', ')}\n`)
    process.stdout.write(`${total.passed} passed, ${total.failed.length} failed\n`)
    process.exitCode = failed.length > 0 ? 1 : 0
  })
}

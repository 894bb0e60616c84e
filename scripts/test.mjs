/**
 * `npm test`: everything that has to be true, in the order in which it fails fastest. The last line counts all tests of
 * all projects: `N passed, N failed`; the line above it names the steps that failed. Nothing is skipped in silence: a
 * skipped test fails the run.
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { buildTypes, buildWeb, tools } from './build.mjs'
import { isMain, main, root, runTool, Stop } from './command.mjs'
import { install } from './install.mjs'
import { lint } from './lint.mjs'
import { ensureChromium, ensureTurnServer } from './system.mjs'

/** A project that hangs is stopped and counts as failed. On two idle cores each takes less than half of this. */
const limitMinutesByProject = { unit: 12, scripts: 4, browser: 8, e2e: 18, crowd: 8 }
const reports = join(root, 'node_modules/.cache/kith')

/**
 * Counts what one project's report of vitest says. A file that could not even be loaded counts as one failure.
 *
 * @param {any} report
 */
export function countReport(report) {
  const unloaded = (report.testResults ?? []).filter(
    (file) => file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed'),
  )
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + unloaded.length,
    skipped: report.numPendingTests + report.numTodoTests,
  }
}

async function testProject(project, total) {
  const path = join(reports, `${project}.json`)
  rmSync(path, { force: true })
  const args = ['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${path}`]
  const limitMs = limitMinutesByProject[project] * 60_000
  const { code, timedOut } = await runTool(tools.vitest, args, { limitMs })
  const counts = existsSync(path)
    ? countReport(JSON.parse(readFileSync(path, 'utf8')))
    : { passed: 0, failed: 0, skipped: 0 }
  // Without a failed test to show for it, the run itself is what failed: a crash, an error outside any test, no tests.
  if (code !== 0 && counts.failed === 0) counts.failed = 1
  total.passed += counts.passed
  total.failed += counts.failed
  if (timedOut) throw new Stop(`${project} was stopped after ${limitMinutesByProject[project]} minutes.`)
  if (counts.failed > 0) throw new Stop(`${project}: ${counts.failed} failed.`)
  if (counts.skipped > 0) throw new Stop(`${project}: ${counts.skipped} tests were skipped; a test runs or goes.`)
}

async function checkTestTypes() {
  const { code } = await runTool(tools.tsc, ['-p', 'tsconfig.tests.json'])
  if (code !== 0) throw new Stop('The tests do not type-check.')
}

if (isMain(import.meta.url)) {
  await main(async () => {
    const total = { passed: 0, failed: 0 }
    const took = []
    const failed = []
    let stopped = false
    const step = async (name, body, { needed = false } = {}) => {
      if (stopped) return
      const start = performance.now()
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
        took.push(`${name} ${((performance.now() - start) / 1000).toFixed(1)} s`)
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
    await step('types', buildTypes)
    await step('test types', checkTestTypes)
    // After the types: rules that know types read what the packages have built.
    await step('lint', lint)
    await step('web', buildWeb)
    for (const project of ['unit', 'scripts', 'browser', 'e2e', 'crowd'])
      await step(project, () => testProject(project, total))
    process.stdout.write(`\n${took.join(' · ')}\n`)
    if (failed.length > 0) process.stdout.write(`Failed: ${failed.join(', ')}\n`)
    process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`)
    process.exitCode = failed.length > 0 ? 1 : 0
  })
}

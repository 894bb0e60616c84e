/**
 * `npm run soak`: the talk of the end-to-end tests with a tab that really sleeps for ten minutes. `KITH_SLEEP_MS` says
 * how long instead.
 */
import { join } from 'node:path'
import { build, tools } from './build.mjs'
import { isMain, main, root, runTool } from './command.mjs'
import { install } from './install.mjs'
import { ensureChromium } from './system.mjs'

const defaultSleepMs = 600_000
/** Everything but the sleep. */
const talkMs = 300_000

if (isMain(import.meta.url)) {
  await main(async () => {
    await install()
    await build()
    const sleepMs = Number(process.env['KITH_SLEEP_MS'] ?? defaultSleepMs)
    process.env['KITH_SLEEP_MS'] = String(sleepMs)
    process.env['KITH_CHROMIUM'] = (await ensureChromium()).path
    const args = ['run', '--project', 'e2e', join(root, 'e2e/talk.e2e.ts')]
    const { code } = await runTool(tools.vitest, args, { limitMs: sleepMs + talkMs })
    process.exitCode = code ?? 1
  })
}

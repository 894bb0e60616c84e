/**
 * `npm run soak`: the talk of the end-to-end tests with a tab that really sleeps for ten minutes. `KITH_SLEEP_MS` says
 * how long instead.
 *
 * `npm run soak -- files`: a large file through two browsers and a terminal, interrupted three times (`e2e/large-file.ts`).
 * `KITH_FILE_MB` says how large, in MiB; 1,024 when it does not.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { build, tools } from './build.mjs'
import { isMain, main, root, runTool } from './command.mjs'
import { install } from './install.mjs'
import { ensureChromium } from './system.mjs'

const defaultSleepMs = 600_000
/** Everything but the sleep. */
const talkMs = 300_000

async function soakFiles() {
  process.env['KITH_CHROMIUM'] = (await ensureChromium()).path
  const args = ['-C', 'source', '--import', 'tsx', join(root, 'e2e/large-file.ts')]
  const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => child.kill(signal))
  process.exitCode = await new Promise((done) => child.once('close', (code) => done(code ?? 1)))
}

if (isMain(import.meta.url)) {
  await main(async () => {
    await install()
    await build()
    if (process.argv[2] === 'files') return soakFiles()
    const sleepMs = Number(process.env['KITH_SLEEP_MS'] ?? defaultSleepMs)
    process.env['KITH_SLEEP_MS'] = String(sleepMs)
    process.env['KITH_CHROMIUM'] = (await ensureChromium()).path
    const args = ['run', '--project', 'e2e', join(root, 'e2e/talk.e2e.ts')]
    const { code } = await runTool(tools.vitest, args, { limitMs: sleepMs + talkMs })
    process.exitCode = code ?? 1
  })
}

/**
 * Builds everything: `tsc -b` for libraries, relay and terminal, one file of each of these two, Vite for the web app.
 * `tsc` and Vite do nothing when nothing they read has changed, so that `npm start` on a built tree takes a second.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packagesBeside } from './bundle.mjs'
import { isMain, main, root, runTool, Stop } from './command.mjs'
import { install } from './install.mjs'

export const tools = {
  tsc: join(root, 'node_modules/typescript/bin/tsc'),
  vite: join(root, 'node_modules/vite/bin/vite.js'),
  vitest: join(root, 'node_modules/vitest/vitest.mjs'),
  oxlint: join(root, 'node_modules/oxlint/bin/oxlint'),
  oxfmt: join(root, 'node_modules/oxfmt/bin/oxfmt'),
  tsx: join(root, 'node_modules/tsx/dist/cli.mjs'),
}

/** What the web app is built from. */
const webInputs = ['apps/web', 'packages/protocol', 'packages/peer', 'package-lock.json', 'tsconfig.base.json']
const stampPath = join(root, 'node_modules/.cache/kith/web-build')

function* filesIn(path) {
  if (!statSync(path).isDirectory()) {
    yield path
    return
  }
  for (const name of readdirSync(path).sort()) {
    if (name === 'node_modules' || name === 'dist' || /\.test\.tsx?$/.test(name)) continue
    yield* filesIn(join(path, name))
  }
}

/** Changes when any file under the paths is added, removed, resized or written. */
function fingerprint(paths) {
  const hash = createHash('sha256')
  for (const path of paths) {
    for (const file of filesIn(join(root, path))) {
      const { size, mtimeMs } = statSync(file)
      hash.update(`${file}\0${size}\0${mtimeMs}\n`)
    }
  }
  return hash.digest('hex')
}

/** @param {{ stdio?: 'show' | 'toStderr' }} [options] */
export async function buildTypes({ stdio = 'show' } = {}) {
  const { code } = await runTool(tools.tsc, ['-b'], { stdio })
  if (code !== 0) throw new Stop('The TypeScript build failed.')
}

/** Resolves with false when the web app was up to date. @param {{ stdio?: 'show' | 'toStderr' }} [options] */
export async function buildWeb({ stdio = 'show' } = {}) {
  const now = fingerprint(webInputs)
  const stamp = existsSync(stampPath) ? readFileSync(stampPath, 'utf8') : ''
  if (stamp === now && existsSync(join(root, 'apps/web/dist/app/index.html'))) return false
  rmSync(stampPath, { force: true })
  const { code } = await runTool(tools.vite, ['build', '--logLevel', 'warn'], { cwd: join(root, 'apps/web'), stdio })
  if (code !== 0) throw new Stop('The build of the web app failed.')
  mkdirSync(join(stampPath, '..'), { recursive: true })
  writeFileSync(stampPath, now)
  return true
}

/**
 * Terminal and relay as one file each, over what `tsc` built: five hundred small modules take Node twice as long to load
 * as everything else a program does at its start.
 */
export async function buildPrograms() {
  // Only now: in a fresh clone it is there once `install` has run.
  const { build: bundle } = await import('esbuild')
  for (const app of ['cli', 'relay']) {
    await bundle({
      entryPoints: [join(root, `apps/${app}/dist/main.js`)],
      entryNames: 'program',
      outdir: join(root, `apps/${app}/dist`),
      bundle: true,
      splitting: true,
      chunkNames: 'program-[hash]',
      platform: 'node',
      format: 'esm',
      target: 'node20',
      // A fifth less to do at each start; the names in a stack stay.
      minifyWhitespace: true,
      minifySyntax: true,
      lineLimit: 160,
      logLevel: 'warning',
      plugins: [packagesBeside],
    })
  }
}

/** @param {{ stdio?: 'show' | 'toStderr' }} [options] */
export async function build(options) {
  await buildTypes(options)
  await buildPrograms()
  await buildWeb(options)
}

if (isMain(import.meta.url)) {
  await main(async () => {
    await install()
    await build()
    process.stdout.write('Built. npm start runs it; npx kith is the terminal.\n')
  })
}

/**
 * What the tests need from the machine beside Node: Chromium, and coturn as the TURN server. Installs them where that is a
 * safe thing to do (Debian, as root); everywhere else says what is missing and how to get it, and fails rather than
 * skipping tests in silence.
 */
import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { isMain, main, run, Stop } from './command.mjs'

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']
const places = [
  '/usr/bin/chromium',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** The Chromium the tests will use, or undefined. `KITH_CHROMIUM` decides alone when it is set. */
export function findChromium(env = process.env) {
  const chosen = env['KITH_CHROMIUM']
  if (chosen !== undefined && chosen !== '') {
    if (isProgram(chosen)) return chosen
    throw new Stop(`KITH_CHROMIUM names ${chosen}, which is not a program.`, 'Correct it, or unset it.')
  }
  const onPath = (env['PATH'] ?? '').split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)))
  return [...places, ...onPath].find(isProgram)
}

/** Only Debian itself: Ubuntu's package of that name is a stub that wants snap. */
function isDebian() {
  return existsSync('/etc/os-release') && /^ID="?debian"?$/m.test(readFileSync('/etc/os-release', 'utf8'))
}

/** The TURN server the tests will use, or undefined. `KITH_TURNSERVER` decides alone when it is set. */
export function findTurnServer(env = process.env) {
  const chosen = env['KITH_TURNSERVER']
  if (chosen !== undefined && chosen !== '') {
    if (isProgram(chosen)) return chosen
    throw new Stop(`KITH_TURNSERVER names ${chosen}, which is not a program.`, 'Correct it, or unset it.')
  }
  const onPath = (env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'turnserver'))
  return ['/usr/bin/turnserver', ...onPath].find(isProgram)
}

/** Whether the package was added; false where this is not ours to do. */
async function addDebianPackage(name) {
  if (!isDebian() || process.getuid?.() !== 0) return false
  process.stderr.write(`Installing ${name} …\n`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const update = await run('apt-get', ['update', '-q'], { env, stdio: 'toStderr' })
  if (update.code !== 0) return false
  const add = ['install', '-y', '-q', '--no-install-recommends', name]
  return (await run('apt-get', add, { env, stdio: 'toStderr' })).code === 0
}

/** Resolves with the path of coturn's `turnserver`. */
export async function ensureTurnServer() {
  let path = findTurnServer()
  if (path === undefined && (await addDebianPackage('coturn'))) {
    // The package starts a server for the whole machine, which nobody asked for: the tests run one of their own.
    if (existsSync('/run/systemd/system')) await run('systemctl', ['disable', '--now', 'coturn'], { stdio: 'toStderr' })
    path = findTurnServer()
  }
  if (path !== undefined) return path
  const remedy =
    process.platform === 'darwin'
      ? 'brew install coturn'
      : isDebian()
        ? 'As root: apt-get update && apt-get install -y --no-install-recommends coturn'
        : 'Install coturn with your package manager, or set KITH_TURNSERVER=/path/to/turnserver'
  throw new Stop('The end-to-end tests need the TURN server coturn, which is not here.', remedy)
}

function remedy() {
  if (process.platform === 'darwin') return 'brew install --cask chromium'
  if (isDebian()) return 'As root: apt-get update && apt-get install -y --no-install-recommends chromium'
  return 'Install Chromium (or Chrome) with your package manager, or set KITH_CHROMIUM=/path/to/chromium'
}

/** Resolves with the path of a Chromium that starts. */
export async function ensureChromium() {
  let path = findChromium()
  if (path === undefined && (await addDebianPackage('chromium'))) path = findChromium()
  if (path === undefined) throw new Stop('The browser tests need Chromium, which is not here.', remedy())
  const probe = await run(path, ['--version', '--no-sandbox'], { stdio: 'capture', limitMs: 30_000 })
  if (probe.code !== 0) throw new Stop(`${path} does not start:\n${probe.out.trim()}`, remedy())
  return { path, version: probe.out.trim().split('\n').pop() ?? '' }
}

if (isMain(import.meta.url)) {
  await main(async () => {
    const { path, version } = await ensureChromium()
    process.stdout.write(`${path}: ${version}\n${await ensureTurnServer()}\n`)
  })
}

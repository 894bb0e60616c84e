/**
 * Makes `node_modules` match `package-lock.json`; does nothing, fast, when it already does.
 *
 * npm leaves `node_modules/.package-lock.json`, a record of what it installed. Comparing it with the lock file takes a
 * few milliseconds where `npm ci` takes seconds and empties the folder every time.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isMain, main, root, run, Stop } from './command.mjs'

const leastNode = [20, 19]

/** @param {string} [version] */
export function checkNode(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > leastNode[0] || (major === leastNode[0] && minor >= leastNode[1])) return
  throw new Stop(
    `Kith needs Node ${leastNode.join('.')} or newer; this is Node ${version}.`,
    'Install a current one from https://nodejs.org, or with a version manager: nvm install 22 && nvm use 22',
  )
}

/**
 * Says why an installation does not match its lock file, or undefined when it does. Packages for other platforms are in
 * the lock file and not on the disk, so a missing *optional* package is no difference.
 *
 * @param {{ packages?: Record<string, any> }} lock
 * @param {{ packages?: Record<string, any> } | undefined} installed
 * @param {(path: string) => boolean} exists
 */
export function staleReason(lock, installed, exists) {
  if (installed?.packages === undefined) return 'nothing is installed yet'
  const wanted = lock.packages ?? {}
  for (const [path, want] of Object.entries(wanted)) {
    if (!path.startsWith('node_modules/') && !path.includes('/node_modules/')) continue
    const have = installed.packages[path]
    if (have === undefined) {
      if (want.optional || want.devOptional || want.peer) continue
      return `${path} is missing`
    }
    if (have.version !== want.version || have.integrity !== want.integrity) return `${path} is another version`
    if (!exists(path)) return `${path} was removed`
  }
  for (const path of Object.keys(installed.packages)) {
    if (wanted[path] === undefined) return `${path} is no longer wanted`
  }
  return undefined
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

/** @param {{ stdio?: 'show' | 'toStderr' }} [options] */
export async function install({ stdio = 'show' } = {}) {
  checkNode()
  const lock = readJson(join(root, 'package-lock.json'))
  if (lock === undefined) throw new Stop('package-lock.json is missing or damaged.', 'git checkout package-lock.json')
  const installed = readJson(join(root, 'node_modules/.package-lock.json'))
  const reason = staleReason(lock, installed, (path) => existsSync(join(root, path)))
  if (reason === undefined) return false
  process.stderr.write(`Installing packages (${reason}) …\n`)
  // Started by `npm start`, we know which npm; started by hand, the one on the PATH has to do.
  const npm = process.env['npm_execpath']
  const { code } = npm?.endsWith('.js')
    ? await run(process.execPath, [npm, 'ci'], { stdio })
    : await run(process.platform === 'win32' ? 'npm.cmd' : 'npm', ['ci'], { stdio })
  if (code !== 0) throw new Stop('npm ci failed.', 'Check the network, then run: npm ci')
  return true
}

if (isMain(import.meta.url)) await main(() => install())

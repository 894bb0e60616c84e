/**
 * Keeps docs/dependencies.md true: every direct dependency of every workspace stands in its table with the version and
 * licence of the lock file and a reason, nothing stands there that is gone, and every licence in the whole tree is one
 * we take or is named as an exception.
 *
 * `--write` rewrites version, licence, size and place and adds rows for new dependencies; the reason is a person's job.
 */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isMain, main, root, Stop } from './command.mjs'

const page = join(root, 'docs/dependencies.md')
const taken = new Set([
  'MIT',
  'MIT-0',
  'ISC',
  '0BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  'Apache-2.0 OR MIT',
  'MPL-2.0',
  'MPL 2.0',
])
const row = /^\| `([^`]+)` \| ([^|]*) \| ([^|]*) \| ([^|]*) \| ([^|]*) \| ([^|]*) \|$/gm
const exceptionRow = /^- `([^`]+)` \(([^)]+)\): \S/gm

/** `{ name: { version, licence, used: ['peer', 'tests of relay'] } }` from the manifests and the lock file. */
export function directDependencies(lock) {
  const found = new Map()
  for (const [path, { dependencies = {}, devDependencies = {} }] of Object.entries(lock.packages)) {
    if (path.includes('node_modules/')) continue
    const place = path === '' ? 'repository' : path.replace(/^(packages|apps)\//, '')
    for (const [names, dev] of [
      [Object.keys(dependencies), false],
      [Object.keys(devDependencies), true],
    ]) {
      for (const name of names.filter((name) => !name.startsWith('@kith/'))) {
        const entry = lock.packages[`${path}/node_modules/${name}`] ?? lock.packages[`node_modules/${name}`] ?? {}
        const known = found.get(name) ?? { version: entry.version ?? '?', licence: entry.license ?? '?', used: [] }
        known.used.push(dev && path !== '' ? `${place} (dev)` : place)
        found.set(name, known)
      }
    }
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** What the page says: `{ name: { version, licence, reason } }`. */
export function documented(text) {
  const rows = [...text.matchAll(row)].map(([, name, version, licence, size, used, reason]) => [
    name,
    { version: version.trim(), licence: licence.trim(), size: size.trim(), used: used.trim(), reason: reason.trim() },
  ])
  return new Map(rows)
}

/** Everything about the page that is not so, in words. */
export function differences(lock, text) {
  const wrong = []
  const told = documented(text)
  const real = directDependencies(lock)
  for (const [name, { version, licence }] of real) {
    const row = told.get(name)
    if (row === undefined) wrong.push(`${name} ${version} is missing`)
    else if (row.version !== version) wrong.push(`${name} is ${version}, not ${row.version}`)
    else if (row.licence !== licence) wrong.push(`${name} has the licence ${licence}, not ${row.licence}`)
    else if (row.reason === '' || row.reason === '?') wrong.push(`${name} has no reason`)
  }
  for (const name of told.keys()) if (!real.has(name)) wrong.push(`${name} is no longer used`)
  const exceptions = new Map([...text.matchAll(exceptionRow)].map(([, name, licence]) => [name, licence]))
  for (const [path, { license, link }] of Object.entries(lock.packages)) {
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
    if (!path.includes('node_modules/') || link || taken.has(license)) continue
    if (exceptions.get(name) !== (license ?? 'none stated'))
      wrong.push(`${name} has the licence ${license ?? 'none stated'}`)
  }
  return wrong
}

function readLock() {
  return JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
}

export function checkDependencies() {
  if (!existsSync(page)) return ['the page is missing']
  return [...differences(readLock(), readFileSync(page, 'utf8')), ...machineNames(readLock())]
}

/** Addresses in the lock file would tie everybody to one machine's registry. */
export function machineNames(lock) {
  return Object.entries(lock.packages)
    .filter(
      ([, { resolved }]) => /^https?:/.test(resolved ?? '') && !resolved.startsWith('https://registry.npmjs.org/'),
    )
    .map(
      ([path]) =>
        `package-lock.json: ${path} names a registry of one machine (npm install with the .npmrc of this repository)`,
    )
}

function bytesIn(path) {
  return readdirSync(path, { withFileTypes: true }).reduce((sum, entry) => {
    if (entry.name === 'node_modules' || entry.isSymbolicLink()) return sum
    const inner = join(path, entry.name)
    return sum + (entry.isDirectory() ? bytesIn(inner) : statSync(inner).size)
  }, 0)
}

function writePage() {
  const text = readFileSync(page, 'utf8')
  const told = documented(text)
  const lines = [...directDependencies(readLock())].map(([name, { version, licence, used }]) => {
    const folder = join(root, 'node_modules', name)
    const size = existsSync(folder) ? `${Math.ceil(bytesIn(folder) / 1024).toLocaleString('en')} kB` : '?'
    return `| \`${name}\` | ${version} | ${licence} | ${size} | ${used.join(', ')} | ${told.get(name)?.reason ?? '?'} |`
  })
  const head = '| package | version | licence | on disk | used by | why |\n|---|---|---|---|---|---|\n'
  writeFileSync(page, text.replace(/^\| package \|[\s\S]*?(?=\n\n|\n*$(?![\s\S]))/m, head + lines.join('\n')))
}

if (isMain(import.meta.url)) {
  await main(() => {
    if (process.argv.includes('--write')) writePage()
    const wrong = checkDependencies()
    if (wrong.length > 0)
      throw new Stop(`docs/dependencies.md:\n  ${wrong.join('\n  ')}`, 'npm run dependencies -- --write')
    process.stdout.write('Every dependency is documented and its licence is one we take.\n')
  })
}

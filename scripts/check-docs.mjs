/**
 * Keeps the documents true where a program can: links lead somewhere, paths named in docs/promises.md exist, and the
 * rules of docs/spec and the tests agree: every rule is defined once and carried by the name of a test, and every rule a
 * test names is defined. Pages of docs that the code names exist, too.
 *
 * A rule is defined where a line of docs/spec begins with its id: `| LNK3 | …`, `- **LNK3** …` or `**LNK3** …`.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { isMain, main, root as here, Stop } from './command.mjs'

const ruleLine = /^(?:\| *|[-*] +)?(?:\*\*|`)?([A-Z]{3}\d+)(?:\*\*|`)?(?: *\||[ .:·—–]|$)/gm
/** Contract suites are tests too: every adapter runs them. */
const testFile = /\.(test\.tsx?|e2e\.ts)$|-contract\.ts$/

function filesIn(folder, wanted) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (['node_modules', 'dist', '.git', 'coverage'].includes(entry.name)) return []
    const path = join(folder, entry.name)
    return entry.isDirectory() ? filesIn(path, wanted) : wanted.test(entry.name) ? [path] : []
  })
}

/** Relative links of a page that lead nowhere, with their line. */
export function deadLinks(text, exists) {
  const dead = []
  for (const match of text.matchAll(/\]\(([^)\s]+)\)/g)) {
    const [path] = match[1].split('#')
    if (path === '' || /^[a-z]+:/.test(path) || exists(path)) continue
    dead.push({ path, line: text.slice(0, match.index).split('\n').length })
  }
  return dead
}

/** Pages of docs that the text of a program names and that are not there. */
export function deadPages(text, exists) {
  return [...new Set(text.match(/\bdocs\/[\w/-]+\.md\b/g))].filter((page) => !exists(page))
}

/** `{ id: how often it is defined }`. */
export function definedRules(text) {
  const counts = new Map()
  for (const [, id] of text.matchAll(ruleLine)) counts.set(id, (counts.get(id) ?? 0) + 1)
  return counts
}

/**
 * @param {ReadonlyMap<string, string>} specs page by path
 * @param {ReadonlyMap<string, string>} tests text by path
 */
export function ruleProblems(specs, tests) {
  const wrong = []
  const pageByRule = new Map()
  for (const [page, text] of specs) {
    for (const [id, count] of definedRules(text)) {
      if (count > 1 || pageByRule.has(id)) wrong.push(`${page}: ${id} is defined more than once`)
      pageByRule.set(id, page)
    }
  }
  const prefixes = new Set([...pageByRule.keys()].map((id) => id.slice(0, 3)))
  const proved = new Set()
  for (const [path, text] of tests) {
    for (const [id] of text.matchAll(/\b[A-Z]{3}\d+\b/g)) {
      if (!prefixes.has(id.slice(0, 3))) continue
      proved.add(id)
      if (!pageByRule.has(id)) wrong.push(`${path}: names ${id}, which no page of docs/spec defines`)
    }
  }
  for (const [id, page] of pageByRule) if (!proved.has(id)) wrong.push(`${page}: no test carries ${id}`)
  return [...new Set(wrong)]
}

export function checkDocs(root = here) {
  const wrong = []
  const named = (path) => relative(root, path)
  const read = (path) => [named(path), readFileSync(path, 'utf8')]
  for (const path of filesIn(root, /\.md$/)) {
    const text = readFileSync(path, 'utf8')
    for (const dead of deadLinks(text, (target) => existsSync(join(dirname(path), target)))) {
      wrong.push(`${named(path)}:${dead.line} leads to ${dead.path}, which is not there`)
    }
  }
  const promises = join(root, 'docs/promises.md')
  for (const [, path] of readFileSync(promises, 'utf8').matchAll(
    /`((?:packages|apps|e2e|scripts|docs|bench|examples)\/[^`*\s]*)`/g,
  )) {
    if (!existsSync(join(root, path))) wrong.push(`docs/promises.md names ${path}, which is not there`)
  }
  for (const path of ['packages', 'apps', 'e2e', 'bench', 'examples'].flatMap((folder) =>
    filesIn(join(root, folder), /\.(tsx?|mjs)$/),
  )) {
    for (const page of deadPages(readFileSync(path, 'utf8'), (target) => existsSync(join(root, target)))) {
      wrong.push(`${named(path)} names ${page}, which is not there`)
    }
  }
  const specs = new Map(filesIn(join(root, 'docs/spec'), /^(?!README).*\.md$/).map(read))
  const tests = new Map(
    ['packages', 'apps', 'e2e'].flatMap((folder) => filesIn(join(root, folder), testFile)).map(read),
  )
  return [...wrong, ...ruleProblems(specs, tests)]
}

if (isMain(import.meta.url)) {
  await main(() => {
    const wrong = checkDocs()
    if (wrong.length > 0) throw new Stop(wrong.join('\n'))
    process.stdout.write('Links lead somewhere, and rules and tests agree.\n')
  })
}

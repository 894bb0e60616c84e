/**
 * Who may import whom. Reads the rules from the blocks `floors` and `zones` of docs/architecture.md, the page that
 * shows them to people, and lists every import that breaks one.
 *
 * Imports are found by their text: this tree is formatted, so a static import starts its line. No parser is needed, and
 * the check works before anything is installed.
 */
import { readdirSync, readFileSync, existsSync } from 'node:fs'
import { basename, dirname, join, posix, relative, sep } from 'node:path'
import { isMain, main, root as here, Stop } from './command.mjs'

const codeFile = /\.(ts|tsx|mts)$/
const testFile = /\.(test|browser\.test|e2e)\.tsx?$/
const drawers = new Set(['utils', 'helpers', 'types', 'services', 'service', 'manager', 'managers', 'common', 'misc'])

// ---------------------------------------------------------------------------------------------------------- rules

function block(page, name) {
  const found = new RegExp(`^\`\`\`${name}\\n([\\s\\S]*?)^\`\`\``, 'm').exec(page)
  if (!found) throw new Stop(`docs/architecture.md has no block named ${name}.`)
  return found[1].split('\n').filter((line) => line.trim() !== '')
}

/** @param {string} page the text of docs/architecture.md */
export function readRules(page) {
  const floorByRoom = new Map()
  for (const line of block(page, 'floors')) {
    const [floor, ...rooms] = line.trim().split(/\s+/)
    if (!/^\d+$/.test(floor) || rooms.length === 0) throw new Stop(`This line of the floors cannot be read: ${line}`)
    for (const room of rooms) floorByRoom.set(room.replace(/\/$/, ''), Number(floor))
  }
  const zoneByName = new Map()
  for (const line of block(page, 'zones')) {
    const found = /^(\S+)\s+sees\s+(.*?)\s+never\s+(.*)$/.exec(line.trim())
    if (!found) throw new Stop(`This line of the zones cannot be read: ${line}`)
    zoneByName.set(found[1], { sees: found[2].split(/\s+/), never: found[3].split(/\s+/) })
  }
  return { floorByRoom, zoneByName }
}

// ---------------------------------------------------------------------------------------------------------- files

function codeFiles(folder) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (['node_modules', 'dist', 'coverage'].includes(entry.name)) return []
    const path = join(folder, entry.name)
    return entry.isDirectory()
      ? codeFiles(path)
      : codeFile.test(entry.name) && !/\.d\.ts$/.test(entry.name)
        ? [path]
        : []
  })
}

/** Every module named by an import or export of this text, with its line. */
export function importsOf(text) {
  const found = []
  const add = (index, name) => found.push({ name, line: text.slice(0, index).split('\n').length })
  for (const match of text.matchAll(/^(?:import|export)\s[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/gm))
    add(match.index, match[1])
  for (const match of text.matchAll(/^import\s*['"]([^'"]+)['"]/gm)) add(match.index, match[1])
  const code = withoutComments(text)
  for (const match of code.matchAll(/\bimport\(\s*['"]([^'"]+)['"]/g)) add(match.index, match[1])
  return found
}

/** The same text, of the same length, with comments blanked out. */
function withoutComments(text) {
  const blank = (part) => part.replace(/[^\n]/g, ' ')
  return text.replace(/\/\*[\s\S]*?\*\/|(?<![:'"`\\])\/\/[^\n]*/g, blank)
}

/** Globals of `names` that this text uses: not as a property, key, declaration or inside a string. */
export function globalsOf(text, names) {
  const code = withoutComments(text).replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, (part) =>
    part.replace(/[^\n]/g, ' '),
  )
  const found = []
  for (const name of names) {
    const use = new RegExp(`(?<![.\\w$#])${name}(?:\\s*\\.|\\s*\\[|\\s*\\(|\\?\\.)`, 'g')
    // A parameter or variable of that name is not the global.
    if (
      new RegExp(`\\b(?:const|let|var|function)\\s+${name}\\b|[({,]\\s*(?:readonly\\s+)?${name}\\s*[?:,}]`).test(code)
    )
      continue
    for (const match of code.matchAll(use)) found.push({ name, line: code.slice(0, match.index).split('\n').length })
  }
  return found
}

// ---------------------------------------------------------------------------------------------------------- places

/** `{ workspace: 'packages/peer', inside: 'web/socket.ts' }` for a file under a `src`, else undefined for `inside`. */
function placeOf(path) {
  const parts = path.split('/')
  const workspace = parts.slice(0, 2).join('/')
  return { workspace, inside: parts[2] === 'src' ? parts.slice(3).join('/') : undefined }
}

/** The room of the protocol a file belongs to; `index.ts` and scenario tests belong to none and see everything. */
function roomOf(inside) {
  const [first] = inside.split('/')
  return inside.includes('/') ? first : first === 'index.ts' ? undefined : first
}

const zoneOf = (inside) => (inside.includes('/') ? inside.split('/')[0] : '.')

function packageNamed(name) {
  if (name.startsWith('node:')) return name
  return name.startsWith('@') ? name.split('/').slice(0, 2).join('/') : name.split('/')[0]
}

const forbids = (pattern, name) => (pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name)

// ---------------------------------------------------------------------------------------------------------- check

/**
 * Every violation of the tree under `root`, as `path:line message`.
 *
 * @param {string} root
 * @param {ReturnType<typeof readRules>} rules
 */
export function violations(root, rules) {
  const files = ['packages', 'apps'].flatMap((folder) => codeFiles(join(root, folder)))
  const paths = files.map((file) => relative(root, file).split(sep).join('/'))
  const known = new Set(paths)
  const found = []
  const graph = new Map()
  for (const path of paths) {
    const text = readFileSync(join(root, path), 'utf8')
    const report = (line, message) => found.push(`${path}:${line} ${message}`)
    checkName(path, report)
    const edges = []
    for (const { name, line } of importsOf(text)) {
      const target = name.startsWith('.') ? posix.join(posix.dirname(path), name) : undefined
      if (target !== undefined && known.has(target)) edges.push(target)
      checkImport(path, name, target, rules, (message) => report(line, message))
    }
    graph.set(path, edges)
    const { workspace, inside } = placeOf(path)
    if (workspace === 'packages/peer' && inside !== undefined && !testFile.test(path)) {
      const never = rules.zoneByName.get(zoneOf(inside))?.never ?? []
      const globals = never.filter((name) => /^\w+$/.test(name) && !['ws', 'idb'].includes(name))
      for (const { name, line } of globalsOf(text, globals)) {
        report(line, `uses ${name}, which the zone ${zoneOf(inside)} must not know`)
      }
    }
  }
  for (const cycle of cycles(graph)) found.push(`${cycle[0]}:1 imports in a circle: ${cycle.join(' → ')}`)
  return found
}

function checkName(path, report) {
  const { workspace, inside } = placeOf(path)
  if (inside === undefined) return
  if (basename(inside) === 'index.ts' && (inside !== 'index.ts' || !workspace.startsWith('packages/'))) {
    report(1, 'is a barrel: name the head file like its folder')
  }
  const stem = basename(inside).replace(/\..*$/, '')
  const drawer = [...dirname(inside).split('/'), stem].find((part) => drawers.has(part))
  if (drawer !== undefined) report(1, `"${drawer}" is a drawer: name what is in it`)
  if (!/^[a-z0-9-]+$/.test(stem)) report(1, 'is not named in kebab-case')
}

function checkImport(path, name, target, rules, report) {
  const from = placeOf(path)
  const isTest = testFile.test(path)
  if (target === undefined) {
    checkPackageImport(path, from, name, rules, report, isTest)
    return
  }
  const to = placeOf(target)
  // Published vectors are data; whoever implements the same thing twice tests it against the same file.
  if (isTest && target.includes('/vectors/')) return
  // Scenario tests of the protocol, and what they share, may run it on the fast cryptography of Node.
  if (
    (isTest || path.startsWith('packages/protocol/test/')) &&
    from.inside === undefined &&
    to.workspace.startsWith('packages/')
  )
    return
  // A test of a program runs it as the scripts bundle it.
  if (isTest && target === 'scripts/bundle.mjs') return
  if (to.workspace !== from.workspace) return report(`reaches into ${to.workspace} by a path: import the package`)
  if (from.inside === undefined || to.inside === undefined || isTest) return
  if (from.workspace === 'packages/protocol') {
    const [above, below] = [roomOf(from.inside), roomOf(to.inside)]
    if (above === undefined || above === below) return
    if (below === undefined) return report('imports index.ts from inside')
    const [high, low] = [rules.floorByRoom.get(above), rules.floorByRoom.get(below)]
    if (high === undefined) return report(`is in ${above}, which has no floor in docs/architecture.md`)
    if (low === undefined) return report(`imports ${below}, which has no floor in docs/architecture.md`)
    if (low > high) return report(`imports upward: ${above} (floor ${high}) from ${below} (floor ${low})`)
    // The ground floor is one room in two parts: the codec speaks in the contract's Result.
    if (low === high && high !== 0) return report(`imports sideways: ${above} from ${below}, both on floor ${high}`)
  }
  if (from.workspace === 'packages/peer') {
    const [here, there] = [zoneOf(from.inside), zoneOf(to.inside)]
    const zone = rules.zoneByName.get(here)
    if (zone === undefined) return report(`is in ${here}, which is no zone in docs/architecture.md`)
    if (here !== there && from.inside !== 'index.ts' && !zone.sees.includes(there)) {
      return report(`imports from the zone ${there}, which ${here} does not see`)
    }
  }
}

function checkPackageImport(path, from, name, rules, report, isTest) {
  const wanted = packageNamed(name)
  const own = from.workspace.replace(/^(packages|apps)\//, '')
  if (wanted === `@kith/${own}`) {
    if (from.inside !== undefined) report(`imports its own package ${name}: import the file`)
    return
  }
  if (from.workspace === 'packages/protocol') {
    if (wanted.startsWith('@kith/')) report(`imports ${name}: the protocol knows nothing above it`)
    else if (!isTest && from.inside !== undefined && !wanted.startsWith('@noble/')) {
      report(`imports ${name}: the protocol uses nothing but @noble`)
    }
    return
  }
  if (from.workspace === 'packages/peer') {
    if (wanted.startsWith('@kith/') && wanted !== '@kith/protocol') report(`imports ${name}: peer knows no app`)
    if (isTest || from.inside === undefined) return
    const zone = rules.zoneByName.get(zoneOf(from.inside))
    if (zone?.never.some((pattern) => forbids(pattern, wanted))) {
      report(`imports ${name}, which the zone ${zoneOf(from.inside)} must not know`)
    }
    return
  }
  if (wanted.startsWith('@kith/') && !['@kith/protocol', '@kith/peer'].includes(wanted)) {
    report(`imports ${name}: apps do not import each other`)
  }
}

/** The circles of a graph of files, each once, by Tarjan's strongly connected components. */
export function cycles(graph) {
  const indexByNode = new Map()
  const lowByNode = new Map()
  const stack = []
  const onStack = new Set()
  const found = []
  const visit = (node) => {
    indexByNode.set(node, indexByNode.size)
    lowByNode.set(node, indexByNode.get(node))
    stack.push(node)
    onStack.add(node)
    for (const next of graph.get(node) ?? []) {
      if (!indexByNode.has(next)) {
        visit(next)
        lowByNode.set(node, Math.min(lowByNode.get(node), lowByNode.get(next)))
      } else if (onStack.has(next)) lowByNode.set(node, Math.min(lowByNode.get(node), indexByNode.get(next)))
    }
    if (lowByNode.get(node) !== indexByNode.get(node)) return
    const members = stack.splice(stack.indexOf(node))
    for (const member of members) onStack.delete(member)
    if (members.length > 1 || graph.get(node)?.includes(node)) found.push([...members, members[0]])
  }
  for (const node of graph.keys()) if (!indexByNode.has(node)) visit(node)
  return found
}

export function checkTree(root = here) {
  return violations(root, readRules(readFileSync(join(root, 'docs/architecture.md'), 'utf8')))
}

if (isMain(import.meta.url)) {
  await main(() => {
    const found = checkTree()
    if (found.length > 0) throw new Stop(`${found.join('\n')}\n${found.length} imports or names break the floors.`)
    process.stdout.write('Floors, zones and names are kept.\n')
  })
}

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cycles, globalsOf, importsOf, readRules, violations } from './check-floors.mjs'

const rules = readRules(readFileSync(new URL('../docs/architecture.md', import.meta.url), 'utf8'))

let tree: string

beforeEach(() => {
  tree = mkdtempSync(join(tmpdir(), 'kith-floors-'))
})

afterEach(() => {
  rmSync(tree, { recursive: true })
})

function found(files: Record<string, string>): readonly string[] {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, path)), { recursive: true })
    writeFileSync(join(tree, path), text)
  }
  return violations(tree, rules)
}

const protocol = 'packages/protocol/src'
const peer = 'packages/peer/src'

describe('the floors of the protocol', () => {
  it('accepts an import from a floor below, and the public list of names', () => {
    expect(
      found({
        [`${protocol}/machine.ts`]: 'export type Millis = number\n',
        [`${protocol}/codec/bytes.ts`]: "import type { Millis } from '../machine.ts'\nexport const a: Millis = 1\n",
        [`${protocol}/log/log.ts`]: "import { a } from '../codec/bytes.ts'\nexport const b = a\n",
        [`${protocol}/engine/engine.ts`]: "import {\n  b,\n} from '../log/log.ts'\nexport const c = b\n",
        [`${protocol}/index.ts`]: "export * from './engine/engine.ts'\nexport * from './log/log.ts'\n",
      }),
    ).toEqual([])
  })

  it.each([
    ['upward', 'log/log.ts', "import { s } from '../sync/sync.ts'\n"],
    ['upward', 'log/log.ts', "import type { s } from '../sync/sync.ts'\n"],
    ['upward', 'log/log.ts', "export { s } from '../sync/sync.ts'\n"],
    ['upward', 'log/log.ts', "import {\n  s,\n} from '../sync/sync.ts'\n"],
    ['upward', 'log/log.ts', "export const s = () => import('../sync/sync.ts')\n"],
    ['sideways', 'gossip/gossip.ts', "import { s } from '../sync/sync.ts'\n"],
    ['index.ts', 'engine/engine.ts', "import { s } from '../index.ts'\n"],
    ['no floor', 'attic/attic.ts', "import { s } from '../sync/sync.ts'\n"],
  ])('catches an import that goes wrong: %s', (word, path, text) => {
    const result = found({
      [`${protocol}/sync/sync.ts`]: 'export const s = 1\n',
      [`${protocol}/index.ts`]: "export * from './sync/sync.ts'\n",
      [`${protocol}/${path}`]: text,
    })
    expect(result).toHaveLength(1)
    expect(result[0]).toContain(`${protocol}/${path}:1`)
    expect(result[0]).toContain(word)
  })

  it('lets a test beside the file use what it needs', () => {
    expect(
      found({
        [`${protocol}/sync/sync.ts`]: 'export const s = 1\n',
        [`${protocol}/log/log.test.ts`]: "import { s } from '../sync/sync.ts'\nimport { it } from 'vitest'\n",
      }),
    ).toEqual([])
  })

  it.each(['ws', 'node:fs', '@kith/peer', 'react'])('catches the protocol using %s', (name) => {
    expect(found({ [`${protocol}/log/log.ts`]: `import { x } from '${name}'\n` })).toHaveLength(1)
  })
})

describe('the direction between packages', () => {
  it.each([
    [`${peer}/host.ts`, '@kith/relay'],
    [`${peer}/host.ts`, '@kith/web'],
    ['apps/cli/src/relay.ts', '@kith/relay'],
    ['apps/web/src/main.tsx', '@kith/cli'],
    ['apps/relay/src/main.ts', '@kith/cli/src/main.ts'],
    [`${peer}/host.ts`, '../../protocol/src/log/log.ts'],
    [`${peer}/host.ts`, '@kith/peer/node'],
  ])('catches %s importing %s', (path, name) => {
    expect(
      found({ [`${protocol}/log/log.ts`]: 'export const x = 1\n', [path]: `import { x } from '${name}'\n` }),
    ).toHaveLength(1)
  })

  it('lets a test of a program bundle it as the scripts do', () => {
    const path = 'apps/relay/src/main.test.ts'
    const text = `import { bundled } from '../../../scripts/bundle.mjs'\n`
    expect(found({ 'scripts/bundle.mjs': 'export {}', [path]: text })).toEqual([])
    expect(found({ 'scripts/bundle.mjs': 'export {}', 'apps/relay/src/main.ts': text })).toHaveLength(1)
  })

  it('lets a test of another package read published vectors', () => {
    const vectors = `${protocol}/crypto/vectors/x.json`
    const path = `${peer}/web/crypto.browser.test.ts`
    expect(found({ [vectors]: '{}', [path]: `import x from '../../../protocol/src/crypto/vectors/x.json'\n` })).toEqual(
      [],
    )
  })
})

describe('the zones of the peer', () => {
  it.each([
    ['web/socket.ts', "import { WebSocket } from 'ws'\n"],
    ['web/socket.ts', "import { readFile } from 'node:fs/promises'\n"],
    ['web/socket.ts', "export const s = localStorage.getItem('x')\n"],
    ['host.ts', 'export const p = process.env.HOME\n'],
    ['host.ts', "export const d = document['body']\n"],
    ['browser/storage.ts', "import { createServer } from 'node:net'\n"],
    ['browser/storage.ts', 'export const b = Buffer.from([1])\n'],
    ['node/storage.ts', "import { openDB } from 'idb'\n"],
    ['node/storage.ts', "export const d = indexedDB.open('x')\n"],
  ])('catches a foreign platform in %s: %s', (path, text) => {
    expect(found({ [`${peer}/${path}`]: text })).toHaveLength(1)
  })

  it('catches a zone looking into another', () => {
    const files = {
      [`${peer}/browser/storage.ts`]: 'export const s = 1\n',
      [`${peer}/node/node.ts`]: "import { s } from '../browser/storage.ts'\n",
    }
    expect(found(files)).toHaveLength(1)
  })

  it('takes neither a parameter, a property, a comment nor a text for the global', () => {
    expect(
      found({
        [`${peer}/host.ts`]:
          "// process.exit\nexport const a = { process: 1 }\nexport const b = a.process\nexport const c = 'document.body'\n",
        [`${peer}/web/tabs.ts`]: 'export function f(window: { open(): void }): void {\n  window.open()\n}\n',
      }),
    ).toEqual([])
  })
})

describe('names and circles', () => {
  it.each([
    [`${protocol}/log/index.ts`, 'barrel'],
    ['apps/web/src/index.ts', 'barrel'],
    [`${peer}/utils/text.ts`, 'drawer'],
    [`${protocol}/log/types.ts`, 'drawer'],
    [`${protocol}/log/entryChain.ts`, 'kebab-case'],
  ])('catches %s as a %s', (path, word) => {
    const result = found({ [path]: 'export const x = 1\n' })
    expect(result).toHaveLength(1)
    expect(result[0]).toContain(word)
  })

  it('catches files that import each other in a circle, also by types', () => {
    const result = found({
      [`${protocol}/log/a.ts`]: "import type { B } from './b.ts'\nexport type A = B\n",
      [`${protocol}/log/b.ts`]: "import type { C } from './c.ts'\nexport type B = C\n",
      [`${protocol}/log/c.ts`]: "import type { A } from './a.ts'\nexport type C = A\n",
    })
    expect(result).toHaveLength(1)
    expect(result[0]).toContain('circle')
  })

  it('finds every circle once and nothing in a tree without', () => {
    const graph = new Map(Object.entries({ a: ['b', 'c'], b: ['d'], c: ['d'], d: [], e: ['f'], f: ['e'] }))
    expect(cycles(graph)).toEqual([['e', 'f', 'e']])
  })
})

describe('reading', () => {
  it('finds imports in every form with their lines', () => {
    const text = [
      "import a from 'a'",
      "import 'b'",
      'import {',
      '  c,',
      "} from 'c'",
      "export * from 'd'",
      " * import x from 'no'",
      "// const e = import('no')",
      "const f = await import('f')",
    ].join('\n')
    expect(importsOf(text)).toEqual([
      { name: 'a', line: 1 },
      { name: 'c', line: 3 },
      { name: 'd', line: 6 },
      { name: 'b', line: 2 },
      { name: 'f', line: 9 },
    ])
  })

  it('keeps the line of a global behind a comment', () => {
    expect(globalsOf('/* one\n two */\nprocess.exit()\n', ['process'])).toEqual([{ name: 'process', line: 3 }])
  })

  it('says which block is missing', () => {
    expect(() => readRules('# Architecture')).toThrow('floors')
  })
})

import { describe, expect, it } from 'vitest'
import { differences, directDependencies, machineNames } from './check-dependencies.mjs'

const lock = {
  packages: {
    '': { devDependencies: { vitest: '4.1.12' } },
    'packages/peer': { dependencies: { ws: '8.23.0', '@kith/protocol': '0.1.0' } },
    'node_modules/vitest': { version: '4.1.12', license: 'MIT' },
    'node_modules/ws': { version: '8.23.0', license: 'MIT' },
    'node_modules/@kith/peer': { resolved: 'packages/peer', link: true },
  },
}

const page = [
  '| `vitest` | 4.1.12 | MIT | 1 kB | repository | tests |',
  '| `ws` | 8.23.0 | MIT | 1 kB | peer | sockets |',
].join('\n')

describe('the list of dependencies', () => {
  it('finds nothing wrong with a true page', () => {
    expect(differences(lock, page)).toEqual([])
    expect([...directDependencies(lock).keys()]).toEqual(['vitest', 'ws'])
  })

  it.each([
    ['missing', page.replace(/^.*ws.*$/m, '')],
    ['not 8.22.0', page.replace('8.23.0', '8.22.0')],
    ['licence', page.replace('| 8.23.0 | MIT', '| 8.23.0 | ISC')],
    ['no reason', page.replace('sockets', '?')],
    ['no longer used', `${page}\n| \`left-pad\` | 1.0.0 | MIT | 1 kB | peer | pads |`],
  ])('catches a page where something is %s', (word, text) => {
    const wrong = differences(lock, text)
    expect(wrong).toHaveLength(1)
    expect(wrong[0]).toContain(word)
  })

  it('catches a licence nobody agreed to, anywhere in the tree, unless it is named with a reason', () => {
    const tree = {
      packages: { ...lock.packages, 'node_modules/ws/node_modules/x': { version: '1.0.0', license: 'GPL-3.0' } },
    }
    expect(differences(tree, page)).toEqual(['x has the licence GPL-3.0'])
    expect(differences(tree, `${page}\n\n- \`x\` (GPL-3.0): only its data is used.\n`)).toEqual([])
  })

  it('catches the address of a private registry in the lock file', () => {
    const entry = (resolved: string) => ({
      packages: { 'node_modules/x': { version: '1.0.0', license: 'MIT', resolved } },
    })
    expect(machineNames(entry('http://registry.example:4873/x/-/x-1.0.0.tgz'))).toHaveLength(1)
    expect(machineNames(entry('https://registry.npmjs.org/x/-/x-1.0.0.tgz'))).toEqual([])
    expect(machineNames(lock)).toEqual([])
  })
})

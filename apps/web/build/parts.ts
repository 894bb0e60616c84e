/**
 * The parts of the page: some twenty files by what is used together, instead of a hundred and thirty. Each file costs a request,
 * and another when it is kept for offline use.
 */
import type { Plugin, Rolldown } from 'vite'

const web = /\/apps\/web\/src\//

function inWeb(...paths: readonly string[]): RegExp {
  return new RegExp(`/apps/web/src/(?:${paths.join('|')})`)
}

/** A module goes into the first group that has it, with all it needs and no group before has. */
export function groups(): Rolldown.CodeSplittingGroup[] {
  const first = ['$initial'] as const
  return [
    // What draws the first page, with the few things of the packages that it needs.
    { name: 'react', tags: [...first], test: /node_modules\/(?:react|react-dom|scheduler)\// },
    { name: 'start', tags: [...first], test: (id) => !/\/apps\/web\/(?:index\.html|src\/main\.tsx)/.test(id) },
    // Where the link of an invite leads: a first page, too, and without the peer.
    { name: 'invited', test: inWeb('members/invited\\.tsx') },
    // What comes beside it, by how seldom it changes: who comes back fetches only what did.
    { name: 'protocol', test: /\/packages\/protocol\/|node_modules\/@noble\// },
    { name: 'peer', test: /\/packages\/peer\/src\/browser\/browser\.ts/ },
    { name: 'room', test: inWeb('room/room\\.tsx', 'search/', 'pins/', 'notify/') },
    // What several of the parts below need.
    { name: 'shared', test: (id) => web.test(id) || /\/packages\/|lucide-react/.test(id), minShareCount: 2 },
    { name: 'files', test: inWeb('files/') },
    { name: 'map', test: inWeb('map/') },
    { name: 'settings', test: inWeb('settings/', 'lock/', 'keepers/', 'room/room-settings', 'room/export') },
    { name: 'people', test: inWeb('members/', 'identity/', 'room/') },
    { name: 'emoji', test: /\/apps\/web\/src\/emoji\/|emojibase-data/ },
    { name: 'argon', test: /node_modules\/hash-wasm/ },
    { name: 'phrase', test: /node_modules\/@scure\/bip39/ },
  ]
}

/** All of a file that only hands on what a group holds; it may name first what the group itself loads. */
const facade =
  /^((?:import"\.\/[^"]+";)*)(?:import\{([^}]*)\}from"\.\/([^"]+)";export\{([^}]*)\};?|export\{([^}]*)\}from"\.\/([^"]+)";?)\s*$/

/** `a as b, c` as pairs. */
function pairs(list: string): (readonly [string, string])[] {
  return list.split(',').map((one) => {
    const [from = '', to = from] = one.trim().split(/\s+as\s+/)
    return [from, to]
  })
}

interface Facade {
  readonly of: string
  /** Files it loads before, for what they do. */
  readonly after: readonly string[]
  readonly names: Record<string, string>
}

/** What such a file gives out, by the names its group has for it. */
export function readFacade(code: string): Facade | undefined {
  const found = facade.exec(code)
  if (found === null) return undefined
  const [, first = '', imports = '', importedFrom, exports = '', handed, handedFrom] = found
  const after = [...first.matchAll(/"\.\/([^"]+)"/g)].map(([, file = '']) => file)
  if (handed !== undefined && handedFrom !== undefined) {
    return { of: handedFrom, after, names: Object.fromEntries(pairs(handed).map(([inside, given]) => [given, inside])) }
  }
  if (importedFrom === undefined) return undefined
  const inside = new Map(pairs(imports).map(([from, to]) => [to, from]))
  return {
    of: importedFrom,
    after,
    names: Object.fromEntries(pairs(exports).map(([local, given]) => [given, inside.get(local) ?? local])),
  }
}

/**
 * For every module of a group that is imported on demand Rolldown writes a file of one line (its issue 9729). Here the import goes to
 * the group itself, and the file is left out.
 */
export function noFacades(): Plugin {
  return {
    name: 'kith-no-facades',
    generateBundle: {
      // After Vite has written what is loaded ahead of each part.
      order: 'post',
      handler(_options, bundle) {
        const chunks = Object.values(bundle).filter((file) => file.type === 'chunk')
        for (const { fileName, code } of chunks) {
          const read = readFacade(code)
          if (read === undefined) continue
          const group = chunks.find((chunk) => chunk.fileName.endsWith(`/${read.of}`))
          const isLoaded = (file: string): boolean => group?.imports.some((path) => path.endsWith(`/${file}`)) === true
          if (!read.after.every(isLoaded)) continue
          const name = fileName.slice(fileName.lastIndexOf('/') + 1)
          const given = Object.entries(read.names).map(([as, inside]) => `${JSON.stringify(as)}:m.${inside}`)
          for (const chunk of chunks) {
            chunk.code = chunk.code
              .replaceAll(`import(\`./${name}\`)`, `import(\`./${read.of}\`).then(m=>({${given.join()}}))`)
              .replaceAll(`"./${name}"`, `"./${read.of}"`)
            if (chunk.fileName !== fileName && chunk.code.includes(name)) this.error(`${name} is still asked for`)
          }
          delete bundle[fileName]
        }
      },
    },
  }
}

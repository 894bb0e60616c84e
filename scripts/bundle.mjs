/**
 * TypeScript of this repository as one file that Node runs: what measures, or is started often, should not begin with
 * translating itself, nor pay for what a translator adds to every function.
 */
import { mkdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { root } from './command.mjs'

const cache = join(root, 'node_modules/.cache/kith-bundles')

/** Packages of many small modules, which become part of a program; the others stay beside it. */
const inside = /^@(kith|noble)\//

/**
 * Leaves out what `inside` does not name.
 *
 * @type {import('esbuild').Plugin}
 */
export const packagesBeside = {
  name: 'packages-beside',
  setup: ({ onResolve }) => {
    onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      kind === 'entry-point' || inside.test(path) ? undefined : { path, external: true },
    )
  },
}

/**
 * Bundles the program at `path`, which is relative to the root; resolves with the path of the bundle.
 *
 * @param {string} path
 * @param {string} [outfile] for a program that looks for files of its own beside itself
 */
export async function bundled(path, outfile = join(cache, `${basename(path, '.ts')}.mjs`)) {
  // Only now: in a fresh clone it is there once `install` has run.
  const { build } = await import('esbuild')
  mkdirSync(dirname(outfile), { recursive: true })
  await build({
    entryPoints: [join(root, path)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['source'],
    sourcemap: 'inline',
    logLevel: 'error',
    plugins: [packagesBeside],
  })
  return outfile
}

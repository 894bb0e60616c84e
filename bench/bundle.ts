/**
 * A process of a benchmark as one file, as people run programs: under tsx each function that is made costs a call of
 * `Object.defineProperty`, which would be counted. Packages stay beside it, as in `scripts/build.mjs`, but those of many small modules.
 */
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const inside = /^@(kith|noble)\//

/** Bundles `bench/NAME.ts`; resolves with the path of the file. */
export async function bundled(name: string): Promise<string> {
  const folder = fileURLToPath(new URL('../node_modules/.cache/kith-bench', import.meta.url))
  mkdirSync(folder, { recursive: true })
  const outfile = `${folder}/${name}.mjs`
  await build({
    entryPoints: [fileURLToPath(new URL(`./${name}.ts`, import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['source'],
    sourcemap: 'inline',
    logLevel: 'error',
    plugins: [
      {
        name: 'packages-beside',
        setup: ({ onResolve }) => {
          onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
            kind === 'entry-point' || inside.test(path) ? undefined : { path, external: true },
          )
        },
      },
    ],
  })
  return outfile
}

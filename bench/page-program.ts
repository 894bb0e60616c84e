/** A program for a page of a benchmark: its TypeScript in one file, as Chromium runs it. */
import { resolve } from 'node:path'
import { build } from 'vite'

/** `path` is of a file in this folder. */
export async function buildForPage(path: string): Promise<string> {
  const built = await build({
    root: resolve(import.meta.dirname, '..'),
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['source', 'browser', 'import', 'module', 'default'] },
    build: {
      write: false,
      target: 'es2023',
      rolldownOptions: { input: resolve(import.meta.dirname, path) },
    },
  })
  const [output] = [built].flat()
  if (output === undefined || !('output' in output)) throw new Error('the page was not built')
  return output.output[0].code
}

/**
 * Programs that run beside the page, each in one file of its own. As parts of the page's build they would import what they share
 * with it: the worker of files half a megabyte, and a service worker that imports is not installed at all.
 */
import { build, type Plugin, type Rolldown } from 'vite'

interface Besides {
  readonly target: string
  readonly conditions: string[]
}

/** @param programs entry by the name it is served under */
export function besides(programs: Readonly<Record<string, string>>, { target, conditions }: Besides): Plugin {
  return {
    name: 'kith-besides',
    apply: 'build',
    async buildStart() {
      for (const [fileName, input] of Object.entries(programs)) {
        const built = await build({
          configFile: false,
          logLevel: 'warn',
          publicDir: false,
          resolve: { conditions },
          build: {
            write: false,
            target,
            modulePreload: false,
            rollupOptions: { input, output: { codeSplitting: false } },
          },
        })
        const [file] = (built as Rolldown.RolldownOutput).output
        this.emitFile({ type: 'asset', fileName, source: file.code })
      }
    },
  }
}

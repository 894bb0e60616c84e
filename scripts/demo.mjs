/** `npm run demo -- FILE`: installs and builds what it needs, then runs scripts/demo/demo.ts, which explains itself. */
import { build, tools } from './build.mjs'
import { isMain, main, root, runTool } from './command.mjs'
import { install } from './install.mjs'
import { join } from 'node:path'

if (isMain(import.meta.url)) {
  await main(async () => {
    await install()
    await build()
    const args = ['-C', 'source', join(root, 'scripts/demo/demo.ts'), ...process.argv.slice(2)]
    const { code } = await runTool(tools.tsx, args)
    process.exitCode = code ?? 1
  })
}

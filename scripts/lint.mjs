/** The lint: oxlint with type information, the floors, the format, and what the documents say. */
import { tools } from './build.mjs'
import { checkDependencies } from './check-dependencies.mjs'
import { checkDocs } from './check-docs.mjs'
import { checkTree } from './check-floors.mjs'
import { isMain, main, runTool, Stop } from './command.mjs'
import { install } from './install.mjs'

/** Resolves with what is wrong, in words; everything is looked at before anything is reported. */
export async function lint() {
  const wrong = []
  const oxlint = await runTool(tools.oxlint, ['--deny-warnings'])
  if (oxlint.code !== 0) wrong.push('oxlint found something (above).')
  const floors = checkTree()
  if (floors.length > 0)
    wrong.push(`${floors.length} break the floors of docs/architecture.md:\n  ${floors.join('\n  ')}`)
  const format = await runTool(tools.oxfmt, ['--check'], { stdio: 'capture' })
  if (format.code !== 0) wrong.push(`Format (npm run format mends it):\n${format.out.trim()}`)
  const dependencies = checkDependencies()
  if (dependencies.length > 0) wrong.push(`docs/dependencies.md:\n  ${dependencies.join('\n  ')}`)
  const docs = checkDocs()
  if (docs.length > 0) wrong.push(`Documents:\n  ${docs.join('\n  ')}`)
  if (wrong.length > 0) throw new Stop(wrong.join('\n'))
}

if (isMain(import.meta.url)) {
  await main(async () => {
    await install()
    await lint()
    process.stdout.write('Lint, floors, format and documents are clean.\n')
  })
}

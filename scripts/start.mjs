/**
 * `npm start`: from a fresh clone to a running relay that serves the web app, on PORT (6765).
 *
 * Whatever follows goes to the relay program: `npm start -- --data DIR`. Its own log goes where it says; we add only the
 * line a person looks for.
 */
import { createServer } from 'node:net'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { build } from './build.mjs'
import { isMain, main, root, run, Stop } from './command.mjs'
import { install } from './install.mjs'

const program = join(root, 'apps/relay/dist/program.js')

/** @param {string | undefined} text */
export function readPort(text) {
  if (text === undefined || text === '') return 6765
  const port = Number(text)
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port
  throw new Stop(
    `PORT is "${text}", which is not a port.`,
    'Choose a number from 1 to 65535, for example: PORT=7000 npm start',
  )
}

/** Rejects when nothing can listen there, before minutes are spent building. */
export function checkPort(port) {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', (cause) => {
      const other = `Choose another port, for example: PORT=${port < 65_000 ? port + 1 : 7000} npm start`
      if (cause.code === 'EADDRINUSE') {
        reject(new Stop(`Port ${port} is in use: perhaps Kith is already running at http://localhost:${port}`, other))
      } else if (cause.code === 'EACCES') reject(new Stop(`This user may not listen on port ${port}.`, other))
      else reject(cause)
    })
    probe.listen(port, () => probe.close(() => resolve(undefined)))
  })
}

if (isMain(import.meta.url)) {
  await main(async () => {
    const port = readPort(process.env['PORT'])
    await checkPort(port)
    await install()
    await build()
    if (!existsSync(program)) throw new Stop(`${program} was not built.`)
    const env = { ...process.env, PORT: String(port) }
    const { code } = await run(process.execPath, [program, ...process.argv.slice(2)], { env })
    process.exitCode = code ?? 1
  })
}

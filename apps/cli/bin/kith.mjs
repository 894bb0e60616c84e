#!/usr/bin/env node
/** Starts the built program, or says how to build it. Kept free of dependencies so that it works in a fresh clone. */
import { existsSync } from 'node:fs'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const main = new URL('../dist/program.js', import.meta.url)

if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`kith needs Node 20.19 or newer; this is ${process.versions.node}.\n`)
  process.exitCode = 3
} else if (!existsSync(main)) {
  process.stderr.write('kith is not built yet: run npm run build first (npm start builds it too).\n')
  process.exitCode = 3
} else {
  const { run } = await import(main.href)
  await run(process.argv.slice(2))
}

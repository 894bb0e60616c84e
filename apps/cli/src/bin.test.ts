import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const bin = fileURLToPath(new URL('../bin/kith.mjs', import.meta.url))
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kith-test-'))
  await mkdir(join(folder, 'bin'))
  await cp(bin, join(folder, 'bin/kith.mjs'))
})

afterEach(async () => rm(folder, { recursive: true }))

async function start(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [join(folder, 'bin/kith.mjs'), ...args], (_, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    )
  })
}

describe('the committed program', () => {
  it('TRM7 says that it has to be built, with code 3', async () => {
    const { code, out, err } = await start('new')
    expect(code).toBe(3)
    expect(out).toBe('')
    expect(err).toContain('npm run build')
  })

  it('TRM7 runs what was built, with its arguments', async () => {
    await mkdir(join(folder, 'dist'))
    await writeFile(
      join(folder, 'dist/program.js'),
      `export const run = async (argv) => { process.stdout.write(argv.join(' ')); process.exitCode = 9 }`,
    )
    await writeFile(join(folder, 'package.json'), '{"type":"module"}')
    expect(await start('join', 'LINK')).toEqual({ code: 9, out: 'join LINK', err: '' })
  })
})

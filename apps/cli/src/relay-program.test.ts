import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { relayArguments, relayMain, runRelay } from './relay-program.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kith-test-'))
})

afterEach(async () => rm(folder, { recursive: true }))

describe('kith relay', () => {
  it('TRM7 starts what stands beside the package, with what it was given', async () => {
    const main = join(folder, 'program.js')
    await writeFile(main, '')
    expect(relayMain(() => pathToFileURL(join(folder, 'relay.js')).href)).toBe(main)
    expect(relayArguments({ port: 80, data: 'd' })).toEqual(['--port', '80', '--data', 'd'])
    expect(relayArguments({ port: undefined, data: undefined })).toEqual([])
    expect(relayArguments({ port: undefined, data: undefined, auth: true, rotateAuthKey: true })).toEqual([
      '--auth',
      '--rotate-auth-key',
    ])
  })

  it('TRM7 says how to build it when it is not there', () => {
    const failure = expect.objectContaining({
      exitCode: 3,
      message: expect.stringContaining('npm run build') as string,
    }) as Error
    expect(() => relayMain(() => pathToFileURL(join(folder, 'relay.js')).href)).toThrow(failure)
    expect(() =>
      relayMain(() => {
        throw new Error('ERR_MODULE_NOT_FOUND')
      }),
    ).toThrow(failure)
  })

  it('TRM7 ends with its exit code, and passes signals on', async () => {
    const main = join(folder, 'main.mjs')
    await writeFile(main, 'process.exit(process.argv.length === 4 ? 9 : 1)')
    expect(await runRelay(main, ['--port', '0'])).toBe(9)
    // Says it is ready through its parent, waits, and answers the signal with a code of its own.
    await writeFile(
      main,
      `process.once('SIGTERM', () => process.exit(5)); setInterval(() => {}, 1000); process.kill(process.ppid, 'SIGUSR2')`,
    )
    const ready = new Promise<void>((resolve) => process.once('SIGUSR2', () => resolve()))
    const code = runRelay(main, [])
    await ready
    process.emit('SIGTERM', 'SIGTERM')
    expect(await code).toBe(5)
  })
})

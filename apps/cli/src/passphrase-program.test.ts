import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createNativeCrypto, openSealedNodeStorage } from '@kith/peer/node'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type AskHidden, runPassphrase } from './passphrase-program.ts'

/** Stretched as little as the format allows: the time it takes is tried elsewhere. */
const stretch = { memoryKiB: 8, iterations: 1 }

describe('kith passphrase', () => {
  let folder: string
  const said: string[] = []
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kith-passphrase-'))
    said.length = 0
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  const open = (passphrase: string | undefined) =>
    openSealedNodeStorage(folder, { crypto: createNativeCrypto(), passphrase, stretch })
  const run = (change: Partial<Parameters<typeof runPassphrase>[0]>, ask?: AskHidden) =>
    runPassphrase({ current: undefined, next: undefined, remove: false, ...change }, open, ask, (text) =>
      said.push(text),
    )
  const answers = (...texts: string[]): AskHidden => {
    return async () => texts.shift() ?? ''
  }

  it('TRM43 sets, changes and removes what opens the store; the old one opens nothing then', async () => {
    await (await open(undefined)).close()
    expect(await run({}, answers('heron', 'heron'))).toBe(0)
    await expect(open(undefined)).rejects.toThrow()
    await expect(run({ next: 'osprey' })).rejects.toMatchObject({ name: 'StorageLocked' })
    await expect(run({ current: 'wrong', next: 'osprey' })).rejects.toMatchObject({ name: 'StorageLocked' })
    expect(await run({ current: 'heron', next: 'osprey' })).toBe(0)
    await expect(open('heron')).rejects.toThrow()
    expect(await run({ remove: true }, answers('osprey'))).toBe(0)
    await (await open(undefined)).close()
    expect(said.map((text) => text.split('.')[0])).toEqual(['Set', 'Changed', 'Removed'])
  }, 60_000)

  it('TRM43 changes nothing when the two differ, when it is empty, or when nobody can be asked', async () => {
    await expect(run({}, answers('one', 'two'))).rejects.toMatchObject({ code: 'passphraseDiffers' })
    await expect(run({}, answers(''))).rejects.toMatchObject({ code: 'passphraseEmpty' })
    await expect(run({})).rejects.toMatchObject({ code: 'passphraseMissing' })
    expect(await run({ remove: true })).toBe(0)
    await (await open(undefined)).close()
  })
})

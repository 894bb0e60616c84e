import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { StorageBroken, StorageFull, StorageHeld } from '../storage-errors.ts'
import type { Storage } from '../storage.ts'
import { storageContract } from '../testing/storage-contract.ts'
import { openNodeStorage, repairNodeStorage } from './storage.ts'

storageContract('node', async () => {
  const root = await mkdtemp(join(tmpdir(), 'kith-store-'))
  const directory = join(root, 'deep', 'store')
  return {
    storage: await openNodeStorage(directory),
    reopen: () => openNodeStorage(directory),
    destroy: () => rm(root, { recursive: true }),
  }
})

// Every write waits for the disk, and some tests start processes.
vi.setConfig({ testTimeout: 30_000 })

let directory = ''

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kith-store-'))
})

afterEach(async () => {
  await rm(directory, { recursive: true, force: true })
})

async function fill(storage: Storage, count: number, bytes = 400): Promise<void> {
  for (let i = 0; i < count; i++) {
    await storage.write([{ key: `e/${String(i).padStart(5, '0')}`, value: new Uint8Array(bytes).fill(i) }])
  }
}

async function count(storage: Storage): Promise<number> {
  return (await storage.read({ prefix: 'e/', limit: 100_000 })).length
}

async function newestFile(ending: string): Promise<string> {
  const names = (await readdir(directory)).filter((name) => name.endsWith(ending)).toSorted()
  return join(directory, names.at(-1) as string)
}

async function damage(file: string, at: number): Promise<void> {
  const bytes = await readFile(file)
  bytes[at] = (bytes[at] as number) ^ 0x10
  await writeFile(file, bytes)
}

/** The bytes of every file of the store, as one string of characters 0–255. */
async function everything(): Promise<string> {
  const names = await readdir(directory)
  return (await Promise.all(names.map((name) => readFile(join(directory, name), 'latin1')))).join('\n')
}

it('makes a folder nobody else can enter', async () => {
  const storage = await openNodeStorage(join(directory, 'fresh'))
  expect((await stat(join(directory, 'fresh'))).mode & 0o777).toBe(0o700)
  await storage.close()
})

it('STO7 tells a store held by another process from a damaged one', async () => {
  const storage = await openNodeStorage(directory)
  await fill(storage, 3)
  const script = `
    import { openNodeStorage } from ${JSON.stringify(fileURLToPath(new URL('storage.ts', import.meta.url)))}
    await openNodeStorage(${JSON.stringify(directory)}).catch((error) => console.log(error.name))`
  expect((await runTypeScript(script)).trim()).toBe('StorageHeld')
  await expect(openNodeStorage(directory)).rejects.toThrow(StorageHeld)
  await storage.close()
})

it('STO12 drops a torn last write, which was never confirmed, and keeps the rest', async () => {
  const storage = await openNodeStorage(directory)
  await fill(storage, 50)
  await storage.close()
  const log = await newestFile('.log')
  await truncate(log, (await stat(log)).size - 100)
  const again = await openNodeStorage(directory)
  expect(await count(again)).toBe(49)
  await again.close()
})

it('STO12 refuses a log that is damaged in the middle, leaves it as it is, and says what to do', async () => {
  const storage = await openNodeStorage(directory)
  await fill(storage, 200)
  await storage.close()
  const log = await newestFile('.log')
  const size = (await stat(log)).size
  for (const at of [4, 5, 6, 200, Math.floor(size / 2), size - 1_000]) {
    await damage(log, at)
    const before = await readFile(log)
    const error = await openNodeStorage(directory).catch((error: unknown) => error)
    expect(error, `byte ${at}`).toBeInstanceOf(StorageBroken)
    expect(String(error)).toMatch(/is damaged: \d+\.log.*Make a copy of the folder/s)
    expect(await readFile(log)).toEqual(before)
    await damage(log, at)
  }
  const again = await openNodeStorage(directory)
  expect(await count(again)).toBe(200)
  await again.close()
})

it('STO12 refuses a table that is damaged anywhere', async () => {
  const storage = await openNodeStorage(directory)
  await fill(storage, 100, 4_000)
  await storage.clear('nothing')
  await storage.write([{ key: 'x', value: new Uint8Array(1) }])
  await storage.clear('x')
  await storage.close()
  const again = await openNodeStorage(directory)
  await again.close()
  const table = await newestFile('.ldb')
  const size = (await stat(table)).size
  expect(size).toBeGreaterThan(100)
  for (const at of [0, Math.floor(size / 3), size - 100, size - 48, size - 1]) {
    await damage(table, at)
    await expect(openNodeStorage(directory), `byte ${at} of ${size}`).rejects.toThrow(StorageBroken)
    await damage(table, at)
  }
  const healed = await openNodeStorage(directory)
  expect(await count(healed)).toBe(100)
  await healed.close()
})

it('STO12 refuses a store whose files are missing or nonsense', async () => {
  const storage = await openNodeStorage(directory)
  await fill(storage, 3)
  await storage.close()
  await writeFile(join(directory, 'CURRENT'), 'nonsense')
  await expect(openNodeStorage(directory)).rejects.toThrow(StorageBroken)
})

it('STO12 repairs what can be read and keeps the damaged files aside', async () => {
  const storage = await openNodeStorage(directory)
  await fill(storage, 300)
  await storage.close()
  await damage(await newestFile('.log'), 60_000)
  await expect(openNodeStorage(directory)).rejects.toThrow(StorageBroken)
  const aside = await repairNodeStorage(directory, 1_700_000_000_000)
  const again = await openNodeStorage(directory)
  expect(await count(again)).toBeGreaterThan(250)
  await again.close()
  await expect(openNodeStorage(aside)).rejects.toThrow(StorageBroken)
  await rm(aside, { recursive: true })
})

it.each([
  ['before it was merged', 0, false],
  ['after it was merged', 0, true],
  ['in a large store', 3_000, false],
  ['in a large store that was merged', 3_000, true],
] as const)('STO6 leaves nothing of what was cleared in any file: %s', async (_, others, reopening) => {
  let storage = await openNodeStorage(directory)
  const secret = 'the words that were cleared'
  const value = new TextEncoder().encode(secret)
  const filler = Array.from({ length: others }, (_, i) => ({ key: `o/${i}`, value: new Uint8Array(2_000).fill(i) }))
  await storage.write([
    { key: 'p/1', value },
    { key: 'q/1', value: new TextEncoder().encode('the words that stay') },
    ...filler,
  ])
  await storage.write([{ key: 'p/2', value }])
  if (reopening) {
    await storage.close()
    storage = await openNodeStorage(directory)
  }
  await storage.write([{ key: 'p/3', value }])
  await storage.write([{ key: 'p/2', value: undefined }])
  expect(await everything()).toContain(secret)
  await storage.clear('p/')
  expect(await everything()).not.toContain(secret)
  expect(await everything()).toContain('the words that stay')
  await storage.close()
})

it('STO11 rejects with StorageFull when the disk is full, keeps what was there, and goes on when there is room', async () => {
  // The limit of a file's size stands for a full disk: it needs no privileges and fails in the middle of a record.
  const script = `
    import { openNodeStorage } from ${JSON.stringify(fileURLToPath(new URL('storage.ts', import.meta.url)))}
    const storage = await openNodeStorage(${JSON.stringify(directory)})
    const put = (key, size) => storage.write([{ key, value: new Uint8Array(size).fill(7) }]).then(() => 'ok', (error) => error.name)
    const said = [await put('e/1', 100_000), await put('e/2', 900_000), await put('e/3', 1000)]
    said.push((await storage.read({ prefix: '', limit: 9 })).map(({ key }) => key).join())
    await storage.close()
    console.log(said.join(' '))`
  expect((await runTypeScript(script, 512)).trim()).toBe('ok StorageFull ok e/1,e/3')
  const again = await openNodeStorage(directory)
  expect(await count(again)).toBe(2)
  await again.close()
})

it('is an error of our own words when the folder cannot be made', async () => {
  await writeFile(join(directory, 'file'), '')
  await expect(openNodeStorage(join(directory, 'file', 'store'))).rejects.toThrow(/Check that the folder/)
  expect(new StorageFull('x').message).toContain('Free some space')
})

/** Runs a module in a process of its own; `fileLimitKiB` is the largest file it can write. */
async function runTypeScript(script: string, fileLimitKiB?: number): Promise<string> {
  const file = join(directory, 'script.mts')
  await writeFile(file, script)
  const root = fileURLToPath(new URL('../../../../', import.meta.url))
  const limit = fileLimitKiB === undefined ? '' : `ulimit -f ${fileLimitKiB}; `
  const command = `${limit}exec "${process.execPath}" --conditions=source --import=tsx "${file}"`
  const { stdout } = await promisify(execFile)('bash', ['-c', command], { cwd: root })
  return stdout
}

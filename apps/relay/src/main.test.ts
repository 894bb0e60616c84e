import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, openSync, readdirSync, readFileSync, readSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { formatHex, formatUtf8 } from '@kith/protocol'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { bundled } from '../../../scripts/bundle.mjs'
import { Caller, crypto, fakeEntry, roomNow } from '../test/caller.ts'

/** Where the built program lies, too: it looks for files of its own beside itself. */
const program = fileURLToPath(new URL('../dist/main-in-test.mjs', import.meta.url))
const folders: string[] = []
const children: ChildProcess[] = []

interface Running {
  readonly child: ChildProcess
  readonly url: string
  readonly data: string
  /** Everything it has printed and logged. */
  readonly said: () => string
}

async function run(env: NodeJS.ProcessEnv = {}, args: readonly string[] = []): Promise<Running> {
  const data = mkdtempSync(join(tmpdir(), 'kith-relay-'))
  folders.push(data)
  const flags = ['--heapsnapshot-signal=SIGUSR2', `--diagnostic-dir=${data}`]
  const child = spawn(process.execPath, [...flags, program, '--host', '127.0.0.1', ...args], {
    env: { ...process.env, PORT: '0', KITH_DATA_DIR: data, KITH_LOG: 'trace', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.push(child)
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  for (;;) {
    const url = /at (http:\S+)/.exec(said)?.[1]
    if (url !== undefined) return { child, url, data, said: () => said }
    if (child.exitCode !== null) throw new Error(said)
    await pause(20)
  }
}

beforeAll(async () => {
  // In one file, as it is installed: to translate itself takes a program four times as long as to start.
  await bundled('apps/relay/src/main.ts', program)
})

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  for (const path of folders.splice(0)) rmSync(path, { recursive: true, force: true })
})

describe('the relay as a program', () => {
  it('REL60 keeps its key from one start to the next', async () => {
    const first = await run()
    const key = (await (await fetch(`${first.url}/api/relay`)).json()) as { key: string }
    expect(statSync(join(first.data, 'relay-key')).mode & 0o777).toBe(0o600)
    first.child.kill('SIGTERM')
    await once(first.child, 'exit')
    const second = await run({ KITH_DATA_DIR: first.data })
    expect(((await (await fetch(`${second.url}/api/relay`)).json()) as { key: string }).key).toBe(key.key)
    const seed = crypto.random(32)
    const third = await run({ KITH_RELAY_KEY: formatHex(seed) })
    const given = (await (await fetch(`${third.url}/api/relay`)).json()) as { key: string }
    expect(given.key).toBe(formatHex(crypto.signKeyPair(seed).publicKey))
    expect(readdirSync(third.data)).toEqual([])
  }, 30_000)

  it('REL61 says goodbye on SIGTERM and exits with 0', async () => {
    const { child, url } = await run()
    const caller = new Caller(url)
    await caller.next('ready')
    child.kill('SIGTERM')
    expect((await caller.closed).code).toBe(1001)
    expect(await once(child, 'exit')).toEqual([0, null])
  }, 30_000)

  it('REL64 says in one line what keeps it from running', async () => {
    const { url } = await run()
    const { port } = new URL(url)
    const refused: readonly [NodeJS.ProcessEnv, readonly string[], RegExp][] = [
      [{ PORT: port }, [], new RegExp(`^Port ${port} is in use`)],
      [{ PORT: 'x' }, [], /^x is no port/],
      [{ KITH_LOG: 'loud' }, [], /^KITH_LOG cannot be loud/],
      [{ KITH_RELAY_KEY: 'short' }, [], /^KITH_RELAY_KEY must be/],
      [{}, ['--nonsense'], /^Unknown option/],
    ]
    await Promise.all(refused.map(([env, args, why]) => expect(run(env, args)).rejects.toThrow(why)))
  }, 30_000)

  it('REL62 neither memory nor log holds what people said, the room secret, or who they are', async () => {
    const { child, url, data, said } = await run()
    const secret = crypto.random(32)
    const spoken = 'the heron lands at four, bring the blue suitcase'
    const key = crypto.sha256(secret)
    const room = roomNow(secret)
    const [a, b] = [new Caller(url), new Caller(url)]
    await a.enter(room)
    await b.enter(room)
    // What an entry holds: the words, sealed under a key the relay does not have.
    const sealed = crypto.xchachaSeal(key, crypto.random(24), new Uint8Array(0), formatUtf8(spoken))
    const entry = fakeEntry(197 + sealed.length, sealed)
    for (let i = 0; i < 20; i++) {
      a.tell({ type: 'publish', topic: room.topic, entry })
      a.tell({ type: 'signal', to: b.key, bytes: crypto.random(1024), expires: Date.now() + 60_000 })
    }
    await b.next('entry', 20)
    // Something malformed too: what is refused must not be logged either.
    const mallory = new Caller(url)
    await mallory.next('ready')
    mallory.web.send(formatUtf8(`nonsense ${'n'.repeat(200)}`))
    await mallory.closed

    const heap = await heapSnapshot(child, data)
    const secrets = [spoken, formatHex(secret), Buffer.from(secret).toString('base64url'), formatHex(key)]
    for (const text of secrets) expect(heap.includes(text)).toBe(false)
    // The search can find: the session key of a live connection is there, as text.
    expect(heap.includes(formatHex(a.key))).toBe(true)

    const memory = [...writableMemory(child.pid!)]
    const found = (bytes: Uint8Array): boolean => memory.some((region) => region.includes(Buffer.from(bytes)))
    for (const text of secrets) expect(found(formatUtf8(text))).toBe(false)
    for (const bytes of [secret, key, room.secretKey, room.sealKey]) expect(found(bytes)).toBe(false)
    expect(found(room.topic)).toBe(true)

    const log = said()
    expect(log).toContain('"event":"ended","code":"malformed"')
    const known = [...secrets, formatHex(a.key), formatHex(b.key), formatHex(room.topic), '127.0.0.1', 'nonsense']
    for (const text of known) expect(log.replace(url, '').includes(text)).toBe(false)
    await Promise.all([a.leave(), b.leave()])
  }, 60_000)
})

/** Every string and object of its JavaScript heap. */
async function heapSnapshot(child: ChildProcess, folder: string): Promise<string> {
  child.kill('SIGUSR2')
  for (;;) {
    await pause(300)
    const name = readdirSync(folder).find((one) => one.endsWith('.heapsnapshot'))
    const text = name === undefined ? '' : readFileSync(join(folder, name), 'latin1')
    // The strings come last, and are what we want.
    if (text.trimEnd().endsWith(']}')) return text
  }
}

/** All memory the process can write, buffers outside the JavaScript heap included (Linux). */
function* writableMemory(pid: number): Generator<Buffer> {
  const file = openSync(`/proc/${pid}/mem`, 'r')
  for (const line of readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')) {
    const match = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line)
    if (match === null) continue
    const start = Number.parseInt(match[1]!, 16)
    const size = Number.parseInt(match[2]!, 16) - start
    if (size > 1 << 28) continue
    const region = Buffer.alloc(size)
    try {
      yield region.subarray(0, readSync(file, region, 0, size, start))
    } catch {
      // Pages that were never touched cannot be read.
    }
  }
}

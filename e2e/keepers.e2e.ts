/**
 * Real keepers, `kith keep TICKET --count 2`: everybody leaves, the keepers are killed and start again, and somebody reads
 * it all from them, with its files. Their disk and their memory are searched for what they must not hold.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createNativeCrypto } from '@kith/peer/node/crypto'
import { keeperTicketOf, type KeeperStatus } from '@kith/peer/node'
import { openRoomKeys, parseRoomLink } from '@kith/protocol'
import { afterAll, describe, expect, it } from 'vitest'
import { Person } from './harness/browser.ts'
import { heapSnapshot, snapshotFlags, writableMemory } from './harness/memory.ts'
import { freePort, Terminal } from './harness/programs.ts'
import { setStage } from './harness/stage.ts'
import { until } from './harness/waiting.ts'

const kith = fileURLToPath(new URL('../apps/cli/bin/kith.mjs', import.meta.url))
const words = 'the cherry tree behind the shed'
const fileName = 'orchard plan nineteen.bin'

type AnyLine = Readonly<Record<string, unknown>> & { readonly type: string }

function find(terminal: Terminal, matches: (line: AnyLine) => boolean): AnyLine | undefined {
  return (terminal.lines as unknown as readonly AnyLine[]).findLast(matches)
}

describe('keepers at home', () => {
  const stage = setStage()
  const running: ChildProcess[] = []

  afterAll(async () => {
    for (const child of running) child.kill('SIGKILL')
  })

  /** `kith keep`, and how it is by what it tells its host. */
  async function keep(ticket: string, data: string, count: number, port: number, flags: readonly string[] = []) {
    const more = ['--count', String(count), '--data', data, '--status', String(port)]
    const child = spawn(process.execPath, [...flags, kith, 'keep', ticket, ...more])
    running.push(child)
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
    await until(`the keepers to run (${said})`, 20_000, () => said.includes('Its state is at'))
    expect(said).toContain('without being able to read')
    const status = async (): Promise<readonly KeeperStatus[]> => {
      const answer = await fetch(`http://127.0.0.1:${port}/status`)
      return ((await answer.json()) as { readonly keepers: readonly KeeperStatus[] }).keepers
    }
    return { child, status }
  }

  async function killed(child: ChildProcess): Promise<void> {
    const ended = new Promise((resolve) => child.once('close', resolve))
    child.kill('SIGKILL')
    await ended
  }

  it('KEE1 KEE2 KEE5 TRM26 give everything to who comes later, also after they were killed, and hold nothing they could read', async () => {
    const ana = await Person.arrive(stage.browser, 'Ana')
    const link = await ana.makeRoom(stage.relay.origin)
    const ben = new Terminal(['join', link, '--data', `${stage.folder}/ben`, '--name', 'Ben'])
    await ben.link()
    const crypto = createNativeCrypto()
    const ticket = keeperTicketOf(crypto, link) as string
    ben.write({ type: 'keeper' })
    const told = await until('the ticket', 10_000, () => find(ben, ({ type }) => type === 'keeper'))
    expect(told['ticket']).toBe(ticket)
    const data = `${stage.folder}/keep`
    const port = await freePort()
    const first = await keep(ticket, data, 2, port)
    await until('the keepers to be linked', 60_000, async () =>
      (await first.status()).every(({ linked }) => linked >= 2),
    )
    await ana.say(words)
    const sent = randomBytes(700_000)
    writeFileSync(`${stage.folder}/${fileName}`, sent)
    ben.write({ type: 'attach', path: `${stage.folder}/${fileName}`, text: 'and the plan from the terminal' })
    await until('both words', 15_000, () => ben.messages.size === 2)
    await until('the keepers to have it all', 60_000, async () =>
      (await first.status()).every(({ entries, blobs }) => entries === 4 && blobs === 1),
    )
    // Which blocks are there is written down every second.
    await until('the file to be on their disks', 60_000, () => blocksIn(data) === 2 * Math.ceil(sent.length / 16_368))
    await ben.leave()
    await ana.context.close()

    await killed(first.child)
    const heap = `${stage.folder}/heap`
    mkdirSync(heap)
    const second = await keep(ticket, data, 2, port, snapshotFlags(heap))
    await until('what they held', 20_000, async () =>
      (await second.status()).every(({ entries, blobs }) => entries === 4 && blobs === 1),
    )
    const cleo = new Terminal(['join', link, '--data', `${stage.folder}/cleo`, '--name', 'Cleo'])
    await until(`everything from the keepers (${cleo.errors})`, 60_000, () => cleo.messages.size === 2)
    expect(cleo.texts().toSorted()).toEqual(['and the plan from the terminal', words])
    await until('the proof that it is all', 30_000, () => cleo.last('synced')?.gaps === 0)
    const line = await until('the file', 30_000, () =>
      find(cleo, ({ type, name }) => type === 'file' && name === fileName),
    )
    cleo.write({ type: 'save', id: line['id'], path: `${stage.folder}/saved.bin` })
    await until('the file to be saved', 60_000, () =>
      find(cleo, ({ type, id }) => type === 'saved' && id === line['id']),
    )
    expect((await readFile(`${stage.folder}/saved.bin`)).equals(sent)).toBe(true)

    const parsed = parseRoomLink(link)
    const secret = parsed.ok ? parsed.value.secret : new Uint8Array()
    const { epochKey, writeKey, keeperKey } = openRoomKeys(crypto, secret)
    const keys = [secret, epochKey, writeKey, keeperKey as Uint8Array].map((key) => Buffer.from(key))
    const texts = [words, fileName, 'the plan from the terminal']
    // In memory texts may lie in both encodings of strings.
    const needles = [...texts.flatMap((text) => [Buffer.from(text), Buffer.from(text, 'utf16le')]), ...keys]
    let files = 0
    for (const bytes of filesIn(data)) {
      files++
      for (const needle of needles) expect(bytes.includes(needle)).toBe(false)
      expect(bytes.includes(sent.subarray(0, 64))).toBe(false)
    }
    expect(files).toBeGreaterThan(3)
    const memory = [await heapSnapshot(second.child, heap), ...writableMemory(second.child.pid)]
    const isHeld = (needle: Buffer): boolean => memory.some((region) => region.includes(needle))
    // The search finds what a keeper must hold.
    expect(isHeld(Buffer.from('kith-keep:'))).toBe(true)
    for (const needle of [...needles, ...keys.map((key) => Buffer.from(key.toString('hex')))])
      expect(isHeld(needle)).toBe(false)
    expect(isHeld(sent.subarray(100, 164))).toBe(false)
    await cleo.leave()
    await killed(second.child)
  }, 150_000)

  it('KEE10 of a members room give who comes back what was said under new keys', async () => {
    const name = (who: string): string[] => ['--name', who, '--data', `${stage.folder}/m-${who}`]
    const ana = new Terminal(['new', '--members', ...name('Ana'), '--relay', stage.relay.origin])
    await ana.link()
    const enter = async (who: string): Promise<Terminal> => {
      const before = find(ana, ({ type }) => type === 'invite')
      ana.write({ type: 'command', text: 'invite --no-pin' })
      const invite = await until('an invite', 60_000, () => {
        const found = find(ana, ({ type }) => type === 'invite')
        return found === before ? undefined : found
      })
      const terminal = new Terminal(['join', String(invite['link']), ...name(who)])
      await until(`${who} to be in`, 60_000, () =>
        find(terminal, (line) => line.type === 'entering' && line['phase'] === 'in'),
      )
      return terminal
    }
    const ben = await enter('Ben')
    const dan = await enter('Dan')
    ana.write({ type: 'keeper' })
    const told = await until('a ticket', 60_000, () => find(ana, ({ type }) => type === 'keeper'))
    const keeper = await keep(String(told['ticket']), `${stage.folder}/m-keep`, 1, await freePort())
    await until('the keeper to be linked', 60_000, async () => (await keeper.status())[0]?.linked === 3)
    ben.send('before')
    await until('it to be kept', 30_000, async () => (await keeper.status())[0]?.entries === 2)
    await ben.leave()
    ana.write({ type: 'command', text: 'remove Dan --yes' })
    await until('the removal', 60_000, () => find(ana, ({ type }) => type === 'done'))
    await until('the keeper to follow', 60_000, async () => (await keeper.status())[0]?.linked === 1)
    ana.send('under the new key')
    await until('it to be kept', 60_000, async () => (await keeper.status())[0]?.entries === 4)
    await ana.leave()
    const again = new Terminal(['--data', `${stage.folder}/m-Ben`, '--relay', stage.relay.origin])
    await until(`what was said meanwhile (${again.errors})`, 90_000, () => again.texts().includes('under the new key'))
    expect(dan.texts()).not.toContain('under the new key')
    await again.leave()
    await dan.kill()
    await killed(keeper.child)
  }, 240_000)
})

function* filesIn(folder: string): Generator<Buffer> {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) yield readFileSync(join(entry.parentPath, entry.name))
  }
}

/** Of one small file at each keeper: how many blocks the files say that name them. */
function blocksIn(folder: string): number {
  let blocks = 0
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.name.endsWith('.held')) continue
    // Six bytes of size, then a bit for each block, then one for the only page.
    const bits = readFileSync(join(entry.parentPath, entry.name)).subarray(6, -1)
    for (const byte of bits) blocks += byte.toString(2).replaceAll('0', '').length
  }
  return blocks
}
